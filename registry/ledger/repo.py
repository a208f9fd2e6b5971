"""SQL of the ledger. Entries and postings are only ever inserted."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, aliased

from registry.kernel import repo_bulk
from registry.ledger.accounts import Kind
from registry.ledger.postings import Line
from registry.ledger.tables import Account, Entry, Posting

AccountName = tuple[int, str, str]
# Serialises writers of the chain of entries; any number that no other lock has.
_CHAIN_LOCK = 0x7411_0001


class Balance(NamedTuple):
    """What stands on an account; debit positive, minor units."""

    entity: int
    kind: str
    currency: str
    amount: int


class StoredEntry(NamedTuple):
    """An entry with its lines, as read back."""

    id: int
    key: str
    kind: str
    subject: str
    at: datetime
    block_number: int | None
    reverses: int | None
    previous_hash: bytes
    hash: bytes
    lines: tuple[Line, ...]


def lock_chain(session: Session) -> None:
    """Until this transaction ends, nobody else appends."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _CHAIN_LOCK})


def last(session: Session) -> tuple[int, bytes] | None:
    """Number and hash of the newest entry."""
    row = session.execute(select(Entry.id, Entry.hash).order_by(Entry.id.desc()).limit(1)).first()
    return None if row is None else (row.id, row.hash)


def known_keys(session: Session, keys: Sequence[str]) -> set[str]:
    """Those of the keys that are posted already."""
    found = session.execute(text("select key from entries where key = any(:keys)"), {"keys": list(keys)})
    return set(found.scalars())


def rewound(session: Session, from_block: int) -> bool:
    """Whether entries of blocks from this number on were ever reversed."""
    query = text("select exists (select 1 from entries where block_number >= :first and reverses is not null)")
    return bool(session.scalar(query, {"first": from_block}))


def account_ids(session: Session, names: Iterable[AccountName]) -> dict[AccountName, int]:
    """Numbers of accounts; those that don't exist yet are opened."""
    wanted = sorted(set(names))
    columns = {
        "entities": [entity for entity, _, _ in wanted],
        "kinds": [str(kind) for _, kind, _ in wanted],
        "currencies": [currency for _, _, currency in wanted],
    }
    source = "unnest(cast(:entities as bigint[]), cast(:kinds as varchar[]), cast(:currencies as varchar[]))"
    query = text(
        f"select a.id, a.entity_id, a.kind, a.currency from accounts a join {source} w(e, k, c) on (entity_id, kind, currency) = (e, k, c)"
    )
    found = {(row.entity_id, row.kind, row.currency): row.id for row in session.execute(query, columns)}
    if len(found) < len(wanted):
        session.execute(text(f"insert into accounts (entity_id, kind, currency) select * from {source} on conflict do nothing"), columns)
        found = {(row.entity_id, row.kind, row.currency): row.id for row in session.execute(query, columns)}
    return found


def append(session: Session, entries: Sequence[StoredEntry], accounts: dict[AccountName, int]) -> None:
    """Stores entries with their postings."""
    repo_bulk.copy(
        session,
        Entry.__table__,
        ("id", "key", "kind", "subject", "occurred_at", "block_number", "reverses", "previous_hash", "hash"),
        rows=(entry[:9] for entry in entries),
    )
    repo_bulk.copy(
        session,
        Posting.__table__,
        ("entry_id", "line", "account_id", "amount"),
        rows=(
            (entry.id, number, accounts[line.entity, str(line.kind), line.currency], line.amount)
            for entry in entries
            for number, line in enumerate(entry.lines)
        ),
    )


def balances(session: Session, *, entity: int | None = None, up_to: int | None = None) -> list[Balance]:
    """Balances of all accounts, or of one entity's, by all entries or those of blocks up to one. Accounts that nothing stands on are left
    out."""
    total = func.sum(Posting.amount)
    query = (
        select(Account.entity_id, Account.kind, Account.currency, total)
        .join(Posting, Posting.account_id == Account.id)
        .group_by(Account.entity_id, Account.kind, Account.currency)
        .having(total != 0)
        .order_by(Account.entity_id, Account.kind, Account.currency)
    )
    if entity is not None:
        query = query.where(Account.entity_id == entity)
    if up_to is not None:
        query = query.join(Entry, Entry.id == Posting.entry_id).where(Entry.block_number <= up_to)
    return [Balance(owner, kind, currency, int(amount)) for owner, kind, currency, amount in session.execute(query)]


def unbalanced(session: Session) -> list[tuple[int, str, int]]:
    """Entries whose lines don't sum to zero: number, currency, sum."""
    total = func.sum(Posting.amount)
    query = (
        select(Posting.entry_id, Account.currency, total)
        .join(Account, Account.id == Posting.account_id)
        .group_by(Posting.entry_id, Account.currency)
        .having(total != 0)
        .order_by(Posting.entry_id)
    )
    return [(entry, currency, int(amount)) for entry, currency, amount in session.execute(query)]


def turnover(session: Session) -> dict[str, tuple[int, int]]:
    """Sum of debits and sum of credits per currency."""
    query = text(
        "select currency, sum(amount) filter (where amount > 0), -sum(amount) filter (where amount < 0)"
        " from postings join accounts on accounts.id = account_id group by currency order by currency"
    )
    return {currency: (int(debit or 0), int(credit or 0)) for currency, debit, credit in session.execute(query)}


def entries(
    session: Session, *, after: int = 0, limit: int = 1000, subject: str | None = None, from_block: int | None = None
) -> list[StoredEntry]:
    """Entries with their lines in order. `from_block`: only those of that block and later that nothing has reversed."""
    query = select(Entry).where(Entry.id > after).order_by(Entry.id).limit(limit)
    if subject is not None:
        query = query.where(Entry.subject == subject)
    if from_block is not None:
        reversal = aliased(Entry)
        undone = select(reversal.id).where(reversal.reverses == Entry.id)
        query = query.where(Entry.block_number >= from_block, Entry.reverses.is_(None), ~undone.exists())
    rows = list(session.scalars(query))
    lines = _lines(session, [row.id for row in rows])
    return [
        StoredEntry(
            row.id,
            row.key,
            row.kind,
            row.subject,
            row.occurred_at,
            row.block_number,
            row.reverses,
            row.previous_hash,
            row.hash,
            lines.get(row.id, ()),
        )
        for row in rows
    ]


def all_entries(session: Session, *, page: int = 2000) -> Iterator[StoredEntry]:
    """Every entry in order, page by page."""
    after = 0
    while found := entries(session, after=after, limit=page):
        yield from found
        after = found[-1].id


def _lines(session: Session, numbers: Sequence[int]) -> dict[int, tuple[Line, ...]]:
    query = text(
        "select p.entry_id, a.entity_id, a.kind, a.currency, p.amount from postings p join accounts a on a.id = p.account_id"
        " where p.entry_id = any(:numbers) order by p.entry_id, p.line"
    )
    found: dict[int, tuple[Line, ...]] = {}
    for entry, entity, kind, currency, amount in session.execute(query, {"numbers": list(numbers)}):
        found[entry] = (*found.get(entry, ()), Line(entity, Kind(kind), currency, int(amount)))
    return found
