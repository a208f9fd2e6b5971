"""Events of the claims contract, from logs.

Static values are sliced out of the data; only arrays need the ABI decoder. Logs come from receipts that were checked against their
block's header, so a value is what the contract wrote; a log whose shape is not the ABI's is not this contract's event.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from eth_abi.abi import decode as decode_abi
from eth_abi.exceptions import DecodingError

from chain.abi import DEPLOYED, INTERFACE, load
from chain.codec import Entry, Field, from_wire, listed, type_of
from chain.types import Log

Reader = Callable[[bytes], Any]


class Event(NamedTuple):
    """A decoded event; `args` by ABI names: integers, addresses in lower case, bytes; structs and arrays as lists in ABI order."""

    name: str
    args: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How one event lies in topics and data."""

    name: str
    topics: tuple[tuple[str, Reader], ...]
    # Name, start and end in the data, reader. Empty when the data holds anything dynamic.
    fields: tuple[tuple[str, int, int, Reader], ...]
    size: int
    # Names and canonical types of the data when it holds anything dynamic.
    dynamic: tuple[tuple[str, ...], tuple[str, ...]] | None
    # Name, words of an element and its reader, when only the last field is dynamic and an array of static elements.
    tail: tuple[str, int, Reader] | None = None


def _integer(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def _boolean(raw: bytes) -> bool:
    return raw[31] == 1


def _address(raw: bytes) -> str:
    return "0x" + raw[12:].hex()


def _reader(field: Field) -> tuple[int, Reader] | None:
    """Words that a static value takes, and what reads them; None for a dynamic one."""
    kind = str(field["type"])
    if kind == "tuple":
        return _struct_reader([_reader(part) for part in field["components"]])
    if kind.endswith("]") or kind in {"string", "bytes"}:
        return None
    if kind.startswith("uint"):
        return 1, _integer
    if kind.startswith("bytes"):
        size = int(kind.removeprefix("bytes"))
        return 1, lambda raw: raw[:size]
    return 1, {"bool": _boolean, "address": _address}[kind]


def _struct_reader(parts: list[tuple[int, Reader] | None]) -> tuple[int, Reader] | None:
    places: list[tuple[int, int, Reader]] = []
    at = 0
    for part in parts:
        if part is None:
            return None
        words, read = part
        places.append((32 * at, 32 * (at + words), read))
        at += words
    return at, lambda raw: [read(raw[start:end]) for start, end, read in places]


def _layout(raw: Field) -> _Layout:
    topics = tuple((field["name"], _topic_reader(field)) for field in raw["inputs"] if field["indexed"])
    data = [field for field in raw["inputs"] if not field["indexed"]]
    names = tuple(field["name"] for field in data)
    fields: list[tuple[str, int, int, Reader]] = []
    at = 0
    for field in data:
        found = _reader(field)
        if found is None:
            dynamic = (names, tuple(type_of(field) for field in data))
            tail = _tail(field) if field is data[-1] else None
            return _Layout(raw["name"], topics, tuple(fields) if tail else (), 32 * at if tail else 0, dynamic, tail)
        words, read = found
        fields.append((field["name"], 32 * at, 32 * (at + words), read))
        at += words
    return _Layout(raw["name"], topics, tuple(fields), 32 * at, None)


def _tail(field: Field) -> tuple[str, int, Reader] | None:
    kind = str(field["type"])
    element = _reader({**field, "type": kind.removesuffix("[]")}) if kind.endswith("[]") else None
    return None if element is None else (field["name"], *element)


def _topic_reader(field: Field) -> Reader:
    """A topic holds a static value, or the hash of a dynamic one."""
    found = _reader(field)
    return found[1] if found and found[0] == 1 else bytes


@cache
def _layouts() -> dict[bytes, _Layout]:
    return _of(INTERFACE)


@cache
def _governing() -> dict[bytes, _Layout]:
    """Events of all deployed contracts that are none of the claims."""
    found = {topic: layout for name in DEPLOYED for topic, layout in _of(name).items()}
    return {topic: layout for topic, layout in found.items() if topic not in _layouts()}


def _of(contract: str) -> dict[bytes, _Layout]:
    return {Entry.of(raw).hash: _layout(raw) for raw in load(contract).entries("event")}


def decode(log: Log) -> Event | None:
    """The event of a log; None when its first topic is none of the claims contract's, or its shape is another's.

    The address is not looked at: pass logs of the contract only.
    """
    return _decode(log, _layouts())


def restored(name: str, args: Mapping[str, Any]) -> Event:
    """An event from its stored arguments: integers as decimal strings, bytes as 0x hex. ValueError or TypeError when it is none."""
    fields = _fields()[name]
    return Event(name, {key: listed(from_wire(fields[key], value)) for key, value in args.items()})


@cache
def _fields() -> dict[str, dict[str, Field]]:
    return {raw["name"]: {field["name"]: field for field in raw["inputs"]} for raw in load(INTERFACE).entries("event")}


def decode_administration(log: Log) -> Event | None:
    """The same for what governs the contract: events of the AccessManager, and the contract's own when its authority is replaced."""
    return _decode(log, _governing())


def _decode(log: Log, layouts: dict[bytes, _Layout]) -> Event | None:
    topics = log.topics
    layout = layouts.get(topics[0]) if topics else None
    if layout is None or len(topics) != len(layout.topics) + 1:
        return None
    args = {name: read(topic) for (name, read), topic in zip(layout.topics, topics[1:], strict=True)}
    data = log.data
    if layout.tail is not None and _is_canonical(data, layout.size, layout.tail[1]):
        args.update(_with_tail(data, layout, layout.tail))
    elif layout.dynamic is not None:
        names, types = layout.dynamic
        try:
            args.update(zip(names, map(listed, decode_abi(types, data)), strict=True))
        except (DecodingError, OverflowError, ValueError):
            return None
    elif len(data) == layout.size:
        for name, start, end, read in layout.fields:
            args[name] = read(data[start:end])
    else:
        return None
    return Event(layout.name, args)


def _is_canonical(data: bytes, size: int, words: int) -> bool:
    """Whether the array stands right behind the static part and fills the data, as Solidity writes it."""
    head = size + 32
    count = int.from_bytes(data[head : head + 32], "big")
    return int.from_bytes(data[size:head], "big") == head and len(data) == head + 32 + 32 * words * count


def _with_tail(data: bytes, layout: _Layout, tail: tuple[str, int, Reader]) -> dict[str, Any]:
    name, words, read_element = tail
    args = {field: read(data[start:end]) for field, start, end, read in layout.fields}
    step = 32 * words
    args[name] = [read_element(data[start : start + step]) for start in range(layout.size + 64, len(data), step)]
    return args
