"""SQL of the kernel: data keys, the outbox, idempotency records."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.kernel.tables import DataKey, IdempotencyRecord, Installation, OutboxMessage

INSTALLATION_LOCK = 0x7A11_5714


def data_key(session: Session, entity_id: int) -> DataKey | None:
    """The wrapped data key of an entity, if it has one."""
    return session.get(DataKey, entity_id)


def data_keys(session: Session, owners: Collection[int]) -> list[DataKey]:
    """The wrapped data keys of many entities."""
    return list(session.scalars(select(DataKey).where(DataKey.entity_id.in_(owners))))


def add_data_key(session: Session, entity_id: int, *, wrapped: bytes, created_at: datetime) -> DataKey:
    """Stores a fresh data key unless another transaction was first; returns the one that stands."""
    session.execute(insert(DataKey).values(entity_id=entity_id, wrapped=wrapped, created_at=created_at).on_conflict_do_nothing())
    return session.execute(select(DataKey).where(DataKey.entity_id == entity_id)).scalar_one()


def message(session: Session, message_id: int) -> OutboxMessage | None:
    """One outbox message."""
    return session.get(OutboxMessage, message_id)


def messages_about(session: Session, subject: str) -> list[OutboxMessage]:
    """All contract calls about a subject, oldest first."""
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.subject == subject).order_by(OutboxMessage.id)))


def claim_idempotency(session: Session, entity_id: int, key: str, *, request_hash: bytes, now: datetime) -> IdempotencyRecord | None:
    """Claims a key for this request. None: it is ours now. A record: it came before (waits while the first is in flight)."""
    made = session.execute(
        insert(IdempotencyRecord)
        .values(entity_id=entity_id, key=key, request_hash=request_hash, created_at=now)
        .on_conflict_do_nothing()
        .returning(IdempotencyRecord.key)
    ).first()
    return None if made else session.get_one(IdempotencyRecord, (entity_id, key))


def keep_answer(session: Session, entity_id: int, key: str, *, status: int, sealed: bytes) -> bool:
    """Keeps the answer to an Idempotency-Key of an entity; False when the key was not claimed."""
    kept = session.execute(
        update(IdempotencyRecord)
        .where(IdempotencyRecord.entity_id == entity_id, IdempotencyRecord.key == key)
        .values(status=status, response_sealed=sealed)
        .returning(IdempotencyRecord.key)
        .execution_options(synchronize_session=False)
    )
    return kept.first() is not None


def installation(session: Session) -> Installation | None:
    """The one row, once the installation has started for the first time."""
    return session.get(Installation, 1)


def lock_installation(session: Session) -> None:
    """Lets one process at a time make the installation; free again when the transaction ends."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": INSTALLATION_LOCK})


def notify(session: Session, channel: str, payload: str = "") -> None:
    """Tells listeners of a channel; PostgreSQL delivers it when the transaction commits."""
    session.execute(text("select pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload})
