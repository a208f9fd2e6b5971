"""Legal entities, their accounts, keys, API keys and acts; and the participants the chain knows (written by the indexer)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, big_id, minor


class Entity(Base):
    """A legal entity; its id is its participant number on-chain. Name and identifiers are sealed under its own key."""

    __tablename__ = "entities"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    roles: Mapped[int]
    name_sealed: Mapped[bytes]
    identifiers_sealed: Mapped[bytes]
    country: Mapped[str]
    dossier: Mapped[bytes]
    dossier_salt_sealed: Mapped[bytes]
    verified_until: Mapped[datetime]
    # What the registrar decided last (as on-chain: 1 active, 2 suspended), and why.
    status: Mapped[int]
    reason_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]


class EntityIdentifier(Base):
    """Blind index over identifiers (keyed hash), so that an entity is found by its VAT number without storing it in the clear."""

    __tablename__ = "entity_identifiers"

    scheme: Mapped[str] = mapped_column(primary_key=True)
    blind: Mapped[bytes] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id"), index=True)


class BankAccount(Base):
    """A bank account bound to an entity for pay-outs in one currency."""

    __tablename__ = "bank_accounts"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(ForeignKey("entities.id"), index=True)
    currency: Mapped[str]
    account_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class SigningKey(Base):
    """A key of an entity; custodial when its secret stands here, sealed under the entity's data key."""

    __tablename__ = "signing_keys"

    address: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    label: Mapped[str]
    secret_sealed: Mapped[bytes | None]
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiKey(Base):
    """An API key of an entity: only its hash is kept; the prefix tells keys apart in lists."""

    __tablename__ = "api_keys"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    label: Mapped[str]
    prefix: Mapped[str]
    hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Act(Base):
    """Who did what, when, with which outcome; refused acts too. Append-only; numbered without gaps and chained by hash."""

    __tablename__ = "acts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    # How the actor came in: "api:<key prefix>", "cli", "service".
    via: Mapped[str]
    act: Mapped[str]
    subject: Mapped[str]
    outcome: Mapped[str]
    request_id: Mapped[str]
    detail: Mapped[dict[str, Any]]
    hash: Mapped[bytes]


class ActHead(Base):
    """One row: the latest act's number and hash. Whoever appends holds it until its transaction ends."""

    __tablename__ = "act_head"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    latest: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]


class Participant(Base):
    """Mirror of the chain's participant word and dossier commitment."""

    __tablename__ = "participants"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    roles: Mapped[int]
    status: Mapped[int]
    verified_until: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str]
    dossier: Mapped[bytes]


class ParticipantKey(Base):
    """Mirror of the chain's key word: which participant an address signs for, and when. One row per change is in the events."""

    __tablename__ = "participant_keys"

    address: Mapped[str] = mapped_column(primary_key=True)
    participant: Mapped[int] = mapped_column(BigInteger, index=True)
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_until: Mapped[int] = mapped_column(BigInteger)


class CreditLimit(Base):
    """Mirror of the chain's limit word per obligor and currency (ISO 4217 number)."""

    __tablename__ = "credit_limits"

    obligor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    currency: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    limit: Mapped[minor]
    used: Mapped[minor]
    agent: Mapped[int] = mapped_column(BigInteger)
    overdue: Mapped[int]
