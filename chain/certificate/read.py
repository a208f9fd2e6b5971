"""Strict readers of JSON values: each takes a value and says where it stands when it is none. Unknown and missing names are refused."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from chain.canonical import MAX_INTEGER
from chain.errors import BadCertificate

Reader = Callable[[Any, str], Any]
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*")
_QUANTITY = re.compile(r"0x(?:0|[1-9a-f][0-9a-f]{0,63})")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,77}")


def _fail(where: str, what: str) -> BadCertificate:
    return BadCertificate(f"{where}: {what}", reason="shape")


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise _fail(where, "a text is expected")
    return value


def data(size: int | None = None, *, most: int = 65_536) -> Reader:
    """Bytes as 0x and lower hex digits, of one size or at most `most`."""

    def read(value: Any, where: str) -> bytes:
        if not _HEX.fullmatch(_text(value, where)):
            raise _fail(where, "0x and lower hex digits are expected")
        found = bytes.fromhex(value[2:])
        if (size is not None and len(found) != size) or len(found) > most:
            raise _fail(where, f"{size or most} bytes are expected, it has {len(found)}")
        return found

    return read


def address(value: Any, where: str) -> str:
    """An address, as text."""
    return f"0x{data(20)(value, where).hex()}"


def quantity(digits: int = 64) -> Reader:
    """A number as 0x and the fewest lower hex digits, at most so many, as a node writes it."""

    def read(value: Any, where: str) -> int:
        if not _QUANTITY.fullmatch(_text(value, where)) or len(value) > digits + 2:
            raise _fail(where, f"0x and the fewest hex digits are expected, at most {digits}")
        return int(value, 16)

    return read


def decimal(bits: int) -> Reader:
    """A number as decimal digits in a text, of at most so many bits."""

    def read(value: Any, where: str) -> int:
        if not _DECIMAL.fullmatch(_text(value, where)) or int(value) >> bits:
            raise _fail(where, f"a decimal number below 2^{bits} is expected, as text")
        return int(value)

    return read


def integer(most: int = MAX_INTEGER) -> Reader:
    """A JSON integer from 0."""

    def read(value: Any, where: str) -> int:
        if type(value) is not int or not 0 <= value <= most:
            raise _fail(where, f"an integer from 0 to {most} is expected")
        return value

    return read


def one_of(*allowed: str) -> Reader:
    """One of these texts."""

    def read(value: Any, where: str) -> str:
        if _text(value, where) not in allowed:
            raise _fail(where, f"{' or '.join(allowed)} is expected")
        return str(value)

    return read


def text(most: int) -> Reader:
    """A text of at most so many characters."""

    def read(value: Any, where: str) -> str:
        if len(_text(value, where)) > most:
            raise _fail(where, f"at most {most} characters are expected")
        return str(value)

    return read


def optional(reader: Reader) -> Reader:
    """Null, or what the reader takes."""
    return lambda value, where: None if value is None else reader(value, where)


def listed(reader: Reader, *, most: int, least: int = 0) -> Reader:
    """A list of what the reader takes."""

    def read(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            raise _fail(where, f"a list of {least} to {most} is expected")
        return tuple(reader(item, f"{where}[{place}]") for place, item in enumerate(value))

    return read


def record(fields: Mapping[str, Reader], *, may: Mapping[str, Reader] | None = None) -> Reader:
    """An object with exactly these names, and some of those in `may`."""
    allowed = {**fields, **(may or {})}

    def read(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _fail(where, "an object is expected")
        unknown, missing = value.keys() - allowed.keys(), fields.keys() - value.keys()
        if unknown or missing:
            raise _fail(where, f"unknown name {min(unknown)!r}" if unknown else f"{min(missing)!r} is missing")
        return {name: reader(value[name], f"{where}.{name}" if where else name) for name, reader in allowed.items() if name in value}

    return read


def by(name: str, readers: Mapping[str, Reader]) -> Reader:
    """An object whose text under one name says which reader takes it."""

    def read(value: Any, where: str) -> Any:
        if not isinstance(value, dict) or value.get(name) not in readers:
            raise _fail(where, f"an object with {name!r} {' or '.join(readers)} is expected")
        return readers[value[name]](value, where)

    return read
