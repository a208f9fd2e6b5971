"""Where the contract keeps its words: storage slots of the mappings, from the compiler's own layout."""

from functools import cache

from chain.abi import load
from chain.hashing import keccak, word


@cache
def _base(variable: str) -> bytes:
    return word(load("Tallystick").slots[variable])


def _at(variable: str, key: int) -> int:
    return int.from_bytes(keccak(word(key) + _base(variable)), "big")


def payable(payable_id: int) -> int:
    """Slot of a payable's word."""
    return _at("_payables", payable_id)


def lot(lot_id: int) -> int:
    """Slot of a lot's word."""
    return _at("_lots", lot_id)


def participant(number: int) -> int:
    """Slot of a participant's word."""
    return _at("_participants", number)


def key(address: str) -> int:
    """Slot of a key's word."""
    return _at("_keys", int(address, 16))


def limit(obligor: int, currency: int) -> int:
    """Slot of an obligor's limit in one currency (ISO 4217 number)."""
    return _at("_limits", obligor << 16 | currency)


def invoice(obligor: int, fingerprint: bytes) -> int:
    """Slot of an invoice's word."""
    outer = keccak(word(obligor) + _base("_invoices"))
    return int.from_bytes(keccak(fingerprint + outer), "big")


def profile(number: int) -> int:
    """Slot of a profile's word."""
    return _at("_rules", number)


def clearing_round(payable_id: int) -> int:
    """Slot of an open round's word."""
    return _at("_rounds", payable_id)


def frozen(lot_id: int) -> int:
    """Slot of a lot's frozen amount."""
    return _at("_frozen", lot_id)


def recourse(lot_id: int) -> int:
    """Slot of the seller that owes recourse for a lot."""
    return _at("_recourse", lot_id)


def consent(lot_id: int) -> int:
    """Slot of the hash of a stored offer or financing."""
    return _at("_consents", lot_id)


def dossier(number: int) -> int:
    """Slot of the commitment to a participant's KYB dossier."""
    return _at("_dossiers", number)
