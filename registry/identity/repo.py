"""SQL of identity: entities and their index, keys, accounts, API keys, acts, and reads of the chain's mirror."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.identity.tables import (
    Act,
    ActHead,
    ApiKey,
    BankAccount,
    CreditLimit,
    Entity,
    EntityIdentifier,
    Participant,
    SigningKey,
)
from registry.kernel.chaining import START

REGISTRATION_LOCK = 0x7A11_5715


def lock_registration(session: Session) -> None:
    """One registration at a time, so that numbers and identifiers are given once; free again when the transaction ends."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": REGISTRATION_LOCK})


def add(session: Session, row: Entity | SigningKey | BankAccount | ApiKey) -> None:
    """Adds a row and flushes, so that it has its id."""
    session.add(row)
    session.flush()


def entity(session: Session, entity_id: int) -> Entity | None:
    """One entity."""
    return session.get(Entity, entity_id)


def entities(session: Session, *, after: int, limit: int) -> list[Entity]:
    """Entities by number."""
    return list(session.scalars(select(Entity).where(Entity.id > after).order_by(Entity.id).limit(limit)))


def entities_named(session: Session, ids: Collection[int]) -> list[Entity]:
    """The entities of some numbers."""
    return list(session.scalars(select(Entity).where(Entity.id.in_(ids))))


def next_entity_id(session: Session) -> int:
    """One more than the highest number; only under `lock_registration`."""
    return (session.scalar(select(func.max(Entity.id))) or 0) + 1


def holder_of_identifier(session: Session, scheme: str, blind: bytes) -> int | None:
    """The entity registered under an identifier."""
    return session.scalar(select(EntityIdentifier.entity_id).where(EntityIdentifier.scheme == scheme, EntityIdentifier.blind == blind))


def add_identifier(session: Session, scheme: str, *, blind: bytes, entity_id: int) -> None:
    """Puts an identifier into the blind index."""
    session.execute(insert(EntityIdentifier).values(scheme=scheme, blind=blind, entity_id=entity_id))


def participants(session: Session, ids: Collection[int]) -> dict[int, Participant]:
    """What the chain knows of some entities."""
    return {row.id: row for row in session.scalars(select(Participant).where(Participant.id.in_(ids)))}


def signing_key(session: Session, address: str) -> SigningKey | None:
    """One key by its address."""
    return session.get(SigningKey, address)


def signing_keys(session: Session, entity_id: int) -> list[SigningKey]:
    """All keys of an entity, oldest first."""
    return list(
        session.scalars(select(SigningKey).where(SigningKey.entity_id == entity_id).order_by(SigningKey.created_at, SigningKey.address))
    )


def account(session: Session, account_id: int) -> BankAccount | None:
    """One bank account, also a closed one."""
    return session.get(BankAccount, account_id)


def accounts(session: Session, entity_id: int, currency: str | None = None) -> list[BankAccount]:
    """All accounts of an entity, oldest first."""
    query = select(BankAccount).where(BankAccount.entity_id == entity_id).order_by(BankAccount.id)
    return list(session.scalars(query if currency is None else query.where(BankAccount.currency == currency)))


def lock_entity(session: Session, entity_id: int) -> Entity | None:
    """The entity's row, held until the transaction ends."""
    return session.get(Entity, entity_id, with_for_update=True)


def api_key_by_hash(session: Session, token_hash: bytes) -> tuple[ApiKey, int] | None:
    """A key that is not revoked, and the roles of its entity."""
    found = session.execute(
        select(ApiKey, Entity.roles)
        .join(Entity, Entity.id == ApiKey.entity_id)
        .where(ApiKey.hash == token_hash, ApiKey.revoked_at.is_(None))
    ).first()
    return None if found is None else (found[0], found[1])


def api_key(session: Session, key_id: int) -> ApiKey | None:
    """One API key, also a revoked one."""
    return session.get(ApiKey, key_id)


def api_keys(session: Session, entity_id: int) -> list[ApiKey]:
    """All API keys of an entity, oldest first."""
    return list(session.scalars(select(ApiKey).where(ApiKey.entity_id == entity_id).order_by(ApiKey.id)))


def close_accounts(session: Session, entity_id: int, currency: str, *, now: datetime) -> None:
    """Ends the open accounts of an entity in a currency."""
    session.execute(
        update(BankAccount)
        .where(BankAccount.entity_id == entity_id, BankAccount.currency == currency, BankAccount.closed_at.is_(None))
        .values(closed_at=now)
    )


def act_head(session: Session) -> tuple[int, bytes]:
    """Number and hash of the latest act; nobody else appends until this transaction ends."""
    held = select(ActHead.latest, ActHead.hash).with_for_update()
    found = session.execute(held).one_or_none()
    if found is None:
        session.execute(insert(ActHead).values(id=1, latest=0, hash=START).on_conflict_do_nothing())
        found = session.execute(held).one()
    return found.latest, found.hash


def add_act(session: Session, values: dict[str, object]) -> None:
    """Writes one act, which becomes the latest."""
    # One statement: all others that write wait for this transaction.
    head = update(ActHead).values(latest=values["id"], hash=values["hash"]).cte("head")
    session.execute(insert(Act).values(values).add_cte(head))


def latest_act(session: Session) -> tuple[int, bytes]:
    """Number and hash of the latest act as the head says; holds nothing."""
    found = session.execute(select(ActHead.latest, ActHead.hash)).one_or_none()
    return (0, START) if found is None else (found.latest, found.hash)


def all_acts(session: Session, *, first: int = 1) -> Iterator[Act]:
    """Every act from a number on, in order; read in portions."""
    yield from session.scalars(select(Act).where(Act.id >= first).order_by(Act.id).execution_options(yield_per=1000))


def acts(session: Session, *, entity_id: int | None, before: int | None, limit: int) -> list[Act]:
    """Acts of one entity or of all, latest first; `before` is the id of the last one of the page before."""
    query = select(Act).order_by(Act.id.desc()).limit(limit)
    if entity_id is not None:
        query = query.where(Act.entity_id == entity_id)
    return list(session.scalars(query if before is None else query.where(Act.id < before)))


def limits(session: Session, *, entity_id: int | None) -> list[CreditLimit]:
    """Limits as the chain has them: all, or those an entity is obligor or agent of."""
    query = select(CreditLimit).order_by(CreditLimit.obligor, CreditLimit.currency)
    if entity_id is not None:
        query = query.where((CreditLimit.obligor == entity_id) | (CreditLimit.agent == entity_id))
    return list(session.scalars(query))
