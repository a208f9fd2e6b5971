"""Balances and entries of the ledger."""

from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas.values import Hash, Money, hexed
from registry.ledger.repo import StoredEntry


class BalanceOut(BaseModel):
    """What stands on an account and on which side."""

    entity: int
    account: str = Field(description="claims, payables, bank, collections or deposits", examples=["claims"])
    side: str = Field(description="debit or credit")
    balance: Money


class BalancesOut(BaseModel):
    """All accounts that something stands on."""

    items: list[BalanceOut]


class TurnoverOut(BaseModel):
    """Sums of all postings in a currency; they are equal."""

    debit: Money
    credit: Money


class LedgerOut(BaseModel):
    """The trial balance. `balanced` when debits equal credits in every currency and every entry sums to zero."""

    balanced: bool
    turnover: list[TurnoverOut]


class LineOut(BaseModel):
    """One line of an entry."""

    entity: int
    account: str
    side: str
    amount: Money


class EntryOut(BaseModel):
    """A journal entry, chained by hash to the one before."""

    id: int
    kind: str = Field(examples=["Issued"])
    subject: str
    at: datetime
    block: int | None
    reverses: int | None
    lines: list[LineOut]
    previous_hash: Hash
    hash: Hash

    @classmethod
    def of(cls, row: StoredEntry) -> "EntryOut":
        """The view of an entry."""
        return cls(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            at=row.at,
            block=row.block_number,
            reverses=row.reverses,
            lines=[
                LineOut(entity=line.entity, account=line.kind, side=side(line.amount), amount=Money.of(abs(line.amount), line.currency))
                for line in row.lines
            ],
            previous_hash=hexed(row.previous_hash),
            hash=hexed(row.hash),
        )


def side(amount: int) -> str:
    """Debit is positive."""
    return "debit" if amount > 0 else "credit"
