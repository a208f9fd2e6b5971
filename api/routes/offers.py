"""Offers: a holder signs away a lot or a part of it to one recipient, who accepts in one transaction."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.lots import LotOut
from api.schemas.offers import OfferIn, OfferOut, PreparedOut, SignedOfferIn, WithdrawnOut
from api.schemas.values import Number, unhexed
from api.views import claims
from api.views import offers as views
from registry.receivables import offers

router = APIRouter(prefix="/offers", tags=["offers"])


@router.get("", response_model=Page[OfferOut], **does("offer.list"))
def list_offers(call: Acting, paging: Paged, side: Annotated[views.Side, Query()] = "all") -> Response:
    """Offers the caller made or received, latest first."""
    return call.read(lambda unit: views.offers(unit, paging, side=side))


@router.get("/{offer}", response_model=OfferOut, **does("offer.show"))
def show_offer(call: Acting, offer: Number) -> Response:
    """One offer and whether it can still be accepted."""
    return call.read(lambda unit: views.offer(unit, offer))


@router.post("", response_model=OfferOut, status_code=201, **does("offer.make"))
def make(call: Acting, body: OfferIn) -> Response:
    """Makes an offer, signed with the holder's custodial key. Many may be open at once from one lot."""
    return call.write(
        lambda unit: offers.make(unit, body.new()), lambda unit, made: views.offer(unit, made.id), subject=lambda made: f"offer:{made.id}"
    )


@router.post("/prepare", response_model=PreparedOut, **does("offer.make"))
def prepare(call: Acting, body: OfferIn) -> Response:
    """The typed data of an offer, for a holder that keeps its keys elsewhere. Nothing is stored."""
    return call.write(
        lambda unit: offers.prepare(unit, body.new()), lambda _unit, found: PreparedOut.of(found), subject=f"lot:{body.lot}", status=200
    )


@router.post("/signed", response_model=OfferOut, status_code=201, **does("offer.make"))
def submit(call: Acting, body: SignedOfferIn) -> Response:
    """Hands in an offer that the holder signed elsewhere."""
    return call.write(
        lambda unit: offers.submit_signed(unit, body.signed(), signature=unhexed(body.signature), document_ids=body.documents),
        lambda unit, made: views.offer(unit, made.id),
        subject=lambda made: f"offer:{made.id}",
    )


@router.post("/withdraw", response_model=WithdrawnOut, **does("offer.withdraw"))
def withdraw(call: Acting) -> Response:
    """Voids every open offer of the caller's, on-chain too."""
    return call.write(offers.withdraw_all, lambda _unit, count: WithdrawnOut(withdrawn=count), subject="offer", status=200)


@router.post("/{offer}/accept", response_model=LotOut, **does("offer.accept"))
def accept(call: Acting, offer: Number) -> Response:
    """The recipient accepts. Answers the lot that it now holds."""
    return call.write(lambda unit: offers.accept(unit, offer), claims.lot, subject=f"offer:{offer}", status=200)
