"""What the story remembers between runs, in one JSON file: its first day, the chapters that are done, facts for the report."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as midnight
from pathlib import Path
from typing import Any

NAME = "story.json"
# The story ends some days before the present, so that the wall clock takes over without a jump back.
LENGTH_DAYS = 345
# Until the claims on e-invoices fall due, act follows act, each with a block of its own: on a network these days last twice as long.
LONG_DAYS = 125
# What offers and locks are given at least on a network.
PATIENCE_SECONDS = 25


@dataclass
class State:
    """The story so far. `first_day` is day 0 in UTC.

    On a network time can't be moved. There a day lasts `pace` seconds, counted from `origin` (UTC seconds), which moves on whenever the
    story is late; dates of law (validities) stay real.
    """

    first_day: str
    done: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    pace: float = 0.0
    origin: float = 0.0
    # The chapter that was begun last; told again, its dates stay.
    begun: str = ""

    def moment(self, day: int, hour: int = 9) -> datetime:
        """A moment of the story: hours after midnight UTC of a day."""
        if self.pace:
            days = day + hour / 24
            return datetime.fromtimestamp(self.origin + self.pace * (days + min(days, LONG_DAYS)), UTC)
        return datetime.combine(date.fromisoformat(self.first_day), midnight(), UTC) + timedelta(days=day, hours=hour)

    @property
    def day_seconds(self) -> int:
        """How long a day of the story is, for an instrument's leads, delays and grace."""
        return max(1, round(self.pace)) if self.pace else 86_400

    def after(self, day: int, days: int) -> datetime:
        """The moment so many days after a day; on a network late enough for a few blocks in between."""
        found = self.moment(day + days)
        return max(found, self.moment(day) + timedelta(seconds=PATIENCE_SECONDS)) if self.pace else found

    def years(self, count: int) -> datetime:
        """So many real years after the story's first day."""
        return self.moment(0) + timedelta(days=365 * count)

    def await_moment(self, chapter: str, day: int, hour: int) -> None:
        """On a network: waits until then, or moves the calendar on when it is later already and the chapter is new."""
        late = time.time() - self.moment(day, hour).timestamp()
        if late > 0 and self.begun != chapter:
            self.origin += late
        self.begun = chapter
        time.sleep(max(0.0, -late))

    @classmethod
    def load(cls, folder: Path, *, pace: float = 0.0) -> "State":
        """The story of this data folder; a new one begins so that it ends shortly before today, or at `pace` now."""
        path = folder / NAME
        if path.exists():
            return cls(**json.loads(path.read_text()))
        first = datetime.now(UTC).date() - timedelta(days=LENGTH_DAYS)
        return cls(first_day=first.isoformat(), pace=pace, origin=time.time())

    def save(self, folder: Path) -> None:
        """Keeps it, whole or not at all."""
        path = folder / NAME
        fresh = path.with_suffix(".tmp")
        fresh.write_text(json.dumps(asdict(self), indent=1))
        with fresh.open("rb") as file:
            os.fsync(file.fileno())
        fresh.replace(path)
