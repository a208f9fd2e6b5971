"""How the sync stands, checks, and breaks: differences between records that must agree."""

from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.values import Body, EntityId, Money
from registry.sync import breaks
from registry.sync.alarms import ALARMS, Severity
from registry.sync.breaks import State, Step
from registry.sync.check import Break, CheckReport
from registry.sync.check.codes import CODES, severity
from registry.sync.status import Status
from registry.sync.tables import BreakRecord, CheckRun


class AmountsOut(BaseModel):
    """Both sides of a difference that is about money. A sum that is wrong may be below zero."""

    expected: Money
    found: Money

    @classmethod
    def of(cls, expected: int, found: int, currency: str) -> "AmountsOut":
        """Both sides from minor units."""
        return cls(expected=Money.of(expected, currency), found=Money.of(found, currency))


class BreakOut(BaseModel):
    """A difference between two records that must agree."""

    code: str = Field(examples=["word_lot"])
    severity: Severity
    meaning: str = Field(description="what differs, in words")
    subject: str = Field(examples=["lot:0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6" + "0" * 24])
    expected: str = Field(description="what it should be: what the chain says, where it is about claims", examples=["amount=50000"])
    found: str = Field(description="what stands there", examples=["amount=50001"])
    amounts: AmountsOut | None

    @classmethod
    def of(cls, item: Break) -> "BreakOut":
        """The view of a difference that a check has just found."""
        return cls(
            code=item.code,
            severity=item.severity,
            meaning=CODES[item.code].meaning,
            subject=item.subject,
            expected=item.expected,
            found=item.found,
            amounts=item.amounts and AmountsOut.of(*item.amounts),
        )


class PassOut(BaseModel):
    """One comparison: how many things it compared and how many breaks it found."""

    name: str
    compared: int
    breaks: int


class CheckOut(BaseModel):
    """What the check compared, and every difference it found. `clean` when there is none."""

    clean: bool
    passes: list[PassOut]
    breaks: list[BreakOut]

    @classmethod
    def of(cls, report: CheckReport) -> "CheckOut":
        """The view of a report."""
        passes = [PassOut(**each._asdict()) for each in report.passes]
        return cls(clean=report.clean, passes=passes, breaks=[BreakOut.of(item) for item in report.breaks])


class CheckRunOut(BaseModel):
    """One check. A requested one is performed by the running service; ask again until it is done."""

    id: int
    kind: Literal["full", "quick"]
    state: Literal["requested", "running", "done", "failed"]
    entity: int = Field(description="who asked for it; 0: the service by itself")
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    block: int | None = Field(description="the check is as of this block")
    compared: int
    found: int = Field(description="differences that it found")
    opened: int = Field(description="breaks that it opened")
    resolved: int = Field(description="breaks that it found to be over")
    passes: list[PassOut]
    failure: str | None

    @classmethod
    def of(cls, row: CheckRun) -> "CheckRunOut":
        """The view of a row."""
        passes = [PassOut(name=name, compared=compared, breaks=found) for name, compared, found in row.passes]
        names = ("id", "kind", "state", "requested_at", "started_at", "finished_at", "compared", "found", "opened", "resolved", "failure")
        return cls(entity=row.entity_id, block=row.block_number, passes=passes, **{name: getattr(row, name) for name in names})


class OwnerOut(BaseModel):
    """Who takes care of a break."""

    entity: EntityId
    name: str = Field(examples=["Li Wei"])


class StandingBreakOut(BreakOut):
    """A break as it is kept: open until a person explains it or a check finds it no more."""

    id: int
    state: State
    owner: OwnerOut | None
    first_seen: datetime
    last_seen: datetime
    check: int = Field(description="the last check that saw it")

    @classmethod
    def kept(cls, row: BreakRecord, *, owner: str | None) -> "StandingBreakOut":
        """The view of a row with its owner's name."""
        known = CODES.get(row.code)
        amounts = None if row.currency is None else AmountsOut.of(row.expected_minor or 0, row.found_minor or 0, row.currency)
        return cls(
            id=row.id,
            code=row.code,
            severity=severity(row.code),
            meaning=known.meaning if known else "",
            subject=row.subject,
            expected=row.expected,
            found=row.found,
            amounts=amounts,
            state=State(row.state),
            owner=None if row.owner_id is None or owner is None else OwnerOut(entity=row.owner_id, name=owner),
            first_seen=row.first_seen,
            last_seen=row.last_seen,
            check=row.run_id,
        )


class StepOut(BaseModel):
    """A step in a break's life."""

    at: datetime
    state: State
    cause: str = Field(description="found, changed (the figures did), gone, explained or owned", examples=["explained"])
    entity: int = Field(description="who did it; 0: a check by itself")
    check: int | None
    expected: str
    found: str
    note: str | None = Field(description="the reason or name that a person gave")

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        """The view of a step."""
        names = ("at", "state", "cause", "expected", "found", "note")
        return cls(entity=step.entity_id, check=step.run_id, **{name: getattr(step, name) for name in names})


class BreakDetailOut(StandingBreakOut):
    """A break with its history, oldest step first."""

    history: list[StepOut]


class Explanation(Body):
    """Why a break may stand."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "the agent's statement of 31 May shows the same amount twice"}]})

    reason: str = Field(min_length=1, max_length=breaks.LONGEST_REASON)


class Ownership(Body):
    """The person, of the caller's entity, who takes care of a break."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Li Wei"}]})

    name: str = Field(min_length=1, max_length=breaks.LONGEST_NAME)


class AlarmOut(BaseModel):
    """An alarm that stands."""

    name: str = Field(examples=["index_lag"])
    severity: Severity
    meaning: str
    since: datetime
    detail: str


class BreakCountsOut(BaseModel):
    """Open breaks by severity, and those that a person has explained."""

    serious: int
    minor: int
    explained: int


class SyncOut(BaseModel):
    """How the sync stands. Lags and ages in seconds."""

    ready: bool
    reason: str = Field(description="why it is not ready")
    engine: str
    head: int | None = Field(description="the node's latest block; null when it does not tell")
    final: int | None = Field(description="the latest block that can't be replaced any more")
    indexed: int
    lag_blocks: int
    lag_seconds: int
    queued: int = Field(description="contract calls without a nonce yet")
    signed: int = Field(description="contract calls on their way")
    oldest: datetime | None = Field(description="when the oldest of them was decided")
    oldest_seconds: int
    breaks: BreakCountsOut
    alarms: list[AlarmOut]
    last_check: datetime | None
    last_full_check: datetime | None

    @classmethod
    def of(cls, status: Status) -> "SyncOut":
        """The view of a moment."""
        names = ("ready", "reason", "engine", "head", "final", "indexed", "lag_blocks", "lag_seconds", "queued", "signed")
        alarms = [
            AlarmOut(
                name=each.name,
                severity=each.severity,
                meaning=ALARMS[each.name].meaning if each.name in ALARMS else "",
                since=datetime.fromtimestamp(each.since, UTC),
                detail=each.detail,
            )
            for each in status.alarms
        ]
        counts = BreakCountsOut(
            serious=status.count(Severity.SERIOUS), minor=status.count(Severity.MINOR), explained=status.count(state="explained")
        )
        return cls(
            oldest=status.oldest,
            oldest_seconds=status.oldest_seconds,
            breaks=counts,
            alarms=alarms,
            last_check=status.last_check and status.last_check.finished_at,
            last_full_check=status.last_full_check and status.last_full_check.finished_at,
            **{name: getattr(status, name) for name in names},
        )


class StatusOut(SyncOut):
    """The same, and whether a service runs on this data folder."""

    running: bool = Field(description="whether another process serves this data folder")
