"""Double entry: accounts of entities, entries chained by hash, postings that sum to zero per entry and currency. Append-only."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, big_id, minor


class Account(Base):
    """One ledger account: entity, kind (see accounts.py) and currency (ISO 4217 letters)."""

    __tablename__ = "accounts"
    __table_args__ = (UniqueConstraint("entity_id", "kind", "currency"),)

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    currency: Mapped[str]


class Entry(Base):
    """A journal entry. `key` makes posting idempotent; `hash` covers content and the previous entry's hash."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    occurred_at: Mapped[datetime]
    block_number: Mapped[int | None] = mapped_column(BigInteger, index=True)
    reverses: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), unique=True)
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes]


class Posting(Base):
    """One line of an entry: debit positive, credit negative, minor units."""

    __tablename__ = "postings"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    amount: Mapped[minor]
