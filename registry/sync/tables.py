"""The journal of the embedded chain, and what the indexer has read: blocks with undo, events, the checkpoint."""

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base


class JournalBlock(Base):
    """A block of the embedded engine, committed before it is sent: the truth from which the node is replayed."""

    __tablename__ = "chain_journal"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    timestamp: Mapped[int] = mapped_column(BigInteger)
    transactions: Mapped[list[bytes]] = mapped_column(ARRAY(BYTEA))
    hash: Mapped[bytes | None]
    state_root: Mapped[bytes | None]


class ChainBlock(Base):
    """A block the indexer has applied, with the rows as they were before it (undo), for rewinding in one transaction."""

    __tablename__ = "chain_blocks"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(unique=True)
    parent_hash: Mapped[bytes]
    timestamp: Mapped[int] = mapped_column(BigInteger)
    # [[table, key, row or null], ..] as it was before the block; null: there was none. Empty once the block is final.
    undo: Mapped[list[Any]]


class ChainEvent(Base):
    """A decoded contract event of an applied block."""

    __tablename__ = "chain_events"

    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    block_hash: Mapped[bytes]
    tx_hash: Mapped[bytes]
    name: Mapped[str]
    # Arguments by ABI name; integers as strings, bytes as 0x hex.
    args: Mapped[dict[str, Any]]
    # Payable the event belongs to, if any: lets a party find its events.
    payable_id: Mapped[str | None] = mapped_column(index=True)


class Checkpoint(Base):
    """One row: the last applied block."""

    __tablename__ = "checkpoint"
    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes]
    # The highest applied block that is final: nothing at or below it is ever taken back.
    final: Mapped[int] = mapped_column(BigInteger)


class AlarmRecord(Base):
    """An alarm that the running sync has raised and not cleared. What each means stands in alarms.py."""

    __tablename__ = "alarms"

    alarm: Mapped[str] = mapped_column(primary_key=True)
    # Seconds since 1970.
    since: Mapped[int] = mapped_column(BigInteger)
    detail: Mapped[str]
