"""The parties of the story (scripts/demo_data/cast.json) and the files they hand in."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from registry.identity.rules import profile_number
from scripts.story.client import Party
from scripts.story.process import Service
from scripts.story.state import State

DATA = Path(__file__).parent.parent / "demo_data"
INVOICES = DATA / "invoices"
CAST: dict[str, Any] = json.loads((DATA / "cast.json").read_text())
PARTIES: dict[str, dict[str, Any]] = {party["key"]: party for party in CAST["parties"]}
# One instrument profile per currency: its number is the ISO 4217 number and 6 bits of a variant, here 0.
PROFILES = {currency: profile_number(currency) for currency in ("GBP", "EUR", "DKK", "NOK", "SEK")}
TOKENS = "sandbox-keys.json"


@dataclass
class Stage:
    """What every chapter works with: the service, the state, the parties by key, their entity numbers."""

    folder: Path
    state: State
    service: Service
    tell: Any
    chapter: str = ""
    parties: dict[str, Party] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tokens = json.loads((self.folder / TOKENS).read_text())

    def __getitem__(self, key: str) -> Party:
        """A party that can act; its API key was issued in the first chapter."""
        if key not in self.parties:
            self.parties[key] = Party(self.service.url, self.tokens[key], key)
        return self.parties[key]

    def number(self, key: str) -> int:
        """Entity number of a party."""
        return int(self.facts["numbers"][key])

    def key(self, number: int) -> str:
        """Key of the party with an entity number."""
        return next(key for key, found in self.facts["numbers"].items() if found == number)

    @property
    def facts(self) -> dict[str, Any]:
        """What later chapters and the report need to know; kept between runs."""
        return self.state.facts

    def keep_tokens(self) -> None:
        """Writes the sandbox keys, readable by the owner alone."""
        path = self.folder / TOKENS
        fresh = path.with_suffix(".tmp")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(self.tokens, indent=1))
        fresh.replace(path)

    def at(self, day: int, hour: int = 9) -> None:
        """Moves the story's clock; on a network, whose time nobody moves, waits for the moment."""
        if self.state.pace:
            self.state.await_moment(self.chapter, day, hour)
            self.state.save(self.folder)
            return
        self.service.set_clock(self.state.moment(day, hour))

    def reconnect(self, service: Service) -> None:
        """After the service was started again, perhaps on another port."""
        for party in self.parties.values():
            party.close()
        self.parties.clear()
        self.service = service


def having(role: str) -> list[str]:
    """Keys of the parties with a role, in the order of the cast."""
    return [key for key, party in PARTIES.items() if party["role"] == role]
