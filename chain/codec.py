"""ABI types: signatures and selectors of ABI entries, values to and from bytes and JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError, EncodingError

from chain.errors import BadCall
from chain.hashing import keccak
from chain.structs import Struct

Field = Mapping[str, Any]


def type_of(field: Field) -> str:
    """Canonical type of an ABI field; a struct is the tuple of its fields."""
    kind = str(field["type"])
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(type_of(part) for part in field['components'])}){kind.removeprefix('tuple')}"


@dataclass(frozen=True)
class Entry:
    """A function, event or error of an ABI."""

    name: str
    inputs: tuple[Field, ...]

    @classmethod
    def of(cls, raw: Field) -> "Entry":
        """From an entry of an ABI's JSON."""
        return cls(raw["name"], tuple(raw["inputs"]))

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Canonical types of the inputs."""
        return tuple(type_of(field) for field in self.inputs)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, as the ABI has them."""
        return tuple(field["name"] for field in self.inputs)

    @cached_property
    def hash(self) -> bytes:
        """Keccak-256 of the signature: an event's first topic; the first four bytes are a function's or error's selector."""
        return keccak(f"{self.name}({','.join(self.types)})".encode())

    @property
    def selector(self) -> bytes:
        """First four bytes of call data or revert data."""
        return self.hash[:4]

    def encode(self, args: Sequence[Any]) -> bytes:
        """Selector and arguments. BadCall when they don't fit."""
        if len(args) != len(self.types):
            raise BadCall(self.name, f"takes {len(self.types)} arguments, got {len(args)}")
        try:
            return self.selector + bytes(encode(self.types, [exact(field, value) for field, value in zip(self.inputs, args, strict=True)]))
        except (EncodingError, TypeError, ValueError, OverflowError) as error:
            raise BadCall(self.name, str(error)) from error

    def decode(self, data: bytes) -> list[Any]:
        """Arguments from what follows the selector: structs and arrays as lists, addresses in lower case. BadCall when it doesn't fit."""
        try:
            return [listed(value) for value in decode(self.types, data)]
        except (DecodingError, OverflowError, ValueError) as error:
            raise BadCall(self.name, str(error)) from error


def exact(field: Field, value: Any) -> Any:
    """A value as eth_abi takes it: structs become tuples. ValueError for bytes of another size, which eth_abi would fill with zeros."""
    if isinstance(value, Struct):
        value = value.args()
    kind = str(field["type"])
    if kind.endswith("]"):
        element = {**field, "type": kind[: kind.rindex("[")]}
        return tuple(exact(element, item) for item in _sequence(value))
    if kind == "tuple":
        return tuple(exact(part, item) for part, item in zip(field["components"], _sequence(value), strict=True))
    if kind.startswith("bytes") and kind != "bytes" and len(value) != int(kind.removeprefix("bytes")):
        raise ValueError(f"{field['name']}: {kind} is expected, got {len(value)} bytes")
    return value


def listed(value: Any) -> Any:
    """A value as eth_abi gives it, tuples as lists."""
    if isinstance(value, tuple):
        return [listed(item) for item in value]
    return value


def from_wire(field: Field, value: Any) -> Any:
    """A value from JSON by its ABI field: integers stand as decimal strings, bytes as 0x hex, structs and arrays as lists.

    ValueError or TypeError when it is none.
    """
    kind = str(field["type"])
    if kind.endswith("]"):
        element = {**field, "type": kind[: kind.rindex("[")]}
        return tuple(from_wire(element, item) for item in _sequence(value))
    if kind == "tuple":
        parts = field["components"]
        return tuple(from_wire(part, item) for part, item in zip(parts, _sequence(value), strict=True))
    if kind.startswith(("uint", "int")):
        return int(value)
    if kind.startswith("bytes"):
        return _bytes(value)
    return value


def _sequence(value: Any) -> Sequence[Any]:
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"a list is expected, not {type(value).__name__}")
    return value


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError("bytes are written as 0x hex")
    return bytes.fromhex(value[2:])
