"""Payables and the claim tree."""

from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.lots import LotOut, MoveOut
from api.schemas.values import Body, EntityId, Hash, LotId, Money, Number, PayableId, hexed
from chain import ids
from registry.receivables import states
from registry.receivables.payables import Confirmation
from registry.receivables.rules import PROMISE, PROMISE_VERSION, Conditions
from registry.receivables.tables import Payable


class DrawIn(Body):
    """An invoice that backs the payable; without an amount all that is free of it."""

    invoice: Number
    amount: Money | None = None


class ConfirmIn(Body):
    """Invoices of one seller in one currency, to be confirmed as one payable."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"invoices": [{"invoice": 12}], "profile": 9984},
                {
                    "invoices": [{"invoice": 12, "amount": {"amount": "800.00", "currency": "EUR"}}, {"invoice": 13}],
                    "profile": 9984,
                    "due": "2027-03-31T23:59:59Z",
                    "documents": [4],
                },
            ]
        }
    )

    invoices: list[DrawIn] = Field(min_length=1, max_length=64)
    profile: int = Field(ge=1, lt=2**16)
    due: AwareDatetime | None = Field(None, description="default: the end (UTC) of the day the invoices are due")
    documents: list[Number] = Field(default_factory=list, max_length=64, description="documents the promise refers to")

    def confirmation(self) -> Confirmation:
        """As the service takes it."""
        draws = [(draw.invoice, draw.amount.minor() if draw.amount else None) for draw in self.invoices]
        return Confirmation(invoices=draws, profile=self.profile, due=self.due, documents=self.documents)


class BatchIn(Body):
    """Many payables at once, one per invoice: those of an import, or the named ones."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"import": 3, "profile": 9984}, {"invoices": [12, 13, 14], "profile": 9984}]})

    import_id: Number | None = Field(None, alias="import")
    invoices: list[Number] = Field(default_factory=list, max_length=2000)
    profile: int = Field(ge=1, lt=2**16)
    due: AwareDatetime | None = Field(None, description="of all of them; default: for each the end (UTC) of the day its invoice is due")


class AcceptIn(Body):
    """Payables to accept at once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"payables": ["0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6"]}]})

    payables: list[PayableId] = Field(min_length=1, max_length=1000)


class ConsentIn(Body):
    """The payee's consent to a cancellation; with a signature (EIP-712) when its key is kept elsewhere."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})

    signature: str | None = Field(None, pattern="^0x([0-9a-f]{2}){1,1024}$")


class SuspendIn(Body):
    """Whether redemption stops or goes on, and the legal basis."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"suspended": True, "basis": "court order 12/27"}]})

    suspended: bool
    basis: str = Field(min_length=1, max_length=4000)


class PayableOut(BaseModel):
    """A confirmed debt as the chain has it. face = outstanding + redeemed + released + cancelled."""

    id: PayableId
    root_lot: LotId
    obligor: EntityId
    payee: EntityId
    profile: int
    state: str = Field(description="issued, active, refused, cancelled or settled", examples=["active"])
    flags: list[str] = Field(description="overdue, suspended, round_open")
    face: Money
    outstanding: Money
    available: Money = Field(description="paid in and not yet redeemed")
    paid: Money
    redeemed: Money
    released: Money
    cancelled: Money
    due: datetime
    issued_at: datetime
    issued_block: int
    payments: int = Field(description="how many payments were recorded, reversals included")
    terms: Hash

    @classmethod
    def of(cls, row: Payable) -> "PayableOut":
        """The view of a mirror row."""

        def amount(minor: int) -> Money:
            return Money.of(minor, row.currency)

        return cls(
            id=row.id,
            root_lot=ids.lot_hex(ids.root(int(row.id, 16))),
            obligor=row.obligor,
            payee=row.payee,
            profile=row.profile,
            state=states.payable_state(row.state),
            flags=states.payable_flags(row.state),
            face=amount(row.face),
            outstanding=amount(row.outstanding),
            available=amount(row.available),
            paid=amount(row.paid),
            redeemed=amount(row.redeemed),
            released=amount(row.released),
            cancelled=amount(row.cancelled),
            due=datetime.fromtimestamp(row.due, UTC),
            issued_at=datetime.fromtimestamp(row.issued_at, UTC),
            issued_block=row.issued_block,
            payments=row.sequence,
            terms=hexed(row.terms),
        )


class PayablesOut(BaseModel):
    """Several payables, as a write on many gives them back."""

    items: list[PayableOut]

    @classmethod
    def of(cls, rows: Sequence[Payable]) -> "PayablesOut":
        """The view of many rows."""
        return cls(items=[PayableOut.of(row) for row in rows])


class TreeOut(BaseModel):
    """The claim tree: the payable, its lots (each names its parent) and every step in their lives that the caller may see."""

    payable: PayableOut
    lots: list[LotOut]
    moves: list[MoveOut]


class TermsOut(BaseModel):
    """What the payable's `terms` hash covers: SHA-256 over these members as canonical JSON (RFC 8785), times in UTC seconds."""

    version: str
    promise: str
    obligor: EntityId
    payee: EntityId
    profile: int
    currency: str
    face: str = Field(description="minor units")
    due: int
    documents: Hash | None

    @classmethod
    def of(cls, found: Conditions) -> "TermsOut":
        """The view of conditions."""
        return cls(
            version=PROMISE_VERSION,
            promise=PROMISE,
            obligor=found.obligor,
            payee=found.payee,
            profile=found.profile,
            currency=found.currency,
            face=str(found.face),
            due=found.due,
            documents=None if found.documents is None else hexed(found.documents),
        )


class ConsentOut(BaseModel):
    """The payee's stored consent to a cancellation."""

    payable: PayableId
    consented: bool = True
