"""Sums over what an actor sees, as SQL."""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from chain.structs import LOT_ENDED
from registry.kernel.uow import Actor
from registry.receivables.repo import visibility
from registry.receivables.tables import Lot, Payable

_SUMS = (Payable.face, Payable.outstanding, Payable.available, Payable.paid, Payable.redeemed, Payable.released, Payable.cancelled)


def by_currency_and_state(session: Session, actor: Actor, *, now: int) -> list[tuple[str, int, int, list[int]]]:
    """Currency, state word, number of payables, and sums of face, outstanding, available, paid, redeemed, released, cancelled."""
    query = select(Payable.currency, Payable.state, func.count(), *(func.sum(column) for column in _SUMS))
    seen = query.where(Payable.id.in_(visibility.payable_ids(actor, now)))
    rows = session.execute(seen.group_by(Payable.currency, Payable.state).order_by(Payable.currency, Payable.state))
    return [(row[0], row[1], row[2], [int(value) for value in row[3:]]) for row in rows]


def live_lots_by_hops(session: Session, actor: Actor, *, now: int) -> dict[int, int]:
    """Number of lots that stand for money owed, by how often they were passed on."""
    live = and_(Lot.exists, Lot.flags.op("&")(LOT_ENDED) == 0, Lot.amount > 0)
    query = select(Lot.hops, func.count()).where(live, Lot.id.in_(visibility.lot_ids(actor, now)))
    rows = session.execute(query.group_by(Lot.hops).order_by(Lot.hops))
    return {row[0]: row[1] for row in rows}
