"""The contract's storage words as Python values. Fields stand from the lowest bit up, in the order and width given here."""

from collections.abc import Hashable
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Self, cast

from chain.structs import Profile


def _bits(width: int) -> Any:
    return field(metadata={"bits": width})


@cache
def _layout(word: Hashable) -> tuple[tuple[str, int, int], ...]:
    """Name, offset and mask of each field."""
    places, offset = [], 0
    for each in fields(cast(type[Any], word)):
        width = each.metadata["bits"]
        places.append((each.name, offset, (1 << width) - 1))
        offset += width
    return tuple(places)


class Word:
    """Base of the word types."""

    @classmethod
    def of(cls, value: int) -> Self:
        """From the 256 bits as they stand in storage."""
        return cls(**{name: (value >> offset) & mask for name, offset, mask in _layout(cast(Hashable, cls))})

    def pack(self) -> int:
        """Back to 256 bits. ValueError when a field does not fit."""
        value = 0
        for name, offset, mask in _layout(cast(Hashable, type(self))):
            part = getattr(self, name)
            if not 0 <= part <= mask:
                raise ValueError(f"{name}: {part} does not fit")
            value |= part << offset
        return value


@dataclass(frozen=True)
class PayableWord(Word):
    """A confirmed debt. `sequence` counts payments, `round` clearing rounds."""

    obligor: int = _bits(32)
    profile: int = _bits(16)
    due: int = _bits(32)
    state: int = _bits(8)
    outstanding: int = _bits(72)
    available: int = _bits(72)
    sequence: int = _bits(16)
    round: int = _bits(8)


@dataclass(frozen=True)
class LotWord(Word):
    """A holding. `children` has a bit for each child index that was used; `round` is the latest round it was redeemed in."""

    holder: int = _bits(32)
    amount: int = _bits(72)
    hops: int = _bits(8)
    depth: int = _bits(8)
    version: int = _bits(16)
    flags: int = _bits(8)
    round: int = _bits(8)
    lock_party: int = _bits(32)
    lock_until: int = _bits(32)
    children: int = _bits(40)


@dataclass(frozen=True)
class ParticipantWord(Word):
    """A legal entity. `account` as an integer; `account_hex` as an address."""

    roles: int = _bits(8)
    status: int = _bits(8)
    verified_until: int = _bits(32)
    epoch: int = _bits(32)
    account: int = _bits(160)

    @property
    def account_hex(self) -> str:
        """The account as an address."""
        return f"0x{self.account:040x}"


@dataclass(frozen=True)
class KeyWord(Word):
    """Whom a key signs for, from when and until when. The bits above hold the contract's copy of the participant's standing."""

    participant: int = _bits(32)
    from_time: int = _bits(32)
    until: int = _bits(32)


@dataclass(frozen=True)
class LimitWord(Word):
    """Credit of an obligor in one currency. `overdue` counts its overdue payables."""

    limit: int = _bits(72)
    used: int = _bits(72)
    agent: int = _bits(32)
    overdue: int = _bits(16)


@dataclass(frozen=True)
class InvoiceWord(Word):
    """How much of an invoice backs payables."""

    occupied: int = _bits(72)
    total: int = _bits(72)
    currency: int = _bits(16)


@dataclass(frozen=True)
class RoundWord(Word):
    """An open clearing round. `seen` is the part of `base` that has had its line."""

    base: int = _bits(72)
    seen: int = _bits(72)
    payment: int = _bits(72)


@dataclass(frozen=True)
class ProfileWord(Word):
    """Rules of an instrument; all zero: no such profile."""

    from_time: int = _bits(32)
    until: int = _bits(32)
    tenor: int = _bits(32)
    hops: int = _bits(8)
    depth: int = _bits(8)
    children: int = _bits(8)
    record_lead: int = _bits(24)
    redeem_delay: int = _bits(24)
    grace: int = _bits(24)
    reopen_period: int = _bits(24)
    smallest_lot: int = _bits(39)
    paused: int = _bits(1)

    def rules(self) -> Profile:
        """The same as the struct that `setProfile` takes."""
        return Profile(*[getattr(self, each.name) for each in fields(Profile)])
