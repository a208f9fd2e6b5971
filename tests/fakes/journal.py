"""Journals of the embedded engine for tests: in memory, and in a file that survives its process."""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

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


class FileJournal(MemoryJournal):
    """A journal in a file of lines, synced at each write: what a killed process leaves behind can be read again."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        for line in path.read_text().splitlines() if path.exists() else []:
            record = json.loads(line)
            if "raws" in record:
                super().append(record["number"], record["timestamp"], [bytes.fromhex(raw) for raw in record["raws"]])
            else:
                super().complete(record["number"], hash=bytes.fromhex(record["hash"]), state_root=bytes.fromhex(record["root"]))

    def append(self, number: int, timestamp: int, raws: Sequence[bytes]) -> None:
        self._write({"number": number, "timestamp": timestamp, "raws": [raw.hex() for raw in raws]})
        super().append(number, timestamp, raws)

    def complete(self, number: int, *, hash: bytes, state_root: bytes) -> None:  # noqa: A002 - the protocol's name
        self._write({"number": number, "hash": hash.hex(), "root": state_root.hex()})
        super().complete(number, hash=hash, state_root=state_root)

    def _write(self, record: dict[str, Any]) -> None:
        with self._path.open("a") as file:
            file.write(json.dumps(record) + "\n")
            file.flush()
            os.fsync(file.fileno())
