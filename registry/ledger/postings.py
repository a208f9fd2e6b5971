"""Which postings a contract event stands for. Pure: facts come in as arguments. The table is in README.md of this folder.

A draft can't be built unbalanced. An event that moves no value gives no draft.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from chain.events import Event
from chain.structs import FINANCE_ASSIGNMENT
from registry.kernel.errors import DomainError
from registry.kernel.errors import Kind as ErrorKind
from registry.ledger.accounts import Kind


class Unbalanced(DomainError):
    """Lines of an entry that don't sum to zero in each currency; a bug, never stored."""

    code = "entry_unbalanced"
    kind = ErrorKind.INVALID


class Line(NamedTuple):
    """One line: debit positive, credit negative, minor units."""

    entity: int
    kind: Kind
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not posted yet. `key` makes posting it twice the same as once."""

    key: str
    kind: str
    subject: str
    at: datetime
    lines: tuple[Line, ...]
    block_number: int | None = None

    def __post_init__(self) -> None:
        sums: dict[str, int] = {}
        for line in self.lines:
            if line.amount == 0:
                raise Unbalanced(f"entry {self.key} has a line of nothing", key=self.key)
            sums[line.currency] = sums.get(line.currency, 0) + line.amount
        if not self.lines or any(sums.values()):
            raise Unbalanced(f"entry {self.key} does not balance", key=self.key, sums=sums)


class Facts(NamedTuple):
    """What an event does not say itself: the payable's parties, and the lot as it was before the event."""

    key: str
    at: datetime
    block_number: int
    subject: str
    currency: str
    obligor: int
    payee: int
    # The obligor's payment agent when the event happened.
    agent: int
    face: int
    # The lot before the event, where it is about one; before its pay-out, where that came back.
    holder: int = 0
    amount: int = 0
    frozen: int = 0
    # Who is paid instead of the holder, when the lot is pledged; 0: nobody.
    pledgee: int = 0
    # What the funder pays out for a financed lot, when the financing was agreed here; 0: not known.
    price: int = 0


# Debtor's entity and kind, creditor's entity and kind, amount.
Move = tuple[int, Kind, int, Kind, int]


def of_event(event: Event, facts: Facts) -> list[Draft]:
    """The entries of an event: one, or none when no value moves."""
    rule = _RULES.get(event.name)
    if rule is None:
        return []
    lines: dict[tuple[int, Kind], int] = {}
    for debtor, debit, creditor, credit, amount in rule(event, facts):
        lines[debtor, debit] = lines.get((debtor, debit), 0) + amount
        lines[creditor, credit] = lines.get((creditor, credit), 0) - amount
    drawn = tuple(Line(entity, kind, facts.currency, amount) for (entity, kind), amount in lines.items() if amount)
    if not drawn:
        return []
    return [Draft(facts.key, event.name, facts.subject, facts.at, drawn, facts.block_number)]


def moves_value(name: str) -> bool:
    """Whether events of this name can have postings."""
    return name in _RULES


def held_back(line: int, *, amount: int, frozen: int) -> int:
    """The part of a pay-out of `line` that goes to the deposit account: the free part of the lot is paid first."""
    return max(0, line - max(0, amount - frozen))


def _issued(_: Event, facts: Facts) -> Iterable[Move]:
    yield facts.payee, Kind.CLAIMS, facts.obligor, Kind.PAYABLES, facts.face


def _undone(_: Event, facts: Facts) -> Iterable[Move]:
    yield facts.obligor, Kind.PAYABLES, facts.payee, Kind.CLAIMS, facts.face


def _moved(event: Event, _: Facts) -> Iterable[Move]:
    yield event.args["to"], Kind.CLAIMS, event.args["from"], Kind.CLAIMS, event.args["amount"]


def _financed(event: Event, facts: Facts) -> Iterable[Move]:
    funder, seller = event.args["funder"], event.args["from"]
    if event.args["kind"] == FINANCE_ASSIGNMENT:
        yield funder, Kind.CLAIMS, seller, Kind.CLAIMS, event.args["amount"]
    yield seller, Kind.BANK, funder, Kind.BANK, facts.price


def _paid_in(event: Event, facts: Facts) -> Iterable[Move]:
    yield facts.agent, Kind.COLLECTIONS, facts.obligor, Kind.BANK, event.args["amount"]


def _paid_back(event: Event, facts: Facts) -> Iterable[Move]:
    yield facts.obligor, Kind.BANK, facts.agent, Kind.COLLECTIONS, event.args["amount"]


def _redeemed(event: Event, facts: Facts) -> Iterable[Move]:
    holder, amount = event.args["holder"], event.args["amount"]
    deposit = held_back(amount, amount=facts.amount, frozen=facts.frozen)
    yield facts.obligor, Kind.PAYABLES, holder, Kind.CLAIMS, amount
    yield holder, Kind.DEPOSITS, facts.agent, Kind.COLLECTIONS, deposit
    yield facts.pledgee or holder, Kind.BANK, facts.agent, Kind.COLLECTIONS, amount - deposit


def _reopened(event: Event, facts: Facts) -> Iterable[Move]:
    """The bank returned a pay-out: the money is the obligor's again until it is recorded as a payment anew."""
    holder, amount = event.args["holder"], event.args["amount"]
    deposit = held_back(amount, amount=facts.amount, frozen=facts.frozen)
    yield holder, Kind.CLAIMS, facts.obligor, Kind.PAYABLES, amount
    yield facts.obligor, Kind.BANK, holder, Kind.DEPOSITS, deposit
    yield facts.obligor, Kind.BANK, facts.pledgee or holder, Kind.BANK, amount - deposit


def _given_up(event: Event, facts: Facts) -> Iterable[Move]:
    yield facts.obligor, Kind.PAYABLES, facts.holder, Kind.CLAIMS, event.args["amount"]


_RULES: dict[str, Callable[[Event, Facts], Iterable[Move]]] = {
    "Issued": _issued,
    "Refused": _undone,
    "Cancelled": _undone,
    "Transferred": _moved,
    "TransferForced": _moved,
    "Financed": _financed,
    "PaymentRecorded": _paid_in,
    "PaymentReversed": _paid_back,
    "Redeemed": _redeemed,
    "Reopened": _reopened,
    "Discharged": _given_up,
    "SetOff": _given_up,
}
