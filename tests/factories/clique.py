"""Clique networks made in memory: headers sealed by known keys, with votes and checkpoints, on any branch; as items and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chain import rlp, signing
from chain.errors import NodeRefused
from chain.hashing import keccak
from chain.headers import FIELDS
from chain.rpc import Request

KEYS = sorted((number.to_bytes(32, "big") for number in range(1, 8)), key=signing.address_of)
ADDRESSES = [signing.address_of(key) for key in KEYS]
ADD, DROP = b"\xff" * 8, bytes(8)


def header_of(number: int, parent: bytes, *, extra: bytes, difficulty: int, about: bytes = bytes(20), vote: bytes = DROP) -> list[bytes]:
    """The items of a header."""
    items = [parent, bytes(32), about, *(bytes([fill]) * 32 for fill in (3, 4, 5)), bytes(256)]
    items += [rlp.number(difficulty), rlp.number(number), rlp.number(30_000_000), b"", rlp.number(1_790_000_000 + number)]
    return [*items, extra, bytes(32), vote]


def sealed(items: list[bytes], key: bytes) -> list[bytes]:
    """The header with its signer's seal; extraData ends with room for it."""
    digest = keccak(rlp.encode([*items[:12], items[12][:-65], *items[13:]]))
    signature = signing.sign_digest(key, digest)
    return [*items[:12], items[12][:-65] + signature[:64] + bytes((signature[64] - 27,)), *items[13:]]


def json_of(items: Sequence[bytes]) -> dict[str, Any]:
    """The block as a node shows it."""
    raw: dict[str, Any] = {"transactions": [], "hash": "0x" + keccak(rlp.encode(list(items))).hex()}
    for (name, kind), item in zip(FIELDS, items, strict=True):
        raw[name] = "0x" + item.hex() if kind == "data" else hex(int.from_bytes(item, "big"))
    return raw


@dataclass
class CliqueChain:
    """Implements `chain.rpc.Endpoint` for headers. `signers` are places in KEYS that may seal now; the test keeps them true."""

    signers: list[int]
    epoch: int = 1000
    headers: list[list[bytes]] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        self.headers.append(header_of(0, bytes(32), extra=bytes(32) + self._listed() + bytes(65), difficulty=1))

    def _listed(self) -> bytes:
        return b"".join(bytes.fromhex(ADDRESSES[place][2:]) for place in sorted(self.signers))

    def seal(self, by: int, *, about: int | None = None, add: bool = True, **changed: Any) -> list[bytes]:
        """One more block by a signer, with a vote about another."""
        number = len(self.headers)
        parent = keccak(rlp.encode(self.headers[-1]))
        listed = self._listed() if number % self.epoch == 0 else b""
        in_turn = sorted(self.signers)[number % len(self.signers)] == by
        values: dict[str, Any] = {"extra": bytes(32) + listed + bytes(65), "difficulty": 1 + in_turn}
        if about is not None:
            values |= {"about": bytes.fromhex(ADDRESSES[about][2:]), "vote": ADD if add else DROP}
        self.headers.append(sealed(header_of(number, parent, **{**values, **changed}), KEYS[by]))
        return self.headers[-1]

    def grow(self, blocks: int) -> None:
        """Blocks in turn."""
        for _ in range(blocks):
            self.seal(sorted(self.signers)[len(self.headers) % len(self.signers)])

    def branch(self, keep: int) -> "CliqueChain":
        """Another chain that shares the blocks up to a number."""
        return CliqueChainOf(list(self.signers), self.epoch, self.headers[: keep + 1])

    def call(self, method: str, *params: Any) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        return self.outcomes(requests)

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        return [self._answer(*request) for request in requests]

    def _answer(self, method: str, params: Sequence[Any]) -> Any:
        if method == "eth_chainId":
            return "0x1"
        if method != "eth_getBlockByNumber":
            return NodeRefused(-32601, f"{method} is not served")
        self.asked += 1
        number = len(self.headers) - 1 if params[0] == "latest" else int(params[0], 16)
        return json_of(self.headers[number]) if number < len(self.headers) else None


class CliqueChainOf(CliqueChain):
    """A chain that begins with given blocks."""

    def __post_init__(self) -> None:
        """Genesis is among them."""
