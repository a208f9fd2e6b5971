"""EIP-712 typed data: digests of what people sign off the chain, and the same as JSON for wallets (eth_signTypedData_v4)."""

from functools import lru_cache
from typing import Any

from chain.hashing import keccak, word
from chain.structs import Offer
from chain.types import parse_address

NAME = "Tallystick"
VERSION = "1"
_DOMAIN = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))
# Signed messages by primary type: fields in order.
TYPES: dict[str, tuple[tuple[str, str], ...]] = {
    "Offer": (
        ("lot", "uint256"),
        ("version", "uint16"),
        ("child", "uint8"),
        ("amount", "uint72"),
        ("recipient", "uint32"),
        ("kind", "uint8"),
        ("documents", "bytes32"),
        ("deadline", "uint32"),
        ("epoch", "uint32"),
    ),
    "Cancellation": (("payableId", "uint256"), ("version", "uint16")),
    "Reversal": (("payableId", "uint256"), ("sequence", "uint16"), ("amount", "uint72"), ("receipt", "bytes32")),
    "Reopening": (("lot", "uint256"), ("sequence", "uint16"), ("amount", "uint72"), ("receipt", "bytes32")),
    # Not known to the contract: the registry's word for a block, where no validators seal.
    "Head": (("genesis", "bytes32"), ("number", "uint256"), ("hash", "bytes32"), ("time", "uint256")),
}


def _type_hash(name: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    return keccak(f"{name}({','.join(f'{kind} {field}' for field, kind in fields)})".encode())


_HASHES = {name: _type_hash(name, fields) for name, fields in TYPES.items()}
_DOMAIN_HASH = _type_hash("EIP712Domain", _DOMAIN)


@lru_cache(maxsize=64)
def domain_separator(chain_id: int, contract: str) -> bytes:
    """Binds a signature to one contract on one chain."""
    address = bytes.fromhex(parse_address(contract)[2:]).rjust(32, b"\0")
    return keccak(_DOMAIN_HASH + keccak(NAME.encode()) + keccak(VERSION.encode()) + word(chain_id) + address)


def _digest(chain_id: int, contract: str, *, name: str, values: tuple[int | bytes, ...]) -> bytes:
    body = b"".join(value if isinstance(value, bytes) else word(value) for value in values)
    return keccak(b"\x19\x01" + domain_separator(chain_id, contract) + keccak(_HASHES[name] + body))


def offer_digest(chain_id: int, contract: str, *, offer: Offer) -> bytes:
    """What the holder signs to make an offer."""
    return _digest(chain_id, contract, name="Offer", values=offer.args())


def cancellation_digest(chain_id: int, contract: str, *, payable: int, version: int) -> bytes:
    """The payee's consent to cancel an accepted payable. `version` is the root lot's."""
    return _digest(chain_id, contract, name="Cancellation", values=(payable, version))


def reversal_digest(chain_id: int, contract: str, *, payable: int, sequence: int, amount: int, receipt: bytes) -> bytes:
    """The agent's consent to take back a recorded payment. `sequence` is the payable's next number, so a consent counts once."""
    return _digest(chain_id, contract, name="Reversal", values=(payable, sequence, amount, receipt))


def reopening_digest(chain_id: int, contract: str, *, lot: int, sequence: int, amount: int, receipt: bytes) -> bytes:
    """The agent's consent to reopen a redeemed lot whose pay-out the bank returned. `sequence` is the payable's next number."""
    return _digest(chain_id, contract, name="Reopening", values=(lot, sequence, amount, receipt))


def head_digest(chain_id: int, contract: str, *, genesis: bytes, number: int, block_hash: bytes, time: int) -> bytes:
    """The registry's word that a block was the chain's latest at a time (UTC seconds)."""
    return _digest(chain_id, contract, name="Head", values=(genesis, number, block_hash, time))


def document(chain_id: int, contract: str, *, name: str, message: dict[str, int | bytes]) -> dict[str, Any]:
    """Typed data of any primary type as wallets take it: integers as decimal strings, bytes as 0x hex."""
    shown = {key: "0x" + value.hex() if isinstance(value, bytes) else str(value) for key, value in message.items()}
    return {
        "types": {
            "EIP712Domain": [{"name": field, "type": kind} for field, kind in _DOMAIN],
            name: [{"name": field, "type": kind} for field, kind in TYPES[name]],
        },
        "primaryType": name,
        "domain": {"name": NAME, "version": VERSION, "chainId": chain_id, "verifyingContract": parse_address(contract)},
        "message": shown,
    }


def offer_document(chain_id: int, contract: str, *, offer: Offer) -> dict[str, Any]:
    """An offer for a wallet to sign; its digest is `offer_digest`."""
    names = [field for field, _ in TYPES["Offer"]]
    return document(chain_id, contract, name="Offer", message=dict(zip(names, offer.args(), strict=True)))
