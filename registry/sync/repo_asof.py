"""SQL of how things stood as of a block."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from registry.ledger.accounts import Kind
from registry.ledger.tables import Account, Entry, Posting
from registry.sync import repo
from registry.sync.repo import Applied
from registry.sync.tables import ChainBlock, ChainEvent

# Rules and limits that the fold of a payable needs.
_RULES = ("ProfileSet", "ProfilePaused", "LimitSet")


def last_before(session: Session, timestamp: int, *, last: int) -> Applied | None:
    """The last applied block whose time is before a UTC second; None when all are later. Times never fall, so it is found by halves."""
    low, high = session.scalar(select(func.min(ChainBlock.number))) or 0, last
    found = None
    while low <= high:
        middle = (low + high) // 2
        block = repo.applied(session, middle)
        if block is not None and block.timestamp < timestamp:
            found, low = block, middle + 1
        else:
            high = middle - 1
    return found


def subjects_held(session: Session, kind: Kind, *, up_to: int, entity: int | None, after: str | None, limit: int) -> list[str]:
    """Subjects on which an entity, or anybody, had a balance of a kind after a block; in their order."""
    query = (
        select(Entry.subject)
        .join(Posting, Posting.entry_id == Entry.id)
        .join(Account, Account.id == Posting.account_id)
        .where(Account.kind == str(kind), Entry.block_number <= up_to)
        .group_by(Entry.subject)
        .having(func.sum(Posting.amount) > 0)
        .order_by(Entry.subject)
        .limit(limit)
    )
    if entity is not None:
        query = query.where(Account.entity_id == entity)
    if after is not None:
        query = query.where(Entry.subject > after)
    return list(session.scalars(query))


def events_of(session: Session, payables: Sequence[str], *, up_to: int) -> list[tuple[ChainEvent, int]]:
    """Events of some payables, and the rules they stand under, up to a block, with the times of their blocks; in the chain's order."""
    if not payables:
        return []
    query = (
        select(ChainEvent, ChainBlock.timestamp)
        .join(ChainBlock, ChainBlock.number == ChainEvent.block_number)
        .where(ChainEvent.block_number <= up_to, or_(ChainEvent.payable_id.in_(payables), ChainEvent.name.in_(_RULES)))
        .order_by(ChainEvent.block_number, ChainEvent.log_index)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
