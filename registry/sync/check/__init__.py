"""`tallystick check`: re-derives everything from primary records and names every difference.

The chain is walked from its first block and folded again; the mirror is compared with that and with the contract's storage words; sums,
ledger, outbox, nonces and records that follow are compared with what the chain says. Nothing is changed.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from chain import deploy
from chain.errors import NodeRefused
from chain.gateway import ChainGateway
from registry.kernel.errors import Unavailable
from registry.kernel.uow import Work
from registry.sync import mirror, repo, repo_check, repo_outbox
from registry.sync.check import books, walk, words
from registry.sync.check.report import Break, CheckReport

__all__ = ["Break", "CheckReport", "inspect", "run"]

_ATTEMPTS = 3


def run(work: Work, gateway: ChainGateway) -> CheckReport:
    """A check as of the last applied block. Unavailable when the node can't say how things stood then."""
    for _ in range(_ATTEMPTS):
        try:
            with repo_check.snapshot(work.engine) as session:
                return inspect(session, gateway, contract=work.network.contract)
        except NodeRefused as error:
            # A busy node forgets old states; a fresh snapshot is nearer to its head.
            trouble = error
    raise Unavailable(f"the node does not keep the state of the last indexed block: {trouble}") from trouble


def inspect(session: Session, gateway: ChainGateway, *, contract: str) -> CheckReport:
    """The check on one view of the database. NodeRefused when the node has forgotten the state of the last applied block."""
    checkpoint = repo.checkpoint(session)
    if checkpoint is None:
        return CheckReport(0)
    number = checkpoint[0]
    report = CheckReport(number)
    tables = {name: repo_check.rows(session, table) for name, table in mirror.TABLES.items()}
    words.compare(report, gateway, contract, tables=tables, block=number)
    applied = repo_check.blocks(session)
    first = min(applied) + 1
    found = walk.walk(gateway, contract, first=first, last=number, prices=repo_check.financing_prices(session))
    found.hashes[first - 1] = walk.genesis(gateway, first - 1)
    report.expect("index_checkpoint", f"block:{number}", expected=found.hashes[number][0], found=checkpoint[1])
    walk.compare_blocks(report, found, applied=applied, journal=repo_check.journal(session))
    walk.compare_events(report, found, repo_check.events(session))
    _compare_replay(report, found, tables)
    books.compare_sums(report, session)
    books.compare_entries(report, session, found)
    books.compare_outbox(report, session, found)
    if gateway.head().number == number:
        books.compare_nonces(report, session, gateway)
    _compare_code(report, gateway, repo_outbox.manifest(session))
    return report


def _compare_code(report: CheckReport, gateway: ChainGateway, manifest: dict[str, Any] | None) -> None:
    if manifest is None:
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
