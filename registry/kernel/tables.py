"""Tables every context relies on: the installation, keys that seal data, idempotency, the outbox and its nonces."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, big_id


class Installation(Base):
    """One row: what this installation is. The fingerprint key is sealed by the master key."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger)
    genesis_time: Mapped[datetime]
    contract: Mapped[str | None]
    manifest: Mapped[dict[str, Any] | None]
    # The statement by which the embedded chain was handed over to a network; null while the installation is where it began.
    handover: Mapped[str | None]
    network_key_sealed: Mapped[bytes]
    created_at: Mapped[datetime]


class DataKey(Base):
    """Per-entity AES-256 key, wrapped by the master key. Destroying it erases everything sealed under it."""

    __tablename__ = "data_keys"

    entity_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    wrapped: Mapped[bytes | None]
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


class IdempotencyRecord(Base):
    """First answer to an Idempotency-Key of an entity, kept sealed so that a repeat gets the same bytes."""

    __tablename__ = "idempotency_records"

    entity_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    status: Mapped[int | None]
    response_sealed: Mapped[bytes | None]
    created_at: Mapped[datetime]


class OutboxMessage(Base):
    """A contract call that a use case decided on, from the decision to its receipt.

    States: queued (no nonce yet), signed (nonce and raw bytes fixed), confirmed, reverted (the contract refused: error and detail),
    rejected (never reached the chain: refused before signing).
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_pending", "id", postgresql_where=text("state in ('queued', 'signed')")),
        CheckConstraint("state in ('queued', 'signed', 'confirmed', 'reverted', 'rejected')", name="state"),
    )

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    signer: Mapped[str]
    function: Mapped[str]
    # ABI arguments in order; integers as decimal strings, bytes as 0x hex, structs as lists.
    args: Mapped[list[Any]]
    # What it is about, such as "payable:0x..", for look-ups.
    subject: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    nonce: Mapped[int | None] = mapped_column(BigInteger)
    tx_hash: Mapped[bytes | None] = mapped_column(unique=True)
    raw: Mapped[bytes | None]
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Nonce(Base):
    """Next nonce of each sending address; allocated in the transaction that stores the signed bytes."""

    __tablename__ = "nonces"

    address: Mapped[str] = mapped_column(primary_key=True)
    next: Mapped[int] = mapped_column(BigInteger)
