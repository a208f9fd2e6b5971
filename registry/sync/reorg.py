"""Rewinding: finds where the node's chain and the index part, and takes back everything above in one transaction.

Never below what the engine calls final: then the index halts loudly, because somebody was told what is no longer so.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from chain.gateway import ChainGateway
from registry.kernel.errors import DomainError, Kind
from registry.kernel.uow import SERVICE, Work
from registry.ledger import service as ledger
from registry.sync import repo, repo_outbox
from registry.sync.followers import FOLLOWED
from registry.sync.repo import Applied


class ChainHalted(DomainError):
    """The node's chain contradicts blocks that were final. Indexing stops until a person has decided which is true."""

    code = "chain_halted"
    kind = Kind.UNAVAILABLE


def fork_point(work: Work, gateway: ChainGateway, *, checkpoint: int, head: int) -> Applied:
    """The newest applied block that the node still has. ChainHalted when a final block is not among what it has."""
    with work.begin(SERVICE) as unit:
        floor = min(repo.final(unit.session), checkpoint)
    number = min(checkpoint, max(head, floor))
    while number >= floor:
        with work.begin(SERVICE) as unit:
            known = repo.applied(unit.session, number)
        if known is None:
            break
        if gateway.block(number).hash == known.hash:
            return known
        number -= 1
    raise ChainHalted(
        f"block {floor} was final, and the node has another one; compare the node with others before anything else",
        block=floor,
        checkpoint=checkpoint,
        finality=gateway.finality,
    )


def rewind(session: Session, to: Applied, *, now: datetime) -> None:
    """Takes back every block above `to`, in the caller's transaction, which has locked the checkpoint."""
    _restore(session, _oldest(repo.undo_above(session, to.number)))
    ledger.reverse_blocks(session, to.number + 1)
    repo_outbox.unsettle(session, to.number, now=now)
    repo.drop_above(session, to.number)
    repo.move_checkpoint(session, to.number, to.hash, final=-1, settled=None)


def _oldest(items: list[list[Any]]) -> dict[str, list[tuple[dict[str, Any], dict[str, Any] | None]]]:
    """Per table, key and row as they were before the first of the blocks. Items come newest block first."""
    found: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any] | None]] = {}
    for table, key, row in items:
        found[table, str(sorted(key.items()))] = (key, row)
    tables: dict[str, list[tuple[dict[str, Any], dict[str, Any] | None]]] = {}
    for (table, _), pair in found.items():
        tables.setdefault(table, []).append(pair)
    return tables


def _restore(session: Session, tables: dict[str, list[tuple[dict[str, Any], dict[str, Any] | None]]]) -> None:
    for table, pairs in tables.items():
        if table in FOLLOWED:
            repo.restore_columns(session, table, FOLLOWED[table], rows=[{**key, **(row or {})} for key, row in pairs])
            continue
        key_columns = tuple(pairs[0][0])
        gone = [key for key, row in pairs if row is None]
        kept = [row for _, row in pairs if row is not None]
        if gone:
            repo.remove(session, table, key_columns, rows=gone)
        if kept:
            repo.restore(session, table, key_columns, rows=kept)
