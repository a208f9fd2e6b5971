"""Values shared by all contexts: money, times, ids."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from registry.kernel import money


class Money(BaseModel):
    """An amount in a currency: a decimal string with at most the currency's decimals, and ISO 4217 letters."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"amount": "1234.56", "currency": "CNY"}})

    amount: str = Field(max_length=30)
    currency: str = Field(pattern="^[A-Z]{3}$")

    @classmethod
    def of(cls, minor: int, currency: str) -> "Money":
        """Money of minor units."""
        return cls(amount=money.to_text(minor, currency), currency=currency)

    def minor(self) -> int:
        """Minor units; Invalid when there is no such amount in the currency."""
        return money.to_minor(self.amount, self.currency)


def at(seconds: int) -> datetime | None:
    """A time of the chain; None for 0, which means never set."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def hexed(value: bytes) -> str:
    """Bytes as 0x hex."""
    return "0x" + value.hex()


def unhexed(value: str) -> bytes:
    """Bytes of 0x hex; the pattern of the field has checked it."""
    return bytes.fromhex(value[2:])


PayableId = Annotated[str, Field(pattern="^0x[0-9a-f]{40}$", examples=["0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6"])]
LotId = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$", examples=["0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6" + "0" * 24])]
Address = Annotated[str, Field(pattern="^0x[0-9a-fA-F]{40}$", examples=["0x70997970c51812dc3a010c7d01b50e0d17dc79c8"])]
Hash = Annotated[str, Field(pattern="^0x[0-9a-f]{64}$", examples=["0x" + "ab" * 32])]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$", examples=["CNY"])]
# Numbers that the database counts: 63 bits.
Number = Annotated[int, Field(ge=1, lt=2**63, examples=[12])]
EntityId = Annotated[int, Field(ge=1, lt=2**32, examples=[7])]


class Body(BaseModel):
    """Base of request bodies: unknown members are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(extra="forbid")
