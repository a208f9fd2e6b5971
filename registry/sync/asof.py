"""How things stood: balances, positions and the digest as of any applied block or business day.

A day is meant to its end in UTC: the last block with an earlier time. Balances come from the ledger's entries up to the block; positions
from the payables' events up to it, folded again by the rules that the indexer applies. Who sees what is as with balances now: every
entity its own, registrar and auditor all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from chain import events
from chain.structs import LOT_ENDED, LOT_PLEDGED
from registry.identity.permissions import sees_all
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.uow import Unit
from registry.ledger import service as ledger
from registry.ledger.accounts import Kind
from registry.ledger.repo import Balance
from registry.sync import fold, repo, repo_asof
from registry.sync.fold import MemoryState, Place
from registry.sync.fold.state import LOTS, PAYABLES, Row
from registry.sync.repo import Applied
from registry.sync.tables import ChainEvent


@dataclass(frozen=True)
class Position:
    """A live lot as of a block. `pledgee` 0: not pledged. Amounts in minor units, `due` in UTC seconds."""

    payable: str
    lot: str
    holder: int
    pledgee: int
    obligor: int
    amount: int
    currency: str
    due: int
    version: int


@dataclass(frozen=True)
class Positions:
    """A page of positions, those of a payable together; `next`: the payable to go on after, None at the end."""

    items: list[Position]
    next: str | None


def moment(unit: Unit, *, block: int | None = None, day: date | None = None) -> Applied:
    """The applied block that is meant; the latest when nothing is said. Invalid for both, NotFound before the first or beyond the last."""
    if block is not None and day is not None:
        raise Invalid("name a block or a day, not both", block=block, day=str(day))
    last = repo.checkpoint(unit.session)
    if last is None:
        raise NotFound("no block is indexed yet")
    if day is None:
        found = repo.applied(unit.session, last[0] if block is None else block)
        if found is None:
            raise NotFound(f"block {block} is not indexed; the last one is {last[0]}", block=block, last=last[0])
        return found
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    found = repo_asof.last_before(unit.session, int(end.timestamp()), last=last[0])
    if found is None:
        raise NotFound(f"the chain begins after {day}", day=str(day))
    return found


def digest(unit: Unit, at: Applied) -> bytes:
    """The digest of the index after a block (see `registry.sync.digest`)."""
    return repo.digest(unit.session, at.number)


def balances(unit: Unit, at: Applied, entity: int | None = None) -> list[Balance]:
    """What stood on the ledger's accounts of the actor; of an entity, or all, for registrar and auditor."""
    return ledger.balances(unit.session, _whose(unit, entity), up_to=at.number)


def positions(unit: Unit, at: Applied, *, entity: int | None = None, after: str | None = None, limit: int = 50) -> Positions:
    """Lots that were live, of the actor or as `balances`. `limit` counts payables."""
    whose = _whose(unit, entity)
    subjects = repo_asof.subjects_held(unit.session, Kind.CLAIMS, up_to=at.number, entity=whose, after=after, limit=limit)
    wanted = [subject.partition(":")[2] for subject in subjects]
    state = replayed(repo_asof.events_of(unit.session, wanted, up_to=at.number))
    items = [position for payable in wanted for position in _live(state, payable) if whose is None or position.holder == whose]
    return Positions(items, wanted[-1] if len(wanted) == limit else None)


def replayed(rows: Iterable[tuple[ChainEvent, int]]) -> MemoryState:
    """Events with the times of their blocks, in order, folded from nothing."""
    state = MemoryState()
    before, transaction = None, b""
    for row, timestamp in rows:
        event = events.restored(row.name, row.args)
        same_call = fold.joined(event, before if row.tx_hash == transaction else None)
        fold.apply(state, event, Place(row.block_number, timestamp, row.log_index, same_call))
        before, transaction = event, row.tx_hash
    return state


def _whose(unit: Unit, entity: int | None) -> int | None:
    return entity if sees_all(unit.actor) else unit.actor.entity_id


def _live(state: MemoryState, payable: str) -> Sequence[Position]:
    debt = state.tables[PAYABLES][payable,]
    lots = [row for row in state.tables[LOTS].values() if row["payable_id"] == payable and row["exists"] and not row["flags"] & LOT_ENDED]
    return [_position(row, debt) for row in sorted(lots, key=lambda row: str(row["id"])) if row["amount"]]


def _position(lot: Row, debt: Row) -> Position:
    return Position(
        payable=debt["id"],
        lot=lot["id"],
        holder=lot["holder"],
        pledgee=lot["lock_party"] if lot["flags"] & LOT_PLEDGED else 0,
        obligor=debt["obligor"],
        amount=lot["amount"],
        currency=debt["currency"],
        due=debt["due"],
        version=lot["version"],
    )
