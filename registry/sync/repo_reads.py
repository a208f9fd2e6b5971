"""SQL of reads on events and contract calls, as an actor may see them."""

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Actor
from registry.receivables.repo.visibility import payable_ids, sees_all
from registry.sync.tables import ChainEvent

Place = tuple[int, int]
# Events about nobody in particular: the rules of the instruments, and the anchors.
OPEN_NAMES = frozenset({"ProfileSet", "ProfilePaused", "Anchored"})


def events(session: Session, actor: Actor, *, now: int, payable: str | None, before: Place | None, limit: int) -> list[ChainEvent]:
    """Events of visible payables and those about nobody in particular, latest first; registrar and auditor get all."""
    query = select(ChainEvent)
    if payable is not None:
        query = query.where(ChainEvent.payable_id == payable)
    if not sees_all(actor):
        query = query.where(ChainEvent.payable_id.in_(payable_ids(actor, now)) | ChainEvent.name.in_(OPEN_NAMES))
    if before is not None:
        query = query.where(tuple_(ChainEvent.block_number, ChainEvent.log_index) < before)
    return list(session.scalars(query.order_by(ChainEvent.block_number.desc(), ChainEvent.log_index.desc()).limit(limit)))


def calls(session: Session, actor: Actor, *, subject: str | None, before: int | None, limit: int) -> list[OutboxMessage]:
    """Contract calls of the actor's own entity, latest first; registrar and auditor get all."""
    query = select(OutboxMessage)
    if not sees_all(actor):
        query = query.where(OutboxMessage.entity_id == actor.entity_id)
    if subject is not None:
        query = query.where(OutboxMessage.subject == subject)
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    return list(session.scalars(query.order_by(OutboxMessage.id.desc()).limit(limit)))


def call(session: Session, actor: Actor, number: int) -> OutboxMessage | None:
    """One contract call that the actor may see."""
    query = select(OutboxMessage).where(OutboxMessage.id == number)
    if not sees_all(actor):
        query = query.where(OutboxMessage.entity_id == actor.entity_id)
    return session.scalars(query).first()
