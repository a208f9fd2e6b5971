"""Breaks for people: what stands, its history, who takes care of it, and why it may stand. Registrar and auditor see all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.identity.permissions import require
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.sync import repo_breaks as repo
from registry.sync.alarms import Severity
from registry.sync.check.codes import CODES, severity
from registry.sync.tables import BreakChange, BreakRecord, CheckRun

PAGE = 50
LONGEST_NAME, LONGEST_REASON = 80, 1000


class State(StrEnum):
    """Where a break is in its life."""

    OPEN = "open"
    EXPLAINED = "explained"
    RESOLVED = "resolved"


STANDING = (State.OPEN, State.EXPLAINED)


class BreakResolved(Conflict):
    """A check found the break no more; there is nothing left to explain or to take care of."""

    code = "break_resolved"


@dataclass(frozen=True)
class Step:
    """A step in a break's life. `note`: the reason or name that a person gave, opened."""

    at: datetime
    state: str
    cause: str
    entity_id: int
    via: str
    run_id: int | None
    expected: str
    found: str
    note: str | None


@dataclass(frozen=True)
class Filter:
    """Which breaks are wanted; None: any."""

    states: Sequence[State] = STANDING
    code: str | None = None
    severity: Severity | None = None
    subject: str | None = None


def listed(unit: Unit, wanted: Filter, *, before: int | None = None, limit: int = PAGE) -> list[BreakRecord]:
    """A page of breaks, latest first."""
    require(unit.actor, "break.list")
    codes = None if wanted.code is None else [wanted.code]
    if wanted.severity is not None:
        codes = [code for code in (codes or CODES) if severity(code) == wanted.severity]
    return repo.listed(unit.session, states=wanted.states, codes=codes, subject=wanted.subject, before=before, limit=limit)


def one(unit: Unit, number: int) -> BreakRecord:
    """A break; NotFound when there is none."""
    require(unit.actor, "break.show")
    return _found(repo.one(unit.session, number), number)


def history(unit: Unit, number: int) -> list[Step]:
    """Steps in a break's life, oldest first."""
    require(unit.actor, "break.show")
    return [_step(unit, row) for row in repo.history(unit.session, number)]


def owner_name(unit: Unit, row: BreakRecord) -> str | None:
    """The name of the person who takes care of a break."""
    if row.owner_id is None or row.owner_sealed is None:
        return None
    return unit.vault.read(row.owner_id, "breaks.owner_sealed", row.owner_sealed)


def explain(unit: Unit, number: int, reason: str) -> BreakRecord:
    """Says why a break may stand; it does until its figures change. For the registrar. Raises NotFound, BreakResolved, Invalid."""
    require(unit.actor, "break.explain")
    row = _standing(unit, number)
    row.state = "explained"
    _note(unit, row, cause="explained", note=_text(reason, LONGEST_REASON))
    return row


def own(unit: Unit, number: int, name: str) -> BreakRecord:
    """Names the person, of the actor's entity, who takes care of a break. For the registrar. Raises NotFound, BreakResolved, Invalid."""
    require(unit.actor, "break.own")
    row, entity = _standing(unit, number), unit.actor.entity_id
    row.owner_id, row.owner_sealed = entity, unit.vault.seal(entity, "breaks.owner_sealed", _text(name, LONGEST_NAME))
    _note(unit, row, cause="owned", note=_text(name, LONGEST_NAME))
    return row


def runs(unit: Unit, *, before: int | None = None, limit: int = PAGE) -> list[CheckRun]:
    """A page of checks, latest first."""
    require(unit.actor, "check.list")
    return repo.runs(unit.session, before=before, limit=limit)


def run(unit: Unit, number: int) -> CheckRun:
    """A check; NotFound when there is none."""
    require(unit.actor, "check.show")
    found = repo.run(unit.session, number)
    if found is None:
        raise NotFound(f"there is no check {number}", check=number)
    return found


def last_full(unit: Unit) -> CheckRun | None:
    """The latest full check that is done."""
    require(unit.actor, "check.list")
    return repo.last_run(unit.session, kind="full")


def _standing(unit: Unit, number: int) -> BreakRecord:
    row = _found(repo.one(unit.session, number, lock_row=True), number)
    if row.state == "resolved":
        raise BreakResolved(f"a check found break {number} no more; there is nothing left to do about it", number=number)
    return row


def _found(row: BreakRecord | None, number: int) -> BreakRecord:
    if row is None:
        raise NotFound(f"there is no break {number}", number=number)
    return row


def _text(given: str, longest: int) -> str:
    said = given.strip()
    if not 1 <= len(said) <= longest or not said.isprintable():
        raise Invalid(f"say it in 1 to {longest} printable characters", length=len(said))
    return said


def _note(unit: Unit, row: BreakRecord, *, cause: str, note: str) -> None:
    change = {
        "break_id": row.id,
        "at": unit.now,
        "state": row.state,
        "cause": cause,
        "entity_id": unit.actor.entity_id,
        "via": unit.actor.via,
        "run_id": None,
        "expected": row.expected,
        "found": row.found,
        "note_sealed": unit.vault.seal(unit.actor.entity_id, "break_changes.note_sealed", note),
    }
    repo.add_changes(unit.session, [change])


def _step(unit: Unit, row: BreakChange) -> Step:
    note = None if row.note_sealed is None else unit.vault.read(row.entity_id, "break_changes.note_sealed", row.note_sealed)
    return Step(row.at, row.state, row.cause, row.entity_id, row.via, row.run_id, row.expected, row.found, note)
