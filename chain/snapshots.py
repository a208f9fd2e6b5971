"""Dumps of the embedded node's state: a cache beside the journal. A file is whole or it isn't there; its name proves its content."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from chain import crash
from chain.types import BlockRef

_NAME = re.compile(r"(\d{12})-([0-9a-f]{64})-([0-9a-f]{64})\.json")
_KEEP = 2


@dataclass(frozen=True)
class Snapshot:
    """The state after one block."""

    head: BlockRef
    digest: str
    path: Path

    def intact(self) -> bool:
        """Whether the content is what was written: a flipped bit in a dump would otherwise go unnoticed until the next block."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.digest
        except OSError:
            return False


class SnapshotFolder:
    """The snapshots of one engine."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder when it isn't there."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def newest_first(self) -> list[Snapshot]:
        """What is there by name; the content is not looked at."""
        found = [
            Snapshot(BlockRef(int(match[1]), bytes.fromhex(match[2])), match[3], path)
            for path in self._folder.iterdir()
            if (match := _NAME.fullmatch(path.name))
        ]
        return sorted(found, key=lambda snapshot: snapshot.head.number, reverse=True)

    def write(self, head: BlockRef, content: bytes) -> Snapshot:
        """Writes aside, syncs, renames, syncs the folder; then drops all but the newest two."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._folder / f"{head.number:012d}-{head.hash.hex()}-{digest}.json"
        aside = self._folder / f"{os.getpid()}.tmp"
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        crash.point(crash.Point.SNAPSHOT_WRITTEN)
        aside.replace(path)
        crash.point(crash.Point.SNAPSHOT_RENAMED)
        self._sync()
        for old in self.newest_first()[_KEEP:]:
            self.discard(old)
        crash.point(crash.Point.SNAPSHOT_TAKEN)
        return Snapshot(head, digest, path)

    def discard(self, snapshot: Snapshot) -> None:
        """Removes a snapshot; it may be gone already."""
        snapshot.path.unlink(missing_ok=True)

    def clean(self) -> None:
        """Removes what a killed owner left half written."""
        for path in self._folder.glob("*.tmp"):
            path.unlink(missing_ok=True)

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
