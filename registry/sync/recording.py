"""Checks as records: a run is asked for, begins, ends; what it found becomes breaks with a history, what it finds no more is resolved."""

from collections import Counter
from datetime import datetime
from typing import Any

from registry.kernel.uow import Unit
from registry.sync import repo_breaks as repo
from registry.sync.check import QUICK, Break, CheckReport
from registry.sync.tables import BreakRecord, CheckRun

FULL, FAST = "full", "quick"
# Breaks of one code that one run writes down; of more, the rest comes when these are resolved.
MOST = 1000
_CUT = 500


def ask(unit: Unit) -> CheckRun:
    """Asks the running service for a full check."""
    return repo.add_run(unit.session, _new(unit, FULL, "requested"))


def begin(unit: Unit, kind: str) -> CheckRun:
    """A run that this process performs now."""
    return repo.add_run(unit.session, _new(unit, kind, "running"))


def take(unit: Unit) -> CheckRun | None:
    """The oldest run that somebody asked for, as this process's; None when nobody waits."""
    run = repo.next_requested(unit.session)
    if run is not None:
        run.state, run.started_at = "running", unit.now
    return run


def give_up_running(unit: Unit) -> None:
    """At the start of the service: nobody performs what an earlier process had begun."""
    repo.give_up_running(unit.session, failure="the process that ran it has ended", now=unit.now)


def fail(unit: Unit, number: int, failure: str) -> None:
    """A run could not be finished."""
    run = repo.run(unit.session, number)
    if run is not None:
        run.state, run.failure, run.finished_at = "failed", failure[:_CUT], unit.now


def finish(unit: Unit, number: int, report: CheckReport) -> None:
    """Ends a run, and brings the breaks to what it has found, in this one transaction.

    What a run that began later has written down already stays: it saw more than this one.
    """
    repo.lock(unit.session)
    run = repo.run(unit.session, number)
    if run is None:
        return
    breaks, covered = _own(report, repo.later_kinds(unit.session, number))
    run.opened, run.resolved = _record(unit, number, breaks=breaks, covered=covered)
    run.state, run.finished_at, run.block_number = "done", unit.now, report.block_number
    run.compared, run.found = report.compared, len(report.breaks)
    run.passes = [list(each) for each in report.passes]
    unit.session.flush()
    repo.forget_idle(unit.session, number)


def _own(report: CheckReport, later: set[str]) -> tuple[dict[tuple[str, str], Break], frozenset[str]]:
    """Breaks that this run may write down, and codes whose breaks it may call over."""
    taken = report.covered if FULL in later else QUICK if FAST in later else frozenset()
    found = {(item.code, item.subject): item for item in report.breaks if item.code not in taken}
    if FULL in later:
        found = {}
    many = {code for code, count in Counter(code for code, _ in found).items() if count > MOST}
    kept: Counter[str] = Counter()
    for place in [place for place in found if place[0] in many]:
        kept[place[0]] += 1
        if kept[place[0]] > MOST:
            del found[place]
    return found, report.covered - taken - many


def _record(unit: Unit, number: int, *, breaks: dict[tuple[str, str], Break], covered: frozenset[str]) -> tuple[int, int]:
    """How many breaks were opened and resolved."""
    known = repo.standing(unit.session)
    fresh = [item for place, item in breaks.items() if place not in known]
    numbers = repo.add_breaks(unit.session, [_row(item, number, unit.now) for item in fresh])
    changes = [_change(unit, numbers[item.code, item.subject], number, cause="found", item=item) for item in fresh]
    for place, item in breaks.items():
        row = known.get(place)
        if row is not None and row.figures != item.figures:
            if row.state == "explained":
                changes.append(_change(unit, row.id, number, cause="changed", item=item))
            row.state = "open"
            for column, value in _figures(item).items():
                setattr(row, column, value)
    repo.seen(unit.session, [known[place].id for place in breaks if place in known], run_id=number, now=unit.now)
    over = [row for place, row in known.items() if place not in breaks and row.code in covered]
    for row in over:
        row.state = "resolved"
        changes.append(_change(unit, row.id, number, cause="gone", item=row, state="resolved"))
    repo.add_changes(unit.session, changes)
    return len(fresh), len(over)


def _new(unit: Unit, kind: str, state: str) -> CheckRun:
    return CheckRun(
        kind=kind,
        state=state,
        entity_id=unit.actor.entity_id,
        via=unit.actor.via,
        requested_at=unit.now,
        started_at=unit.now if state == "running" else None,
        compared=0,
        found=0,
        opened=0,
        resolved=0,
        passes=[],
    )


def _figures(item: Break) -> dict[str, Any]:
    amounts = item.amounts
    return {
        "expected": item.expected,
        "found": item.found,
        "figures": item.figures,
        "currency": amounts and amounts.currency,
        "expected_minor": amounts and amounts.expected,
        "found_minor": amounts and amounts.found,
    }


def _row(item: Break, number: int, now: datetime) -> dict[str, Any]:
    where = {"code": item.code, "subject": item.subject, "state": "open"}
    return where | _figures(item) | {"first_seen": now, "last_seen": now, "run_id": number}


def _change(unit: Unit, break_id: int, number: int, *, cause: str, item: Break | BreakRecord, state: str = "open") -> dict[str, Any]:
    return {
        "break_id": break_id,
        "at": unit.now,
        "state": state,
        "cause": cause,
        "entity_id": 0,
        "via": "check",
        "run_id": number,
        "expected": item.expected,
        "found": item.found,
        "note_sealed": None,
    }
