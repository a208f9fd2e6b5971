"""How things stood as of a block or a day."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Paged
from api.schemas.asof import DigestOut, PositionsOut
from api.schemas.values import EntityId
from api.views import asof as views
from api.views.asof import AsOf

router = APIRouter()


@router.get("/positions", response_model=PositionsOut, tags=["ledger"], **does("position.list"))
def list_positions(call: Acting, paging: Paged, when: AsOf, entity: Annotated[EntityId | None, Query()] = None) -> Response:
    """Live lots of the caller as of a block or a day; registrar and auditor may ask for an entity's, or all. `limit` counts payables."""
    return call.read(lambda unit: views.positions(unit, paging, when, entity=entity))


@router.get("/digest", response_model=DigestOut, tags=["check"], **does("digest.show"))
def show_digest(call: Acting, when: AsOf) -> Response:
    """One hash for everything the index says as of a block or a day; installations of the same chain compare it."""
    return call.read(lambda unit: views.digest(unit, when))
