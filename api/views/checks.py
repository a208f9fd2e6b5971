"""Checks and breaks as registrar and auditor see them; how the sync stands, for everybody who operates it."""

from api.bootstrap import Platform
from api.paging import Page, Paging
from api.schemas.checks import BreakDetailOut, CheckOut, CheckRunOut, StandingBreakOut, StatusOut, StepOut, SyncOut
from registry.kernel.uow import Unit
from registry.sync import breaks
from registry.sync import check as checking
from registry.sync.breaks import Filter
from registry.sync.tables import BreakRecord, CheckRun


def sync(platform: Platform) -> SyncOut:
    """How the sync stands."""
    return SyncOut.of(platform.status())


def status(platform: Platform) -> StatusOut:
    """The same, for whoever stands beside the data folder."""
    return StatusOut(running=not platform.owner, **sync(platform).model_dump())


def check(platform: Platform) -> CheckOut:
    """Runs every comparison of chain, index and ledger; writes nothing down."""
    return CheckOut.of(checking.run(platform.work, platform.gateway))


def runs(unit: Unit, paging: Paging) -> Page[CheckRunOut]:
    """A page of checks, latest first."""
    return paging.page(breaks.runs(unit, before=paging.number, limit=paging.limit), CheckRunOut.of, lambda row: row.id)


def run(unit: Unit, number: int) -> CheckRunOut:
    """One check."""
    return CheckRunOut.of(breaks.run(unit, number))


def asked(_unit: Unit, row: CheckRun) -> CheckRunOut:
    """A check that was asked for just now."""
    return CheckRunOut.of(row)


def page_of_breaks(unit: Unit, paging: Paging, wanted: Filter) -> Page[StandingBreakOut]:
    """A page of breaks, latest first."""
    rows = breaks.listed(unit, wanted, before=paging.number, limit=paging.limit)
    return paging.page(rows, lambda row: kept(unit, row), lambda row: row.id)


def kept(unit: Unit, row: BreakRecord) -> StandingBreakOut:
    """A break with its owner's name."""
    return StandingBreakOut.kept(row, owner=breaks.owner_name(unit, row))


def one_break(unit: Unit, number: int) -> BreakDetailOut:
    """A break with its history."""
    found = kept(unit, breaks.one(unit, number))
    return BreakDetailOut(**found.model_dump(), history=[StepOut.of(step) for step in breaks.history(unit, number)])
