"""SQL of checks and breaks: runs, what stands, histories, counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.sync.tables import BreakChange, BreakRecord, CheckRun


class Count(NamedTuple):
    """How many breaks of a code are in a state, and when the oldest was seen first."""

    code: str
    state: str
    number: int
    oldest: datetime


# Held by the one transaction that writes down what a check has found.
_LOCK = 0x7411_0004
STANDING = ("open", "explained")


def lock(session: Session) -> None:
    """One check at a time writes down what it has found."""
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


# Runs.


def add_run(session: Session, run: CheckRun) -> CheckRun:
    """Stores a run and gives it its number."""
    session.add(run)
    session.flush()
    return run


def run(session: Session, number: int) -> CheckRun | None:
    """A run by number."""
    return session.get(CheckRun, number)


def runs(session: Session, *, before: int | None, limit: int) -> list[CheckRun]:
    """A page of runs, latest first."""
    query = select(CheckRun).order_by(CheckRun.id.desc()).limit(limit)
    return list(session.scalars(query if before is None else query.where(CheckRun.id < before)))


def next_requested(session: Session) -> CheckRun | None:
    """The oldest run that somebody asked for and nobody has begun; it is this transaction's."""
    query = select(CheckRun).where(CheckRun.state == "requested").order_by(CheckRun.id).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def give_up_running(session: Session, *, failure: str, now: datetime) -> None:
    """Runs whose process has ended."""
    session.execute(update(CheckRun).where(CheckRun.state == "running").values(state="failed", failure=failure, finished_at=now))


def later_kinds(session: Session, number: int) -> set[str]:
    """Kinds of the runs that began after this one and are done already."""
    return set(session.scalars(select(CheckRun.kind).where(CheckRun.id > number, CheckRun.state == "done").distinct()))


def last_run(session: Session, *, kind: str | None = None) -> CheckRun | None:
    """The latest run that is done, of a kind or of any."""
    query = select(CheckRun).where(CheckRun.state == "done")
    query = query if kind is None else query.where(CheckRun.kind == kind)
    return session.scalars(query.order_by(CheckRun.id.desc()).limit(1)).first()


def last_activity(session: Session) -> datetime | None:
    """When a run began or ended last."""
    latest = func.max(func.greatest(CheckRun.started_at, func.coalesce(CheckRun.finished_at, CheckRun.started_at)))
    found: datetime | None = session.scalar(select(latest))
    return found


def forget_idle(session: Session, before: int) -> None:
    """Deletes earlier quick runs that changed nothing: there is one every minute."""
    idle = (CheckRun.kind == "quick", CheckRun.state == "done", CheckRun.opened == 0, CheckRun.resolved == 0, CheckRun.id < before)
    session.execute(delete(CheckRun).where(*idle))


# Breaks.


def standing(session: Session) -> dict[tuple[str, str], BreakRecord]:
    """What is open or explained, by code and subject."""
    rows = session.scalars(select(BreakRecord).where(BreakRecord.state.in_(STANDING)))
    return {(row.code, row.subject): row for row in rows}


def add_breaks(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """Stores new breaks; gives their numbers by code and subject."""
    if not rows:
        return {}
    found = session.execute(insert(BreakRecord).returning(BreakRecord.code, BreakRecord.subject, BreakRecord.id), rows)
    return {(code, subject): number for code, subject, number in found}


def add_changes(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Appends steps to histories."""
    if rows:
        session.execute(insert(BreakChange), rows)


def seen(session: Session, numbers: Sequence[int], *, run_id: int, now: datetime) -> None:
    """These still stand."""
    session.execute(update(BreakRecord).where(BreakRecord.id.in_(numbers)).values(last_seen=now, run_id=run_id))


def one(session: Session, number: int, *, lock_row: bool = False) -> BreakRecord | None:
    """A break by number."""
    query = select(BreakRecord).where(BreakRecord.id == number)
    return session.scalars(query.with_for_update() if lock_row else query).first()


def history(session: Session, number: int) -> list[BreakChange]:
    """Steps in a break's life, oldest first."""
    return list(session.scalars(select(BreakChange).where(BreakChange.break_id == number).order_by(BreakChange.id)))


def listed(
    session: Session, *, states: Sequence[str], codes: Sequence[str] | None, subject: str | None, before: int | None, limit: int
) -> list[BreakRecord]:
    """A page of breaks in these states, latest first."""
    query = select(BreakRecord).where(BreakRecord.state.in_(states))
    if codes is not None:
        query = query.where(BreakRecord.code.in_(codes))
    if subject is not None:
        query = query.where(BreakRecord.subject == subject)
    if before is not None:
        query = query.where(BreakRecord.id < before)
    return list(session.scalars(query.order_by(BreakRecord.id.desc()).limit(limit)))


def counts(session: Session) -> list[Count]:
    """How many stand, by code and state."""
    columns = (BreakRecord.code, BreakRecord.state)
    query = select(*columns, func.count(), func.min(BreakRecord.first_seen)).where(BreakRecord.state.in_(STANDING))
    return [Count(*row) for row in session.execute(query.group_by(*columns).order_by(*columns))]
