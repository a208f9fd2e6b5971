"""Events, parties and limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.console.viewmodels.writing import TONES, Badge, Writer, short
from api.schemas.chain import EventOut
from api.schemas.identity import EntityOut
from api.schemas.instruments import LimitOut

# Arguments of events that are numbers of parties.
_PARTIES = frozenset({"obligor", "payee", "holder", "from", "to", "funder", "party", "participant", "agent", "pledgee", "by"})


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event in a list."""

    block: int
    title: str
    name: str
    about: str
    payable: str
    payable_short: str
    tx: str
    tx_short: str
    args: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A party in a list."""

    number: int
    name: str
    roles: str
    country: str
    status: Badge
    until: str
    identifiers: Sequence[tuple[str, str]]
    you: bool


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A credit limit and how much of it is used."""

    obligor: str
    limit: str
    used: str
    agent: str
    overdue: int
    # Thousandths of the limit that are used, at most 1000.
    filled: int


def event_row(event: EventOut, writer: Writer) -> EventRow:
    """An event as a title, who it is about, and its arguments."""
    about = [
        writer.name(int(event.args[key])) for key in ("from", "obligor", "holder", "participant") if str(event.args.get(key, "")).isdigit()
    ]
    to = [writer.name(int(event.args[key])) for key in ("to", "payee", "funder", "party") if str(event.args.get(key, "")).isdigit()]
    return EventRow(
        block=event.block,
        title=writer.words(f"event:{event.name}"),
        name=event.name,
        about=" → ".join([*about[:1], *to[:1]]),
        payable=event.payable or "",
        payable_short=short(event.payable) if event.payable else "",
        tx=event.tx_hash,
        tx_short=short(event.tx_hash),
        args=[(key, _argument(key, value, writer)) for key, value in event.args.items()],
    )


def _argument(key: str, value: Any, writer: Writer) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if key in _PARTIES and text.isdigit() and int(text):
        return f"{text} ({writer.name(int(text))})"
    return text


def party_row(entity: EntityOut, writer: Writer) -> PartyRow:
    """A party in a list."""
    return PartyRow(
        number=entity.id,
        name=entity.name,
        roles=" · ".join(writer.words(f"role:{role}") for role in entity.roles),
        country=entity.country,
        status=Badge(writer.words(f"status:{entity.status}"), {"active": "paid", "suspended": "stop"}.get(entity.status, TONES["pending"])),
        until=writer.day(entity.verified_until),
        identifiers=[(scheme.upper(), value) for scheme, value in sorted((entity.identifiers or {}).items())],
        you=entity.id == writer.reader,
    )


def limit_row(limit: LimitOut, writer: Writer) -> LimitRow:
    """A limit with its use."""
    whole, used = limit.limit.minor(), limit.used.minor()
    return LimitRow(
        obligor=writer.name(limit.obligor),
        limit=writer.money(limit.limit),
        used=writer.money(limit.used),
        agent=writer.name(limit.agent),
        overdue=limit.overdue,
        filled=min(1000, used * 1000 // whole) if whole else 1000 * bool(used),
    )
