"""One table: kinds of domain errors to HTTP statuses; every error leaves as an RFC 9457 problem with a stable `code`."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from chain.errors import ChainError, ValueRefused
from registry.kernel.errors import DomainError, Kind
from registry.kernel.outbox import wire

STATUS: dict[Kind, int] = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.UNAUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
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


def problem(status: int, code: str, detail: str, *, context: dict[str, Any] | None = None) -> Problem:
    """A problem document; its type is a URN made of the code."""
    title = HTTPStatus(status).phrase
    return Problem(type=f"urn:tallystick:problem:{code}", title=title, status=status, detail=detail, code=code, context=context or {})


def problem_of(error: DomainError) -> Problem:
    """The problem document of a domain error."""
    return problem(STATUS[error.kind], error.code, error.message, context={key: _plain(value) for key, value in error.context.items()})


def _plain(value: object) -> Any:
    """A value as JSON: integers as decimal strings, bytes as 0x hex, everything else that JSON lacks as text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return wire(value) if value is None or isinstance(value, int | bytes) else str(value)


def answer(found: Problem, headers: dict[str, str] | None = None) -> Response:
    """The HTTP response of a problem."""
    extra = dict(headers or {})
    if found.status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = "Bearer"
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = "1"
    if found.status == HTTPStatus.TOO_MANY_REQUESTS:
        extra["Retry-After"] = str(found.context["retry_after"])
    return Response(found.model_dump_json(), status_code=found.status, media_type=PROBLEM_TYPE, headers=extra)


def _payload_errors(error: RequestValidationError) -> dict[str, Any]:
    """Where the payload is wrong and why; the value itself is not repeated, it may be a secret."""
    return {"errors": [{"where": "/".join(str(part) for part in item["loc"]), "message": item["msg"]} for item in error.errors()]}


def install(app: FastAPI) -> None:
    """Makes the app answer every error as a problem."""

    @app.exception_handler(DomainError)
    def domain(_request: Request, error: DomainError) -> Response:
        return answer(problem_of(error))

    @app.exception_handler(RequestValidationError)
    def payload(_request: Request, error: RequestValidationError) -> Response:
        detail = "the request does not have the documented shape; see context.errors"
        return answer(problem(422, "malformed_request", detail, context=_payload_errors(error)))

    @app.exception_handler(HTTPException)
    def http(_request: Request, error: HTTPException) -> Response:
        code = HTTPStatus(error.status_code).name.lower()
        return answer(problem(error.status_code, code, str(error.detail)), dict(error.headers or {}))

    @app.exception_handler(ChainError)
    def chain(_request: Request, error: ChainError) -> Response:
        if isinstance(error, ValueRefused):
            return answer(problem(400, "invalid_value", str(error)))
        return answer(problem(503, "chain_unavailable", "the node does not answer as it should; repeat the request later"))

    @app.exception_handler(DataError)
    def value(_request: Request, _error: DataError) -> Response:
        return answer(
            problem(
                400, "invalid_value", "a value does not fit its place: a number is too large or a text has a character that no text has"
            )
        )

    @app.exception_handler(OperationalError)
    def database(_request: Request, _error: OperationalError) -> Response:
        return answer(problem(503, "database_unavailable", "the database does not answer; repeat the request later"))

    @app.exception_handler(Exception)
    def unexpected(request: Request, _error: Exception) -> Response:
        where = {"request_id": request.scope.get("state", {}).get("request_id", "")}
        return answer(problem(500, "internal_error", "this is a fault of the service; tell its operator the request id", context=where))
