"""The hash that chains entries of the journal. Pure."""

from datetime import datetime

from registry.kernel.chaining import START, link
from registry.ledger.postings import Line

__all__ = ["START", "entry_hash"]


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
    return link(previous, content)
