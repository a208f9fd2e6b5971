"""Decisions on money: who is paid what when a payable is cleared. Exact integers, pure.

Short of cover, the payment is shared pro rata: each lot gets the floor of amount * payment / base, and the units left over go one each
to the lots with the largest remainders, ties by lot id. The contract takes the floor or the ceiling of each share and checks the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from registry.kernel.errors import Invalid

# Lots in one call: what a block of 30 million gas takes with room to spare.
LOTS_PER_CALL = 100

T = TypeVar("T")


class HasShare(Protocol):
    """A line of a round: what its lot stood for and what it gets. Minor units."""

    @property
    def base(self) -> int:
        """The lot's amount before."""

    @property
    def amount(self) -> int:
        """What is paid on it."""


Share = TypeVar("Share", bound=HasShare)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A live lot at clearing. `payee` is its pledgee or holder; `frozen` the part that the registrar froze. Minor units."""

    lot: str
    holder: int
    payee: int
    amount: int
    frozen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is paid on a lot: `amount` in all, of which `deposit` goes to a deposit account and the rest to `payee`."""

    lot: str
    holder: int
    payee: int
    base: int
    amount: int
    deposit: int


def in_full(claims: Sequence[Claim]) -> list[Line]:
    """Every lot whole, by lot id."""
    return [_line(claim, claim.amount) for claim in sorted(claims, key=lambda claim: claim.lot)]


def pro_rata(claims: Sequence[Claim], payment: int) -> list[Line]:
    """Shares of a payment below what the lots stand for, by lot id; they add up to the payment. A share may be 0.

    Invalid when the payment is not between 0 and the sum of the lots.
    """
    base = sum(claim.amount for claim in claims)
    if not 0 < payment <= base:
        raise Invalid("a payment to share is above zero and at most the sum of the lots", payment=payment, base=base)
    ordered = sorted(claims, key=lambda claim: claim.lot)
    shares = [divmod(claim.amount * payment, base) for claim in ordered]
    left = payment - sum(floor for floor, _ in shares)
    # Sorting is stable, so that equal remainders stay in the order of lot ids.
    raised = set(sorted(range(len(ordered)), key=lambda place: -shares[place][1])[:left])
    return [_line(claim, shares[place][0] + (place in raised)) for place, claim in enumerate(ordered)]


def paced(lines: Sequence[Share], *, base: int, payment: int, done: Sequence[Share] = ()) -> list[Share]:
    """The lines of a round in an order that keeps their running total within one minor unit of the exact one, as the contract demands
    after every call: what is rounded up follows what is rounded down. `done`: lines that were redeemed before."""
    up = [line for line in reversed(lines) if line.amount * base > line.base * payment]
    down = [line for line in reversed(lines) if line.amount * base <= line.base * payment]
    ahead = sum(line.amount * base - line.base * payment for line in done)
    ordered = []
    while up or down:
        line = (down if down and (ahead > 0 or not up) else up).pop()
        ahead += line.amount * base - line.base * payment
        ordered.append(line)
    return ordered


def _line(claim: Claim, amount: int) -> Line:
    return Line(
        lot=claim.lot,
        holder=claim.holder,
        payee=claim.payee,
        base=claim.amount,
        amount=amount,
        deposit=frozen_part(amount, of=claim.amount, frozen=claim.frozen),
    )


def frozen_part(amount: int, *, of: int, frozen: int) -> int:
    """How much of a pay-out on a lot is frozen: the free part is paid first, as forced transfers move it first. What stays in the lot
    and what is deposited are together what was frozen."""
    return max(0, amount - (of - min(frozen, of)))


def chunks(items: Sequence[T]) -> list[Sequence[T]]:
    """Pay-outs in groups that fit into one call each."""
    return [items[start : start + LOTS_PER_CALL] for start in range(0, len(items), LOTS_PER_CALL)]
