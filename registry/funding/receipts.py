"""Receipts: a salted commitment to a bank reference goes on-chain, salt and reference stay sealed with whoever stated them."""

import secrets
from dataclasses import dataclass

from registry.kernel import sealing
from registry.kernel.errors import Invalid
from registry.kernel.uow import Unit

# ISO 20022's longest reference.
MAX_REFERENCE = 140
_SALT_BYTES = 32


@dataclass(frozen=True)
class Receipt:
    """What goes on-chain, and what opens it, sealed."""

    commitment: bytes
    sealed: bytes


def text(reference: str) -> str:
    """A bank reference as it is kept and compared: without outer spaces. Invalid when empty or above 140 characters."""
    found = reference.strip()
    if not 1 <= len(found) <= MAX_REFERENCE:
        raise Invalid(f"a bank reference has 1 to {MAX_REFERENCE} characters", length=len(found))
    return found


def make(unit: Unit, column: str, reference: str) -> Receipt:
    """A receipt over SHA-256(salt || SHA-256(reference)), sealed under the actor's key for "table.column"."""
    salt, plain = secrets.token_bytes(_SALT_BYTES), text(reference).encode()
    return Receipt(sealing.commitment(salt, plain), unit.vault.seal(unit.actor.entity_id, column, salt + plain))


def opened(unit: Unit, owner: int, column: str, *, sealed: bytes) -> tuple[bytes, str]:
    """Salt and bank reference behind a receipt, for those who may see it."""
    plain = unit.vault.open(owner, column, sealed)
    return plain[:_SALT_BYTES], plain[_SALT_BYTES:].decode()


def blind(unit: Unit, payable_id: str, reference: str) -> bytes:
    """Keyed hash that finds a repeat of a reference of the actor's for a payable, without storing it in the clear."""
    return sealing.keyed_hash(
        unit.network.fingerprint_key, "payment-reference", str(unit.actor.entity_id), payable_id, text(reference).casefold()
    )
