"""What the chain recorded and what the service sent to it: events, transactions, the network, the check."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.schemas.values import Address, Hash, PayableId, hexed
from chain import ids
from registry.kernel.tables import OutboxMessage
from registry.sync.reads import LOT_ARGS
from registry.sync.tables import ChainEvent


class EventOut(BaseModel):
    """A contract event of an indexed block. Lots and payables are ids, other integers decimal strings, bytes 0x hex."""

    block: int
    log_index: int
    tx_hash: Hash
    name: str = Field(examples=["Transferred"])
    args: dict[str, Any]
    payable: PayableId | None

    @classmethod
    def of(cls, row: ChainEvent) -> "EventOut":
        """The view of a row."""
        return cls(
            block=row.block_number,
            log_index=row.log_index,
            tx_hash=hexed(row.tx_hash),
            name=row.name,
            args={name: _shown(name, value) for name, value in row.args.items()},
            payable=row.payable_id,
        )


def _shown(name: str, value: Any) -> Any:
    if name in LOT_ARGS:
        return ids.lot_hex(int(value))
    return ids.payable_hex(int(value)) if name == "payableId" else value


class TransactionOut(BaseModel):
    """A contract call that a use case decided on, from the decision to its receipt."""

    id: int
    subject: str = Field(examples=["payable:0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6"])
    function: str = Field(examples=["issue"])
    signer: Address
    state: str = Field(description="queued, signed, confirmed, reverted or rejected", examples=["confirmed"])
    tx_hash: Hash | None
    block: int | None
    error: str | None = Field(description="what the contract refused with, in the words of this API's codes")
    detail: dict[str, Any] | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: OutboxMessage) -> "TransactionOut":
        """The view of a row."""
        return cls(
            id=row.id,
            subject=row.subject,
            function=row.function,
            signer=row.signer,
            state=row.state,
            tx_hash=hexed(row.tx_hash) if row.tx_hash else None,
            block=row.block_number,
            error=row.error,
            detail=row.detail,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class HeadOut(BaseModel):
    """A block by number and hash."""

    number: int
    hash: Hash


class NetworkOut(BaseModel):
    """What contract calls and typed data are bound to, and how far the index is."""

    chain_id: int
    contract: Address
    engine: str = Field(description="embedded or network")
    finality: int = Field(description="blocks on top that make a block final; 0: final at once")
    node: HeadOut
    indexed: HeadOut | None
    time: datetime
