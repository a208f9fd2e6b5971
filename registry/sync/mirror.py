"""The mirror's rows in one batch of blocks: loaded at once, folded in memory, written at once; what each block changed is its undo."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from sqlalchemy import FromClause
from sqlalchemy.orm import Session

from chain.events import Event
from registry.identity.tables import CreditLimit, Participant, ParticipantKey
from registry.kernel import repo_bulk
from registry.receivables.tables import InvoiceOccupation, Lot, LotMove, Payable, Profile
from registry.sync import digest, fold
from registry.sync.fold import words
from registry.sync.fold.state import LIMITS, LOTS, OCCUPATIONS, PAYABLES, Key, Row

TABLES: dict[str, FromClause] = {
    model.__tablename__: model.__table__ for model in (Participant, ParticipantKey, CreditLimit, Profile, InvoiceOccupation, Payable, Lot)
}
# What a row weighs in the digest of the index.
WEIGHTS = {name: digest.encoder(name, (column.name for column in table.columns)) for name, table in TABLES.items()}
_MOVES = tuple(column.name for column in LotMove.__table__.columns)
# Event names whose effect reaches the invoices of a payable.
_UNDOING = {"Refused", "Cancelled"}


class Mirror:
    """State of the fold on the database; one per transaction."""

    def __init__(self, session: Session, *, before_query: Callable[[], None] = lambda: None) -> None:
        """`before_query` is called before rows are loaded: whoever streams on the same session pauses."""
        self._session = session
        self._before_query = before_query
        self._rows: dict[str, dict[Key, Row | None]] = {name: {} for name in TABLES}
        # Keys that changed -> whether the row is new.
        self._dirty: dict[str, dict[Key, bool]] = {name: {} for name in TABLES}
        self._undo: dict[tuple[str, Key], Row | None] = {}
        self._weights: dict[tuple[str, Key], int] = {}
        self._moves: list[Row] = []

    def prefetch(self, events: Iterable[Event]) -> None:
        """Loads every row these events can touch, in one query per table."""
        events = list(events)
        wanted = fold.touched(events)
        for event in events:
            if event.name == "Issued":
                # An id is the hash of what it stands for and can't be used twice: there is nothing to look for.
                self._rows[PAYABLES][(f"0x{event.args['payableId']:040x}",)] = None
                self._rows[LOTS][(f"0x{event.args['payableId'] << 96:064x}",)] = None
        for name, keys in wanted.items():
            if name not in {LIMITS, OCCUPATIONS}:
                self._load(name, keys)
        undone = {fold.payable_id(event) for event in events if event.name in _UNDOING}
        for key in wanted[PAYABLES]:
            payable = self._rows[PAYABLES][key]
            if payable is None:
                continue
            wanted[LIMITS].add(words.limit_key(payable))
            if payable["id"] in undone:
                wanted[OCCUPATIONS] |= {(payable["obligor"], bytes.fromhex(mark[2:])) for mark, _, _ in payable["portions"]}
        self._load(LIMITS, wanted[LIMITS])
        self._load(OCCUPATIONS, wanted[OCCUPATIONS])

    def get(self, table: str, key: Key) -> Row | None:
        """The row as this batch has left it, or None."""
        rows = self._rows[table]
        if key not in rows:
            self._load(table, {key})
        return rows[key]

    def put(self, table: str, key: Key, row: Row) -> None:
        """Writes a whole row; stored by `flush`."""
        before = self.get(table, key)
        self._undo.setdefault((table, key), before)
        self._dirty[table].setdefault(key, before is None)
        self._rows[table][key] = row

    def move(self, row: Row) -> None:
        """Appends a step to the history of lots."""
        self._moves.append(row)

    def gain(self) -> int:
        """By how much the events since the last `take_undo` have changed the digest's sum."""
        total, known = 0, self._weights
        for place, before in self._undo.items():
            table, key = place
            weigh = WEIGHTS[table]
            after = weigh(self._rows[table][key] or {})
            if before is not None:
                total -= known[place] if place in known else weigh(before)
            known[place] = after
            total += after
        return total

    def take_undo(self, *, keep: bool) -> list[list[Any]]:
        """What the events since the last call have changed, as it was before: [table, key, row or null]. Nothing, unless to keep."""
        undo = [[table, plain(_named(table, key)), row and plain(row)] for (table, key), row in self._undo.items()] if keep else []
        self._undo = {}
        return undo

    def flush(self) -> None:
        """Writes what has changed: one statement per table."""
        for name, keys in self._dirty.items():
            columns = repo_bulk.shape(TABLES[name]).columns
            fresh = [self._stored(name, key) for key, new in keys.items() if new]
            if fresh:
                repo_bulk.copy(self._session, TABLES[name], columns, rows=([row[column] for column in columns] for row in fresh))
            repo_bulk.upsert(self._session, TABLES[name], [self._stored(name, key) for key, new in keys.items() if not new])
        if self._moves:
            repo_bulk.copy(self._session, LotMove.__table__, _MOVES, rows=([row[column] for column in _MOVES] for row in self._moves))
        self._dirty = {name: {} for name in TABLES}
        self._moves = []

    def _stored(self, table: str, key: Key) -> Row:
        """A row as it is written: JSON as text."""
        row = self._rows[table][key] or {}
        return {**row, "portions": orjson.dumps(row["portions"]).decode()} if table == PAYABLES else row

    def _load(self, table: str, keys: Iterable[Key]) -> None:
        rows = self._rows[table]
        missing = [key for key in keys if key not in rows]
        if not missing:
            return
        self._before_query()
        rows.update(dict.fromkeys(missing))
        rows.update(repo_bulk.load(self._session, TABLES[table], missing))


def key_columns(table: str) -> tuple[str, ...]:
    """Names of a table's primary key."""
    return repo_bulk.shape(TABLES[table]).key


def _named(table: str, key: Key) -> Row:
    return dict(zip(key_columns(table), key, strict=True))


def plain(row: Row) -> Row:
    """A row as JSON that PostgreSQL reads back into the same columns: bytes in its hex form, large integers as text."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, int) and not -(2**53) < value < 2**53:
        return str(value)
    return value
