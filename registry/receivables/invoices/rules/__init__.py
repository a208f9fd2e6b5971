"""Which invoices are valid, and which of them a claim may be built on. Pure functions of the invoice.

`violations` judges by EN 16931 as its official validation artefacts do. `obstacles` adds what a confirmed debt needs beyond a valid
invoice: a credit note can be valid and still no claim. `admit` raises InvoiceRefused with everything found.
"""

from datetime import date
from decimal import localcontext

from registry.receivables.invoices.errors import InvoiceRefused, Violation
from registry.receivables.invoices.model import Invoice
from registry.receivables.invoices.rules.claims import CLAIMS, dated, readable
from registry.receivables.invoices.rules.codelists import CODE_LISTS
from registry.receivables.invoices.rules.presence import PRESENCE
from registry.receivables.invoices.rules.rule import Rule
from registry.receivables.invoices.rules.totals import TOTALS
from registry.receivables.invoices.rules.vat import VAT

__all__ = ["RULES", "Rule", "Violation", "admit", "obstacles", "violations"]

# The rules of EN 16931 that are covered, in the order they are reported.
RULES: tuple[Rule, ...] = PRESENCE + TOTALS + CODE_LISTS + VAT
# Sums of 200,000 amounts of 22 digits, and their products with a rate, are exact.
_PRECISION = 60


def violations(invoice: Invoice) -> list[Violation]:
    """Every covered rule of EN 16931 that the invoice breaks. Values that cannot be read come alone: the rest would follow from them."""
    unreadable = readable(invoice)
    if unreadable:
        return unreadable
    with localcontext() as context:
        context.prec = _PRECISION
        return [violation for rule in RULES for violation in rule.violations(invoice)]


def obstacles(invoice: Invoice, *, due: date | None = None) -> list[Violation]:
    """Why no claim can be built on a valid invoice (rules TS-..). `due` is the due date agreed otherwise, when the invoice states none."""
    found = [violation for rule in CLAIMS for violation in rule.violations(invoice)]
    return found + dated(invoice, due)


def admit(invoice: Invoice, *, due: date | None = None) -> Invoice:
    """The same invoice, if it is valid and can carry a claim. Raises InvoiceRefused."""
    found = violations(invoice) or obstacles(invoice, due=due)
    if found:
        raise InvoiceRefused(found)
    return invoice
