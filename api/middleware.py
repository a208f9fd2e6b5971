"""What every answer carries: a request id, how long it took, and the headers that keep browsers from doing harm."""

import re
import secrets
import time

import anyio
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from registry.kernel.settings import Settings

# A request id that a caller gave is kept when it is harmless in a log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; form-action 'self'"
# The documentation page starts itself with an inline script.
_DOCS_POLICY = _PAGE_POLICY + "; script-src 'self' 'unsafe-inline'"
DOCS_PATH = "/docs"


def policy(path: str) -> str:
    """The content security policy of a path: data answers load nothing, pages load only what this service serves."""
    if path.startswith(("/v1", "/rpc", "/health", "/ready", "/metrics", "/openapi")):
        return _DATA_POLICY
    return _DOCS_POLICY if path.startswith(DOCS_PATH) else _PAGE_POLICY


# Everything else is a page of the console.
ALWAYS_ANSWERED = ("/health", "/ready", "/metrics")
API_PATHS = ("/v1", "/rpc", "/health", "/ready", "/metrics", "/openapi.json", "/verify", DOCS_PATH)


class Edge:
    """Outermost layer of the app: API paths to the app, all others to the pages. Bodies are bounded in size and time, and so is the
    number of requests that are in flight."""

    def __init__(self, app: ASGIApp, pages: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._pages = pages
        self._settings = settings
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and completes the headers of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter_ns()
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["Server-Timing"] = f"app;dur={(time.perf_counter_ns() - started) // 1000 / 1000:.1f}"
                for name, value in _ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", policy(scope["path"]))
                if (standing := scope["state"].get("standing")) is not None:
                    headers.update(standing.headers)
                if scope["path"].startswith(("/v1", "/rpc")):
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        self._in_flight += 1
        try:
            await self._inner(scope["path"])(scope, bounded(receive, self._settings), complete)
        finally:
            self._in_flight -= 1

    def _inner(self, path: str) -> ASGIApp:
        """Who answers: what tells whether the service lives is answered under any load."""
        if self._in_flight > self._settings.max_in_flight and not path.startswith(ALWAYS_ANSWERED):
            return errors.answer(
                errors.problem(503, "overloaded", "the service has more requests than it can take; wait and repeat the request")
            )
        return self._app if path.startswith(API_PATHS) else self._pages


def bounded(receive: Receive, settings: Settings) -> Receive:
    """The same body, but 413 as soon as more than `max_body` bytes of it have come, and 408 when it takes longer than `body_seconds`."""
    seen, complete = 0, False
    end = time.monotonic() + settings.body_seconds

    async def counted() -> Message:
        nonlocal seen, complete
        if complete:
            return await receive()
        try:
            with anyio.fail_after(end - time.monotonic()):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408, f"the body did not arrive within {settings.body_seconds:g} seconds; send it again") from None
        seen += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if seen > settings.max_body:
            raise HTTPException(413, f"the body is larger than {settings.max_body} bytes, the most this service takes")
        return message

    return counted
