"""Events, parties."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.console.frame import Visiting
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


@router.get("/parties")
def parties(visit: Visiting, paging: Paged) -> Response:
    """Who takes part, and the credit limits the visitor may see."""
    seen = visit.reads.parties(visit.actor, paging)
    writer = visit.writer(seen.names, seen.now)
    rows = [chain.party_row(entity, writer) for entity in seen.value.page.items]
    limits = [chain.limit_row(limit, writer) for limit in seen.value.limits]
    return visit.show("parties.html", at="parties", rows=rows, limits=limits, next=seen.value.page.next)
