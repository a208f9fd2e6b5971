"""SQL of offers."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.kernel.uow import Actor
from registry.receivables.repo.visibility import sees_all
from registry.receivables.tables import OfferRecord


def add(session: Session, row: OfferRecord) -> OfferRecord:
    """Stores an offer and gives it its id."""
    session.add(row)
    session.flush()
    return row


def one(session: Session, actor: Actor, offer_id: int) -> OfferRecord | None:
    """An offer the actor made or received."""
    query = select(OfferRecord).where(OfferRecord.id == offer_id)
    if not sees_all(actor):
        query = query.where(or_(OfferRecord.entity_id == actor.entity_id, OfferRecord.recipient == actor.entity_id))
    return session.scalars(query).first()


def listed(session: Session, actor: Actor, *, side: str, after: int | None, limit: int) -> list[OfferRecord]:
    """Offers, latest first. `side` is "made", "received" or "all"."""
    query = select(OfferRecord)
    mine = {"made": [OfferRecord.entity_id], "received": [OfferRecord.recipient]}.get(side, [OfferRecord.entity_id, OfferRecord.recipient])
    if not (side == "all" and sees_all(actor)):
        query = query.where(or_(*(column == actor.entity_id for column in mine)))
    if after is not None:
        query = query.where(OfferRecord.id < after)
    return list(session.scalars(query.order_by(OfferRecord.id.desc()).limit(limit)))
