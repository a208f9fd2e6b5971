"""The log of acts: verified as a whole, exported, anchored on the chain."""

from fastapi import APIRouter, Response

from api.acting import Acting, does
from api.calls import Accepted
from api.schemas.identity import AuditOut
from api.views import audit as views
from registry.sync import anchors

router = APIRouter(tags=["audit"])


@router.get("/audit", response_model=AuditOut, **does("audit.verify"))
def verify_audit(call: Acting) -> Response:
    """Reads the whole log of acts: every hash, every number, its end, and what the chain anchors."""
    return call.read(views.verified)


@router.get("/audit/export", responses={200: {"content": {"application/x-ndjson": {}}}}, **does("audit.export"))
def export_audit(call: Acting) -> Response:
    """The whole log, a line of JSON per act. SHA-256 over the hash before and [id, at, entity, via, act, subject, outcome, request_id,
    detail] as JSON with sorted keys is the act's hash."""
    return Response(b"".join(call.ask(lambda unit: list(views.exported(unit)))), media_type="application/x-ndjson")


@router.post("/audit/anchors", response_model=Accepted, status_code=201, **does("audit.anchor"))
def anchor_audit(call: Acting) -> Response:
    """Tells the chain the heads of the log of acts and of the ledger, where they have moved since the last time."""
    return call.write(
        anchors.drop,
        lambda _unit, numbers: Accepted(status="confirmed", subject=anchors.SUBJECT, transactions=numbers),
        subject=anchors.SUBJECT,
    )
