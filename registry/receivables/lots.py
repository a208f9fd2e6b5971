"""Lots: what a holder does with its own, what a lock's party may do, and the registrar's acts by force of law.

Each use case enqueues the contract call that decides, about "lot:0x..".
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chain import ids
from chain.structs import MAX_CHILDREN, STATUS_ACTIVE, STATUS_NONE, WHOLE
from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import rules, statements, visibility
from registry.receivables.errors import PartyInactive
from registry.receivables.repo import claims
from registry.receivables.tables import Lot


def split(unit: Unit, lot_id: str, amounts: Sequence[int]) -> list[str]:
    """Portions for oneself, in minor units; no hop. Gives the ids the parts will have, in the order of the amounts."""
    row = visibility.own_lot(unit, lot_id)
    if not amounts or any(amount <= 0 for amount in amounts):
        raise Invalid("name at least one amount above zero", lot=row.id)
    children = reserve_children(unit, row, len(amounts))
    _call(unit, row, "split", [children, list(amounts)])
    return [child_id(row.id, index) for index in children]


def merge(unit: Unit, into: str, others: Sequence[str]) -> None:
    """Puts lots of the actor's into one of them. They are of one payable and recourse, unlocked and not frozen."""
    rows = visibility.lots_named(unit, [into, *others])
    if not others or len({row.id for row in rows}) != len(rows):
        raise Invalid("name the lot that stays and at least one other, each once", lot=into)
    foreign = next((row for row in rows if row.holder != unit.actor.entity_id), None)
    if foreign is not None:
        raise Forbidden(f"only the holder of lot {foreign.id} may merge it", lot=foreign.id)
    _call(unit, rows[0], "merge", [[int(row.id, 16) for row in rows[1:]]])


def lock(unit: Unit, lot_id: str, *, party: int, until: datetime) -> None:
    """Locks a lot of the actor's for a named party until a time before the payable's record time.

    The contract does not ask whether the party is active, so this does: NotFound or PartyInactive.
    """
    row = visibility.own_lot(unit, lot_id)
    _require_active(unit, party)
    _call(unit, row, "lock", [party, rules.seconds(until)])


def release(unit: Unit, lot_id: str) -> None:
    """Ends a lock, an on-chain offer or a financing lock: its party at any time, the holder once it has run out."""
    row = visibility.lot(unit, lot_id)
    if unit.actor.entity_id not in (row.holder, row.lock_party):
        raise Forbidden(f"only the holder of lot {row.id} or the party of its lock may release it", lot=row.id)
    if row.lock_party == 0:
        raise Conflict(f"lot {row.id} is not locked", lot=row.id)
    _call(unit, row, "release", [])


def discharge(unit: Unit, lot_id: str, reason: str) -> None:
    """The holder gives its whole lot up without cash."""
    row = visibility.own_lot(unit, lot_id)
    _call(unit, row, "discharge", [_committed(unit, row, "discharge", reason)])


def set_off(unit: Unit, lot_id: str, reason: str) -> None:
    """The obligor extinguishes a lot that it holds itself: early payment at a discount ends this way."""
    row = visibility.own_lot(unit, lot_id)
    _call(unit, row, "setOff", [_committed(unit, row, "set_off", reason)])


def freeze(unit: Unit, lot_id: str, *, amount: int, basis: str) -> None:
    """The registrar freezes a part of a lot; `amount` (minor units) is the new frozen part, 0 lifts the freeze."""
    row = visibility.lot(unit, lot_id)
    if amount < 0:
        raise Invalid("the frozen part is 0 or more", lot=row.id)
    _call(unit, row, "freeze", [amount, _committed(unit, row, "freeze", basis)])


def force_transfer(unit: Unit, lot_id: str, *, to: int, basis: str, amount: int | None = None) -> str:
    """The registrar moves a lot (amount None) or a part of it by force of law. Gives the id of the lot that `to` will hold."""
    row = visibility.lot(unit, lot_id)
    child = WHOLE
    if amount is not None:
        # The profile's bounds don't bind the law; the word has room for 40 children.
        child = reserve_children(unit, row, 1, limit=MAX_CHILDREN)[0]
    moved = row.amount if amount is None else amount
    _call(unit, row, "forceTransfer", [child, moved, to, _committed(unit, row, "force_transfer", basis)])
    return row.id if child == WHOLE else child_id(row.id, child)


def suspend_redemption(unit: Unit, payable_id: str, *, suspended: bool, basis: str) -> None:
    """The registrar stops redemption of a payable, or lets it go on."""
    debt = visibility.payable(unit, payable_id)
    subject = f"payable:{debt.id}"
    mark = statements.keep(unit, subject, kind="suspend_redemption", text=basis)
    signer = keys.signer_for(unit, unit.actor.entity_id)
    outbox.enqueue(unit, signer=signer, function="suspendRedemption", args=[int(debt.id, 16), suspended, mark], subject=subject)


def child_id(lot_id: str, index: int) -> str:
    """The id of child `index` of a lot."""
    return ids.lot_hex(ids.child(int(lot_id, 16), index))


def reserve_children(unit: Unit, row: Lot, count: int, *, limit: int | None = None) -> list[int]:
    """Child numbers that no spent part, open offer or call on its way uses; nobody else picks until this unit ends."""
    claims.hold(unit.session, f"lot:{row.id}")
    # Promises first, then the lot: what a block turns from a promise into a spent number in between counts twice, never not at all.
    promised = claims.open_children(unit.session, row.id, unit.timestamp) + _on_their_way(unit, row.id)
    claims.reload(unit.session, row)
    allowed = _children_of(unit, row) if limit is None else limit
    return rules.free_children(row.children, promised, limit=allowed, count=count)


def _require_active(unit: Unit, party: int) -> None:
    status = claims.status(unit.session, party)
    if status == STATUS_NONE:
        raise NotFound(f"there is no participant {party} on the chain to lock for; the registrar registers it first", party=party)
    if status != STATUS_ACTIVE:
        raise PartyInactive(f"participant {party} is suspended, so a lock for it would serve nobody; name another", party=party)


def _children_of(unit: Unit, row: Lot) -> int:
    debt = visibility.payable(unit, row.payable_id)
    return visibility.profile(unit, debt.profile).children


def _on_their_way(unit: Unit, lot_id: str) -> list[int]:
    found: list[int] = []
    for message in claims.pending(unit.session, f"lot:{lot_id}", ("split", "forceTransfer")):
        # Integers stand in the outbox as decimal strings.
        picked = message.args[1] if message.function == "split" else [message.args[1]]
        found += [int(index) for index in picked]
    return found


def _committed(unit: Unit, row: Lot, kind: str, text: str) -> bytes:
    return statements.keep(unit, f"lot:{row.id}", kind=kind, text=text)


def _call(unit: Unit, row: Lot, function: str, rest: list[Any]) -> None:
    signer = keys.signer_for(unit, unit.actor.entity_id)
    outbox.enqueue(unit, signer=signer, function=function, args=[int(row.id, 16), *rest], subject=f"lot:{row.id}")
