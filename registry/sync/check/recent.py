"""A quick look at the blocks since the last check: they are read again, their events and receipts compared, and every row that they
touched with its storage word. What was applied earlier is left to a full check.
"""

from typing import Any

from sqlalchemy.orm import Session

from chain.gateway import ChainGateway
from registry.kernel import repo_bulk
from registry.sync import applying, blocks, fold, mirror, repo_check
from registry.sync.check import books, words
from registry.sync.check.report import CheckReport

# Blocks that one quick check looks at; a full one sees the rest.
MOST = 500


def compare(report: CheckReport, session: Session, gateway: ChainGateway, *, contract: str, since: int) -> None:
    """Blocks after `since`, the newest ones when they are many."""
    last = report.block_number
    first = max(since + 1, last - MOST + 1)
    stored = repo_check.blocks(session, after=first - 1)
    hashes: dict[int, tuple[bytes, bytes]] = {}
    receipts: dict[bytes, tuple[int, bool]] = {}
    events: dict[str, Any] = {}
    seen = []
    for number in range(first, last + 1):
        block, found = gateway.read(number)
        hashes[number] = (block.hash, block.parent_hash)
        receipts |= {receipt.tx_hash: (number, receipt.status) for receipt in found}
        for located in blocks.decoded(found, contract):
            event = located.event
            events[f"event:{number}:{located.log_index}"] = (
                block.hash, located.tx_hash, event.name, applying.plain_arguments(event), fold.payable_id(event),
            )  # fmt: skip
            seen.append(event)
    report.rows(
        "index_block", expected={f"block:{n}": pair for n, pair in hashes.items()}, found={f"block:{n}": p for n, p in stored.items()}
    )
    report.done("blocks", len(hashes))
    kept = {f"event:{block}:{index}": value for (block, index), value in repo_check.events(session, after=first - 1).items()}
    report.rows("index_event", expected=events, found=kept)
    report.done("events", len(events))
    books.compare_receipts(report, repo_check.outbox(session, after=first - 1), receipts)
    tables = {name: list(repo_bulk.load(session, mirror.TABLES[name], sorted(keys)).values()) for name, keys in fold.touched(seen).items()}
    words.compare(report, gateway, contract, tables={name: tables.get(name, []) for name in mirror.TABLES}, block=last)
