"""Liveness and readiness, for those who watch the process. No act, no key: they tell nothing about anyone."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from api.acting import platform_of

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> dict[str, str]:
    """200 as long as the process answers."""
    return {"status": "ok"}


@router.get("/ready", response_model=dict[str, Any])
def ready(request: Request) -> JSONResponse:
    """200 when database, chain and index work, 503 with the reason when one does not; block numbers and how many calls wait."""
    found = platform_of(request).runtime.health()
    return JSONResponse(asdict(found), status_code=200 if found.ready else 503)
