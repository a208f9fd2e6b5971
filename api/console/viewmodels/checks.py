"""The sync, alarms, breaks, and the report of the latest full check."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from api.console.viewmodels.writing import Badge, Writer, short
from api.schemas.checks import AlarmOut, BreakDetailOut, CheckRunOut, StandingBreakOut, StepOut, SyncOut

_TONES = {"serious": "stop", "minor": "hold", "open": "stop", "explained": "hold", "resolved": "paid"}
_KINDS = {"payable": "/payables/", "lot": "/lots/"}
# Longest text of one side in a list.
_GLANCE = 90


@dataclass(frozen=True, slots=True)
class Verdict:
    """The page's first line: whether anything stands."""

    good: bool
    title: str
    more: str


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm that stands."""

    name: str
    severity: Badge
    meaning: str
    detail: str
    since: str


@dataclass(frozen=True, slots=True)
class BreakRow:
    """A break in a list. `href` leads to what it is about, where there is a page for it."""

    number: int
    state: Badge
    severity: Badge
    code: str
    meaning: str
    subject: str
    subject_short: str
    href: str
    expected: str
    found: str
    amounts: tuple[str, str] | None
    owner: str
    since: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step in a break's life."""

    at: str
    text: str
    who: str
    note: str
    figures: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class BreakPage:
    """A break with both sides in full and its history."""

    row: BreakRow
    expected: Sequence[str]
    found: Sequence[str]
    last_seen: str
    check: int
    steps: Sequence[StepRow]


@dataclass(frozen=True, slots=True)
class Report:
    """What the latest full check compared."""

    number: int
    at: str
    block: str
    passes: Sequence[tuple[str, str, int]]


def verdict(sync: SyncOut, writer: Writer) -> Verdict:
    """Whether everything agrees, and when that was looked at last."""
    counts = sync.breaks
    total = counts.serious + counts.minor
    title = writer.words("check_breaks", count=f"{total:,}") if total else writer.words("check_clean")
    if not total and sync.alarms:
        title = writer.words("check_alarms", count=f"{len(sync.alarms):,}")
    if sync.last_full_check is None and not total and not sync.alarms:
        title = writer.words("check_never")
    at = writer.minute(sync.last_check)
    return Verdict(not total and not sync.alarms, title, writer.words("check_at", at=at) if at else "")


def sync_facts(sync: SyncOut, writer: Writer) -> list[tuple[str, str, bool]]:
    """Label, value, and whether it is in order."""
    say = writer.words
    head = say("health_silent") if sync.head is None else f"{sync.head:,}"
    lag = say("sync_behind", blocks=f"{sync.lag_blocks:,}", seconds=f"{sync.lag_seconds:,}") if sync.lag_blocks else say("sync_in_step")
    waiting = say("sync_waiting", queued=f"{sync.queued:,}", signed=f"{sync.signed:,}")
    if sync.oldest:
        waiting += " · " + say("sync_oldest", seconds=f"{sync.oldest_seconds:,}")
    counts = sync.breaks
    breaks = say("sync_breaks", serious=f"{counts.serious:,}", minor=f"{counts.minor:,}", explained=f"{counts.explained:,}")
    quick, full = (writer.minute(each) or say("none") for each in (sync.last_check, sync.last_full_check))
    return [
        (say("engine"), say(f"engine:{sync.engine}"), True),
        (say("head"), head, sync.head is not None),
        (say("sync_final"), "" if sync.final is None else f"{sync.final:,}", True),
        (say("indexed"), f"{sync.indexed:,} · {lag}", sync.lag_blocks <= 1),
        (say("sync_queue"), waiting, True),
        (say("sync_standing"), breaks, not counts.serious),
        (say("sync_checked"), quick, True),
        (say("sync_checked_full"), full, True),
    ]


def alarm_row(alarm: AlarmOut, writer: Writer) -> AlarmRow:
    """An alarm in the reader's language; its detail is the machine's own."""
    meaning = writer.words(f"alarm:{alarm.name}")
    return AlarmRow(alarm.name, _severity(alarm.severity, writer), meaning, alarm.detail, writer.minute(alarm.since))


def break_row(item: StandingBreakOut, writer: Writer) -> BreakRow:
    """A break in a list."""
    kind, _, name = item.subject.partition(":")
    owner = "" if item.owner is None else f"{item.owner.name} ({writer.name(item.owner.entity)})"
    amounts = None if item.amounts is None else (writer.money(item.amounts.expected), writer.money(item.amounts.found))
    return BreakRow(
        number=item.id,
        state=Badge(writer.words(f"state:break_{item.state}"), _TONES[item.state]),
        severity=_severity(item.severity, writer),
        code=item.code,
        meaning=writer.words(f"code:{item.code}"),
        subject=item.subject,
        subject_short=f"{kind}:{short(name)}",
        href=f"{_KINDS[kind]}{name}" if kind in _KINDS else "",
        expected=_glance(item.expected),
        found=_glance(item.found),
        amounts=amounts,
        owner=owner,
        since=writer.minute(item.first_seen),
    )


def break_page(item: BreakDetailOut, writer: Writer) -> BreakPage:
    """A break in full."""
    return BreakPage(
        row=break_row(item, writer),
        expected=item.expected.split(", "),
        found=item.found.split(", "),
        last_seen=writer.minute(item.last_seen),
        check=item.check,
        steps=[_step(step, writer) for step in item.history],
    )


def report(run: CheckRunOut, writer: Writer) -> Report:
    """What a check compared."""
    passes = [(writer.words(f"pass:{row.name}"), f"{row.compared:,}", row.breaks) for row in run.passes]
    return Report(run.id, writer.minute(run.finished_at), "" if run.block is None else f"{run.block:,}", passes)


def _step(step: StepOut, writer: Writer) -> StepRow:
    who = writer.words("break_by_check", number=step.check or 0) if step.entity == 0 and step.check else _who(step.entity, writer)
    figures = (_glance(step.expected), _glance(step.found)) if step.cause in {"found", "changed"} else None
    return StepRow(_second(step.at), writer.words(f"move:break_{step.cause}"), who, step.note or "", figures)


def _who(entity: int, writer: Writer) -> str:
    return writer.name(entity) if entity else writer.words("break_by_operator")


def _severity(severity: str, writer: Writer) -> Badge:
    return Badge(writer.words(f"flag:{severity}"), _TONES[severity])


def _glance(text: str) -> str:
    return text if len(text) <= _GLANCE else text[:_GLANCE] + "…"


def _second(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
