"""The check, how the sync stands, and breaks."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Response
from starlette.responses import RedirectResponse

from api.console.frame import SESSION_COOKIE, Visiting
from api.console.viewmodels import checks as pages
from api.paging import Paged
from registry.sync.breaks import STANDING, Filter, State

router = APIRouter()
Chosen = Literal["", "open", "explained", "resolved"]


@router.get("/checks")
def checks(visit: Visiting, paging: Paged, *, state: Chosen = "", code: Annotated[str, Query(pattern="^[a-z_]{0,40}$")] = "") -> Response:
    """How the sync stands, alarms, breaks, and what the latest full check compared."""
    if not visit.reads.may_check(visit.actor):
        return visit.show("checks.html", at="checks", may_run=False)
    wanted = Filter(states=(State(state),) if state else STANDING, code=code or None)
    seen = visit.reads.checks(visit.actor, paging, wanted=wanted)
    writer = visit.writer(seen.names, seen.now)
    found = seen.value
    return visit.show(
        "checks.html",
        at="checks",
        may_run=True,
        sync=pages.sync_facts(found.sync, writer),
        verdict=pages.verdict(found.sync, writer),
        alarms=[pages.alarm_row(alarm, writer) for alarm in found.sync.alarms],
        breaks=[pages.break_row(item, writer) for item in found.breaks.items],
        next=found.breaks.next,
        report=pages.report(found.run, writer) if found.run else None,
        state=state,
        code=code,
    )


@router.post("/checks")
def run_check(visit: Visiting, form_token: Annotated[str, Form(max_length=200)]) -> Response:
    """Runs the check, keeps what it finds, and shows it. Changes nothing else."""
    if visit.console.sessions.matches(visit.request.cookies.get(SESSION_COOKIE, ""), form_token):
        visit.reads.run_check(visit.actor)
    return RedirectResponse("/checks", status_code=HTTPStatus.SEE_OTHER)


@router.get("/breaks/{number}")
def one_break(visit: Visiting, number: Annotated[int, Path(ge=1, lt=2**63)]) -> Response:
    """One break: both sides, who takes care of it, and its history."""
    seen = visit.reads.one_break(visit.actor, number)
    return visit.show("break.html", at="checks", page=pages.break_page(seen.value, visit.writer(seen.names, seen.now)))
