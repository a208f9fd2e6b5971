"""Lots: what is held, split and passed on; the steps in their lives."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.values import Body, EntityId, LotId, Money, PayableId
from registry.receivables import states
from registry.receivables.tables import Lot, LotMove


class SplitIn(Body):
    """Parts to take off the lot, for oneself; the rest stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amounts": [{"amount": "300.00", "currency": "CNY"}]}]})

    amounts: list[Money] = Field(min_length=1, max_length=40)


class MergeIn(Body):
    """Lots of the same payable and holder that this one takes in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"others": ["0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6" + "0" * 24]}]})

    others: list[LotId] = Field(min_length=1, max_length=40)


class LockIn(Body):
    """Promise to one party that the lot does not move until a time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"party": 9, "until": "2027-01-31T12:00:00Z"}]})

    party: EntityId
    until: AwareDatetime


class ReasonIn(Body):
    """Why, in words; only a hash of it goes on-chain."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "set off against advance 2027-014"}]})

    reason: str = Field(min_length=1, max_length=500)


class FreezeIn(Body):
    """The frozen part from now on (0 ends the freeze) and its legal basis."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": {"amount": "100.00", "currency": "CNY"}, "basis": "court order 12/27"}]}
    )

    amount: Money
    basis: str = Field(min_length=1, max_length=500)


class ForceIn(Body):
    """Whom the lot, or a part of it, goes to, and the legal basis."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"to": 9, "basis": "court order 12/27"}]})

    to: EntityId
    amount: Money | None = Field(None, description="default: the whole lot")
    basis: str = Field(min_length=1, max_length=500)


class LockOut(BaseModel):
    """A lock that stands: for whom and until when."""

    party: EntityId
    until: datetime


class LotOut(BaseModel):
    """A holding as the chain has it. `version` is part of every offer: it rises with each write but a plain split."""

    id: LotId
    payable: PayableId
    parent: LotId | None
    child_index: int | None
    holder: EntityId
    amount: Money
    frozen: Money
    state: str = Field(description="free, locked, offered, financing, pledged, empty, ended or gone", examples=["free"])
    flags: list[str] = Field(description="recourse, pledged, financing, frozen, ended, offered")
    hops: int
    depth: int
    version: int
    lock: LockOut | None
    recourse_seller: EntityId | None

    @classmethod
    def of(cls, row: Lot, *, currency: str, now: int) -> "LotOut":
        """The view of a mirror row at a time (UTC seconds)."""
        locked = states.is_locked(row.lock_party, row.lock_until, now)
        until = datetime.fromtimestamp(row.lock_until, UTC)
        return cls(
            id=row.id,
            payable=row.payable_id,
            parent=row.parent_id,
            child_index=row.child_index,
            holder=row.holder,
            amount=Money.of(row.amount, currency),
            frozen=Money.of(row.frozen, currency),
            state=states.lot_state(exists=row.exists, flags=row.flags, amount=row.amount, locked=locked),
            flags=states.lot_flags(row.flags),
            hops=row.hops,
            depth=row.depth,
            version=row.version,
            lock=LockOut(party=row.lock_party, until=until) if locked else None,
            recourse_seller=row.recourse_seller or None,
        )


class LotsOut(BaseModel):
    """Several lots, as a split gives them back."""

    items: list[LotOut]


class MoveOut(BaseModel):
    """One step in a lot's life."""

    block: int
    log_index: int
    at: datetime
    kind: str = Field(examples=["Transferred"])
    lot: LotId
    child: LotId | None
    sender: int | None
    recipient: int | None
    amount: Money

    @classmethod
    def of(cls, row: LotMove, *, currency: str) -> "MoveOut":
        """The view of a mirror row."""
        return cls(
            block=row.block_number,
            log_index=row.log_index,
            at=datetime.fromtimestamp(row.at, UTC),
            kind=row.kind,
            lot=row.lot_id,
            child=row.child_id,
            sender=row.sender,
            recipient=row.recipient,
            amount=Money.of(row.amount, currency),
        )
