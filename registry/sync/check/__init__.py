"""`tallystick check`: re-derives everything from primary records and names every difference.

A full check walks the chain from its first block and folds it again; the mirror is compared with that and with the contract's storage
words; sums, ledger, outbox, nonces, documents and records that follow are compared with what the chain says. A quick check does the
sums and nonces, and walks only the blocks that came since the last one. Nothing is changed.
"""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.orm import Session

from chain import deploy
from chain.errors import NodeRefused
from chain.gateway import ChainGateway
from registry.kernel.errors import Unavailable
from registry.kernel.uow import Work
from registry.sync import mirror, repo, repo_check, repo_outbox
from registry.sync.check import books, recent, walk, words
from registry.sync.check.codes import CODES
from registry.sync.check.report import Amounts, Break, CheckReport, Pass
from registry.sync.digest import packed

__all__ = ["CODES", "Amounts", "Break", "CheckReport", "Pass", "inspect", "run"]

Pause = Callable[[], None]
_ATTEMPTS = 3
QUICK = frozenset(code for code, known in CODES.items() if known.quick)


def no_pause() -> None:
    """A check that somebody waits for takes no rests."""


def run(work: Work, gateway: ChainGateway, *, since: int | None = None, pause: Pause = no_pause) -> CheckReport:
    """A check as of the last applied block. Unavailable when the node can't say how things stood then.

    `since`: a quick one of what came after that block. `pause` is called between pieces of work, for a check that should not hurry.
    """
    trouble: Exception | None = None
    report: CheckReport | None = None
    for _ in range(_ATTEMPTS):
        try:
            with repo_check.snapshot(work.engine) as session:
                report = inspect(session, gateway, contract=work.network.contract, since=since, pause=pause)
            if not (report.breaks and gateway.finality) or gateway.block(report.block_number).hash == report.block_hash:
                return report
            # The chain has turned meanwhile: what differs may be a block that nobody has any more.
        except NodeRefused as error:
            # A busy node forgets old states; a fresh snapshot is nearer to its head.
            trouble = error
    if report is not None:
        return report
    raise Unavailable(f"the node does not keep the state of the last indexed block: {trouble}") from trouble


def inspect(session: Session, gateway: ChainGateway, *, contract: str, since: int | None = None, pause: Pause = no_pause) -> CheckReport:
    """The check on one view of the database. NodeRefused when the node has forgotten the state of the last applied block."""
    checkpoint = repo.checkpoint(session)
    if checkpoint is None:
        return CheckReport(0)
    number = checkpoint[0]
    report = CheckReport(number, checkpoint[1])
    # First what the node must still know as of this block.
    books.compare_nonces(report, session, gateway, block=number)
    if since is None:
        _whole_chain(report, session, gateway, contract=contract, pause=pause)
    else:
        report.covered = QUICK
        stood = walk.genesis(gateway, number)
        report.expect("index_checkpoint", f"block:{number}", expected=stood[0], found=checkpoint[1])
        report.done("checkpoint", 1)
        recent.compare(report, session, gateway, contract=contract, since=since)
    pause()
    books.compare_sums(report, session)
    _compare_code(report, gateway, repo_outbox.manifest(session))
    return report


def _whole_chain(report: CheckReport, session: Session, gateway: ChainGateway, *, contract: str, pause: Pause) -> None:
    number = report.block_number
    tables = {name: repo_check.rows(session, table) for name, table in mirror.TABLES.items()}
    words.compare(report, gateway, contract, tables=tables, block=number, pause=pause)
    applied = repo_check.blocks(session)
    first = min(applied) + 1
    found = walk.walk(gateway, contract, span=range(first, number + 1), prices=repo_check.financing_prices(session), pause=pause)
    found.hashes[first - 1] = walk.genesis(gateway, first - 1)
    report.expect("index_checkpoint", f"block:{number}", expected=found.hashes[number][0], found=report.block_hash)
    walk.compare_blocks(report, found, applied=applied, journal=repo_check.journal(session))
    walk.compare_events(report, found, repo_check.events(session))
    pause()
    _compare_replay(report, found, tables)
    rows = packed(sum(mirror.WEIGHTS[name](row) for name, stored in tables.items() for row in stored))
    walk.compare_digests(report, found, stored=repo_check.digests(session), rows=rows)
    books.compare_entries(report, session, found)
    books.compare_outbox(report, session, found)
    books.compare_documents(report, session)
    pause()
    books.compare_anchored(report, session)


def _compare_code(report: CheckReport, gateway: ChainGateway, manifest: dict[str, Any] | None) -> None:
    if manifest is None:
        report.leave_out(["contract_code"])
        return
    for difference in deploy.verify_code(gateway, manifest):
        report.expect("contract_code", f"contract:{manifest['contract']}", expected="the code that was built", found=difference)
    report.done("code", len(manifest["addresses"]))


def _compare_replay(report: CheckReport, found: walk.Walk, tables: dict[str, list[words.Row]]) -> None:
    """Rows of the mirror against the fold of the chain's events, every column."""
    compared = 0
    for name, rows in tables.items():
        key = mirror.key_columns(name)
        stored = {_subject(name, [row[column] for column in key]): row for row in rows}
        derived = {_subject(name, key): row for key, row in found.state.tables.get(name, {}).items()}
        report.rows("index_row", expected=derived, found=stored)
        compared += len(derived)
    report.done("replay", compared)


def _subject(table: str, key: Iterable[object]) -> str:
    return f"{table}:" + ":".join(part.hex() if isinstance(part, bytes) else str(part) for part in key)
