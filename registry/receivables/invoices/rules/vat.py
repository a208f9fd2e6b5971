"""The nine families of VAT rules (BR-S, BR-Z, BR-E, BR-AE, BR-IC, BR-G, BR-O, BR-AF, BR-AG), numbers 01 to 14.

A family is one category code; what its members ask differs in few ways, which the table at the end states.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import partial
from itertools import chain

from registry.receivables.invoices.model import Adjustment, Invoice, Line, Party, Syntax, TaxCategory, VatBreakdown
from registry.receivables.invoices.rules.rule import MISSING, Check, Rule, number, round2, text, total

_Use = Callable[[Invoice], list[Line] | list[Adjustment]]


class Kind(Enum):
    """RATED: the rate may be above zero. ZERO: the rate is 0 and so is the tax. OUTSIDE: there is no rate."""

    RATED = "rated"
    ZERO = "zero"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One VAT category. `local_seller`: a tax number that is no VAT identifier will do. `lowest`: the smallest rate, None: above 0."""

    prefix: str
    code: str
    name: str
    kind: Kind
    exempt: bool
    local_seller: bool = True
    buyer_vat: bool = False
    buyer_legal: bool = False
    lowest: Decimal | None = None

    def of(self, category: TaxCategory | None) -> bool:
        """Whether a category is this one."""
        return category is not None and category.vat_code == self.code

    def code_only(self, category: TaxCategory | None) -> bool:
        """Whether a category has this code, of VAT or of another tax."""
        return category is not None and category.code == self.code

    def lines(self, invoice: Invoice) -> list[Line]:
        """Lines of the category."""
        return [line for line in invoice.lines if self.of(line.category)]

    def adjustments(self, invoice: Invoice, *, charge: bool) -> list[Adjustment]:
        """Allowances or charges of the category, of the document and of lines."""
        return [item for item in invoice.every_adjustment() if item.charge is charge and self.of(item.category)]

    def groups(self, invoice: Invoice) -> list[VatBreakdown]:
        """VAT groups of the category."""
        return [group for group in invoice.breakdown if self.of(group.category)]


def _cii(invoice: Invoice) -> bool:
    return invoice.syntax is Syntax.CII


def _has_group(family: Family) -> Check:
    """What is used has its group: one per rate if rated, else exactly one. Whether a group may stand unused differs by syntax."""
    rated = family.kind is Kind.RATED

    def check(invoice: Invoice) -> Iterator[str]:
        # The official tests of S, and of CII, look at the code alone, whichever tax it is one of.
        found = family.code_only if _cii(invoice) or family.prefix == "BR-S" else family.of
        items: Iterable[Line | Adjustment] = chain(invoice.lines, invoice.every_adjustment())
        used = any(found(item.category) for item in items)
        groups = sum(found(group.category) for group in invoice.breakdown)
        unused_right = groups == 0 or (rated if _cii(invoice) else groups == 1 and not rated)
        used_right = groups >= 1 if rated else groups == 1
        if not (used_right if used else unused_right):
            yield f"{groups} VAT groups of {family.code}"

    return check


def _vat_id(party: Party | None) -> str | None:
    return None if party is None else party.vat_id


def _parties_identified(family: Family, used: _Use) -> Check:
    def check(invoice: Invoice) -> Iterator[str]:
        if not used(invoice):
            return
        seller = _vat_id(invoice.seller) or _vat_id(invoice.tax_representative)
        buyer = _vat_id(invoice.buyer)
        if family.kind is Kind.OUTSIDE:
            if seller or buyer:
                yield text(seller or buyer)
            return
        if family.local_seller and invoice.seller is not None and invoice.seller.tax_ids:
            seller = invoice.seller.tax_ids[0].value
        legal = family.buyer_legal and invoice.buyer is not None and invoice.buyer.legal_id is not None
        if not seller or (family.buyer_vat and not buyer and not legal):
            yield f"seller {text(seller)}, buyer {text(buyer)}"

    return check


def _rates(family: Family, used: _Use) -> Check:
    def fits(rate: Decimal | None) -> bool:
        if family.kind is Kind.OUTSIDE:
            return rate is None
        if rate is None:
            return False
        if family.kind is Kind.ZERO:
            return rate == 0
        return rate > 0 if family.lowest is None else rate >= family.lowest

    def check(invoice: Invoice) -> Iterator[str]:
        found = (item.category for item in used(invoice))
        return (text(category.rate) for category in found if category is not None and not fits(category.rate))

    return check


def _taxable(family: Family) -> Check:
    """The group's taxable amount is what its lines, charges and allowances give. The official tests allow less than one unit in places."""

    # The official tests look at the code alone here, whichever tax it is one of.
    def matches(category: TaxCategory | None, rate: Decimal | None) -> bool:
        return family.code_only(category) and category is not None and (family.kind is not Kind.RATED or category.rate == rate)

    def check(invoice: Invoice) -> Iterator[str]:
        loose = family.kind is (Kind.ZERO if _cii(invoice) else Kind.RATED)
        for group in family.groups(invoice):
            rate = group.category.rate if group.category is not None else None
            if family.kind is Kind.RATED and rate is None:
                continue
            lines = total(line.net for line in invoice.lines if matches(line.category, rate))
            adjusted = [item for item in invoice.adjustments if matches(item.category, rate)]
            charges = total(item.amount for item in adjusted if item.charge)
            expected = lines + charges - total(item.amount for item in adjusted if not item.charge)
            found = number(group.taxable)
            wrong = found is None or (abs(found - expected) >= 1 if loose else found != round2(expected))
            if wrong or (not _cii(invoice) and not invoice.lines):
                yield f"{text(found)}, expected {expected}"

    return check


def _tax(family: Family) -> Check:
    def near(tax: Decimal | None, taxable: Decimal | None, rate: Decimal | None) -> bool:
        if tax is None or taxable is None or rate is None:
            return False
        return abs(abs(tax) - round2(abs(taxable) * rate / 100)) < 1

    def check(invoice: Invoice) -> Iterator[str]:
        for group in family.groups(invoice):
            tax, taxable = number(group.tax), number(group.taxable)
            rate = group.category.rate if group.category is not None else None
            if family.kind is not Kind.RATED:
                if tax != 0:
                    yield text(tax)
            elif not near(tax, taxable, rate) and (not _cii(invoice) or family.lowest is None):
                yield f"{text(tax)} on {text(taxable)} at {text(rate)} %"

    return check


def _exemption(family: Family) -> Check:
    def check(invoice: Invoice) -> Iterator[str]:
        found = MISSING if family.exempt else "given"
        return (found for group in family.groups(invoice) if group.category is not None and group.category.exempt is not family.exempt)

    return check


def _rules(family: Family) -> Iterator[Rule]:
    ids = "has no VAT identifiers of its parties" if family.kind is Kind.OUTSIDE else "has the tax identifiers of its parties"
    rate = {Kind.RATED: "has a rate that fits", Kind.ZERO: "has the rate 0", Kind.OUTSIDE: "has no rate"}[family.kind]
    groups = f"a VAT group {family.name}"
    uses: tuple[tuple[str, str, _Use], ...] = (
        ("a line", "BT-151", family.lines),
        ("an allowance", "BT-95", partial(family.adjustments, charge=False)),
        ("a charge", "BT-102", partial(family.adjustments, charge=True)),
    )
    yield Rule(f"{family.prefix}-01", "BT-118", f"what is {family.name} has its VAT group", _has_group(family))
    for position, (what, term, used) in enumerate(uses):
        parties, rates = f"{family.prefix}-{position + 2:02d}", f"{family.prefix}-{position + 5:02d}"
        yield Rule(parties, f"{term}, BT-31, BT-48", f"an invoice with {what} {family.name} {ids}", _parties_identified(family, used))
        yield Rule(rates, term, f"{what} {family.name} {rate}", _rates(family, used))
    yield Rule(f"{family.prefix}-08", "BT-116", f"{groups} sums up what it is for", _taxable(family))
    yield Rule(f"{family.prefix}-09", "BT-117", f"{groups} has the tax of its rate", _tax(family))
    reason = "gives the reason for the exemption" if family.exempt else "gives no reason for an exemption"
    yield Rule(f"{family.prefix}-10", "BT-120, BT-121", f"{groups} {reason}", _exemption(family))


_OUTSIDE = Family(prefix="BR-O", code="O", name="not subject to VAT", kind=Kind.OUTSIDE, exempt=True)
_INTRA = Family(
    prefix="BR-IC", code="K", name="supplied inside the community", kind=Kind.ZERO, exempt=True, local_seller=False, buyer_vat=True
)
FAMILIES = (
    Family(prefix="BR-S", code="S", name="standard rated", kind=Kind.RATED, exempt=False),
    Family(prefix="BR-Z", code="Z", name="zero rated", kind=Kind.ZERO, exempt=False),
    Family(prefix="BR-E", code="E", name="exempt from VAT", kind=Kind.ZERO, exempt=True),
    Family(prefix="BR-AE", code="AE", name="under reverse charge", kind=Kind.ZERO, exempt=True, buyer_vat=True, buyer_legal=True),
    _INTRA,
    Family(prefix="BR-G", code="G", name="exported", kind=Kind.ZERO, exempt=True, local_seller=False),
    _OUTSIDE,
    Family(prefix="BR-AF", code="L", name="under IGIC", kind=Kind.RATED, exempt=False, lowest=Decimal(0)),
    Family(prefix="BR-AG", code="M", name="under IPSI", kind=Kind.RATED, exempt=False, lowest=Decimal(0)),
)


def _delivered(invoice: Invoice) -> Iterator[str]:
    dated = invoice.delivery is not None and invoice.delivery.actual_date is not None
    period = invoice.period is not None and (invoice.period.start or invoice.period.end or invoice.period.code)
    if _INTRA.groups(invoice) and not dated and not period:
        yield MISSING


def _destination(invoice: Invoice) -> Iterator[str]:
    address = None if invoice.delivery is None else invoice.delivery.address
    if _INTRA.groups(invoice) and (address is None or address.country is None):
        yield MISSING


def _alone(categories: Callable[[Invoice], Iterable[TaxCategory | None]]) -> Check:
    def check(invoice: Invoice) -> Iterator[str]:
        found = (item.vat_code for item in categories(invoice) if item is not None) if _OUTSIDE.groups(invoice) else iter(())
        return (code for code in found if code is not None and code != _OUTSIDE.code)

    return check


_ALONE = "an invoice with a VAT group not subject to VAT has no other"
VAT = (
    *(rule for family in FAMILIES for rule in _rules(family)),
    Rule("BR-IC-11", "BT-72, BG-14", "a supply inside the community has a delivery date or an invoicing period", _delivered),
    Rule("BR-IC-12", "BT-80", "a supply inside the community has a deliver-to country", _destination),
    Rule("BR-O-11", "BT-118", f"{_ALONE} VAT group", _alone(lambda i: (group.category for group in i.breakdown))),
    Rule("BR-O-12", "BT-151", f"{_ALONE} line", _alone(lambda i: (line.category for line in i.lines))),
    Rule("BR-O-13", "BT-95", f"{_ALONE} allowance", _alone(lambda i: (a.category for a in i.every_adjustment() if not a.charge))),
    Rule("BR-O-14", "BT-102", f"{_ALONE} charge", _alone(lambda i: (a.category for a in i.every_adjustment() if a.charge))),
)
