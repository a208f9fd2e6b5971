"""What the story remembers between runs, in one JSON file: its first day, the chapters that are done, facts for the report."""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

NAME = "story.json"
# The story ends some days before the present, so that the wall clock takes over without a jump back.
LENGTH_DAYS = 345


@dataclass
class State:
    """The story so far. `first_day` is day 0 in UTC."""

    first_day: str
    done: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0

    def moment(self, day: int, hour: int = 9) -> datetime:
        """A moment of the story: hours after midnight UTC of a day."""
        return datetime.combine(date.fromisoformat(self.first_day), time(), UTC) + timedelta(days=day, hours=hour)

    @classmethod
    def load(cls, folder: Path) -> "State":
        """The story of this data folder; a new one begins so that it ends shortly before today."""
        path = folder / NAME
        if path.exists():
            return cls(**json.loads(path.read_text()))
        return cls(first_day=(datetime.now(UTC).date() - timedelta(days=LENGTH_DAYS)).isoformat())

    def save(self, folder: Path) -> None:
        """Keeps it, whole or not at all."""
        path = folder / NAME
        fresh = path.with_suffix(".tmp")
        fresh.write_text(json.dumps(asdict(self), indent=1))
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(path)
