"""Canonical JSON (RFC 8785) of objects, lists, strings, integers, booleans and null: each content has one form, byte for byte. Pure."""

import json
import re
from itertools import accumulate
from typing import Any, NoReturn

from chain.errors import BadCertificate

# Beyond it a reader that keeps numbers as IEEE doubles, as RFC 8785 does, would change them.
MAX_INTEGER = 2**53 - 1
# Lists and objects inside each other. The parser recurses: what is nested without end could take the stack of the process.
MAX_DEPTH = 32
_REASON = "canonical"
_TEXTS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")


def encode(value: Any) -> bytes:
    """The one form. BadCertificate for what has none here: fractions, larger integers, names beyond ASCII, half characters."""
    _require(value)
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadCertificate("a text holds half a character", reason=_REASON) from error


def decode(data: bytes) -> Any:
    """The content of a canonical text. BadCertificate for any other form of it, repeated names included."""
    if max(accumulate(1 if each in b"[{" else -1 for each in _BRACKETS.findall(_TEXTS.sub(b"", data))), default=0) > MAX_DEPTH:
        raise BadCertificate(f"it is nested deeper than {MAX_DEPTH}", reason=_REASON)
    try:
        value = json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadCertificate(f"it is not JSON: {error}", reason=_REASON) from error
    if encode(value) != data:
        raise BadCertificate("it is not in canonical form (RFC 8785)", reason=_REASON)
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not an integer")


def _require(value: Any) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str) or not name.isascii():
                raise BadCertificate("a name is not ASCII text", reason=_REASON)
            _require(item)
    elif isinstance(value, list):
        for item in value:
            _require(item)
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise BadCertificate("an integer is out of range", reason=_REASON)
    elif value is not None and not isinstance(value, str):
        raise BadCertificate(f"{type(value).__name__} has no canonical form here", reason=_REASON)
