"""HTTP around a call: the bearer key, the Idempotency-Key, Prefer, ETags; and the marks that routes carry.

A route names its act with `**does("payable.confirm")`; the dependency `Acting` reads it, authenticates, asks the table of
permissions, and only then is the body looked at.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from api.bootstrap import Platform
from api.calls import Answer, Call, Idempotency, Result, Subject, to_bytes
from api.errors import PROBLEM_TYPE
from registry.identity import api_keys
from registry.kernel.errors import Invalid, Unauthenticated
from registry.kernel.uow import SERVICE, Actor, Unit

ACT = "x-act"
SAFE = frozenset({"GET", "HEAD"})
MAX_WAIT_SECONDS = 60.0
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_WAIT = re.compile(r"\bwait=(\d{1,3})\b")
_bearer = HTTPBearer(auto_error=False, scheme_name="apiKey", description="API key of an entity: `tsk_...`")


class IdempotencyKeyMissing(Invalid):
    """A write came without an Idempotency-Key, or with one that is not 1 to 200 visible ASCII characters."""

    code = "idempotency_key_missing"


def does(act: str) -> dict[str, Any]:
    """Route arguments that name the act; README and OpenAPI show it."""
    return {"openapi_extra": {ACT: act}}


def platform_of(request: Request) -> Platform:
    """The platform this app runs on."""
    found = request.app.state.platform
    assert isinstance(found, Platform)  # noqa: S101 - narrows the type; create_app sets it
    return found


async def body_of(request: Request) -> bytes:
    """The request's bytes; Starlette keeps them, so the route can parse them again."""
    return await request.body()


def _actor(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Actor:
    """Who calls, counted against its share of requests."""
    state, limiter = request.scope["state"], request.app.state.limiter
    try:
        if credentials is None:
            raise Unauthenticated("send an API key of your entity: Authorization: Bearer tsk_...")
        with platform_of(request).work.begin(SERVICE, request_id=state["request_id"]) as unit:
            actor = api_keys.authenticate(unit, credentials.credentials)
    except Unauthenticated:
        limiter.failed(request.client.host if request.client else "")
        raise
    state["standing"] = limiter.admit(actor, "reads" if request.method in SAFE else "writes")
    return actor


def _idempotency(request: Request, body: bytes, key: str | None) -> Idempotency | None:
    if request.method in SAFE:
        return None
    if key is None or not _KEY.fullmatch(key):
        raise IdempotencyKeyMissing("send an Idempotency-Key header of 1 to 200 visible ASCII characters, fresh for each new write")
    target = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return Idempotency(key, hashlib.sha256(target + body).digest())


def _wait(prefer: str | None, default: float) -> float:
    """RFC 7240: `respond-async` does not wait, `wait=N` waits up to N seconds."""
    if prefer is None:
        return default
    if "respond-async" in prefer:
        return 0.0
    found = _WAIT.search(prefer)
    return min(float(found.group(1)), MAX_WAIT_SECONDS) if found else default


class HttpCall:
    """A call that came over HTTP: answers are responses with the headers that belong to them."""

    def __init__(self, call: Call, request: Request) -> None:
        self._call = call
        self._wanted = request.headers.get("if-none-match", "")

    def read(self, question: Callable[[Unit], BaseModel]) -> Response:
        """200 with an ETag, or 304 when the caller has this answer already."""
        return self._tagged(self._call.read(question))

    def report(self, question: Callable[[Platform], BaseModel]) -> Response:
        """The answer to a question about the platform itself, which runs its own transactions."""
        return self._tagged(Answer(200, to_bytes(question(self._call.platform))))

    def _tagged(self, answer: Answer) -> Response:
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
        if tag in self._wanted:
            return Response(status_code=304, headers={"ETag": tag})
        return Response(answer.body, media_type="application/json", headers={"ETag": tag})

    def ask(self, question: Callable[[Unit], Result]) -> Result:
        """Answers a question in one transaction, as the actor."""
        return self._call.ask(question)

    def write(
        self, decide: Callable[[Unit], Result], render: Callable[[Unit, Result], BaseModel], *, subject: Subject[Result], status: int = 201
    ) -> Response:
        """The answer to a write, the first time and every time after."""
        return respond(self._call.write(decide, render, subject=subject, status=status))

    @property
    def platform(self) -> Platform:
        """The platform the call runs on."""
        return self._call.platform


def respond(answer: Answer) -> Response:
    """The HTTP response of an answer."""
    headers = {"Idempotency-Replayed": "true"} if answer.replayed else {}
    if answer.status == 503:
        headers["Retry-After"] = "1"
    media_type = PROBLEM_TYPE if answer.status >= 400 else "application/json"
    return Response(answer.body, status_code=answer.status, media_type=media_type, headers=headers)


def acting(
    request: Request,
    body: Annotated[bytes, Depends(body_of)],
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    *,
    idempotency_key: Annotated[str | None, Header(include_in_schema=False)] = None,
    prefer: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> HttpCall:
    """Authenticates, permits and binds the call to its Idempotency-Key."""
    platform = platform_of(request)
    request_id = request.scope["state"]["request_id"]
    call = Call(
        platform=platform,
        actor=_actor(request, credentials),
        act=request.scope["route"].openapi_extra[ACT],
        request_id=request_id,
        wait=_wait(prefer, platform.settings.wait_seconds),
    )
    call.permit(record=request.method not in SAFE)
    return HttpCall(replace(call, idempotency=_idempotency(request, body, idempotency_key)), request)


Acting = Annotated[HttpCall, Depends(acting)]
