"""BR-01 to BR-65: what an invoice, its parties, lines and groups must state. Each syntax is judged by its own binding."""

from collections.abc import Iterator

from registry.receivables.invoices.model import Adjustment, Identifier, Invoice, Line, Party, PaymentMeans, Period, Syntax, Totals
from registry.receivables.invoices.rules.rule import Rule, each, has, text

_TRANSFER_CODES = {"30", "58"}


def _totals(invoice: Invoice) -> tuple[Totals, ...]:
    return () if invoice.totals is None else (invoice.totals,)


def _lines(invoice: Invoice) -> tuple[Line, ...]:
    return invoice.lines


def _cii(invoice: Invoice) -> bool:
    return invoice.syntax is Syntax.CII


def _allowances(invoice: Invoice) -> Iterator[Adjustment]:
    return (item for item in invoice.adjustments if not item.charge)


def _charges(invoice: Invoice) -> Iterator[Adjustment]:
    return (item for item in invoice.adjustments if item.charge)


def _line_allowances(invoice: Invoice) -> Iterator[Adjustment]:
    return (item for line in invoice.lines for item in line.adjustments if not item.charge)


def _line_charges(invoice: Invoice) -> Iterator[Adjustment]:
    return (item for line in invoice.lines for item in line.adjustments if item.charge)


def _representatives(invoice: Invoice) -> tuple[Party, ...]:
    return () if invoice.tax_representative is None else (invoice.tax_representative,)


def _period(invoice: Invoice) -> tuple[Period, ...]:
    return () if invoice.period is None else (invoice.period,)


def _line_periods(invoice: Invoice) -> Iterator[Period]:
    return (line.period for line in invoice.lines if line.period is not None)


def _in_order(period: Period) -> bool:
    return period.start is None or period.end is None or period.end >= period.start


def _span(period: Period) -> str:
    return f"{text(period.start)} to {text(period.end)}"


def _country(party: Party | None, invoice: Invoice) -> object:
    # UBL asks for a country in an address that is there; CII asks always.
    if party is not None and party.address is not None:
        return party.address.country
    return not _cii(invoice)


def _deliver_to(invoice: Invoice) -> object:
    return invoice.delivery is None or invoice.delivery.address is None or invoice.delivery.address.country


def _endpoint(party: Party | None) -> object:
    return party is None or party.endpoint is None or party.endpoint.scheme


def _payee_names(invoice: Invoice) -> Iterator[str]:
    payee, seller = invoice.payee, invoice.seller
    if payee is None:
        return
    seller_name = None if seller is None else seller.name if _cii(invoice) else seller.trading_name
    same_name = payee.name is not None and payee.name == seller_name
    same_id = seller is not None and bool({i.value for i in payee.ids} & {i.value for i in seller.ids})
    same_legal = _cii(invoice) and seller is not None and payee.legal_id is not None and seller.legal_id is not None
    same_legal = same_legal and payee.legal_id.value == seller.legal_id.value  # type: ignore[union-attr]
    if payee.name is None or same_name or same_id or same_legal:
        yield text(payee.name)


def _transfers(invoice: Invoice) -> Iterator[PaymentMeans]:
    return (means for means in invoice.payment if means.code in _TRANSFER_CODES)


def _transfers_to_account(invoice: Invoice) -> Iterator[PaymentMeans]:
    return (means for means in _transfers(invoice) if means.account is not None)


def _account_ids(invoice: Invoice) -> Iterator[PaymentMeans]:
    return _transfers_to_account(invoice) if _cii(invoice) else _transfers(invoice)


def _vat_currency_total(invoice: Invoice) -> Iterator[str]:
    wanted = invoice.vat_currency
    if wanted is None or (_cii(invoice) and invoice.totals is None):
        return
    if not invoice.vat_totals_in(wanted) or (_cii(invoice) and wanted == invoice.currency):
        yield wanted


def _standard_ids(invoice: Invoice) -> Iterator[Identifier]:
    return (line.standard_id for line in invoice.lines if line.standard_id is not None)


def _attributes(invoice: Invoice) -> Iterator[tuple[str | None, str | None]]:
    return (pair for line in invoice.lines for pair in line.attributes)


def _account_id(means: PaymentMeans) -> object:
    return means.account is not None and means.account.id


def _scheme(item: Identifier) -> object:
    return item.scheme


def _line_id(line: Line) -> str:
    return f"line {text(line.id)}"


_IDENTITY = (
    Rule("BR-01", "BT-24", "an invoice names the specification it follows", has(lambda i: i.specification)),
    Rule("BR-02", "BT-1", "an invoice has a number", has(lambda i: i.number)),
    Rule("BR-03", "BT-2", "an invoice has an issue date", has(lambda i: i.issue_date or i.misread("BT-2"))),
    Rule("BR-04", "BT-3", "an invoice has a type code", has(lambda i: i.type_code)),
    Rule("BR-05", "BT-5", "an invoice names its currency", has(lambda i: i.currency)),
    Rule("BR-06", "BT-27", "the seller has a name", has(lambda i: i.seller and i.seller.name)),
    Rule("BR-07", "BT-44", "the buyer has a name", has(lambda i: i.buyer and i.buyer.name)),
    Rule("BR-08", "BG-5", "the seller has a postal address", has(lambda i: i.seller and i.seller.address)),
    Rule("BR-09", "BT-40", "the seller's address names its country", has(lambda i: _country(i.seller, i))),
    Rule("BR-10", "BG-8", "the buyer has a postal address", has(lambda i: i.buyer and i.buyer.address)),
    Rule("BR-11", "BT-55", "the buyer's address names its country", has(lambda i: _country(i.buyer, i))),
    Rule("BR-12", "BT-106", "the sum of line net amounts is stated", each(_totals, lambda t: t.lines)),
    Rule("BR-13", "BT-109", "the total without VAT is stated", each(_totals, lambda t: t.net)),
    Rule("BR-14", "BT-112", "the total with VAT is stated", each(_totals, lambda t: t.gross)),
    Rule("BR-15", "BT-115", "the amount due for payment is stated", each(_totals, lambda t: t.due)),
    Rule("BR-16", "BG-25", "an invoice has at least one line", has(lambda i: i.lines)),
    Rule("BR-17", "BT-59", "a payee is named, and only when it is not the seller", _payee_names),
    Rule("BR-18", "BT-62", "a tax representative has a name", each(_representatives, lambda p: p.name)),
    Rule("BR-19", "BG-12", "a tax representative has a postal address", each(_representatives, lambda p: p.address)),
    Rule(
        "BR-20",
        "BT-69",
        "a tax representative's address names its country",
        each(lambda i: (i,) if i.tax_representative else (), lambda i: _country(i.tax_representative, i)),
    ),
)

_LINES = (
    Rule("BR-21", "BT-126", "a line has an identifier", each(_lines, lambda line: line.id)),
    Rule("BR-22", "BT-129", "a line has a quantity", each(_lines, lambda line: line.quantity is not None, _line_id)),
    Rule("BR-23", "BT-130", "a line's quantity has a unit", each(_lines, lambda line: line.unit, _line_id)),
    Rule("BR-24", "BT-131", "a line has a net amount", each(_lines, lambda line: line.net, _line_id)),
    Rule("BR-25", "BT-153", "a line names its item", each(_lines, lambda line: line.name, _line_id)),
    Rule("BR-26", "BT-146", "a line has a net price", each(_lines, lambda line: line.price, _line_id)),
    Rule(
        "BR-27",
        "BT-146",
        "a net price is not negative",
        each(_lines, lambda line: line.price is not None and line.price.value >= 0, lambda line: text(line.price)),
    ),
    Rule(
        "BR-28",
        "BT-148",
        "a gross price is not negative",
        each(_lines, lambda line: line.gross_price is None or line.gross_price.value >= 0, lambda line: text(line.gross_price)),
    ),
)

_GROUPS = (
    Rule("BR-29", "BT-73, BT-74", "the invoicing period ends on or after its start", each(_period, _in_order, _span)),
    Rule("BR-30", "BT-134, BT-135", "a line's period ends on or after its start", each(_line_periods, _in_order, _span)),
    Rule("BR-31", "BT-92", "an allowance has an amount", each(_allowances, lambda a: a.amount)),
    Rule("BR-32", "BT-95", "an allowance has a VAT category", each(_allowances, lambda a: a.category and a.category.vat_code)),
    Rule("BR-33", "BT-97, BT-98", "an allowance has a reason or a reason code", each(_allowances, lambda a: a.has_reason)),
    Rule("BR-36", "BT-99", "a charge has an amount", each(_charges, lambda a: a.amount)),
    Rule("BR-37", "BT-102", "a charge has a VAT category", each(_charges, lambda a: a.category and a.category.vat_code)),
    Rule("BR-38", "BT-104, BT-105", "a charge has a reason or a reason code", each(_charges, lambda a: a.has_reason)),
    Rule("BR-41", "BT-136", "a line allowance has an amount", each(_line_allowances, lambda a: a.amount)),
    Rule("BR-42", "BT-139, BT-140", "a line allowance has a reason or a reason code", each(_line_allowances, lambda a: a.has_reason)),
    Rule("BR-43", "BT-141", "a line charge has an amount", each(_line_charges, lambda a: a.amount)),
    Rule("BR-44", "BT-144, BT-145", "a line charge has a reason or a reason code", each(_line_charges, lambda a: a.has_reason)),
    Rule("BR-45", "BT-116", "a VAT group has a taxable amount", each(lambda i: i.breakdown, lambda g: g.taxable)),
    Rule("BR-46", "BT-117", "a VAT group has a tax amount", each(lambda i: i.breakdown, lambda g: g.tax)),
    Rule("BR-47", "BT-118", "a VAT group has a category", each(lambda i: i.breakdown, lambda g: g.category and g.category.vat_code)),
    Rule(
        "BR-48",
        "BT-119",
        "a VAT group has a rate, unless it is not subject to VAT",
        each(lambda i: i.breakdown, lambda g: g.category and g.category.is_vat and (g.category.rate is not None or g.category.code == "O")),
    ),
    Rule("BR-49", "BT-81", "a payment instruction has a means code", each(lambda i: i.payment, lambda m: m.code)),
    Rule("BR-50", "BT-84", "an account to transfer to has an identifier", each(_transfers_to_account, _account_id)),
    Rule("BR-52", "BT-122", "a supporting document has a reference", each(lambda i: i.documents, lambda reference: reference)),
    Rule("BR-53", "BT-6, BT-111", "the VAT total in the accounting currency is stated", _vat_currency_total),
    Rule(
        "BR-54",
        "BT-160, BT-161",
        "an item attribute has a name and a value",
        each(_attributes, all, lambda pair: f"{text(pair[0])}: {text(pair[1])}"),
    ),
    Rule("BR-55", "BT-25", "a preceding invoice is referred to by its number", each(lambda i: i.preceding, lambda r: r.number)),
    Rule("BR-56", "BT-63", "a tax representative has a VAT identifier", each(_representatives, lambda p: p.vat_id)),
    Rule("BR-57", "BT-80", "a deliver-to address names its country", has(_deliver_to)),
    Rule("BR-61", "BT-84", "a credit transfer names the account", each(_account_ids, _account_id, lambda m: text(m.code))),
    Rule("BR-62", "BT-34", "the seller's electronic address has a scheme", has(lambda i: _endpoint(i.seller))),
    Rule("BR-63", "BT-49", "the buyer's electronic address has a scheme", has(lambda i: _endpoint(i.buyer))),
    Rule("BR-64", "BT-157", "an item's standard identifier has a scheme", each(_standard_ids, _scheme, lambda item: item.value)),
    Rule(
        "BR-65",
        "BT-158",
        "an item's classification has a scheme",
        each(lambda i: (code for line in i.lines for code in line.classifications), _scheme, lambda item: item.value),
    ),
)

PRESENCE = _IDENTITY + _LINES + _GROUPS
