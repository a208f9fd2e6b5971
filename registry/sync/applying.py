"""Applies blocks in one transaction: mirror, history, events, ledger, records that follow, results of the outbox, checkpoint."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from chain.events import Event
from registry.kernel.repo_bulk import Stream
from registry.ledger import service as ledger
from registry.ledger.postings import Draft, of_event
from registry.sync import digest, facts, fold, repo, repo_outbox
from registry.sync.blocks import Read
from registry.sync.fold import Place
from registry.sync.fold.state import LOTS, Row
from registry.sync.followers import Followers
from registry.sync.mirror import Mirror
from registry.sync.repo import Applied
from registry.sync.repo_outbox import Result

_LOT_ARGUMENTS = ("lot", "into", "absorbed")


def apply_blocks(session: Session, reads: Sequence[Read], *, now: datetime, final: int) -> list[int]:
    """Writes everything that these blocks change, checkpoint included; gives the messages that have their result now.

    Blocks above `final` may still be taken back: they keep their undo.

    The caller has locked the checkpoint and checked that the first block follows the checkpoint.
    """
    before = repo.digest(session, reads[0].block.number - 1)
    with repo.event_stream(session) as stream:
        batch = _Batch(session, stream, before)
        batch.prefetch([located.event for read in reads for located in read.events])
        for read in reads:
            batch.apply(read, keep_undo=read.block.number > final)
    batch.flush()
    settled = repo_outbox.settle(session, _results(reads), now=now) if repo_outbox.awaits_results(session) else []
    last = reads[-1].block
    repo.move_checkpoint(session, last.number, last.hash, final=min(final, last.number), settled=settled)
    return settled


class _Batch:
    """Collects what blocks change, then writes it in bulk."""

    def __init__(self, session: Session, stream: Stream, before: bytes) -> None:
        """`before`: the digest of the index as it is."""
        self._session = session
        self._stream = stream
        self._mirror = Mirror(session, before_query=stream.pause)
        self._sum = digest.sum_of(before)
        self._followers = Followers(session)
        self._blocks: list[tuple[Applied, list[Any], bytes]] = []
        self._drafts: list[Draft] = []

    def prefetch(self, events: Sequence[Event]) -> None:
        if events:
            self._mirror.prefetch(events)
            self._followers.prefetch(events)

    def apply(self, read: Read, *, keep_undo: bool) -> None:
        block = read.block
        rows: list[tuple[Any, ...]] = []
        before: Event | None = None
        transaction = b""
        for located in read.events:
            event = located.event
            same_call = before if located.tx_hash == transaction else None
            place = Place(block.number, block.timestamp, located.log_index, fold.joined(event, same_call))
            self._one(event, place, block.hash)
            row = (block.number, located.log_index, block.hash, located.tx_hash, event.name, _json(event.args), fold.payable_id(event))
            rows.append(row)
            before, transaction = event, located.tx_hash
        if rows:
            self._stream.write(rows)
        self._sum += self._mirror.gain()
        undo = [*self._mirror.take_undo(keep=keep_undo), *self._followers.take_undo(keep=keep_undo)]
        self._blocks.append((Applied(block.number, block.hash, block.parent_hash, block.timestamp), undo, digest.packed(self._sum)))

    def flush(self) -> None:
        self._mirror.flush()
        self._followers.flush()
        repo.add_blocks(self._session, self._blocks)
        first = self._blocks[0][0].number
        ledger.post(self._session, ledger.anew(self._session, self._drafts, from_block=first), unposted=True)

    def _one(self, event: Event, place: Place, block_hash: bytes) -> None:
        found = facts.of(self._mirror, event, place, block_hash=block_hash, price=self._followers.price(event))
        if found is not None:
            self._drafts += of_event(event, found)
        if not self._followers.watches_locks:
            fold.apply(self._mirror, event, place)
        else:
            rows = self._lots(event)
            fold.apply(self._mirror, event, place)
            for row, after in zip(rows, self._lots(event), strict=True):
                if row is not None and after is not None:
                    self._followers.lock_ended(event, place, before=row, after=after)
        self._followers.follow(event, place)

    def _lots(self, event: Event) -> list[Row | None]:
        return [self._mirror.get(LOTS, (f"0x{event.args[name]:064x}",)) for name in _LOT_ARGUMENTS if name in event.args]


def plain_arguments(event: Event) -> dict[str, Any]:
    """Arguments as they are stored: integers as decimal strings, bytes as 0x hex."""
    return {name: _wired(value) for name, value in event.args.items()}


def _json(args: dict[str, Any]) -> str:
    """The same as text. Names are the ABI's: nothing in them to escape."""
    return "{" + ",".join([f'"{name}":{_text(value)}' for name, value in args.items()]) + "}"


def _text(value: Any) -> str:
    kind = type(value)
    if kind is int:
        return f'"{value}"'
    if kind is bytes:
        return f'"0x{value.hex()}"'
    return orjson.dumps(_wired(value)).decode()


def _wired(value: Any) -> Any:
    kind = type(value)
    if kind is int:
        return str(value)
    if kind is bytes:
        return "0x" + value.hex()
    if kind is str or kind is bool:
        return value
    return [_wired(item) for item in value]


def _results(reads: Sequence[Read]) -> list[Result]:
    results = []
    for read in reads:
        for receipt in read.receipts:
            refusal = read.refusals.get(receipt.tx_hash)
            detail = None if refusal is None else _json(refusal.args)
            state = "confirmed" if receipt.status else "reverted"
            results.append(Result(receipt.tx_hash, read.block.number, state, None if refusal is None else refusal.name, detail))
    return results
