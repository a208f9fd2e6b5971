"""Keys, signatures and signed transactions, by libsecp256k1. A signature has one form: 65 bytes, v 27 or 28, low s."""

from dataclasses import dataclass

import coincurve

from chain import rlp
from chain.errors import BadCall, BadRlp, BadSignature
from chain.hashing import keccak

_HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True)
class TransactionFields:
    """A call to sign: legacy, bound to its chain by EIP-155, at gas price 0. `to` None creates a contract."""

    chain_id: int
    nonce: int
    to: str | None
    data: bytes
    gas: int
    value: int = 0


@dataclass(frozen=True)
class Signed:
    """A signed transaction as it is sent, and its hash."""

    raw: bytes
    hash: bytes


@dataclass(frozen=True)
class Decoded:
    """A signed legacy transaction taken apart; `sender` is who signed it. `gas_price` in wei."""

    fields: TransactionFields
    sender: str
    gas_price: int
    hash: bytes


def new_secret() -> bytes:
    """A fresh private key, 32 bytes of the system's randomness."""
    return bytes(coincurve.PrivateKey().secret)


def address_of(secret: bytes) -> str:
    """The address of a private key."""
    return _address(coincurve.PrivateKey(secret).public_key)


def _address(public: coincurve.PublicKey) -> str:
    return "0x" + keccak(public.format(compressed=False)[1:])[12:].hex()


def sign_digest(secret: bytes, digest: bytes) -> bytes:
    """Signature of a 32-byte digest; the same every time (RFC 6979)."""
    signature = coincurve.PrivateKey(secret).sign_recoverable(digest, hasher=None)
    return bytes(signature[:64]) + bytes((27 + signature[64],))


def recover(digest: bytes, signature: bytes) -> str:
    """The address that signed a digest. BadSignature when it is not in the one accepted form."""
    if len(signature) != 65 or signature[64] not in {27, 28} or int.from_bytes(signature[32:64], "big") > _HALF_ORDER:
        raise BadSignature("a signature is 65 bytes, v 27 or 28, low s")
    try:
        public = coincurve.PublicKey.from_signature_and_message(signature[:64] + bytes((signature[64] - 27,)), digest, hasher=None)
    except Exception as error:  # coincurve raises bare Exception for a point that isn't on the curve
        raise BadSignature(str(error)) from error
    return _address(public)


def _unsigned(call: TransactionFields, gas_price: int) -> list[bytes]:
    to = bytes.fromhex(call.to[2:]) if call.to else b""
    return [rlp.number(call.nonce), rlp.number(gas_price), rlp.number(call.gas), to, rlp.number(call.value), call.data]


def sign_transaction(secret: bytes, call: TransactionFields) -> Signed:
    """Signs a call; the same bytes every time."""
    fields = _unsigned(call, 0)
    digest = keccak(rlp.encode([*fields, rlp.number(call.chain_id), b"", b""]))
    signature = sign_digest(secret, digest)
    v = 35 + 2 * call.chain_id + signature[64] - 27
    numbers = (int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"))
    raw = rlp.encode([*fields, rlp.number(v), *map(rlp.number, numbers)])
    return Signed(raw, keccak(raw))


def transaction_hash(raw: bytes) -> bytes:
    """The hash a signed transaction is known by."""
    return keccak(raw)


def decode_transaction(raw: bytes) -> Decoded:
    """Takes a signed legacy transaction apart and recovers its sender. BadCall when it is of another kind, BadSignature when unsigned."""
    # EIP-2718: typed transactions begin with a byte below 0x80, legacy ones with that of a list.
    if raw and raw[0] < 0x80:
        raise BadCall("transaction", f"type {raw[0]} is not taken here; sign a legacy transaction (EIP-155) with gas price 0")
    try:
        items = rlp.decode(raw)
    except BadRlp as error:
        raise BadCall("transaction", str(error)) from error
    parts = [item for item in items if isinstance(item, bytes)]
    if isinstance(items, bytes) or not len(items) == len(parts) == 9:
        raise BadCall("transaction", "only signed legacy transactions (EIP-155) are taken")
    nonce, gas_price, gas, to, value, data, v, r, s = parts
    protected = int.from_bytes(v, "big") - 35
    if protected < 0 or len(to) not in {0, 20} or any(item[:1] == b"\0" for item in (nonce, gas_price, gas, value, v, r, s)):
        raise BadCall("transaction", "not bound to a chain (EIP-155), or not canonical")
    chain_id, parity = divmod(protected, 2)
    address = "0x" + to.hex() if to else None
    call = TransactionFields(chain_id, _int(nonce), address, data, _int(gas), _int(value))
    digest = keccak(rlp.encode([*_unsigned(call, _int(gas_price)), rlp.number(chain_id), b"", b""]))
    if len(r) > 32 or len(s) > 32:
        raise BadSignature("r and s are 32 bytes")
    sender = recover(digest, r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes((27 + parity,)))
    return Decoded(call, sender, _int(gas_price), keccak(raw))


def _int(raw: bytes) -> int:
    return int.from_bytes(raw, "big")
