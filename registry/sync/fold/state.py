"""What the fold works on: rows of the mirror by table and primary key. Rows are never changed in place, so an old one is its own undo."""

from typing import Any, NamedTuple, Protocol

from registry.kernel.errors import DomainError, Kind

Row = dict[str, Any]
Key = tuple[Any, ...]

PARTICIPANTS = "participants"
KEYS = "participant_keys"
LIMITS = "credit_limits"
PROFILES = "profiles"
OCCUPATIONS = "invoice_occupations"
PAYABLES = "payables"
LOTS = "lots"


class MirrorBroken(DomainError):
    """An event speaks of something the mirror does not have, or leads to a value that can't be: rows were lost or altered."""

    code = "mirror_broken"
    kind = Kind.UNAVAILABLE


class Place(NamedTuple):
    """Where an event stands. `joined`: the event before it in the same transaction belongs to the same merge."""

    number: int
    # Of the block, UTC seconds.
    timestamp: int
    log_index: int
    joined: bool = False


class State(Protocol):
    """Rows of the mirror."""

    def get(self, table: str, key: Key) -> Row | None:
        """The row, or None."""
        ...

    def put(self, table: str, key: Key, row: Row) -> None:
        """Writes a whole row."""
        ...

    def move(self, row: Row) -> None:
        """Appends a step to the history of lots."""
        ...


class MemoryState:
    """State in memory, for tests and for replays without a database."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Key, Row]] = {}
        self.moves: list[Row] = []

    def get(self, table: str, key: Key) -> Row | None:
        """The row, or None."""
        return self.tables.get(table, {}).get(key)

    def put(self, table: str, key: Key, row: Row) -> None:
        """Writes a whole row."""
        self.tables.setdefault(table, {})[key] = row

    def move(self, row: Row) -> None:
        """Appends a step to the history of lots."""
        self.moves.append(row)


def need(state: State, table: str, key: Key) -> Row:
    """A row that must be there. MirrorBroken when it is not."""
    row = state.get(table, key)
    if row is None:
        raise MirrorBroken(f"the mirror has no row {key} in {table}; rebuild it from the chain", table=table, key=str(key))
    return row


def lowered(row: Row, field: str, amount: int) -> int:
    """`row[field]` less an amount. MirrorBroken when it would fall below zero: the contract can't have allowed that."""
    value = int(row[field]) - amount
    if value < 0:
        raise MirrorBroken(f"{field} would fall below zero; rebuild the mirror from the chain", field=field, row=str(row))
    return value
