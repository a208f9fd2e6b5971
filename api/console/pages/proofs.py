"""Files that prove a claim to others: the certificate of a lot and the pin of this installation."""

from fastapi import APIRouter, Response

from api.console.frame import Visiting

router = APIRouter()


@router.get("/lots/{lot_id}/certificate")
def certificate(visit: Visiting, lot_id: str) -> Response:
    """The certificate of a lot as of now, to keep as it comes."""
    return _file(visit.reads.certificate(visit.actor, lot_id), f"{lot_id[:18]}.json")


@router.get("/pin")
def pin(visit: Visiting) -> Response:
    """The trust root; verifiers take it from here once, not from a holder."""
    return _file(visit.reads.pin(visit.actor), "tallystick-pin.json")


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=headers)
