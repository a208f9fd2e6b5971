"""Rules hold for every invoice that adds up, find every amount that does not, and never fail on damaged ones."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from registry.receivables.invoices import xml
from registry.receivables.invoices.model import (
    Address,
    Adjustment,
    Amount,
    Identifier,
    Invoice,
    Line,
    Party,
    Syntax,
    TaxCategory,
    Totals,
    VatBreakdown,
    VatTotal,
)
from registry.receivables.invoices.rules import obstacles, violations
from tests.unit.receivables.invoices.documents import CII, UBL

CENT = Decimal("0.01")
CENTS = st.integers(1, 10**9).map(lambda cents: Decimal(cents) * CENT)
RATES = [Decimal(7), Decimal(19), Decimal("5.5")]
PARTY = Party(name="A", legal_id=Identifier("1"), tax_ids=(Identifier("DE1", "VAT"),), address=Address("DE"))


def standard(rate: Decimal) -> TaxCategory:
    return TaxCategory(code="S", rate=rate, is_vat=True)


def euro(value: Decimal) -> Amount:
    return Amount(value, "EUR")


@st.composite
def adding_up(draw: st.DrawFn) -> Invoice:
    """An invoice with lines, allowances, charges, a payment and a rounding amount, all totals computed from them."""
    rate_of = st.sampled_from(RATES)
    lines = draw(st.lists(st.tuples(CENTS, rate_of), min_size=1, max_size=6))
    adjustments = draw(st.lists(st.tuples(CENTS, rate_of, st.booleans()), max_size=4))
    taxable: dict[Decimal, Decimal] = {}
    for value, rate, sign in [(value, rate, 1) for value, rate in lines] + [
        (value, rate, 1 if charge else -1) for value, rate, charge in adjustments
    ]:
        taxable[rate] = taxable.get(rate, Decimal(0)) + sign * value
    taxes = {rate: (value * rate / 100).quantize(CENT, ROUND_HALF_UP) for rate, value in taxable.items()}
    allowed = [value for value, _, charge in adjustments if not charge]
    charged = [value for value, _, charge in adjustments if charge]
    net, vat = sum(taxable.values(), Decimal(0)), sum(taxes.values(), Decimal(0))
    paid, rounding = draw(st.none() | CENTS), draw(st.none() | st.integers(-5, 5).map(lambda cents: Decimal(cents) * CENT))
    return Invoice(
        syntax=draw(st.sampled_from([Syntax.UBL_INVOICE, Syntax.CII])),
        specification="urn:cen.eu:en16931:2017",
        number="1",
        issue_date=date(2026, 1, 5),
        due_date=date(2026, 2, 5),
        type_code="380",
        currency="EUR",
        seller=PARTY,
        buyer=PARTY,
        lines=tuple(
            Line(id="1", quantity=Decimal(1), unit="C62", net=euro(value), name="x", price=euro(value), category=standard(rate))
            for value, rate in lines
        ),
        adjustments=tuple(Adjustment(charge=c, amount=euro(v), has_reason=True, category=standard(r)) for v, r, c in adjustments),
        breakdown=tuple(VatBreakdown(taxable=euro(taxable[rate]), tax=euro(taxes[rate]), category=standard(rate)) for rate in taxable),
        vat_totals=(VatTotal(euro(vat), tuple(taxes.values())),),
        totals=Totals(
            lines=euro(sum((value for value, _ in lines), Decimal(0))),
            allowances=euro(sum(allowed, Decimal(0))) if allowed else None,
            charges=euro(sum(charged, Decimal(0))) if charged else None,
            net=euro(net),
            gross=euro(net + vat),
            paid=None if paid is None else euro(paid),
            rounding=None if rounding is None else euro(rounding),
            due=euro(net + vat - (paid or 0) + (rounding or 0)),
        ),
    )


@given(adding_up())
def test_an_invoice_that_adds_up_breaks_no_rule(invoice: Invoice) -> None:
    assert violations(invoice) == []
    due = invoice.totals.due if invoice.totals else None
    assert due is not None
    assert {violation.rule for violation in obstacles(invoice)} == (set() if due.value > 0 else {"TS-03"})


@given(adding_up(), st.sampled_from(["lines", "allowances", "charges", "net", "gross", "due"]), st.integers(-100, 100).filter(bool))
def test_a_total_that_is_off_by_a_cent_is_found(invoice: Invoice, name: str, cents: int) -> None:
    assert invoice.totals is not None
    stated: Amount = getattr(invoice.totals, name) or euro(Decimal(0))
    wrong = replace(invoice, totals=replace(invoice.totals, **{name: euro(stated.value + cents * CENT)}))
    rules = {"lines": "10", "allowances": "11", "charges": "12", "net": "13", "gross": "15", "due": "16"}
    assert f"BR-CO-{rules[name]}" in {violation.rule for violation in violations(wrong)}


@given(adding_up(), st.integers(-10000, 10000).filter(bool))
def test_a_vat_total_that_is_off_is_found(invoice: Invoice, cents: int) -> None:
    (stated,) = invoice.vat_totals
    assert stated.amount is not None
    wrong = replace(invoice, vat_totals=(VatTotal(euro(stated.amount.value + cents * CENT), stated.parts),))
    # CII may leave the VAT total out where there is no VAT, so BR-CO-15 says nothing of it there.
    untaxed = invoice.syntax is Syntax.CII and stated.amount.value == 0
    assert {"BR-CO-14"} | (set() if untaxed else {"BR-CO-15"}) <= {violation.rule for violation in violations(wrong)}


@given(adding_up())
def test_the_order_of_lines_does_not_matter(invoice: Invoice) -> None:
    assert violations(replace(invoice, lines=invoice.lines[::-1], breakdown=invoice.breakdown[::-1])) == violations(invoice)


@given(st.sampled_from([UBL, CII]), st.data())
def test_damage_is_judged_and_never_fails(document: str, data: st.DataObject) -> None:
    root = etree.fromstring(document.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        elements = [element for element in root.iter() if element is not root]
        element = elements[data.draw(st.integers(0, len(elements) - 1))]
        parent = element.getparent()
        assert parent is not None
        match data.draw(st.sampled_from(["remove", "repeat", "text", "attribute", "move"])):
            case "remove":
                parent.remove(element)
            case "repeat":
                parent.append(etree.fromstring(etree.tostring(element)))
            case "text":
                element.text = data.draw(st.sampled_from(["", "0", "-1", "1e9", "EUR", "381", "x" * 300, "2026-13-01", "９"]))
            case "attribute":
                element.attrib.clear()
            case _:
                root.append(element)
    invoice = xml.read(etree.tostring(root))
    for violation in violations(invoice) + obstacles(invoice):
        assert violation.rule
        assert violation.message
