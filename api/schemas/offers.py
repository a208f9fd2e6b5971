"""Offers to pass on a lot, and what a self-custody holder signs."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.values import Body, EntityId, Hash, LotId, Money, Number, PayableId, hexed, unhexed
from chain.structs import Offer
from registry.receivables import states
from registry.receivables.offers import NewOffer, Prepared
from registry.receivables.tables import OfferRecord

OfferKind = Literal["sale", "sale_recourse", "repurchase", "subrogation"]
_LOT = "0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6" + "0" * 24


class OfferIn(Body):
    """An offer the service signs with the holder's custodial key."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lot": _LOT,
                    "recipient": 9,
                    "amount": {"amount": "300.00", "currency": "CNY"},
                    "documents": [4],
                    "deadline": "2027-01-31T12:00:00Z",
                }
            ]
        }
    )

    lot: LotId
    recipient: EntityId
    amount: Money | None = Field(None, description="default: the whole lot")
    kind: OfferKind = "sale"
    documents: list[Number] = Field(min_length=1, max_length=64, description="trade documents behind this transfer")
    deadline: AwareDatetime
    on_chain: bool = Field(default=False, description="make it on-chain: it locks the lot for the recipient until it ends")

    def new(self) -> NewOffer:
        """As the service takes it."""
        amount = None if self.amount is None else self.amount.minor()
        return NewOffer(
            lot=self.lot,
            recipient=self.recipient,
            deadline=self.deadline,
            documents=self.documents,
            amount=amount,
            kind=self.kind,
            on_chain=self.on_chain,
        )


class SignedOfferIn(Body):
    """An offer that its holder signed elsewhere (EIP-712): the signed fields and the signature."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lot": _LOT,
                    "version": 1,
                    "child": 255,
                    "amount": {"amount": "300.00", "currency": "CNY"},
                    "recipient": 9,
                    "kind": "sale",
                    "documents": [4],
                    "commitment": "0x" + "ab" * 32,
                    "deadline": "2027-01-31T12:00:00Z",
                    "epoch": 0,
                    "signature": "0x" + "ab" * 64 + "1b",
                }
            ]
        }
    )

    lot: LotId
    version: int = Field(ge=0, lt=2**16)
    child: int = Field(ge=0, lt=256, description="255 is the whole lot")
    amount: Money
    recipient: EntityId
    kind: OfferKind = "sale"
    documents: list[Number] = Field(min_length=1, max_length=64)
    commitment: Hash = Field(description="root of the documents' commitments, as signed")
    deadline: AwareDatetime
    epoch: int = Field(ge=0, lt=2**32)
    signature: str = Field(pattern="^0x([0-9a-fA-F]{2}){1,1024}$")

    def signed(self) -> Offer:
        """The offer as the contract takes it."""
        return Offer(
            lot=int(self.lot, 16),
            version=self.version,
            child=self.child,
            amount=self.amount.minor(),
            recipient=self.recipient,
            kind=states.OFFER_KINDS.index(self.kind),
            documents=unhexed(self.commitment),
            deadline=int(self.deadline.timestamp()),
            epoch=self.epoch,
        )


class PreparedOut(BaseModel):
    """An offer to sign elsewhere: hand its values in under /offers/signed with the signature."""

    digest: Hash
    typed_data: dict[str, Any] = Field(description="for eth_signTypedData_v4")

    @classmethod
    def of(cls, found: Prepared) -> "PreparedOut":
        """The view of a prepared offer."""
        return cls(digest=hexed(found.digest), typed_data=found.document)


class WithdrawnOut(BaseModel):
    """How many open offers a withdrawal voided."""

    withdrawn: int


class OfferOut(BaseModel):
    """A signed offer on its way to its recipient, with everything the signature covers."""

    id: int
    lot: LotId
    payable: PayableId
    sender: EntityId
    recipient: EntityId
    amount: Money
    whole: bool
    kind: OfferKind
    status: str = Field(description="open, accepted, withdrawn, expired or stale", examples=["open"])
    version: int
    child: int
    new_lot: LotId = Field(description="the lot the recipient will hold")
    on_chain: bool
    documents: Hash
    deadline: datetime
    epoch: int
    signature: str
    created_at: datetime

    @classmethod
    def of(cls, row: OfferRecord, *, currency: str, status: str) -> "OfferOut":
        """The view of a row; status as of now."""
        return cls(
            id=row.id,
            lot=row.lot_id,
            payable=row.payable_id,
            sender=row.entity_id,
            recipient=row.recipient,
            amount=Money.of(row.amount, currency),
            whole=row.child == 255,
            kind=states.OFFER_KINDS[row.kind],
            status=status,
            version=row.version,
            child=row.child,
            new_lot=row.child_id,
            on_chain=row.on_chain,
            documents=hexed(row.documents),
            deadline=datetime.fromtimestamp(row.deadline, UTC),
            epoch=row.epoch,
            signature=hexed(row.signature),
            created_at=row.created_at,
        )
