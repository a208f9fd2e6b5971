"""One number that stands for everything the index says after a block: the digest. Pure.

    digest = sum of SHA-256(row) over all rows of the mirror, modulo 2**256, as 32 bytes with the highest first

A row is the table's name, a line feed, and the values of its columns in the order of the columns' names, as a JSON array without blanks:
integers in decimal, bytes as "0x.." in lower case, texts as they are. Rows have no order, so a block changes the digest by its changed
rows alone: their hashes before are taken off, those after are put on. Two installations that index the same chain have the same digest
after the same block; one changed value gives another. It tells accidents and edits; it does not stand against somebody who can choose
whole rows freely, but those rows are compared with the chain as well.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

import orjson

Row = Mapping[str, Any]
MODULUS = 1 << 256
SIZE = 32


def encoder(table: str, columns: Iterable[str]) -> Callable[[Row], int]:
    """What gives the weight of a row of a table: its hash as a number."""
    values = itemgetter(*sorted(columns))
    name = f"{table}\n".encode()
    dumps, sha256, number = orjson.dumps, hashlib.sha256, int.from_bytes

    def weigh(row: Row) -> int:
        try:
            content = dumps(values(row), default=_hex)
        except TypeError:
            # An integer of more than 64 bits: the same text, more slowly.
            content = json.dumps(values(row), default=_hex, separators=(",", ":"), ensure_ascii=False).encode()
        return number(sha256(name + content).digest(), "big")

    return weigh


def packed(value: int) -> bytes:
    """The digest of a sum of weights."""
    return (value % MODULUS).to_bytes(SIZE, "big")


def sum_of(digest: bytes) -> int:
    """The sum that a digest stands for."""
    return int.from_bytes(digest, "big")


def _hex(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    raise TypeError(f"a row of the mirror holds no {type(value).__name__}")
