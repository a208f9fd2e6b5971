"""How things stood: positions, the digest, a replay."""

from datetime import UTC, datetime

from pydantic import BaseModel, Field

from api.schemas.values import EntityId, Hash, LotId, Money, PayableId, hexed
from registry.sync.asof import Position
from registry.sync.repo import Applied


class BlockOut(BaseModel):
    """The block that an answer is as of. `time` is the block's own."""

    number: int
    hash: Hash
    time: datetime

    @classmethod
    def of(cls, block: Applied) -> "BlockOut":
        """The view of an applied block."""
        return cls(number=block.number, hash=hexed(block.hash), time=datetime.fromtimestamp(block.timestamp, UTC))


class PositionOut(BaseModel):
    """A live lot as of a block."""

    payable: PayableId
    lot: LotId
    holder: EntityId
    pledgee: EntityId | None
    obligor: EntityId
    amount: Money
    due: datetime
    version: int

    @classmethod
    def of(cls, row: Position) -> "PositionOut":
        """The view of a position."""
        return cls(
            payable=row.payable,
            lot=row.lot,
            holder=row.holder,
            pledgee=row.pledgee or None,
            obligor=row.obligor,
            amount=Money.of(row.amount, row.currency),
            due=datetime.fromtimestamp(row.due, UTC),
            version=row.version,
        )


class PositionsOut(BaseModel):
    """A page of positions; those of a payable stand together. `next` is null on the last one; else pass it as `after`."""

    as_of: BlockOut
    items: list[PositionOut]
    next: str | None = Field(None, examples=["MHg2ZjFj"])


class DigestOut(BaseModel):
    """What stands for everything the index says after a block; another installation of the same chain has the same."""

    block: BlockOut
    digest: Hash


class ReplayOut(BaseModel):
    """A replay from genesis into an empty database. `first_difference`: the first block with another digest than is stored here."""

    equal: bool
    blocks: int
    node_seconds: float = Field(description="to rebuild the chain's node from the journal; 0 on a network")
    index_seconds: float
    digest: Hash
    first_difference: int | None
