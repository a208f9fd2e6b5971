"""The chain walked again from its first block: hashes and events as the node tells them now, folded and posted in memory.

What the index and the ledger should hold is derived here from primary records alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from chain.errors import BlockNotFound
from chain.gateway import ChainGateway
from registry.ledger.postings import Line, of_event
from registry.sync import applying, blocks, facts, fold
from registry.sync.check.report import CheckReport
from registry.sync.digest import packed
from registry.sync.fold import MemoryState, Place
from registry.sync.fold.state import Key, Row
from registry.sync.mirror import WEIGHTS

Stored = dict[tuple[int, int], tuple[bytes, bytes, str, dict[str, Any], str | None]]


class Weighed(MemoryState):
    """Rows in memory, and the digest of them all."""

    def __init__(self) -> None:
        super().__init__()
        self._sum = 0
        self._changed: dict[tuple[str, Key], Row | None] = {}

    def put(self, table: str, key: Key, row: Row) -> None:
        """Writes a whole row."""
        self._changed.setdefault((table, key), self.get(table, key))
        super().put(table, key, row)

    def digest(self) -> bytes:
        """The digest of the rows as they are now."""
        for (table, key), before in self._changed.items():
            weigh = WEIGHTS[table]
            self._sum += weigh(self.tables[table][key]) - (weigh(before) if before else 0)
        self._changed = {}
        return packed(self._sum)


@dataclass
class Walk:
    """What the chain says, from genesis to one block."""

    state: Weighed = field(default_factory=Weighed)
    events: Stored = field(default_factory=dict)
    # Transaction -> block and whether it succeeded.
    receipts: dict[bytes, tuple[int, bool]] = field(default_factory=dict)
    # Entry key -> its lines, as (entity, kind, currency, amount).
    entries: dict[str, list[tuple[int, str, str, int]]] = field(default_factory=dict)
    hashes: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    roots: dict[int, bytes] = field(default_factory=dict)
    # Of the index after each block.
    digests: dict[int, bytes] = field(default_factory=dict)


def walk(
    gateway: ChainGateway, contract: str, *, span: range, prices: dict[tuple[str, int], int], pause: Callable[[], None] = lambda: None
) -> Walk:
    """Reads the blocks of a span again. `prices`: pay-outs of financings by lot and block, which the chain only commits to."""
    found = Walk()
    for number in span:
        pause()
        block, receipts = gateway.read(number)
        found.hashes[number] = (block.hash, block.parent_hash)
        found.roots[number] = block.state_root
        found.receipts |= {receipt.tx_hash: (number, receipt.status) for receipt in receipts}
        before, transaction = None, b""
        for located in blocks.decoded(receipts, contract):
            event = located.event
            place = Place(
                number, block.timestamp, located.log_index, fold.joined(event, before if located.tx_hash == transaction else None)
            )
            before, transaction = event, located.tx_hash
            args = applying.plain_arguments(event)
            found.events[number, located.log_index] = (block.hash, located.tx_hash, event.name, args, fold.payable_id(event))
            price = prices.get((f"0x{event.args['lot']:064x}", number), 0) if event.name == "Financed" else 0
            known = facts.of(found.state, event, place, block_hash=block.hash, price=price)
            for draft in of_event(event, known) if known else []:
                found.entries[draft.key] = lines(draft.lines)
            fold.apply(found.state, event, place)
        found.digests[number] = found.state.digest()
    return found


def lines(drawn: tuple[Line, ...]) -> list[tuple[int, str, str, int]]:
    """Lines of an entry in a comparable order."""
    return sorted((line.entity, str(line.kind), line.currency, line.amount) for line in drawn)


def compare_blocks(
    report: CheckReport, found: Walk, *, applied: dict[int, tuple[bytes, bytes]], journal: dict[int, tuple[bytes | None, bytes | None]]
) -> None:
    """Applied blocks and the journal against the node."""
    for number, pair in found.hashes.items():
        report.expect("index_block", f"block:{number}", expected=pair, found=applied.get(number))
    for number in sorted(set(applied) - set(found.hashes)):
        report.expect("index_block", f"block:{number}", expected=None, found=applied[number])
    report.done("blocks", len(found.hashes))
    for number, pair in found.hashes.items():
        recorded = journal.get(number)
        if recorded is not None and recorded[0] is not None:
            report.expect("journal_block", f"block:{number}", expected=(pair[0], found.roots[number]), found=recorded)
    report.done("journal", len(journal))


def compare_digests(report: CheckReport, found: Walk, *, stored: dict[int, bytes], rows: bytes) -> None:
    """Stored digests, and the digest of the `rows` as they are, against those of the fold. Of stored ones the first that differs: a change
    stays in all later ones."""
    wrong = next((number for number, digest in found.digests.items() if stored.get(number) != digest), None)
    if wrong is not None:
        report.expect("index_digest", f"block:{wrong}", expected=found.digests[wrong].hex(), found=stored.get(wrong, b"").hex())
    report.expect("index_digest", "rows", expected=found.state.digest().hex(), found=rows.hex())
    report.done("digests", len(found.digests))


def compare_events(report: CheckReport, found: Walk, stored: Stored) -> None:
    """Stored events against the node's."""
    expected = {f"event:{block}:{index}": value for (block, index), value in found.events.items()}
    report.rows("index_event", expected=expected, found={f"event:{block}:{index}": value for (block, index), value in stored.items()})
    report.done("events", len(expected))


def genesis(gateway: ChainGateway, number: int) -> tuple[bytes, bytes]:
    """Hash and parent hash of the block the index stands on. BlockNotFound when the node has none."""
    block = gateway.block(number)
    if block.number != number:
        raise BlockNotFound(number)
    return block.hash, block.parent_hash
