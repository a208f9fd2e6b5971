"""How values are written for people: amounts, dates, ids, names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from api.console.texts import Words
from api.schemas.values import Money

# Conditions to the colour classes of the style sheet.
TONES = {
    "issued": "hold",
    "waiting": "hold",
    "active": "live",
    "settled": "paid",
    "refused": "stop",
    "cancelled": "stop",
    "overdue": "stop",
    "suspended": "stop",
    "round_open": "hold",
    "free": "live",
    "locked": "hold",
    "offered": "hold",
    "financing": "hold",
    "pledged": "bank",
    "recourse": "quiet",
    "frozen": "stop",
    "ended": "paid",
    "in_part": "hold",
    "pending": "hold",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A condition in one word, with its colour class."""

    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes values in one language, for one reader, at one time."""

    words: Words
    names: Mapping[int, str]
    now: datetime
    # The entity that is signed in.
    reader: int

    def money(self, money: Money) -> str:
        """1,234.50 EUR."""
        return f"{self.amount(money)} {money.currency}"

    def amount(self, money: Money) -> str:
        """1,234.50."""
        return f"{Decimal(money.amount):,f}"

    def name(self, entity: int | None) -> str:
        """The name of a party, or its number where the name is not known."""
        if entity is None:
            return ""
        return self.names.get(entity) or self.words("entity", number=entity)

    def day(self, time: datetime | None) -> str:
        """2027-03-31."""
        return time.strftime("%Y-%m-%d") if time else ""

    def minute(self, time: datetime | None) -> str:
        """2027-03-31 16:05 UTC."""
        return time.strftime("%Y-%m-%d %H:%M UTC") if time else ""

    def days(self, time: datetime) -> str:
        """How far off a day is: "in 12 days"."""
        days = (time.date() - self.now.date()).days
        if days == 0:
            return self.words("due_today")
        return self.words("due_in", days=f"{days:,}") if days > 0 else self.words("due_ago", days=f"{-days:,}")

    def state(self, state: str) -> Badge:
        """A state as a badge."""
        return Badge(self.words(f"state:{state}"), TONES.get(state, "quiet"))

    def flag(self, flag: str) -> Badge:
        """A flag as a badge."""
        return Badge(self.words(f"flag:{flag}"), TONES.get(flag, "quiet"))


def short(identifier: str) -> str:
    """Head and tail of a long id: 0x6f1c0c5b…3495a6. A lot's tail tells it from its siblings."""
    return identifier if len(identifier) <= 20 else f"{identifier[:10]}…{identifier[-6:]}"
