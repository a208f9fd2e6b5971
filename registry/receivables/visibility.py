"""Reads of claims as the actor may see them; what it may not see is not found. The rule stands in README and in repo/visibility.py."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from chain.structs import LOT_PLEDGED
from registry.kernel import money
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import states
from registry.receivables.repo import claims
from registry.receivables.repo import visibility as repo
from registry.receivables.tables import Lot, LotMove, Payable, Profile

PAGE = 50
MAX_PAGE = 1000
_PAYABLE_ID = re.compile(r"0x[0-9a-f]{40}")
_LOT_ID = re.compile(r"0x[0-9a-f]{64}")


@dataclass(frozen=True)
class Tree:
    """The part of a payable's claim tree that the actor sees: lots from the root down, and their history."""

    payable: Payable
    lots: list[Lot]
    moves: list[LotMove]


def page(limit: int) -> int:
    """A page size within bounds."""
    return max(1, min(limit, MAX_PAGE))


def payable(unit: Unit, payable_id: str) -> Payable:
    """One payable; NotFound when there is none or the actor may not see it."""
    return payables_named(unit, [payable_id])[0]


def payables_named(unit: Unit, ids: Iterable[str]) -> list[Payable]:
    """Payables by id, in that order; NotFound names the first one that is missing or not the actor's to see."""
    wanted = [payable_id.lower() for payable_id in ids]
    found = repo.payables_by_id(unit.session, unit.actor, [item for item in wanted if _PAYABLE_ID.fullmatch(item)], now=unit.timestamp)
    missing = next((item for item in wanted if item not in found), None)
    if missing is not None:
        raise NotFound(f"there is no payable {missing}, or it is not yours to see; a new one appears with its block", payable=missing)
    return [found[item] for item in wanted]


def visible_payables(
    unit: Unit,
    *,
    state: str | None = None,
    obligor: int | None = None,
    payee: int | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> list[Payable]:
    """A page of payables, latest first. `state` is issued, active, refused, cancelled or settled; `after` is the last id seen."""
    number = None
    if state is not None and (number := states.payable_state_number(state)) is None:
        raise Invalid(f"{state!r} is no state of a payable; use issued, active, refused, cancelled or settled", state=state)
    filters = repo.payable_filters(state=number, obligor=obligor, payee=payee)
    return repo.payables(unit.session, unit.actor, now=unit.timestamp, filters=filters, after=after, limit=page(limit))


def lot(unit: Unit, lot_id: str) -> Lot:
    """One lot; NotFound when there is none or the actor may not see it."""
    return lots_named(unit, [lot_id])[0]


def lots_named(unit: Unit, ids: Iterable[str]) -> list[Lot]:
    """Lots by id, in that order; NotFound names the first one that is missing or not the actor's to see."""
    wanted = [lot_id.lower() for lot_id in ids]
    found = repo.lots_by_id(unit.session, unit.actor, [item for item in wanted if _LOT_ID.fullmatch(item)], now=unit.timestamp)
    missing = next((item for item in wanted if item not in found), None)
    if missing is not None:
        raise NotFound(f"there is no lot {missing}, or it is not yours to see", lot=missing)
    return [found[item] for item in wanted]


def own_lot(unit: Unit, lot_id: str) -> Lot:
    """A lot the actor holds: what it takes to move it. Forbidden when the actor sees it but another holds it."""
    found = lot(unit, lot_id)
    if found.holder != unit.actor.entity_id or not found.exists:
        raise Forbidden(f"only the holder of lot {found.id} may do this", lot=found.id)
    return found


def visible_lots(
    unit: Unit,
    *,
    payable: str | None = None,
    holder: int | None = None,
    live: bool | None = None,
    after: str | None = None,
    limit: int = PAGE,
) -> list[Lot]:
    """A page of lots by id. `live`: only those that still stand for money owed (or only the others)."""
    filters = repo.lot_filters(payable=payable, holder=holder, live=live)
    return repo.lots(unit.session, unit.actor, now=unit.timestamp, filters=filters, after=after, limit=page(limit))


def visible_lot_ids(unit: Unit, payable_id: str) -> set[str] | None:
    """Ids of the payable's lots that the actor sees; None when it sees all there ever will be."""
    if repo.sees_all(unit.actor) or is_party(unit, payable(unit, payable_id)):
        return None
    return {row.id for row in repo.tree(unit.session, unit.actor, payable_id, now=unit.timestamp)}


def tree(unit: Unit, payable_id: str) -> Tree:
    """The claim tree of a payable with the history of its lots."""
    found = payable(unit, payable_id)
    lots = repo.tree(unit.session, unit.actor, found.id, now=unit.timestamp)
    return Tree(found, lots, repo.moves(unit.session, found.id, visible_lot_ids(unit, found.id)))


def history(unit: Unit, lot_id: str) -> list[LotMove]:
    """Steps in a lot's life, oldest first, as far as the actor sees the other lots in them."""
    found = lot(unit, lot_id)
    seen = visible_lot_ids(unit, found.payable_id)
    moves = repo.moves_of(unit.session, found.id)
    return [move for move in moves if seen is None or (move.lot_id in seen and (move.child_id is None or move.child_id in seen))]


def is_party(unit: Unit, debt: Payable) -> bool:
    """Whether the actor sees all lots of a payable: its obligor, or the payment agent of the obligor's limit."""
    return unit.actor.entity_id in (debt.obligor, agent_of(unit, debt))


def agent_of(unit: Unit, debt: Payable) -> int | None:
    """The payment agent of the payable's obligor in its currency."""
    return agents_of(unit, [debt])[debt.id]


def agents_of(unit: Unit, debts: Iterable[Payable]) -> dict[str, int | None]:
    """Payment agents by payable."""
    places = {debt.id: (debt.obligor, money.numeric_code(debt.currency)) for debt in debts}
    found = claims.agents_of(unit.session, set(places.values()))
    return {number: found.get(place) for number, place in places.items()}


def profile(unit: Unit, number: int) -> Profile:
    """An instrument profile; everybody may see the rules."""
    found = claims.profile(unit.session, number)
    if found is None:
        raise NotFound(f"there is no profile {number}; ask the registrar which profiles are in force", profile=number)
    return found


def state_of(unit: Unit, row: Lot) -> str:
    """One word for what a lot is now: gone, ended, empty, pledged, financing, offered, locked or free."""
    locked = states.is_locked(row.lock_party, row.lock_until, unit.timestamp)
    return states.lot_state(exists=row.exists, flags=row.flags, amount=row.amount, locked=locked)


def pledgee(row: Lot) -> int | None:
    """Who is paid in place of the holder: the pledgee of a pledged lot."""
    return row.lock_party if row.flags & LOT_PLEDGED else None


def currencies(unit: Unit, payable_ids: Iterable[str]) -> dict[str, str]:
    """Currency by payable, for lists of things that outlive the right to see the payable itself (an offer that was accepted)."""
    return claims.currencies(unit.session, set(payable_ids))


def profiles(unit: Unit) -> list[Profile]:
    """All instrument profiles; everybody may see the rules."""
    return claims.profiles(unit.session)
