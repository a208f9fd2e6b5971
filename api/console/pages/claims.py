"""Overview, payables and lots."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.console.frame import Visiting
from api.console.viewmodels import chain, claims, lots
from api.console.viewmodels import overview as pages
from api.paging import Paged
from api.views.claims import LotFilter, PayableFilter

router = APIRouter()
Party = Annotated[str, Query(pattern="^[0-9]{0,10}$")]
State = Literal["", "issued", "active", "settled", "refused", "cancelled"]
Which = Literal["", "live", "over", "mine"]


@router.get("/")
def overview(visit: Visiting) -> Response:
    """The network, counts, money by currency, health."""
    seen = visit.reads.overview(visit.actor)
    writer = visit.writer(seen.names, seen.now)
    found = seen.value
    return visit.show(
        "overview.html",
        at="overview",
        network=found.network,
        health=found.health,
        counts=pages.figures(found.totals),
        currencies=[pages.currency_row(sums, writer) for sums in found.totals.money],
        balances=pages.balance_rows(found.balances, writer),
        events=[chain.event_row(event, writer) for event in found.events],
        roles=[visit.words(f"role:{role}") for role in found.roles],
    )


@router.get("/payables")
def payables(visit: Visiting, paging: Paged, *, state: State = "", obligor: Party = "", payee: Party = "") -> Response:
    """A page of payables, latest first."""
    wanted = PayableFilter(state=state or None, obligor=int(obligor) if obligor else None, payee=int(payee) if payee else None)
    seen = visit.reads.payables(visit.actor, paging, wanted=wanted)
    writer = visit.writer(seen.names, seen.now)
    rows = [claims.payable_row(item, writer) for item in seen.value.items]
    return visit.show("payables.html", at="payables", rows=rows, next=seen.value.next, state=state)


@router.get("/payables/{payable_id}")
def payable(visit: Visiting, payable_id: str) -> Response:
    """One payable with its claim tree."""
    seen = visit.reads.payable(visit.actor, payable_id)
    page = claims.payable_page(seen.value.tree, visit.writer(seen.names, seen.now), events=seen.value.events)
    return visit.show("payable.html", at="payables", page=page)


@router.get("/lots")
def held(visit: Visiting, paging: Paged, *, which: Which = "") -> Response:
    """A page of lots: those of a payable stand together."""
    holder = visit.actor.entity_id if which == "mine" else None
    wanted = LotFilter(holder=holder, live={"live": True, "mine": True, "over": False}.get(which))
    seen = visit.reads.lots(visit.actor, paging, wanted=wanted)
    writer = visit.writer(seen.names, seen.now)
    rows = [lots.lot_row(item, writer) for item in seen.value.items]
    return visit.show("lots.html", at="lots", rows=rows, next=seen.value.next, which=which)


@router.get("/lots/{lot_id}")
def lot(visit: Visiting, lot_id: str) -> Response:
    """One lot in plain language."""
    seen = visit.reads.lot(visit.actor, lot_id)
    found = seen.value
    page = lots.lot_page(found.lot, found.tree, profile=found.profile, writer=visit.writer(seen.names, seen.now))
    return visit.show("lot.html", at="lots", page=page)
