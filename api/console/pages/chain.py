"""Events, the check, parties."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Response
from starlette.responses import RedirectResponse

from api.console.frame import SESSION_COOKIE, Visiting
from api.console.viewmodels import chain
from api.paging import Paged

router = APIRouter()


@router.get("/events")
def events(visit: Visiting, paging: Paged, *, payable: Annotated[str, Query(pattern="^(0x[0-9a-f]{40})?$")] = "") -> Response:
    """What the contract recorded, latest first."""
    seen = visit.reads.events(visit.actor, paging, payable=payable or None)
    writer = visit.writer(seen.names, seen.now)
    rows = [chain.event_row(event, writer) for event in seen.value.items]
    return visit.show("events.html", at="events", rows=rows, next=seen.value.next, payable=payable)


@router.get("/checks")
def checks(visit: Visiting) -> Response:
    """The latest report of the check that this service has run."""
    seen = visit.reads.last_check(visit.actor)
    writer = visit.writer(seen.names, seen.now)
    found = seen.value
    report = chain.check_page(found.report, found.at, writer=writer) if found else None
    return visit.show("checks.html", at="checks", report=report, may_run=visit.reads.may_check(visit.actor))


@router.post("/checks")
def run_check(visit: Visiting, form_token: Annotated[str, Form(max_length=200)]) -> Response:
    """Runs the check and shows its report. Reads only."""
    if visit.console.sessions.matches(visit.request.cookies.get(SESSION_COOKIE, ""), form_token):
        visit.reads.run_check(visit.actor)
    return RedirectResponse("/checks", status_code=HTTPStatus.SEE_OTHER)


@router.get("/parties")
def parties(visit: Visiting, paging: Paged) -> Response:
    """Who takes part, and the credit limits the visitor may see."""
    seen = visit.reads.parties(visit.actor, paging)
    writer = visit.writer(seen.names, seen.now)
    rows = [chain.party_row(entity, writer) for entity in seen.value.page.items]
    limits = [chain.limit_row(limit, writer) for limit in seen.value.limits]
    return visit.show("parties.html", at="parties", rows=rows, limits=limits, next=seen.value.page.next)
