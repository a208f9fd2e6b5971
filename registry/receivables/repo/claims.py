"""SQL that use cases on payables and lots need: preimages, consents, profiles, epochs, keys, and calls still on their way."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import String, func, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from registry.identity.tables import CreditLimit, Entity, Participant, ParticipantKey
from registry.kernel import repo_bulk
from registry.kernel.tables import OutboxMessage
from registry.receivables.tables import CancellationConsent, Lot, OfferRecord, Payable, PayableTerms, Profile

_PENDING = ("queued", "signed")


def hold(session: Session, subject: str) -> None:
    """Waits until no other transaction decides about the same subject; held until this one ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 0))))


def hold_all(session: Session, subjects: Collection[str]) -> None:
    """`hold` for many subjects at once; always in the same order, so that two who want the same ones don't wait for each other."""
    wanted = func.unnest(literal(sorted(set(subjects)), ARRAY(String)), type_=String).column_valued("subject")
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(wanted, 0))))


def profile(session: Session, number: int) -> Profile | None:
    """Mirror of a profile."""
    return session.get(Profile, number)


def currencies(session: Session, payable_ids: Collection[str]) -> dict[str, str]:
    """Currency letters by payable, whoever asks."""
    query = select(Payable.id, Payable.currency).where(Payable.id.in_(payable_ids))
    return dict(session.execute(query).all())


def add_terms(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Stores preimages in bulk."""
    repo_bulk.copy_rows(session, PayableTerms.__table__, rows)


def terms(session: Session, payable_id: str) -> PayableTerms | None:
    """The preimage that the obligor's use case wrote."""
    return session.get(PayableTerms, payable_id)


def consent(session: Session, payable_id: str) -> CancellationConsent | None:
    """The payee's latest consent to cancel."""
    return session.get(CancellationConsent, payable_id)


def save_consent(session: Session, values: dict[str, Any]) -> None:
    """Stores a consent; a later one takes the place of an earlier."""
    statement = insert(CancellationConsent).values(values)
    session.execute(statement.on_conflict_do_update(index_elements=["payable_id"], set_=values))
    session.expire_all()


def lot(session: Session, lot_id: str) -> Lot | None:
    """Mirror of a lot, whoever asks."""
    return session.get(Lot, lot_id)


def reload(session: Session, row: Lot) -> None:
    """Reads a lot again as it is now."""
    session.refresh(row)


def lots(session: Session, lot_ids: Collection[str]) -> dict[str, Lot]:
    """Mirrors of lots by id, whoever asks."""
    return {row.id: row for row in session.scalars(select(Lot).where(Lot.id.in_(lot_ids)))}


def status(session: Session, entity_id: int) -> int:
    """The participant's status on-chain; 0 before it is known there."""
    return session.scalars(select(Participant.status).where(Participant.id == entity_id)).first() or 0


def epoch(session: Session, entity_id: int) -> int:
    """The participant's epoch on-chain; 0 before it is known there."""
    return session.scalars(select(Participant.epoch).where(Participant.id == entity_id)).first() or 0


def epochs(session: Session, entity_ids: Collection[int]) -> dict[int, int]:
    """Epochs by participant."""
    query = select(Participant.id, Participant.epoch).where(Participant.id.in_(entity_ids))
    return dict(session.execute(query).all())


def signs_for(session: Session, address: str, entity_id: int, now: int) -> bool:
    """Whether an address is a key of the participant that is valid now, as the chain has it."""
    query = select(ParticipantKey.address).where(
        ParticipantKey.address == address,
        ParticipantKey.participant == entity_id,
        ParticipantKey.valid_from <= now,
        ParticipantKey.valid_until > now,
    )
    return session.scalars(query).first() is not None


def agents_of(session: Session, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Payment agents by obligor and currency (ISO 4217 number)."""
    query = select(CreditLimit.obligor, CreditLimit.currency, CreditLimit.agent)
    rows = session.execute(query.where(tuple_(CreditLimit.obligor, CreditLimit.currency).in_(pairs)))
    return {(obligor, currency): agent for obligor, currency, agent in rows}


def registered(session: Session, numbers: Collection[int]) -> set[int]:
    """The registered entities among numbers."""
    return set(session.scalars(select(Entity.id).where(Entity.id.in_(numbers))))


def pending(session: Session, subject: str, functions: Collection[str]) -> list[OutboxMessage]:
    """Calls about a subject that have no outcome yet."""
    query = select(OutboxMessage).where(
        OutboxMessage.subject == subject, OutboxMessage.state.in_(_PENDING), OutboxMessage.function.in_(functions)
    )
    return list(session.scalars(query.order_by(OutboxMessage.id)))


def open_children(session: Session, lot_id: str, now: int) -> list[int]:
    """Child numbers that open offers of a lot promise."""
    query = select(OfferRecord.child).where(OfferRecord.lot_id == lot_id, OfferRecord.state == "open", OfferRecord.deadline >= now)
    return list(session.scalars(query))


def withdraw_offers(session: Session, entity_id: int) -> int:
    """Marks all open offers of an entity as withdrawn; how many there were."""
    statement = update(OfferRecord).where(OfferRecord.entity_id == entity_id, OfferRecord.state == "open").values(state="withdrawn")
    return len(session.scalars(statement.returning(OfferRecord.id)).all())


def profiles(session: Session) -> list[Profile]:
    """All profiles by number."""
    return list(session.scalars(select(Profile).order_by(Profile.id)))
