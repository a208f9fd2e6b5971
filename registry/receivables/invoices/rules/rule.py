"""What a rule is: an id, what it says, the business terms it reads, and a check that names the values which break it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from registry.receivables.invoices.errors import Violation
from registry.receivables.invoices.model import Amount, Invoice

MISSING = "missing"
_HALF = Decimal("0.5")
_CENT = Decimal("0.01")

T = TypeVar("T")
Check = Callable[[Invoice], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is that of EN 16931 (BR-..) or our own (TS-..); `text` is in our words; `terms` are the business terms read."""

    id: str
    terms: str
    text: str
    check: Check

    def violations(self, invoice: Invoice) -> Iterator[Violation]:
        """One violation per value that breaks the rule."""
        for value in self.check(invoice):
            yield Violation(self.id, value, f"{self.text} ({self.terms}); found: {value}")


def each(items: Callable[[Invoice], Iterable[T]], holds: Callable[[T], object], show: Callable[[T], str] = lambda _: MISSING) -> Check:
    """The check that `holds` for each of the items; `show` tells the value of one for which it does not."""

    def check(invoice: Invoice) -> Iterator[str]:
        return (show(item) for item in items(invoice) if not holds(item))

    return check


def has(value: Callable[[Invoice], object]) -> Check:
    """The check that the document has a value."""
    return each(lambda invoice: (invoice,), value)


def round2(value: Decimal) -> Decimal:
    """Two decimals as XPath's round does it: halves go up, towards positive infinity."""
    return whole(value * 100) * _CENT


def whole(value: Decimal) -> Decimal:
    """XPath's round."""
    return (value + _HALF).to_integral_value(ROUND_FLOOR)


def number(amount: Amount | None) -> Decimal | None:
    """The value of an amount that may be missing."""
    return None if amount is None else amount.value


def total(amounts: Iterable[Amount | None]) -> Decimal:
    """Sum of the amounts that are there."""
    return sum((amount.value for amount in amounts if amount is not None), Decimal(0))


def text(value: object) -> str:
    """A value as a finding shows it."""
    if value is None or value == "":
        return MISSING
    return str(value.value) if isinstance(value, Amount) else str(value)
