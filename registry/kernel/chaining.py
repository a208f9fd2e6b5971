"""Chains of records by hash: each covers its content and the hash of the one before, so none can be changed, removed or moved unseen. Pure.

What a chain alone can't show is that all of it was written anew, or that its end was cut off: for that its heads are anchored in contract
events, which nobody takes back.
"""

import hashlib
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

import orjson

# What the first record follows.
START = bytes(32)


class AnchorKind(IntEnum):
    """Which chain an anchor is about: `kind` of the contract's event `Anchored`."""

    ACTS = 1
    LEDGER = 2


def link(previous: bytes, content: Sequence[Any]) -> bytes:
    """SHA-256 over the previous record's hash and this one's content as JSON with sorted keys."""
    return hashlib.sha256(previous + orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()
