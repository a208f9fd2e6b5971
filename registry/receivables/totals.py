"""What an actor's payables and lots come to: counts, and money by currency."""

from dataclasses import dataclass, field

from chain.structs import PAYABLE_OVERDUE
from registry.kernel.uow import Unit
from registry.receivables import states
from registry.receivables.repo import totals as repo


@dataclass(frozen=True)
class Money:
    """Sums of a currency in minor units. face = outstanding + redeemed + released + cancelled."""

    currency: str
    face: int = 0
    outstanding: int = 0
    available: int = 0
    paid: int = 0
    redeemed: int = 0
    released: int = 0
    cancelled: int = 0


@dataclass(frozen=True)
class Totals:
    """Payables by state, how many are overdue, money by currency, live lots by tier (1: held by the first payee)."""

    payables: dict[str, int] = field(default_factory=dict)
    overdue: int = 0
    money: list[Money] = field(default_factory=list)
    lots_by_tier: dict[int, int] = field(default_factory=dict)


def totals(unit: Unit) -> Totals:
    """Over everything the actor may see."""
    counts: dict[str, int] = {}
    money: dict[str, list[int]] = {}
    overdue = 0
    for currency, word, count, sums in repo.by_currency_and_state(unit.session, unit.actor, now=unit.timestamp):
        state = states.payable_state(word)
        counts[state] = counts.get(state, 0) + count
        overdue += count if word & PAYABLE_OVERDUE else 0
        money[currency] = [one + other for one, other in zip(money.get(currency, [0] * len(sums)), sums, strict=True)]
    lots = repo.live_lots_by_hops(unit.session, unit.actor, now=unit.timestamp)
    return Totals(counts, overdue, [Money(currency, *sums) for currency, sums in money.items()], {hops + 1: n for hops, n in lots.items()})
