"""Certificates and pins as documented, and what a verified certificate says. Their files are specified in chain/CERTIFICATE.md."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from api.schemas.values import Address, EntityId, Hash, LotId, PayableId


class CertificateOut(BaseModel):
    """A claim certificate: keep the bytes as they come, they are canonical JSON. Specified in chain/CERTIFICATE.md."""

    format: Literal["tallystick.certificate.v1"]
    chain_id: int
    genesis: Hash
    contract: Address
    block: dict[str, str] = Field(description="The header's fields, as eth_getBlockByNumber names them")
    account_proof: list[str]
    payable: dict[str, Any] = Field(description="Id and its preimage: terms, currency, portions")
    lot: dict[str, Any] = Field(description="Id, and the child indexes from the root lot")
    words: list[dict[str, Any]] = Field(description="Storage words with their fields and EIP-1186 proofs")
    lock: dict[str, Any] | None = Field(description="What binds the lot as of the block, and until when")
    promise: str | None
    documents: list[dict[str, Any]]
    seal: dict[str, Any] = Field(description="Who stands for the block")


class PinOut(BaseModel):
    """The trust root of this installation: hand it to verifiers by another way than certificates."""

    format: Literal["tallystick.pin.v1"]
    chain_id: int
    genesis: Hash
    contract: Address
    scheme: Literal["registry", "qbft", "clique"]
    keys: list[Address]


class LockOut(BaseModel):
    """What binds the lot; `holds` is whether it still does at the time of verification."""

    kind: Literal["lock", "offer", "financing", "pledge"]
    party: EntityId
    until: datetime | None
    holds: bool


class VerdictOut(BaseModel):
    """What a certificate proves. Amounts are in the payable's currency; participants are numbers of the network."""

    verdict: Literal["proven", "consistent, issuer not pinned"]
    says: list[str]
    chain_id: int
    contract: Address
    block: int
    block_hash: Hash
    block_time: datetime
    scheme: Literal["registry", "qbft", "clique"]
    signers: list[Address]
    handovers: int = Field(description="How often the validators changed since the first set that the file names")
    signed_at: datetime | None
    payable: PayableId
    obligor: EntityId
    payee: EntityId
    due: datetime
    face: str
    outstanding: str
    available: str
    lot: LotId
    path: list[int]
    holder: EntityId
    holder_keys: list[Address]
    amount: str
    frozen: str | None
    recourse_seller: EntityId | None
    lock: LockOut | None
    documents: list[Hash]
