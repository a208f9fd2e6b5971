"""The handover of an embedded chain to a network: a signed statement of its last block, and the whole state after it. Pure.

Two files: `handover.json`, canonical JSON (RFC 8785), and `state.json`. The network's genesis block carries all of it: its parent is the
last block, its state root is that of the cleaned state, and its extra data begin with the hash of the statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chain import canonical, rlp, signing
from chain.alloc import State, cleaned, state_root
from chain.certificate import read
from chain.certificate.pin import Pin
from chain.errors import BadCertificate, BadHandover, BadRlp, BadSignature
from chain.hashing import keccak
from chain.headers import hexdata

FORMAT = "tallystick.handover.v1"
STATEMENT, STATE = "handover.json", "state.json"
_STATE_ROOT, _NUMBER = 3, 8
_READ = read.record(
    {
        "format": read.one_of(FORMAT),
        "pin": read.record(
            {
                "format": read.text(40),
                "chain_id": read.integer(),
                "genesis": read.data(32),
                "contract": read.address,
                "scheme": read.one_of("registry"),
                "keys": read.listed(read.address, least=1, most=1),
            }
        ),
        "number": read.integer(),
        "time": read.integer(),
        "block": read.data(32),
        "header": read.data(most=2_000),
        "genesis_root": read.data(32),
        "index_digest": read.data(32),
        "codes": read.listed(read.record({"address": read.address, "hash": read.data(32)}), most=100),
        "signature": read.data(65),
    }
)


@dataclass(frozen=True)
class Handover:
    """What was handed over. `number`, `block`, `time` (UTC seconds): of the embedded chain's last block."""

    content: bytes
    pin: Pin
    number: int
    time: int
    block: bytes
    header: bytes
    # Of the network's genesis block.
    genesis_root: bytes
    # Of the index after the last block.
    index_digest: bytes
    codes: dict[str, bytes]
    signature: bytes

    @classmethod
    def of(cls, content: bytes) -> "Handover":
        """From a file. BadHandover unless it has the one form, holds the header of its block, and the registry's key has signed it."""
        try:
            document = canonical.decode(content.strip())
            found = _READ(document, "")
            pin = Pin.of(canonical.encode(document["pin"]))
        except BadCertificate as error:
            raise BadHandover(f"{STATEMENT}: {error}") from error
        codes = {each["address"]: each["hash"] for each in found["codes"]}
        values = {name: found[name] for name in ("number", "time", "block", "header", "genesis_root", "index_digest", "signature")}
        handover = cls(content.strip(), pin, codes=codes, **values)
        handover._require_signed({name: value for name, value in document.items() if name != "signature"})
        if keccak(handover.header) != handover.block or handover._item(_NUMBER) != rlp.number(handover.number):
            raise BadHandover(f"{STATEMENT}: its header is not that of block {handover.number}")
        return handover

    @property
    def state_root(self) -> bytes:
        """Of the last block, as its header holds it."""
        return self._item(_STATE_ROOT)

    @property
    def hash(self) -> bytes:
        """What the network's genesis block holds of the statement."""
        return keccak(self.content)

    def require_state(self, state: State) -> None:
        """BadHandover unless this is the whole state after the last block, and what the network begins with."""
        found = state_root(state)
        if found != self.state_root:
            raise BadHandover(f"{STATE}: it hashes to 0x{found.hex()}; the header of block {self.number} holds 0x{self.state_root.hex()}")
        if state_root(cleaned(state)) != self.genesis_root:
            raise BadHandover(f"{STATEMENT}: its genesis root is not that of {STATE}")
        for address, code in self.codes.items():
            if address not in state or keccak(state[address].code) != code:
                raise BadHandover(f"{STATEMENT}: the code at {address} is another in {STATE}")

    def require_genesis(self, raw: Mapping[str, Any]) -> None:
        """BadHandover unless a network's genesis block, as a node shows it, goes on from the last block. Its hash is checked before."""
        expected = {"parentHash": self.block, "stateRoot": self.genesis_root}
        for name, value in expected.items():
            if hexdata(raw[name]) != value:
                raise BadHandover(f"the network's genesis block has {name} {raw[name]}, the handover 0x{value.hex()}")
        if hexdata(raw["extraData"])[:32] != self.hash:
            raise BadHandover(f"the network's genesis block was not made from this {STATEMENT}")

    def _require_signed(self, stated: dict[str, Any]) -> None:
        try:
            signer = signing.recover(_digest(canonical.encode(stated)), self.signature)
        except BadSignature as error:
            raise BadHandover(f"{STATEMENT}: {error}") from error
        if (signer,) != self.pin.keys:
            raise BadHandover(f"{STATEMENT}: signed by {signer}, not by the registry's key {self.pin.keys[0]}")

    def _item(self, place: int) -> bytes:
        try:
            item = rlp.decode(self.header)[place]
        except (BadRlp, IndexError) as error:
            raise BadHandover(f"{STATEMENT}: its header is none") from error
        return item if isinstance(item, bytes) else b""


def stated(pin: Pin, items: list[bytes], state: State, *, index_digest: bytes, time: int) -> dict[str, Any]:
    """The statement of a last block by its header's items, not signed yet. `time`: the block's."""
    header = rlp.encode(items)
    codes = [{"address": each, "hash": _hex(keccak(account.code))} for each, account in sorted(state.items()) if account.code]
    return {
        "format": FORMAT,
        "pin": pin.document(),
        "number": int.from_bytes(items[_NUMBER], "big"),
        "time": time,
        "block": _hex(keccak(header)),
        "header": _hex(header),
        "genesis_root": _hex(state_root(cleaned(state))),
        "index_digest": _hex(index_digest),
        "codes": codes,
    }


def digest(statement: dict[str, Any]) -> bytes:
    """What the registry's key signs: the statement as a personal message (EIP-191), so that any wallet can check it."""
    return _digest(canonical.encode(statement))


def signed(statement: dict[str, Any], signature: bytes) -> Handover:
    """The finished statement. BadHandover when the signature is not the registry's."""
    return Handover.of(canonical.encode({**statement, "signature": _hex(signature)}))


def _digest(content: bytes) -> bytes:
    return keccak(b"\x19Ethereum Signed Message:\n" + str(len(content)).encode() + content)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
