"""One table: kinds of domain errors to HTTP statuses; every error leaves as an RFC 9457 problem with a stable `code`."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from registry.kernel.errors import DomainError, Kind
from registry.kernel.outbox import wire

STATUS: dict[Kind, int] = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
}
PROBLEM_TYPE = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable; `context` holds the values that explain it."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:tallystick:problem:limit_exceeded",
                "title": "Conflict",
                "status": 409,
                "detail": "the limit of 1000000.00 CNY leaves 1200.00 CNY; ask the registrar to raise it or confirm less",
                "code": "limit_exceeded",
                "context": {"limit": "100000000", "used": "99880000"},
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    context: dict[str, Any] = Field(default_factory=dict)


def problem(status: int, code: str, detail: str, context: dict[str, Any] | None = None) -> Problem:
    """A problem document; its type is a URN made of the code."""
    title = HTTPStatus(status).phrase
    return Problem(type=f"urn:tallystick:problem:{code}", title=title, status=status, detail=detail, code=code, context=context or {})


def problem_of(error: DomainError) -> Problem:
    """The problem document of a domain error."""
    context = {key: wire(value) if isinstance(value, int | bytes | list | tuple) else str(value) for key, value in error.context.items()}
    return problem(STATUS[error.kind], error.code, error.message, context)


def answer(found: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The HTTP response of a problem."""
    extra = dict(headers or {})
    if found.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = "1"
    return JSONResponse(found.model_dump(), status_code=found.status, media_type=PROBLEM_TYPE, headers=extra)


def _payload_errors(error: RequestValidationError) -> dict[str, Any]:
    """Where the payload is wrong and why; the value itself is not repeated, it may be a secret."""
    return {"errors": [{"where": "/".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors()]}


def install(app: FastAPI) -> None:
    """Makes the app answer every error as a problem."""

    @app.exception_handler(DomainError)
    def domain(_request: Request, error: DomainError) -> JSONResponse:
        return answer(problem_of(error))

    @app.exception_handler(RequestValidationError)
    def payload(_request: Request, error: RequestValidationError) -> JSONResponse:
        detail = "the request does not have the documented shape; see context.errors"
        return answer(problem(422, "malformed_request", detail, _payload_errors(error)))

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).name.lower()
        return answer(problem(error.status_code, code, str(error.detail)), dict(error.headers or {}))
