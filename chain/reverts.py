"""Why a call was refused, from its revert data: the contract's own errors, Error(string), Panic(uint256)."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chain.abi import DEPLOYED, INTERFACE, load
from chain.codec import Entry
from chain.errors import BadCall

UNKNOWN = "Unknown"
# How a list of acts says which of them was refused, and why (IBatches.sol).
LEG_FAILED = "LegFailed"
LEG = "leg"
_LEG_FAILED = Entry(LEG_FAILED, ({"name": "index", "type": "uint256"}, {"name": "reason", "type": "bytes"})).selector
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
    """The refusal that revert data names. Of a list of acts: that of the leg that was refused, with its place in `args["leg"]`, from 0."""
    entry = errors().get(data[:4])
    if entry is not None:
        try:
            if entry.name == LEG_FAILED:
                index, reason = entry.decode(data[4:])
                return _of_leg(index, reason)
            return Refusal(entry.name, dict(zip(entry.names, entry.decode(data[4:]), strict=True)))
        except BadCall:
            pass
    return Refusal(UNKNOWN, {"data": "0x" + data.hex()})


def _of_leg(index: int, reason: bytes) -> Refusal:
    """A leg is no list, so this ends."""
    refusal = decode(reason) if reason[:4] != _LEG_FAILED else Refusal(UNKNOWN, {"data": "0x" + reason.hex()})
    return Refusal(refusal.name, {**refusal.args, LEG: index})
