"""BR-CO and BR-DEC: amounts that must add up, terms that exclude or need each other, and amounts of at most two decimals."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from registry.receivables.invoices.model import Adjustment, Amount, Invoice, Line, Period, Syntax, Totals, VatBreakdown
from registry.receivables.invoices.rules.codes import vat_prefixes
from registry.receivables.invoices.rules.rule import MISSING, Check, Rule, each, has, number, round2, text, total, whole


def _cii(invoice: Invoice) -> bool:
    return invoice.syntax is Syntax.CII


def _differs(found: Decimal | None, expected: Decimal | None) -> Iterator[str]:
    if found is None or expected is None or found != round2(expected):
        yield f"{text(found)}, expected {text(expected)}"


def _adds_up_to_lines(invoice: Invoice) -> Iterator[str]:
    if invoice.totals is not None:
        yield from _differs(number(invoice.totals.lines), total(line.net for line in invoice.lines))


def _adjustments_add_up(stated: Callable[[Totals], Amount | None], *, charge: bool) -> Check:
    def check(invoice: Invoice) -> Iterator[str]:
        amounts = [item.amount for item in invoice.adjustments if item.charge is charge]
        if invoice.totals is not None and (amounts or stated(invoice.totals) is not None):
            yield from _differs(number(stated(invoice.totals)), total(amounts))

    return check


def _adds_up_to_net(invoice: Invoice) -> Iterator[str]:
    totals = invoice.totals
    if totals is not None:
        lines = number(totals.lines)
        yield from _differs(number(totals.net), None if lines is None else lines - total([totals.allowances]) + total([totals.charges]))


def _adds_up_to_gross(invoice: Invoice) -> Iterator[str]:
    if invoice.currency is None:
        return
    totals = invoice.totals or Totals()
    net, gross = number(totals.net), number(totals.gross)
    # CII leaves the VAT total out where there is no VAT.
    if _cii(invoice) and net is not None and net == gross:
        return
    vat = invoice.vat_totals_in(invoice.currency)
    if len(vat) != 1:
        yield f"{len(vat)} VAT totals in {invoice.currency}"
    else:
        yield from _differs(gross, None if net is None else net + vat[0].value)


def _adds_up_to_due(invoice: Invoice) -> Iterator[str]:
    totals = invoice.totals
    if totals is None:
        return
    gross, due = number(totals.gross), number(totals.due)
    if gross is None or due is None:
        yield MISSING
        return
    expected = round2(gross - total([totals.paid]))
    if round2(due - total([totals.rounding])) != expected:
        yield f"{due}, expected {expected + total([totals.rounding])}"


def _vat_totals_add_up(invoice: Invoice) -> Iterator[str]:
    for item in invoice.vat_totals:
        if item.parts is not None:
            yield from _differs(number(item.amount), sum(item.parts, Decimal(0)))


def _tax_of_groups(invoice: Invoice) -> Iterator[str]:
    for group in invoice.breakdown:
        rate = group.category.rate if group.category is not None and group.category.is_vat else None
        tax, taxable = number(group.tax), number(group.taxable)
        if not _tax_fits(tax, taxable, rate, inclusive=_cii(invoice)):
            yield f"{text(tax)} on {text(taxable)} at {text(rate)} %"


def _tax_fits(tax: Decimal | None, taxable: Decimal | None, rate: Decimal | None, *, inclusive: bool) -> bool:
    """Within one unit of currency, as the official test allows; a rate that rounds to zero asks for no tax."""
    if tax is None:
        return False
    if rate is None or whole(rate) == 0:
        return whole(tax) == 0
    if taxable is None:
        return False
    distance = abs(abs(tax) - round2(abs(taxable) * rate / 100))
    return distance <= 1 if inclusive else distance < 1


def _point_of_tax(invoice: Invoice) -> Iterator[str]:
    if invoice.tax_point_date is not None and invoice.tax_point_codes:
        yield f"{invoice.tax_point_date} and {invoice.tax_point_codes[0]}"


def _vat_ids(invoice: Invoice) -> Iterator[str]:
    known = vat_prefixes(invoice.syntax)
    for party in (invoice.seller, invoice.buyer, invoice.payee, invoice.tax_representative):
        for tax in party.tax_ids if party is not None else ():
            if tax.scheme == "VAT" and tax.value[:2] not in known:
                yield tax.value


def _identified(invoice: Invoice) -> object:
    seller = invoice.seller
    # SEPA marks the creditor reference of a direct debit, not an identifier of the seller.
    return seller is None or seller.vat_id or seller.legal_id or any(item.scheme != "SEPA" for item in seller.ids)


def _payable(invoice: Invoice) -> Iterator[str]:
    due = None if invoice.totals is None else number(invoice.totals.due)
    if due is not None and due > 0 and not invoice.is_credit_note and invoice.due_date is None and invoice.payment_terms is None:
        yield MISSING


def _line_vat(line: Line) -> object:
    return line.category and line.category.vat_code


def _filled(period: Period) -> bool:
    return period.start is not None or period.end is not None


def _filled_or_coded(period: Period) -> object:
    return _filled(period) or period.code


def _periods(invoice: Invoice) -> Iterable[Period]:
    return () if invoice.period is None else (invoice.period,)


def _line_periods(invoice: Invoice) -> Iterable[Period]:
    return (line.period for line in invoice.lines if line.period is not None)


def _adjusted(*, charge: bool, of_lines: bool) -> Callable[[Invoice], Iterable[Adjustment]]:
    def find(invoice: Invoice) -> Iterator[Adjustment]:
        found = (item for line in invoice.lines for item in line.adjustments) if of_lines else iter(invoice.adjustments)
        return (item for item in found if item.charge is charge)

    return find


def _reasoned(rule: str, terms: str, what: str, find: Callable[[Invoice], Iterable[Adjustment]]) -> Rule:
    return Rule(rule, terms, f"{what} has a reason, a reason code, or both", each(find, lambda item: item.has_reason))


SUMS = (
    Rule("BR-CO-10", "BT-106", "the sum of line net amounts is right", _adds_up_to_lines),
    Rule("BR-CO-11", "BT-107", "the sum of allowances is right", _adjustments_add_up(lambda t: t.allowances, charge=False)),
    Rule("BR-CO-12", "BT-108", "the sum of charges is right", _adjustments_add_up(lambda t: t.charges, charge=True)),
    Rule("BR-CO-13", "BT-109", "the total without VAT is lines less allowances plus charges", _adds_up_to_net),
    Rule("BR-CO-14", "BT-110", "the VAT total is the sum of the VAT groups", _vat_totals_add_up),
    Rule("BR-CO-15", "BT-112", "the total with VAT is the total without VAT plus the VAT total", _adds_up_to_gross),
    Rule("BR-CO-16", "BT-115", "the amount due is the total with VAT less what was paid plus rounding", _adds_up_to_due),
    Rule("BR-CO-17", "BT-117", "a VAT group's tax is its taxable amount times its rate", _tax_of_groups),
)

CONDITIONS = (
    Rule("BR-CO-03", "BT-7, BT-8", "a VAT point date and a VAT point code exclude each other", _point_of_tax),
    Rule("BR-CO-04", "BT-151", "a line has a VAT category", each(lambda i: i.lines, _line_vat, lambda line: f"line {text(line.id)}")),
    Rule("BR-CO-09", "BT-31, BT-48, BT-63", "a VAT identifier begins with a country code", _vat_ids),
    Rule("BR-CO-18", "BG-23", "an invoice has a VAT breakdown", has(lambda i: i.breakdown or (_cii(i) and not i.lines))),
    Rule("BR-CO-19", "BT-73, BT-74", "an invoicing period has a start, an end, or a VAT point code", each(_periods, _filled_or_coded)),
    Rule("BR-CO-20", "BT-134, BT-135", "a line's period has a start or an end", each(_line_periods, _filled)),
    _reasoned("BR-CO-21", "BT-97, BT-98", "an allowance", _adjusted(charge=False, of_lines=False)),
    _reasoned("BR-CO-22", "BT-104, BT-105", "a charge", _adjusted(charge=True, of_lines=False)),
    _reasoned("BR-CO-23", "BT-139, BT-140", "a line allowance", _adjusted(charge=False, of_lines=True)),
    _reasoned("BR-CO-24", "BT-144, BT-145", "a line charge", _adjusted(charge=True, of_lines=True)),
    Rule("BR-CO-25", "BT-9, BT-20, BT-115", "a positive amount due comes with a due date or payment terms", _payable),
    Rule("BR-CO-26", "BT-29, BT-30, BT-31", "the seller has an identifier, a legal identifier or a VAT identifier", has(_identified)),
)


def _decimals(rule: str, term: str, find: Callable[[Invoice], Iterable[Amount | None]]) -> Rule:
    amounts = each(find, lambda amount: amount is None or amount.decimals <= 2, text)
    return Rule(rule, term, "the amount has at most two decimals", amounts)


def _vat_decimals(rule: str, term: str, currency: Callable[[Invoice], str | None]) -> Rule:
    """CII looks at the value, UBL at what is written."""

    def check(invoice: Invoice) -> Iterator[str]:
        for amount in invoice.vat_totals_in(currency(invoice)) if currency(invoice) else ():
            if amount.value != round2(amount.value) if _cii(invoice) else amount.decimals > 2:
                yield text(amount)

    return Rule(rule, term, "the amount has at most two decimals", check)


def _total(pick: Callable[[Totals], Amount | None]) -> Callable[[Invoice], Iterable[Amount | None]]:
    return lambda invoice: () if invoice.totals is None else (pick(invoice.totals),)


def _groups(pick: Callable[[VatBreakdown], Amount | None]) -> Callable[[Invoice], Iterable[Amount | None]]:
    return lambda invoice: (pick(group) for group in invoice.breakdown)


def _of(find: Callable[[Invoice], Iterable[Adjustment]], *, base: bool) -> Callable[[Invoice], Iterable[Amount | None]]:
    return lambda invoice: (item.base if base else item.amount for item in find(invoice))


DECIMALS = (
    _decimals("BR-DEC-01", "BT-92", _of(_adjusted(charge=False, of_lines=False), base=False)),
    _decimals("BR-DEC-02", "BT-93", _of(_adjusted(charge=False, of_lines=False), base=True)),
    _decimals("BR-DEC-05", "BT-99", _of(_adjusted(charge=True, of_lines=False), base=False)),
    _decimals("BR-DEC-06", "BT-100", _of(_adjusted(charge=True, of_lines=False), base=True)),
    _decimals("BR-DEC-09", "BT-106", _total(lambda t: t.lines)),
    _decimals("BR-DEC-10", "BT-107", _total(lambda t: t.allowances)),
    _decimals("BR-DEC-11", "BT-108", _total(lambda t: t.charges)),
    _decimals("BR-DEC-12", "BT-109", _total(lambda t: t.net)),
    _vat_decimals("BR-DEC-13", "BT-110", lambda i: i.currency),
    _decimals("BR-DEC-14", "BT-112", _total(lambda t: t.gross)),
    _vat_decimals("BR-DEC-15", "BT-111", lambda i: i.vat_currency),
    _decimals("BR-DEC-16", "BT-113", _total(lambda t: t.paid)),
    _decimals("BR-DEC-17", "BT-114", _total(lambda t: t.rounding)),
    _decimals("BR-DEC-18", "BT-115", _total(lambda t: t.due)),
    _decimals("BR-DEC-19", "BT-116", _groups(lambda g: g.taxable)),
    _decimals("BR-DEC-20", "BT-117", _groups(lambda g: g.tax)),
    _decimals("BR-DEC-23", "BT-131", lambda i: (line.net for line in i.lines)),
    _decimals("BR-DEC-24", "BT-136", _of(_adjusted(charge=False, of_lines=True), base=False)),
    _decimals("BR-DEC-25", "BT-137", _of(_adjusted(charge=False, of_lines=True), base=True)),
    _decimals("BR-DEC-27", "BT-141", _of(_adjusted(charge=True, of_lines=True), base=False)),
    _decimals("BR-DEC-28", "BT-142", _of(_adjusted(charge=True, of_lines=True), base=True)),
)

TOTALS = SUMS + CONDITIONS + DECIMALS
