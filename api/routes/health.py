"""Liveness and readiness, for those who watch the process. No act, no key: they tell nothing about anyone."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.acting import platform_of
from api.views import checks

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> dict[str, str]:
    """200 as long as the process answers."""
    return {"status": "ok"}


@router.get("/ready", response_model=dict[str, Any])
def ready(request: Request) -> JSONResponse:
    """200 when nothing serious stands, 503 with the reason when something does: how the sync stands, in numbers."""
    found = checks.sync(platform_of(request))
    return JSONResponse(found.model_dump(mode="json"), status_code=200 if found.ready else 503)
