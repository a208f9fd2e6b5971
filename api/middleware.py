"""What every answer carries: a request id, how long it took, and the headers that keep browsers from doing harm."""

import re
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
    if path.startswith(("/v1", "/rpc", "/health", "/ready", "/openapi")):
        return _DATA_POLICY
    return _DOCS_POLICY if path.startswith(DOCS_PATH) else _PAGE_POLICY


# Everything else is a page of the console.
API_PATHS = ("/v1", "/rpc", "/health", "/ready", "/openapi.json", DOCS_PATH)


class Edge:
    """Outermost layer of the app: API paths to the app, all others to the pages. No body is larger than `max_body` bytes."""

    def __init__(self, app: ASGIApp, pages: ASGIApp, max_body: int) -> None:
        self._app = app
        self._pages = pages
        self._max_body = max_body

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
                if scope["path"].startswith(("/v1", "/rpc")):
                    headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        inner = self._app if scope["path"].startswith(API_PATHS) else self._pages
        await inner(scope, bounded(receive, self._max_body), complete)


def bounded(receive: Receive, limit: int) -> Receive:
    """The same body, but 413 as soon as more than `limit` bytes of it have come."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, f"the body is larger than {limit} bytes, the most this service takes")
        return message

    return counted
