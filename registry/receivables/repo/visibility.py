"""Who sees which claims, as SQL: the one place of the rule that the README of this room states."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, literal, or_, select, true, tuple_, union
from sqlalchemy.orm import Session, aliased

from chain.structs import LOT_ENDED, PAYABLE_STATE_MASK, ROLE_AUDITOR, ROLE_REGISTRAR
from registry.identity.tables import CreditLimit
from registry.kernel.uow import SERVICE, Actor
from registry.receivables.tables import Lot, LotMove, OfferRecord, Payable


def sees_all(actor: Actor) -> bool:
    """Registrar, auditor and the service itself see every claim."""
    return actor.entity_id == SERVICE.entity_id or bool(actor.roles & (ROLE_REGISTRAR | ROLE_AUDITOR))


def _is_party(actor: Actor) -> ColumnElement[bool]:
    """Sees the payable and all its lots: its obligor, and the payment agent of the obligor's limit in its currency."""
    # A profile's number says its currency, above 6 bits of a variant (chain.ids).
    same = (CreditLimit.obligor == Payable.obligor, CreditLimit.currency == Payable.profile.bitwise_rshift(6))
    agent = exists(select(literal(1)).select_from(CreditLimit).where(CreditLimit.agent == actor.entity_id, *same))
    return or_(Payable.obligor == actor.entity_id, agent)


def _own(actor: Actor, now: int, payable: str | None) -> CompoundSelect[str, str | None, str]:
    """Lots of one's own: held, locked or pledged for one, owing recourse for, or on offer to one. Each by an index of its own."""
    me = actor.entity_id
    offered = select(OfferRecord.lot_id).where(OfferRecord.recipient == me, OfferRecord.state == "open", OfferRecord.deadline >= now)
    ways = (
        Lot.holder == me,
        and_(Lot.lock_party == me, Lot.lock_party > 0, Lot.lock_until >= now),
        and_(Lot.recourse_seller == me, Lot.recourse_seller > 0),
        Lot.id.in_(offered),
    )
    within = [] if payable is None else [Lot.payable_id == payable]
    return union(*(select(Lot.id, Lot.parent_id, Lot.payable_id).where(way, *within) for way in ways))


def _sees_payable(actor: Actor, now: int) -> ColumnElement[bool]:
    if sees_all(actor):
        return true()
    own = _own(actor, now, None).subquery()
    return or_(_is_party(actor), Payable.payee == actor.entity_id, Payable.id.in_(select(own.c.payable_id)))


def _sees_lot(actor: Actor, now: int, payable: str | None = None) -> ColumnElement[bool]:
    """Own lots with their path to the root; all lots of payables one is a party to. `payable` narrows the search for paths."""
    if sees_all(actor):
        return true()
    own = _own(actor, now, payable).subquery()
    line = select(own.c.id, own.c.parent_id).cte("line", recursive=True)
    parent = aliased(Lot)
    line = line.union(select(parent.id, parent.parent_id).join(line, parent.id == line.c.parent_id))
    return or_(Lot.id.in_(select(line.c.id)), Lot.payable_id.in_(select(Payable.id).where(_is_party(actor))))


def payables(
    session: Session, actor: Actor, *, now: int, filters: Sequence[ColumnElement[bool]] = (), after: str | None, limit: int
) -> list[Payable]:
    """Visible payables, latest first; `after` is the id of the last one of the page before."""
    query = select(Payable).where(_sees_payable(actor, now), *filters)
    if after is not None:
        last = aliased(Payable)
        place = select(last.issued_block, last.id).where(last.id == after).subquery()
        query = query.where(tuple_(Payable.issued_block, Payable.id) < select(place.c.issued_block, place.c.id).scalar_subquery())
    return list(session.scalars(query.order_by(Payable.issued_block.desc(), Payable.id.desc()).limit(limit)))


def payable_filters(*, state: int | None, obligor: int | None, payee: int | None) -> list[ColumnElement[bool]]:
    """Conditions on payables; `state` is the low nibble of the word."""
    found: list[ColumnElement[bool]] = []
    if state is not None:
        found.append(Payable.state.op("&")(PAYABLE_STATE_MASK) == state)
    if obligor is not None:
        found.append(Payable.obligor == obligor)
    if payee is not None:
        found.append(Payable.payee == payee)
    return found


def payables_by_id(session: Session, actor: Actor, ids: Collection[str], *, now: int) -> dict[str, Payable]:
    """The visible ones among `ids`."""
    query = select(Payable).where(Payable.id.in_(ids), _sees_payable(actor, now))
    return {row.id: row for row in session.scalars(query)}


def lots(
    session: Session, actor: Actor, *, now: int, filters: Sequence[ColumnElement[bool]] = (), after: str | None, limit: int
) -> list[Lot]:
    """Visible lots by id: a payable's lots stand together."""
    query = select(Lot).where(_sees_lot(actor, now), *filters)
    if after is not None:
        query = query.where(Lot.id > after)
    return list(session.scalars(query.order_by(Lot.id).limit(limit)))


def lot_filters(*, payable: str | None, holder: int | None, live: bool | None) -> list[ColumnElement[bool]]:
    """Conditions on lots; `live`: still stands for money owed."""
    found: list[ColumnElement[bool]] = []
    if payable is not None:
        found.append(Lot.payable_id == payable)
    if holder is not None:
        found.append(Lot.holder == holder)
    if live is not None:
        alive = and_(Lot.exists, Lot.flags.op("&")(LOT_ENDED) == 0, Lot.amount > 0)
        found.append(alive if live else ~alive)
    return found


def lots_by_id(session: Session, actor: Actor, ids: Collection[str], *, now: int) -> dict[str, Lot]:
    """The visible ones among `ids`; all of one payable are found with one narrow search."""
    prefixes = {lot_id[:42] for lot_id in ids}
    payable = prefixes.pop() if len(prefixes) == 1 else None
    query = select(Lot).where(Lot.id.in_(ids), _sees_lot(actor, now, payable))
    return {row.id: row for row in session.scalars(query)}


def tree(session: Session, actor: Actor, payable: str, *, now: int) -> list[Lot]:
    """Visible lots of a payable, from the root down."""
    query = select(Lot).where(Lot.payable_id == payable, _sees_lot(actor, now, payable))
    return list(session.scalars(query.order_by(Lot.depth, Lot.parent_id, Lot.child_index)))


def moves(session: Session, payable: str, lot_ids: Collection[str] | None) -> list[LotMove]:
    """Steps in the life of lots, oldest first; None for all of the payable."""
    query = select(LotMove).where(LotMove.payable_id == payable)
    if lot_ids is not None:
        known = or_(LotMove.child_id.is_(None), LotMove.child_id.in_(lot_ids))
        query = query.where(LotMove.lot_id.in_(lot_ids), known)
    return list(session.scalars(query.order_by(LotMove.block_number, LotMove.log_index)))


def moves_of(session: Session, lot_id: str) -> list[LotMove]:
    """Steps that a lot was in, as itself or as the part that came out of one."""
    query = select(LotMove).where(or_(LotMove.lot_id == lot_id, LotMove.child_id == lot_id))
    return list(session.scalars(query.order_by(LotMove.block_number, LotMove.log_index)))


def party_payables(actor: Actor) -> Select[str]:
    """Ids of payables whose lots the actor sees all: as obligor, or as payment agent of the obligor's limit."""
    return select(Payable.id).where(_is_party(actor))


def payable_ids(actor: Actor, now: int) -> Select[str]:
    """Ids of visible payables, to narrow other queries with."""
    return select(Payable.id).where(_sees_payable(actor, now))


def lot_ids(actor: Actor, now: int) -> Select[str]:
    """Ids of visible lots, to narrow other queries with."""
    return select(Lot.id).where(_sees_lot(actor, now))
