"""The contract's structs, and the constants of Types.sol. Amounts are minor units, times UTC seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

ROLE_OBLIGOR = 1
ROLE_SUPPLIER = 2
ROLE_FUNDER = 4
ROLE_AGENT = 8
ROLE_REGISTRAR = 16
ROLE_AUDITOR = 32

STATUS_NONE = 0
STATUS_ACTIVE = 1
STATUS_SUSPENDED = 2

# State of a payable: the low nibble is one of the first six, the high bits are flags.
PAYABLE_NONE = 0
PAYABLE_ISSUED = 1
PAYABLE_ACTIVE = 2
PAYABLE_REFUSED = 3
PAYABLE_CANCELLED = 4
PAYABLE_SETTLED = 5
PAYABLE_STATE_MASK = 0x0F
PAYABLE_OVERDUE = 0x10
PAYABLE_SUSPENDED = 0x20
PAYABLE_ROUND_OPEN = 0x40

# Flags of a lot.
LOT_RECOURSE = 1
LOT_PLEDGED = 2
LOT_FINANCING = 4
LOT_FROZEN = 8
LOT_ENDED = 16
LOT_OFFERED = 32

# Kinds of an offer; the last two exist only for overdue payables.
OFFER_SALE = 0
OFFER_SALE_RECOURSE = 1
OFFER_REPURCHASE = 2
OFFER_SUBROGATION = 3
# Child index that means the whole lot.
WHOLE = 255

FINANCE_ASSIGNMENT = 0
FINANCE_PLEDGE = 1

# Children a lot can have at most, whatever its profile says.
MAX_CHILDREN = 40


class Struct:
    """Base: a struct to and from the plain values of its fields in ABI order."""

    def args(self) -> tuple[Any, ...]:
        """Field values in ABI order, as `calldata.encode` takes them."""
        return tuple(vars(self).values())

    @classmethod
    def of(cls, values: Sequence[Any]) -> Self:
        """From field values in ABI order, as `events.decode` and `calldata.decode_call` give them."""
        names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
        return cls(**dict(zip(names, values, strict=True)))


@dataclass(frozen=True)
class Terms(Struct):
    """The preimage of a payable's id, together with its portions."""

    obligor: int
    payee: int
    profile: int
    due: int
    face: int
    terms: bytes
    salt: bytes


@dataclass(frozen=True)
class Portion(Struct):
    """The part of one invoice that backs a payable. `total` is fixed at the invoice's first use."""

    fingerprint: bytes
    amount: int
    total: int


@dataclass(frozen=True)
class Offer(Struct):
    """What a holder signs to pass a lot, or a part of it (`child` below WHOLE), to one recipient."""

    lot: int
    version: int
    child: int
    amount: int
    recipient: int
    kind: int
    documents: bytes
    deadline: int
    epoch: int


@dataclass(frozen=True)
class Financing(Struct):
    """The one assignment or pledge that a financing lock consents to."""

    funder: int
    until: int
    kind: int
    recourse: bool
    commitment: bytes


@dataclass(frozen=True)
class Profile(Struct):
    """Dated rules of an instrument. `from_time` and `until` bound issuing; leads, delays, grace and periods are seconds.

    `smallest_lot` is minor units, below 2**39. The currency is said by the profile's number (`chain.ids`).
    """

    from_time: int
    until: int
    tenor: int
    hops: int
    depth: int
    children: int
    record_lead: int
    redeem_delay: int
    grace: int
    reopen_period: int
    smallest_lot: int
