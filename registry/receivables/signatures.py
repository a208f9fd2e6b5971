"""Signatures made by a custodial key, or made elsewhere and checked here as far as that can be done without the chain."""

from chain import signing
from chain.errors import ChainError
from registry.identity import keys
from registry.kernel.errors import Invalid
from registry.kernel.uow import Unit
from registry.receivables.errors import SignatureInvalid
from registry.receivables.repo import claims

_PLAIN = 65
_ADDRESS = 20


def obtained(unit: Unit, digest: bytes, given: bytes | None) -> bytes:
    """The actor's signature over a digest: `given` when it fits, otherwise by its custodial key."""
    if given is None:
        return keys.sign_digest(unit, unit.actor.entity_id, digest)
    require(unit, unit.actor.entity_id, digest=digest, signature=given)
    return given


def require(unit: Unit, entity_id: int, *, digest: bytes, signature: bytes) -> None:
    """SignatureInvalid unless a key of the entity made it. Of an ERC-1271 wallet (its address, then its signature) only the address
    is checked; the contract asks the wallet itself."""
    if not claims.signs_for(unit.session, _signer(digest, signature), entity_id, unit.timestamp):
        message = "the signature is not by a registered, valid key of the signer over exactly these values; prepare and sign again"
        raise SignatureInvalid(message, entity=entity_id, digest="0x" + digest.hex())


def _signer(digest: bytes, signature: bytes) -> str:
    if len(signature) < _ADDRESS:
        raise SignatureInvalid("a signature has 65 bytes, or a wallet's address and then its signature", length=len(signature))
    if len(signature) != _PLAIN:
        return "0x" + signature[:_ADDRESS].hex()
    try:
        return signing.recover(digest, signature)
    except (ChainError, Invalid, ValueError) as error:
        raise SignatureInvalid("the signature can't be read: 65 bytes r, s, v with low s and v 27 or 28") from error
