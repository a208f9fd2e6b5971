"""The journal of the embedded chain; what the indexer has read: blocks with undo, events, the checkpoint; alarms, checks, breaks."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Amount, Base, big_id


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
    # Of all rows of the mirror after the block (see digest.py).
    digest: Mapped[bytes]


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


class CheckRun(Base):
    """One check: who asked for it, as of which block it was, and what came of it.

    Kind: full or quick. State: requested (the service will run it), running, done, failed.
    """

    __tablename__ = "check_runs"
    __table_args__ = (
        CheckConstraint("kind in ('full', 'quick')", name="kind"),
        CheckConstraint("state in ('requested', 'running', 'done', 'failed')", name="state"),
    )

    id: Mapped[big_id]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(index=True)
    # Who asked; 0: the service by itself.
    entity_id: Mapped[int] = mapped_column(BigInteger)
    via: Mapped[str]
    requested_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    # Things compared; differences found, breaks that this run opened, and breaks that it found to be over.
    compared: Mapped[int] = mapped_column(BigInteger)
    found: Mapped[int]
    opened: Mapped[int]
    resolved: Mapped[int]
    # [[pass, compared, breaks], ..]
    passes: Mapped[list[Any]]
    # Why it failed.
    failure: Mapped[str | None]


class BreakRecord(Base):
    """A difference that a check has found. State: open, explained (a person said why it may stand), resolved (a check found it no more).

    One that comes again after it was resolved is a new one. What each code means stands in check/codes.py.
    """

    __tablename__ = "breaks"
    __table_args__ = (
        CheckConstraint("state in ('open', 'explained', 'resolved')", name="state"),
        Index("uq_breaks_standing", "code", "subject", unique=True, postgresql_where=text("state <> 'resolved'")),
    )

    id: Mapped[big_id]
    code: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    expected: Mapped[str]
    found: Mapped[str]
    # Hash of both sides: an explanation holds as long as it does not change.
    figures: Mapped[bytes]
    # Both sides in minor units, when they are money.
    currency: Mapped[str | None]
    expected_minor: Mapped[int | None] = mapped_column(Amount())
    found_minor: Mapped[int | None] = mapped_column(Amount())
    state: Mapped[str]
    # Who takes care of it: an entity, and a name sealed under that entity's key.
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    owner_sealed: Mapped[bytes | None]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    # The last check that saw it.
    run_id: Mapped[int] = mapped_column(BigInteger)


class BreakChange(Base):
    """A step in a break's life. Written once.

    Cause: found, changed (the figures did, so an explanation ended), gone, explained, owned.
    """

    __tablename__ = "break_changes"

    id: Mapped[big_id]
    break_id: Mapped[int] = mapped_column(ForeignKey("breaks.id"), index=True)
    at: Mapped[datetime]
    # State after it.
    state: Mapped[str]
    cause: Mapped[str]
    # Who did it; 0: a check by itself.
    entity_id: Mapped[int] = mapped_column(BigInteger)
    via: Mapped[str]
    # The check that did it.
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    # The figures at that time, and the reason or name that a person gave, sealed under its entity's key.
    expected: Mapped[str]
    found: Mapped[str]
    note_sealed: Mapped[bytes | None]
