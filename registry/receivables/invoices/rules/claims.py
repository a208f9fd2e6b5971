"""TS-01 to TS-08: what a confirmed debt needs beyond a valid invoice. These rules are ours, not of EN 16931."""

from collections.abc import Iterator
from datetime import date

from registry.kernel.errors import Invalid
from registry.receivables.invoices.amounts import minor_units, money_code
from registry.receivables.invoices.errors import Violation
from registry.receivables.invoices.model import Amount, Invoice
from registry.receivables.invoices.rules.rule import MISSING, Rule, number, text

# UNTDID 1001: documents that ask for no payment of a debt that stands, or for one that somebody else already bought.
_NO_DEBT = {"325": "a pro-forma invoice", "386": "a prepayment invoice", "393": "a factored invoice", "457": "a reversal of a debit"}


def readable(invoice: Invoice) -> list[Violation]:
    """TS-01: every value that is stated can be read, and stands once."""
    return [Violation("TS-01", item.value, f"{item.term} {item.reason}; found: {item.value or MISSING}") for item in invoice.unreadable]


def dated(invoice: Invoice, agreed: date | None) -> list[Violation]:
    """TS-06 and TS-07: there is a due date, and it is not before the issue date."""
    due = invoice.due_date or agreed
    if due is None:
        return [Violation("TS-06", MISSING, "the invoice states no due date (BT-9); name the agreed one")]
    if invoice.issue_date is not None and due < invoice.issue_date:
        return [Violation("TS-07", str(due), f"the due date (BT-9) is before the issue date (BT-2) {invoice.issue_date}; found: {due}")]
    return []


def _debt(invoice: Invoice) -> Iterator[str]:
    if invoice.is_credit_note:
        yield f"{text(invoice.type_code)} (credit note)"


def _kind(invoice: Invoice) -> Iterator[str]:
    if invoice.type_code in _NO_DEBT:
        yield f"{invoice.type_code} ({_NO_DEBT[invoice.type_code]})"


def _positive(invoice: Invoice) -> Iterator[str]:
    due = None if invoice.totals is None else number(invoice.totals.due)
    if due is None or due <= 0:
        yield text(due)


def _totals(invoice: Invoice) -> list[Amount]:
    totals = invoice.totals
    if totals is None:
        return []
    stated = (totals.lines, totals.allowances, totals.charges, totals.net, totals.gross, totals.paid, totals.rounding, totals.due)
    return [amount for amount in stated if amount is not None]


def _one_currency(invoice: Invoice) -> Iterator[str]:
    try:
        money_code(invoice.currency or "")
    except Invalid:
        yield text(invoice.currency)
    yield from (text(amount.currency) for amount in _totals(invoice) if amount.currency not in (None, invoice.currency))


def _whole_units(invoice: Invoice) -> Iterator[str]:
    for amount in _totals(invoice):
        try:
            minor_units(amount.value, invoice.currency or "")
        except Invalid:
            yield f"{amount.value} {text(invoice.currency)}"


CLAIMS = (
    Rule("TS-02", "BT-3", "a credit note lowers a debt and cannot be a claim", _debt),
    Rule("TS-03", "BT-115", "the amount due for payment is above zero", _positive),
    Rule("TS-04", "BT-5", "all totals are in the invoice currency, one that debts are paid in", _one_currency),
    Rule("TS-05", "BT-106 to BT-115", "totals are whole minor units of the currency and fit the registry", _whole_units),
    Rule("TS-08", "BT-3", "the document asks for payment of a debt that nobody bought", _kind),
)
