"""A journal in memory, with what tests need to look at."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chain.engine import JournalEntry


class MemoryJournal:
    """Implements chain.engine.Journal. `calls` names every write in order."""

    def __init__(self, entries: Sequence[JournalEntry] = ()) -> None:
        self.entries: dict[int, JournalEntry] = {entry.number: entry for entry in entries}
        self.calls: list[str] = []

    def append(self, number: int, timestamp: int, raws: Sequence[bytes]) -> None:
        assert number == len(self.entries) + 1, f"block {number} after {len(self.entries)}"
        self.entries[number] = JournalEntry(number, timestamp, tuple(raws), None, None)
        self.calls.append(f"append {number}")

    def complete(self, number: int, *, hash: bytes, state_root: bytes) -> None:  # noqa: A002 - the protocol's name
        self.entries[number] = replace(self.entries[number], hash=hash, state_root=state_root)
        self.calls.append(f"complete {number}")

    def blocks(self, from_number: int) -> Iterator[JournalEntry]:
        for number in sorted(self.entries):
            if number >= from_number:
                yield self.entries[number]

    def last(self) -> JournalEntry | None:
        return self.entries[max(self.entries)] if self.entries else None

    def copy(self) -> "MemoryJournal":
        return MemoryJournal(list(self.entries.values()))
