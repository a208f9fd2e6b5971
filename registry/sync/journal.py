"""The journal of the embedded chain in PostgreSQL: the truth from which the node is replayed. Each call is a transaction of its own."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from sqlalchemy import Engine, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chain.engine import JournalEntry
from registry.kernel import crash, repo_bulk
from registry.kernel.errors import DomainError, Kind
from registry.sync.tables import JournalBlock

_PAGE = 500


class JournalConflict(DomainError):
    """A block of the journal is written a second time with other content: two processes own one data folder."""

    code = "journal_conflict"
    kind = Kind.UNAVAILABLE


class DatabaseJournal:
    """Implements `chain.engine.Journal`. Knows nothing of the node; timestamps are UTC seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, number: int, timestamp: int, raws: Sequence[bytes]) -> None:
        """Commits a block before it is sent. JournalConflict when the number is taken."""
        with Session(self._engine) as session, session.begin():
            row = {"number": number, "timestamp": timestamp, "transactions": list(raws)}
            made = session.execute(insert(JournalBlock).values(row).on_conflict_do_nothing().returning(JournalBlock.number)).first()
            if made is None:
                raise JournalConflict(
                    f"block {number} stands in the journal already; is another process using this data folder?", number=number
                )
            crash.point(crash.Point.JOURNAL_APPENDING)
        crash.point(crash.Point.JOURNAL_APPENDED)

    def complete(self, number: int, *, hash: bytes, state_root: bytes) -> None:  # noqa: A002 - the protocol's name
        """Records what the node made of a block."""
        crash.point(crash.Point.JOURNAL_MINED)
        with Session(self._engine) as session, session.begin():
            repo_bulk.update(session, JournalBlock.__table__, ("hash", "state_root"), rows=[((number,), (hash, state_root))])
            crash.point(crash.Point.JOURNAL_COMPLETING)
        crash.point(crash.Point.JOURNAL_COMPLETED)

    def blocks(self, from_number: int) -> Iterator[JournalEntry]:
        """Blocks from a number on, in order, read page by page."""
        while page := self._page(from_number):
            yield from page
            from_number = page[-1].number + 1

    def last(self) -> JournalEntry | None:
        """The newest block."""
        with Session(self._engine) as session:
            row = session.scalars(select(JournalBlock).order_by(JournalBlock.number.desc()).limit(1)).first()
            return None if row is None else _entry(row)

    def _page(self, from_number: int) -> list[JournalEntry]:
        with Session(self._engine) as session:
            query = select(JournalBlock).where(JournalBlock.number >= from_number).order_by(JournalBlock.number).limit(_PAGE)
            return [_entry(row) for row in session.scalars(query)]


class RecordedJournal(DatabaseJournal):
    """The journal as far as its blocks are complete, for a replay beside the service: it changes nothing."""

    def append(self, number: int, timestamp: int, raws: Sequence[bytes]) -> None:  # noqa: ARG002 - the protocol's arguments
        """JournalConflict: a replay adds no block."""
        raise JournalConflict(f"a replay does not add block {number}", number=number)

    def blocks(self, from_number: int) -> Iterator[JournalEntry]:
        """Blocks from a number on whose hash is known."""
        return takewhile(lambda entry: entry.hash is not None, super().blocks(from_number))


def _entry(row: JournalBlock) -> JournalEntry:
    return JournalEntry(row.number, row.timestamp, tuple(row.transactions), row.hash, row.state_root)
