"""Reads of events and contract calls. A party sees the events of its payables as far as it sees the lots in them."""

from typing import NamedTuple

from chain import ids
from registry.kernel.errors import NotFound
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Unit
from registry.receivables import visibility
from registry.receivables.repo.visibility import sees_all
from registry.sync import repo, repo_reads
from registry.sync.tables import ChainEvent

# Arguments that name a lot.
LOT_ARGS = ("lot", "child", "into", "absorbed")
# How many events one page looks at, so that a page costs no more however little of it the caller may see.
_SCAN = 2000


class Events(NamedTuple):
    """A page of events and the place to go on from; None at the end."""

    items: list[ChainEvent]
    next: tuple[int, int] | None


def events(unit: Unit, *, payable: str | None = None, before: tuple[int, int] | None = None, limit: int = visibility.PAGE) -> Events:
    """A page of events, latest first. It may be short of `limit` though there is a next one."""
    found: list[ChainEvent] = []
    seen: dict[str, set[str] | None] = {}
    size = limit if sees_all(unit.actor) else _SCAN
    rows = repo_reads.events(unit.session, unit.actor, now=unit.timestamp, payable=payable, before=before, limit=size)
    for row in rows:
        if _visible(unit, row, seen):
            found.append(row)
        if len(found) == limit:
            return Events(found, (row.block_number, row.log_index))
    last = rows[-1] if len(rows) == size else None
    return Events(found, None if last is None else (last.block_number, last.log_index))


def calls(unit: Unit, *, subject: str | None = None, before: int | None = None, limit: int = visibility.PAGE) -> list[OutboxMessage]:
    """A page of the actor's contract calls, latest first."""
    return repo_reads.calls(unit.session, unit.actor, subject=subject, before=before, limit=visibility.page(limit))


def call(unit: Unit, number: int) -> OutboxMessage:
    """One contract call; NotFound when there is none or it is another entity's."""
    found = repo_reads.call(unit.session, unit.actor, number)
    if found is None:
        raise NotFound(f"there is no transaction {number}, or it is not yours to see", transaction=number)
    return found


def indexed(unit: Unit) -> tuple[int, bytes] | None:
    """Number and hash of the last block the index has applied."""
    return repo.checkpoint(unit.session)


def _visible(unit: Unit, row: ChainEvent, seen: dict[str, set[str] | None]) -> bool:
    if row.payable_id is None or sees_all(unit.actor):
        return True
    if row.payable_id not in seen:
        seen[row.payable_id] = visibility.visible_lot_ids(unit, row.payable_id)
    lots = seen[row.payable_id]
    return lots is None or all(ids.lot_hex(int(row.args[name])) in lots for name in LOT_ARGS if name in row.args)
