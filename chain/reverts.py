"""Why a call was refused, from its revert data: the contract's own errors, Error(string), Panic(uint256)."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chain.abi import DEPLOYED, INTERFACE, load
from chain.codec import Entry
from chain.errors import BadCall

UNKNOWN = "Unknown"
# What Solidity itself reverts with.
_BUILT_IN = (
    Entry("Error", ({"name": "message", "type": "string"},)),
    Entry("Panic", ({"name": "code", "type": "uint256"},)),
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decoded error. `args` by ABI names. "Unknown" carries the raw `data` as 0x hex; it is empty when gas ran out."""

    name: str
    args: dict[str, Any] = field(default_factory=dict)


@cache
def errors() -> dict[bytes, Entry]:
    """Every error the deployed contracts declare, by selector."""
    entries = [Entry.of(raw) for name in (INTERFACE, *DEPLOYED) for raw in load(name).entries("error")]
    return {entry.selector: entry for entry in (*entries, *_BUILT_IN)}


def decode(data: bytes) -> Refusal:
    """The refusal that revert data names."""
    entry = errors().get(data[:4])
    if entry is not None:
        try:
            return Refusal(entry.name, dict(zip(entry.names, entry.decode(data[4:]), strict=True)))
        except BadCall:
            pass
    return Refusal(UNKNOWN, {"data": "0x" + data.hex()})
