"""Checks and breaks: whether chain, index, ledger and records say the same, and what was done about it where they don't."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.checks import BreakDetailOut, CheckOut, CheckRunOut, Explanation, Ownership, StandingBreakOut, SyncOut
from api.schemas.values import Number
from api.views import checks as views
from registry.sync import breaks, recording
from registry.sync.alarms import Severity
from registry.sync.breaks import STANDING, Filter, State

router = APIRouter()


@router.get("/sync", response_model=SyncOut, tags=["check"], **does("sync.show"))
def show_sync(call: Acting) -> Response:
    """How the sync stands: node, index, queue, open breaks, alarms by name."""
    return call.report(views.sync)


@router.get("/check", response_model=CheckOut, tags=["check"], **does("check.run"))
def run_check(call: Acting) -> Response:
    """Compares chain, index and ledger now and lists every difference. Writes nothing down; POST /v1/checks does."""
    return call.report(views.check)


@router.get("/checks", response_model=Page[CheckRunOut], tags=["check"], **does("check.list"))
def list_checks(call: Acting, paging: Paged) -> Response:
    """Checks, latest first. Quick ones that changed nothing are kept only while they are the latest."""
    return call.read(lambda unit: views.runs(unit, paging))


@router.get("/checks/{number}", response_model=CheckRunOut, tags=["check"], **does("check.show"))
def show_check(call: Acting, number: Number) -> Response:
    """One check and what came of it."""
    return call.read(lambda unit: views.run(unit, number))


@router.post("/checks", status_code=201, response_model=CheckRunOut, tags=["check"], **does("check.run"))
def ask_for_check(call: Acting) -> Response:
    """Asks the service for a full check; it begins at once. What it finds becomes breaks, what it finds no more is resolved."""
    answer = call.write(recording.ask, views.asked, subject=lambda row: f"check:{row.id}")
    call.platform.reconciler.wake()
    return answer


@router.get("/breaks", response_model=Page[StandingBreakOut], tags=["check"], **does("break.list"))
def list_breaks(
    call: Acting,
    paging: Paged,
    *,
    state: Annotated[list[State] | None, Query(description="may be repeated; without it open and explained ones")] = None,
    code: Annotated[str | None, Query(max_length=40)] = None,
    severity: Annotated[Severity | None, Query()] = None,
    subject: Annotated[str | None, Query(max_length=160)] = None,
) -> Response:
    """Breaks, latest first."""
    wanted = Filter(states=state or STANDING, code=code, severity=severity, subject=subject)
    return call.read(lambda unit: views.page_of_breaks(unit, paging, wanted))


@router.get("/breaks/{number}", response_model=BreakDetailOut, tags=["check"], **does("break.show"))
def show_break(call: Acting, number: Number) -> Response:
    """One break with its history."""
    return call.read(lambda unit: views.one_break(unit, number))


@router.post("/breaks/{number}/explain", status_code=201, response_model=BreakDetailOut, tags=["check"], **does("break.explain"))
def explain_break(call: Acting, number: Number, body: Explanation) -> Response:
    """Says why a break may stand. It then no longer holds up the service, until its figures change."""
    return call.write(
        lambda unit: breaks.explain(unit, number, body.reason),
        lambda unit, row: views.one_break(unit, row.id),
        subject=f"break:{number}",
    )


@router.post("/breaks/{number}/own", status_code=201, response_model=BreakDetailOut, tags=["check"], **does("break.own"))
def own_break(call: Acting, number: Number, body: Ownership) -> Response:
    """Names who takes care of a break."""
    return call.write(
        lambda unit: breaks.own(unit, number, body.name),
        lambda unit, row: views.one_break(unit, row.id),
        subject=f"break:{number}",
    )
