"""What a claim asks beyond EN 16931, and the rules for which no official unit case exists."""

from datetime import date

import pytest

from registry.kernel.errors import Kind
from registry.receivables.invoices import xml
from registry.receivables.invoices.errors import InvoiceRefused
from registry.receivables.invoices.rules import admit, obstacles, violations
from tests.unit.receivables.invoices.documents import CII, UBL, changed
from tests.unit.receivables.invoices.official import EN16931

ALLOWANCE = """<cac:AllowanceCharge><cbc:ChargeIndicator>{charge}</cbc:ChargeIndicator>
<cbc:AllowanceChargeReason>x</cbc:AllowanceChargeReason>
<cbc:Amount currencyID="EUR">{amount}</cbc:Amount><cbc:BaseAmount currencyID="EUR">{base}</cbc:BaseAmount></cac:AllowanceCharge>"""


def broken(document: bytes) -> set[str]:
    return {violation.rule for violation in violations(xml.read(document))}


def amount(element: str, value: str) -> str:
    return f'<cbc:{element} currencyID="EUR">{value}'


@pytest.mark.parametrize("document", [UBL, CII], ids=["ubl", "cii"])
def test_a_good_invoice_is_admitted(document: str) -> None:
    invoice = xml.read(document.encode())
    assert admit(invoice) is invoice


@pytest.mark.parametrize(
    ("changes", "rule", "value"),
    [
        ([("380", "381")], "TS-02", "381 (credit note)"),
        ([("380", "386")], "TS-08", "386 (a prepayment invoice)"),
        ([("380", "325")], "TS-08", "325 (a pro-forma invoice)"),
        ([("380", "393")], "TS-08", "393 (a factored invoice)"),
        (
            [("<ram:DuePayableAmount>119.00", "<ram:TotalPrepaidAmount>119.00</ram:TotalPrepaidAmount><ram:DuePayableAmount>0")],
            "TS-03",
            "0",
        ),
        ([("<ram:DuePayableAmount>119.00", "<ram:TotalPrepaidAmount>120</ram:TotalPrepaidAmount><ram:DuePayableAmount>-1")], "TS-03", "-1"),
        ([("<ram:DuePayableAmount>", '<ram:DuePayableAmount currencyID="USD">')], "TS-04", "USD"),
        ([("EUR", "XXX"), ("EUR", "XXX")], "TS-04", "XXX"),
        (
            [("EUR", "JPY"), ("EUR", "JPY"), ("119.00", "119.5"), ("119.00", "119.5"), ("19.00<", "19.5<"), ("19.00<", "19.5<")],
            "TS-05",
            "119.5 JPY",
        ),
        ([("20260306", "20260104")], "TS-07", "2026-01-04"),
    ],
)
def test_valid_invoices_that_carry_no_claim(changes: list[tuple[str, str]], rule: str, value: str) -> None:
    invoice = xml.read(changed(CII, *changes))
    assert violations(invoice) == []
    found = obstacles(invoice)
    assert {violation.rule for violation in found} == {rule}
    assert value in [violation.value for violation in found]


def test_a_missing_due_date_can_be_agreed() -> None:
    terms = ("<cbc:DueDate>2026-03-06</cbc:DueDate>", "")
    note = ("<cac:TaxTotal>", "<cac:PaymentTerms><cbc:Note>60 days net</cbc:Note></cac:PaymentTerms><cac:TaxTotal>")
    invoice = xml.read(changed(UBL, terms, note))
    assert violations(invoice) == []
    assert [violation.rule for violation in obstacles(invoice)] == ["TS-06"]
    assert obstacles(invoice, due=date(2026, 3, 6)) == []
    assert [violation.rule for violation in obstacles(invoice, due=date(2025, 12, 31))] == ["TS-07"]


def test_the_stated_due_date_stands_whatever_was_agreed() -> None:
    assert obstacles(xml.read(UBL.encode()), due=date(2020, 1, 1)) == []


def test_refusal_names_rules_and_values() -> None:
    invoice = xml.read(
        changed(UBL, (amount("PayableAmount", "119.00"), amount("PayableAmount", "118.00")), ("<cbc:ID>INV-001</cbc:ID>", ""))
    )
    with pytest.raises(InvoiceRefused) as caught:
        admit(invoice)
    error = caught.value
    assert (error.code, error.kind) == ("invoice_refused", Kind.INVALID)
    assert [(violation.rule, violation.value) for violation in error.violations] == [
        ("BR-02", "missing"),
        ("BR-CO-16", "118.00, expected 119.00"),
    ]
    assert error.context["count"] == 2
    assert "BR-02" in error.message


@pytest.mark.parametrize("name", ["ubl-tc434-creditnote1", "BIS_Billing_30-Kreditering_med_kreditnota", "CreditNote-Max_content"])
def test_official_credit_notes_carry_no_claim(name: str) -> None:
    invoice = xml.read((EN16931 / "examples" / f"{name}.xml").read_bytes())
    assert "TS-02" in {violation.rule for violation in obstacles(invoice)}


def test_a_negative_invoice_carries_no_claim() -> None:
    invoice = xml.read((EN16931 / "examples" / "BIS3_Invoice_negativ.xml").read_bytes())
    assert violations(invoice) == []
    assert [(violation.rule, violation.value) for violation in obstacles(invoice)] == [("TS-03", "-782179.43")]


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        ("LineExtensionAmount", "BR-DEC-09"),
        ("TaxExclusiveAmount", "BR-DEC-12"),
        ("TaxInclusiveAmount", "BR-DEC-14"),
        ("PayableAmount", "BR-DEC-18"),
        ("TaxableAmount", "BR-DEC-19"),
        ("TaxAmount", "BR-DEC-13"),
    ],
)
def test_totals_have_two_decimals(element: str, rule: str) -> None:
    value = {"TaxAmount": "19.00", "TaxInclusiveAmount": "119.00", "PayableAmount": "119.00"}.get(element, "100.00")
    assert broken(changed(UBL, (amount(element, value), amount(element, value + "0")))) == {rule}


def test_category_tax_and_line_amounts_have_two_decimals() -> None:
    assert broken(
        changed(
            UBL, ('</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">19.00', '</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">19.000')
        )
    ) == {"BR-DEC-20"}
    line = '</cbc:InvoicedQuantity>\n    <cbc:LineExtensionAmount currencyID="EUR">100.00'
    assert broken(changed(UBL, (line, line + "0"))) == {"BR-DEC-23"}


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        ("AllowanceTotalAmount", "BR-DEC-10"),
        ("ChargeTotalAmount", "BR-DEC-11"),
        ("PrepaidAmount", "BR-DEC-16"),
        ("PayableRoundingAmount", "BR-DEC-17"),
    ],
)
def test_optional_totals_have_two_decimals(element: str, rule: str) -> None:
    total = amount("PayableAmount", "119.00")
    assert broken(changed(UBL, (total, amount(element, "0.000") + f"</cbc:{element}>" + total))) == {rule}


@pytest.mark.parametrize(
    ("charge", "value", "base", "where", "rule"),
    [
        ("false", "0.000", "0", "<cac:TaxTotal>", "BR-DEC-01"),
        ("false", "0", "0.000", "<cac:TaxTotal>", "BR-DEC-02"),
        ("true", "0.000", "0", "<cac:TaxTotal>", "BR-DEC-05"),
        ("true", "0", "0.000", "<cac:TaxTotal>", "BR-DEC-06"),
        ("false", "0.000", "0", "<cac:Item>", "BR-DEC-24"),
        ("false", "0", "0.000", "<cac:Item>", "BR-DEC-25"),
        ("true", "0.000", "0", "<cac:Item>", "BR-DEC-27"),
        ("true", "0", "0.000", "<cac:Item>", "BR-DEC-28"),
    ],
)
def test_allowances_and_charges_have_two_decimals(charge: str, value: str, base: str, where: str, rule: str) -> None:
    document = changed(UBL, (where, ALLOWANCE.format(charge=charge, amount=value, base=base) + where))
    assert {found for found in broken(document) if "DEC" in found} == {rule}


def test_the_vat_total_in_accounting_currency_has_two_decimals() -> None:
    currency = ("<cbc:BuyerReference>", "<cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode><cbc:BuyerReference>")
    total = (
        "<cac:LegalMonetaryTotal>",
        '<cac:TaxTotal><cbc:TaxAmount currencyID="SEK">209.123</cbc:TaxAmount></cac:TaxTotal><cac:LegalMonetaryTotal>',
    )
    assert broken(changed(UBL, currency, total)) == {"BR-DEC-15"}


def test_in_cii_the_vat_total_is_judged_by_its_value() -> None:
    assert broken(changed(CII, ('<ram:TaxTotalAmount currencyID="EUR">19.00', '<ram:TaxTotalAmount currencyID="EUR">19.0000'))) == set()


@pytest.mark.parametrize(("document", "scheme"), [(UBL, 'EndpointID schemeID="{}"'), (CII, 'URIID schemeID="{}"')], ids=["ubl", "cii"])
def test_electronic_addresses_have_a_listed_scheme(document: str, scheme: str) -> None:
    assert broken(changed(document, (scheme.format("9930"), scheme.format("9999")))) == {"BR-CL-25"}


def test_an_exemption_inside_the_community_has_a_reason() -> None:
    delivered = "<cac:Delivery><cbc:ActualDeliveryDate>2026-01-02</cbc:ActualDeliveryDate></cac:Delivery>"
    changes = [("<cbc:ID>S</cbc:ID><cbc:Percent>19", "<cbc:ID>K</cbc:ID><cbc:Percent>0")] * 2
    found = broken(changed(UBL, *changes, ("<cac:PaymentMeans>", delivered + "<cac:PaymentMeans>")))
    assert "BR-IC-10" in found
    reason = "<cbc:TaxExemptionReasonCode>VATEX-EU-IC</cbc:TaxExemptionReasonCode>"
    given = [
        (changes[0][0], changes[0][1] + "</cbc:Percent>" + reason + "<!--"),
        ("</cbc:Percent><cac:TaxScheme>", "--><cac:TaxScheme>"),
        changes[1],
    ]
    assert "BR-IC-10" not in broken(changed(UBL, *given))


def test_due_date_or_terms_in_cii() -> None:
    terms = CII[CII.index("<ram:SpecifiedTradePaymentTerms>") : CII.index("<ram:SpecifiedTradeSettlementHeaderMonetarySummation>")]
    assert broken(changed(CII, (terms, ""))) == {"BR-CO-25"}
    named = "<ram:SpecifiedTradePaymentTerms><ram:Description>60 days</ram:Description></ram:SpecifiedTradePaymentTerms>"
    assert broken(changed(CII, (terms, named))) == set()
