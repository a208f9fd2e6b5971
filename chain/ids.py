"""Derived ids, as the contract derives them (Ids.sol). Nothing is counted: an id can be checked by hashing alone."""

from collections.abc import Iterable

from chain.hashing import keccak, word
from chain.structs import Financing, Portion, Terms

_PATH = 2**96 - 1
_ID = 2**160 - 1
# Profiles that one currency can have.
VARIANTS = 64


def profile_id(currency: int, variant: int = 0) -> int:
    """Number of an instrument profile: its currency (ISO 4217 number, 1 to 999) and one of 64 variants. ValueError for others."""
    if not (0 < currency < 1000 and 0 <= variant < VARIANTS):
        raise ValueError(f"currency {currency}, variant {variant}: there is no such profile number")
    return currency << 6 | variant


def currency_of(profile: int) -> int:
    """The currency (ISO 4217 number) that a profile's number says."""
    return profile >> 6


def variant_of(profile: int) -> int:
    """Which of the profiles of its currency a number names."""
    return profile % VARIANTS


def payable_id(terms: Terms, portions: Iterable[Portion]) -> int:
    """Lower 160 bits of the hash of everything that makes the debt. `portions` in the order of the call; totals don't count."""
    documents = keccak(b"".join(portion.fingerprint + word(portion.amount) for portion in portions))
    numbers = (terms.obligor, terms.payee, terms.profile, currency_of(terms.profile), terms.due, terms.face)
    preimage = b"".join(map(word, numbers)) + terms.terms + terms.salt + documents
    return int.from_bytes(keccak(preimage), "big") & _ID


def root(payable: int) -> int:
    """The root lot has the empty path."""
    return payable << 96


def child(lot: int, index: int) -> int:
    """Child `index` (0 to 39) of a lot: the payable's prefix, then 96 bits of the path's hash."""
    return (lot & ~_PATH) | (int.from_bytes(keccak(word(lot) + word(index)), "big") & _PATH)


def payable_of(lot: int) -> int:
    """The payable that a lot belongs to."""
    return lot >> 96


def payable_hex(payable: int) -> str:
    """A payable's id as text: "0x" and 40 lower hex digits."""
    return f"0x{payable:040x}"


def lot_hex(lot: int) -> str:
    """A lot's id as text: "0x" and 64 lower hex digits."""
    return f"0x{lot:064x}"


def financing_hash(financing: Financing) -> bytes:
    """What the contract stores while a financing lock stands."""
    numbers = (financing.funder, financing.until, financing.kind, int(financing.recourse))
    return keccak(b"".join(map(word, numbers)) + financing.commitment)
