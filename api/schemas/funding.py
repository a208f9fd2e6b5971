"""Financings, payments, clearing runs."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.values import Body, EntityId, Hash, LotId, Money, PayableId, hexed, unhexed
from registry.funding.financings import NewFinancing, Opened
from registry.funding.tables import FinancingRecord, PaymentRecord
from registry.receivables import states

FinancingKind = Literal["assignment", "pledge"]
_PAYABLE = "0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6"


class FinancingIn(Body):
    """The holder's lock: consent to one assignment or pledge of the whole lot to one funder, until a time."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lot": _PAYABLE + "0" * 24,
                    "funder": 5,
                    "kind": "assignment",
                    "recourse": False,
                    "price": {"amount": "985.20", "currency": "CNY"},
                    "until": "2027-01-31T12:00:00Z",
                }
            ]
        }
    )

    lot: LotId
    funder: EntityId
    kind: FinancingKind = "assignment"
    recourse: bool = False
    price: Money = Field(description="what the funder pays out")
    until: AwareDatetime

    def new(self) -> NewFinancing:
        """As the service takes it."""
        return NewFinancing(
            lot=self.lot, funder=self.funder, kind=self.kind, price=self.price.minor(), until=self.until, recourse=self.recourse
        )


class ReferenceIn(Body):
    """The bank's reference of a pay-out; only a salted hash goes on-chain."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reference": "SEPA 2027-01-15 8841"}]})

    reference: str = Field(min_length=1, max_length=200)


class RegistrationIn(Body):
    """Number of the public filing that ends with the pledge."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"registration": "ZDW-2027-004411"}]})

    registration: str = Field(min_length=1, max_length=200)


class FinancingOut(BaseModel):
    """A financing of a lot and how far it is."""

    id: int
    lot: LotId
    payable: PayableId
    holder: EntityId
    funder: EntityId
    kind: FinancingKind
    recourse: bool
    amount: Money
    price: Money
    until: datetime
    state: str = Field(description="requested, refused, locked, completed, released or pledge_released", examples=["locked"])
    commitment: Hash
    receipt: Hash | None
    created_at: datetime

    @classmethod
    def of(cls, row: FinancingRecord, *, state: str) -> "FinancingOut":
        """The view of a row; state as of now."""
        return cls(
            id=row.id,
            lot=row.lot_id,
            payable=row.payable_id,
            holder=row.entity_id,
            funder=row.funder,
            kind=states.FINANCING_KINDS[row.kind],
            recourse=row.recourse,
            amount=Money.of(row.amount, row.currency),
            price=Money.of(row.price, row.currency),
            until=datetime.fromtimestamp(row.until, UTC),
            state=state,
            commitment=hexed(row.commitment),
            receipt=hexed(row.receipt) if row.receipt else None,
            created_at=row.created_at,
        )


class OpenedOut(BaseModel):
    """The commitment opened, for holder and funder: SHA-256(salt || SHA-256(canonical JSON of `content`)), and where to pay to."""

    content: dict[str, Any]
    salt: Hash
    commitment: Hash
    account: str

    @classmethod
    def of(cls, found: Opened) -> "OpenedOut":
        """The view of an opened commitment."""
        return cls(content=found.content, salt=hexed(found.salt), commitment=hexed(found.commitment), account=found.account)


class ReversalIn(Body):
    """Why a payment is taken back or a pay-out reopened; with a signature (EIP-712) when the agent's key is kept elsewhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "booked to the wrong payable"}]})

    reason: str = Field(min_length=1, max_length=4000)
    signature: str | None = Field(None, pattern="^0x([0-9a-f]{2}){1,1024}$")

    def signed(self) -> bytes | None:
        """The signature's bytes."""
        return unhexed(self.signature) if self.signature else None


class PaymentIn(Body):
    """Money that came in for a payable, as its payment agent says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"payable": _PAYABLE, "amount": {"amount": "1000.00", "currency": "CNY"}, "reference": "camt.054 2027-03-31 17"}]
        }
    )

    payable: PayableId
    amount: Money
    reference: str = Field(min_length=1, max_length=200)


class PaymentsIn(Body):
    """Payments to record together."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {"payable": _PAYABLE, "amount": {"amount": "1000.00", "currency": "CNY"}, "reference": "camt.053 2027-03-31 17"}
                    ]
                }
            ]
        }
    )

    items: list[PaymentIn] = Field(min_length=1, max_length=1000)


class PaymentOut(BaseModel):
    """A payment as recorded on-chain under the payable's sequence."""

    id: int
    payable: PayableId
    obligor: EntityId
    agent: EntityId
    sequence: int
    amount: Money
    receipt: Hash
    state: str = Field(description="requested, refused, recorded or reversed", examples=["recorded"])
    created_at: datetime

    @classmethod
    def of(cls, row: PaymentRecord, *, state: str) -> "PaymentOut":
        """The view of a row; state as of now."""
        return cls(
            id=row.id,
            payable=row.payable_id,
            obligor=row.obligor,
            agent=row.entity_id,
            sequence=row.sequence,
            amount=Money.of(row.amount, row.currency),
            receipt=hexed(row.receipt),
            state=state,
            created_at=row.created_at,
        )


class PaymentsOut(BaseModel):
    """Several payments, in the order they were asked for."""

    items: list[PaymentOut]


class ClearingIn(Body):
    """Run the clearing list of a payable; the bank references of its pay-outs by lot, where they are known already."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"payable": _PAYABLE, "references": {_PAYABLE + "0" * 24: "SEPA 8842"}}]})

    payable: PayableId
    references: dict[LotId, str] = Field(default_factory=dict)


class ClearingLineOut(BaseModel):
    """One pay-out: to the holder, or to whoever stands in its place."""

    lot: LotId
    holder: EntityId
    payee: EntityId
    base: Money
    amount: Money
    deposit: Money = Field(description="the part of the amount that is frozen and goes to a deposit account")
    reference: str | None = Field(description="the bank's reference, once the list is run")


class ClearingOut(BaseModel):
    """A clearing list: planned (no id yet) or run. Short money is shared by largest remainder; lines add up to the payment."""

    id: int | None
    payable: PayableId
    block: int
    round: int = Field(description="0 when every lot is redeemed whole")
    base: Money
    payment: Money
    created_at: datetime | None
    lines: list[ClearingLineOut]


class ClearingsIn(Body):
    """Payables to clear together; each pay-out gets an end-to-end reference of the registry's."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"payables": [_PAYABLE]}]})

    payables: list[PayableId] = Field(min_length=1, max_length=1000)


class ClearingsOut(BaseModel):
    """Several clearing runs, in the order they were asked for."""

    items: list[ClearingOut]
