"""Entities, their keys, accounts and API keys; the log of acts."""

from datetime import datetime
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.values import Address, Body, CurrencyCode, EntityId, Hash, hexed
from registry.identity.permissions import ROLES
from registry.identity.service import EntityView, NewEntity
from registry.identity.tables import Act, ApiKey, BankAccount, SigningKey

Role = Literal["obligor", "supplier", "funder", "agent", "registrar", "auditor"]
_LATER = "2028-12-31T00:00:00Z"


class EntityIn(Body):
    """A legal entity to register. Its id becomes its participant number on-chain."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Harbour Steel Works Ltd",
                    "country": "CN",
                    "roles": ["obligor"],
                    "identifiers": {"uscc": "91310000MA1FL1L84T"},
                    "verified_until": _LATER,
                }
            ]
        }
    )

    name: str = Field(min_length=1, max_length=200)
    country: str = Field(pattern="^[A-Z]{2}$", description="ISO 3166-1")
    roles: list[Role] = Field(min_length=1)
    identifiers: dict[str, str] = Field(default_factory=dict, description="scheme to value: lei, uscc, vat, ..")
    verified_until: AwareDatetime
    id: EntityId | None = Field(None, description="default: the next free number")
    override_reason: str | None = Field(None, max_length=500, description="why an identifier with a wrong check digit stands all the same")
    address: Address | None = Field(None, description="self-custody: the entity's own key; else the service makes a custodial one")

    def new(self) -> NewEntity:
        """As the service takes it."""
        return NewEntity(
            name=self.name,
            country=self.country,
            roles=sum(ROLES[role] for role in set(self.roles)),
            verified_until=self.verified_until,
            identifiers=self.identifiers,
            entity_id=self.id,
            override_reason=self.override_reason,
            address=self.address,
        )


class EntityOut(BaseModel):
    """A legal entity. Identifiers are shown to itself, the registrar and the auditor."""

    id: EntityId
    name: str
    country: str
    roles: list[str]
    status: str = Field(description="pending (not on-chain yet), active or suspended", examples=["active"])
    identifiers: dict[str, str] | None
    verified_until: datetime
    dossier: Hash
    created_at: datetime

    @classmethod
    def of(cls, found: EntityView) -> "EntityOut":
        """The view as the actor may see it."""
        return cls(**{**vars(found), "dossier": hexed(found.dossier)})


class StatusIn(Body):
    """Why a participant is suspended or activated."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "verification renewed"}]})

    reason: str = Field(min_length=1, max_length=500)


class RenewIn(Body):
    """When the entity's verification ends from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"verified_until": _LATER}]})

    verified_until: AwareDatetime


class KeyIn(Body):
    """A signing key: of the entity's own (address), or made and kept by the service."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"label": "treasury HSM", "address": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"}]}
    )

    label: str = Field(min_length=1, max_length=100)
    address: Address | None = Field(None, description="self-custody: the key's address; else the service makes a custodial key")
    valid_from: AwareDatetime | None = None
    valid_until: AwareDatetime | None = None


class KeyOut(BaseModel):
    """A signing key of an entity."""

    address: Address
    label: str
    custodial: bool
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: SigningKey) -> "KeyOut":
        """The view of a row."""
        return cls(
            address=row.address,
            label=row.label,
            custodial=row.secret_sealed is not None,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            revoked_at=row.revoked_at,
        )


class AccountIn(Body):
    """The bank account that pay-outs in a currency go to."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"currency": "EUR", "account": "DE89370400440532013000"}]})

    currency: CurrencyCode
    account: str = Field(min_length=4, max_length=64)


class AccountOut(BaseModel):
    """A bound bank account."""

    id: int
    currency: str
    account: str
    created_at: datetime
    closed_at: datetime | None

    @classmethod
    def of(cls, row: BankAccount, *, account: str) -> "AccountOut":
        """The view of a row with its opened number."""
        return cls(id=row.id, currency=row.currency, account=account, created_at=row.created_at, closed_at=row.closed_at)


class ApiKeyIn(Body):
    """A label to tell API keys apart."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"label": "ERP"}]})

    label: str = Field(min_length=1, max_length=100)


class ApiKeyOut(BaseModel):
    """An API key; its token is shown once, when it is issued."""

    id: int
    label: str
    prefix: str
    created_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: ApiKey) -> "ApiKeyOut":
        """The view of a row."""
        return cls(id=row.id, label=row.label, prefix=row.prefix, created_at=row.created_at, revoked_at=row.revoked_at)


class IssuedKeyOut(ApiKeyOut):
    """An issued API key with its token. Keep it; it is not shown again."""

    token: str = Field(examples=["tsk_3hKx..."])


class ActOut(BaseModel):
    """An act of an entity: what it did or tried, and with which outcome."""

    id: int
    at: datetime
    entity: int
    via: str
    act: str
    subject: str
    outcome: str = Field(description="accepted, or the code of the error")
    request_id: str
    detail: dict[str, Any]
    hash: str = Field(description="SHA-256 over the hash of the act before and this one's content", examples=["0x" + "5e" * 32])

    @classmethod
    def of(cls, row: Act) -> "ActOut":
        """The view of a row."""
        return cls(
            id=row.id,
            at=row.at,
            entity=row.entity_id,
            via=row.via,
            act=row.act,
            subject=row.subject,
            outcome=row.outcome,
            request_id=row.request_id,
            detail=row.detail,
            hash=hexed(row.hash),
        )


class DamageOut(BaseModel):
    """What is wrong with the log of acts at one number."""

    number: int
    finding: str


class AuditOut(BaseModel):
    """What a verification of the whole log of acts found. `clean` when it stands as it was written and as the chain anchors it."""

    clean: bool
    acts: int
    head: str = Field(description="hash of the latest act")
    anchors: int = Field(description="how many heads of the log stand on the chain")
    anchored: int = Field(description="number of the latest act that an anchor covers")
    damage: list[DamageOut]


class MeOut(BaseModel):
    """Who the caller is, and what it may do."""

    entity: EntityId
    roles: list[str]
    via: str
    acts: list[str]
