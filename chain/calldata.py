"""Call data of the claims contract: from Python values, from an outbox row's JSON, and back; gas limits of its functions."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from chain.abi import INTERFACE, load
from chain.codec import Entry, from_wire
from chain.errors import BadCall

# Gas limits: for the call, and for each element of the array argument at the given place (None: no array). At least twice what was
# measured, so that a limit never decides the outcome; unused gas costs nothing at gas price 0.
_GAS: dict[str, tuple[int, int, int | None]] = {
    "accept": (150_000, 0, None),
    "acceptMany": (150_000, 60_000, 0),
    "acceptOffer": (300_000, 0, None),
    "acceptOffers": (200_000, 200_000, 0),
    "anchor": (150_000, 0, None),
    "approve": (100_000, 0, None),
    "cancel": (300_000, 60_000, 1),
    "closeRound": (150_000, 0, None),
    "discharge": (200_000, 0, None),
    "finance": (250_000, 0, None),
    "forceTransfer": (350_000, 0, None),
    "forcedTransfer": (100_000, 0, None),
    "freeze": (250_000, 0, None),
    "issue": (300_000, 60_000, 1),
    "issueMany": (200_000, 200_000, 0),
    "lock": (150_000, 0, None),
    "lockForFinancing": (200_000, 0, None),
    "makeOffer": (250_000, 0, None),
    "markOverdue": (200_000, 0, None),
    "merge": (150_000, 40_000, 1),
    "openRound": (200_000, 0, None),
    "pauseProfile": (150_000, 0, None),
    "recordPayment": (200_000, 0, None),
    "redeem": (200_000, 0, None),
    "redeemInRound": (200_000, 80_000, 0),
    "redeemMany": (200_000, 40_000, 0),
    "refuse": (250_000, 60_000, 1),
    "release": (150_000, 0, None),
    "releasePledge": (150_000, 0, None),
    "reopen": (300_000, 0, None),
    "reversePayment": (250_000, 0, None),
    "revokeKey": (150_000, 0, None),
    "revokeOffers": (400_000, 0, None),
    "safeTransferFrom": (100_000, 0, None),
    "setFrozenTokens": (100_000, 0, None),
    "setKey": (450_000, 0, None),
    "setLimit": (200_000, 0, None),
    "setOff": (250_000, 0, None),
    "setParticipant": (500_000, 0, None),
    "setProfile": (200_000, 0, None),
    "split": (200_000, 60_000, 1),
    "suspendRedemption": (150_000, 0, None),
    "transferFrom": (100_000, 0, None),
}

# For each invoice in a list of debts, beside the debt.
_EACH_INVOICE = 60_000


@cache
def functions(contract: str = INTERFACE) -> dict[str, Entry]:
    """A contract's functions by name. None is overloaded."""
    return {raw["name"]: Entry.of(raw) for raw in load(contract).entries("function")}


@cache
def _by_selector() -> dict[bytes, Entry]:
    return {entry.selector: entry for entry in functions().values()}


@cache
def _outputs(contract: str) -> dict[str, Entry]:
    return {raw["name"]: Entry(raw["name"], tuple(raw["outputs"])) for raw in load(contract).entries("function")}


def _function(name: str, contract: str = INTERFACE) -> Entry:
    try:
        return functions(contract)[name]
    except KeyError:
        raise BadCall(name, "no such function") from None


def encode(function: str, args: Sequence[Any] = (), *, contract: str = INTERFACE) -> bytes:
    """Call data from Python values; structs as `chain.structs` or as tuples. BadCall when they don't fit."""
    return _function(function, contract).encode(args)


def encode_wire(function: str, wire_args: Sequence[Any]) -> bytes:
    """Call data from JSON values: integers as decimal strings, bytes as 0x hex, structs and arrays as lists. BadCall otherwise."""
    entry = _function(function)
    try:
        args = [from_wire(field, value) for field, value in zip(entry.inputs, wire_args, strict=True)]
    except (ValueError, TypeError) as error:
        raise BadCall(function, str(error)) from error
    return entry.encode(args)


def decode_call(data: bytes) -> tuple[str, list[Any]]:
    """Function and arguments of call data: structs and arrays as lists. BadCall when it is none of this contract's."""
    entry = _by_selector().get(data[:4])
    if entry is None:
        raise BadCall("0x" + data[:4].hex(), "no such function")
    return entry.name, entry.decode(data[4:])


def decode_result(function: str, data: bytes, *, contract: str = INTERFACE) -> list[Any]:
    """What a view returned, by its ABI outputs. BadCall when it doesn't fit."""
    _function(function, contract)
    return _outputs(contract)[function].decode(data)


def gas_for(function: str, wire_args: Sequence[Any]) -> int:
    """The fixed gas limit of a call; generous, and the same whenever it is asked. BadCall for a view or an unknown function."""
    try:
        base, each, place = _GAS[function]
    except KeyError:
        raise BadCall(function, "no such transaction") from None
    if function == "issueMany":
        base += _EACH_INVOICE * sum(len(portions) for portions in wire_args[1])
    return base if place is None else base + each * len(wire_args[place])
