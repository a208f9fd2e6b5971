"""Claim certificates and the pin that verifies them."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.schemas.certificates import CertificateOut, PinOut
from api.schemas.values import LotId, Number
from registry.sync import certificates

router = APIRouter(tags=["certificates"])


@router.get("/lots/{lot}/certificate", response_model=CertificateOut, **does("lot.certify"))
def certify(
    call: Acting, lot: LotId, document: Annotated[list[Number] | None, Query(max_length=20, description="Documents to disclose")] = None
) -> Response:
    """A file that proves who holds the lot as of the latest block, to be verified offline. Keep its bytes as they come."""
    wanted = call.ask(lambda unit: certificates.draft(unit, lot, documents=document or ()))
    content = certificates.issue(call.platform.work, call.platform.gateway, wanted)
    return Response(content, media_type="application/json", headers={"Content-Disposition": f'attachment; filename="{lot[:18]}.json"'})


@router.get("/pin", response_model=PinOut, **does("pin.show"))
def show_pin(call: Acting) -> Response:
    """The trust root of this installation: what certificates are verified with."""
    return Response(certificates.pin(call.platform.work, call.platform.gateway).encode(), media_type="application/json")
