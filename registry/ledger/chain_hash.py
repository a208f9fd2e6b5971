"""The hash that chains entries: SHA-256 over the previous entry's hash and the canonical content of this one. Pure."""

import hashlib
from datetime import datetime

import orjson

from registry.ledger.postings import Line

# What the first entry follows.
START = bytes(32)


def entry_hash(
    previous: bytes, number: int, *, head: tuple[str, str, str, datetime, int | None, int | None], lines: tuple[Line, ...]
) -> bytes:
    """Hash of an entry. `head` is key, kind, subject, time, block number, number of the entry it reverses."""
    key, kind, subject, at, block_number, reverses = head
    content = [
        number,
        key,
        kind,
        subject,
        at.isoformat(),
        block_number,
        reverses,
        [[line.entity, line.kind, line.currency, str(line.amount)] for line in lines],
    ]
    return hashlib.sha256(previous + orjson.dumps(content)).digest()
