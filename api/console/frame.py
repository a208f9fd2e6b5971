"""What every page of the console has: who is signed in, the language, the templates, the headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import jinja2
from fastapi import Depends, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.console.reads import Reads
from api.console.session import Sessions
from api.console.texts import LANGUAGES, Words
from api.console.viewmodels.writing import Writer
from api.limiting import Limiter
from registry.kernel.errors import Unauthenticated
from registry.kernel.uow import Actor

FOLDER = Path(__file__).parent
SESSION_COOKIE = "tallystick_session"
FORM_COOKIE = "tallystick_form"
LANGUAGE_COOKIE = "tallystick_language"
YEAR = 365 * 24 * 3600
NAVIGATION = ("overview", "payables", "lots", "events", "checks", "parties")
# No script or style but our own files; nothing may frame a page or send a form elsewhere.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@dataclass(frozen=True)
class Console:
    """The parts the pages share."""

    reads: Reads
    sessions: Sessions
    templates: jinja2.Environment
    limiter: Limiter


@dataclass(frozen=True)
class Visit:
    """One request of a signed-in visitor."""

    request: Request
    actor: Actor
    console: Console
    words: Words
    # Guards the forms of signed-in pages.
    form_token: str

    @property
    def reads(self) -> Reads:
        """Answers as this visitor may see them."""
        return self.console.reads

    def writer(self, names: Mapping[int, str], now: datetime) -> Writer:
        """Writes values for this visitor."""
        return Writer(self.words, names, now, self.actor.entity_id)

    def show(self, template: str, *, at: str, **values: Any) -> Response:
        """A page; `at` is its place in the navigation."""
        return show(self.request, template, status=200, at=at, visit=self, **values)


class SignInNeeded(Unauthenticated):
    """The page needs a visitor; the sign-in page comes first."""

    code = "sign_in_needed"


def templates() -> jinja2.Environment:
    """The environment of all pages: everything is escaped, a missing value is an error."""
    loader = jinja2.FileSystemLoader(FOLDER / "templates")
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def console_of(request: Request) -> Console:
    """The shared parts."""
    found = request.app.state.console
    assert isinstance(found, Console)  # noqa: S101 - narrows the type; create_console sets it
    return found


def words_of(request: Request) -> Words:
    """The visitor's language: asked for in the address, remembered, or preferred by the browser."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE) or ""
    if asked in LANGUAGES:
        return Words(asked)
    return Words("zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en")


def visit(request: Request) -> Visit:
    """The signed-in visitor; SignInNeeded when there is none. The key is checked anew, so a revoked one ends the session."""
    console = console_of(request)
    cookie = request.cookies.get(SESSION_COOKIE, "")
    token = console.sessions.open(cookie, now=console.reads.now())
    if token is None:
        raise SignInNeeded("sign in first")
    try:
        actor = console.reads.authenticate(token, request_id=request_id_of(request))
    except Unauthenticated as error:
        raise SignInNeeded("sign in again") from error
    console.limiter.admit(actor, "reads")
    return Visit(request, actor, console, words_of(request), console.sessions.form_token(cookie))


Visiting = Annotated[Visit, Depends(visit)]


def show(request: Request, template: str, *, status: int, at: str, visit: Visit | None = None, **values: Any) -> Response:
    """Renders a page in the visitor's language and remembers a language that was asked for."""
    words = words_of(request)
    page = console_of(request).templates.get_template(template)
    me = visit.reads.name_of(visit.actor) if visit else ""
    frame = {
        "w": words,
        "at": at,
        "navigation": NAVIGATION,
        "languages": [(code, name, _address(request, lang=code)) for code, name in LANGUAGES.items()],
        "me": me,
        "form_token": visit.form_token if visit else "",
        "query": dict(request.query_params),
        "address": lambda **changed: _address(request, **changed),
    }
    response = HTMLResponse(page.render(frame | values), status_code=status)
    if request.query_params.get("lang") in LANGUAGES:
        keep(request, response, name=LANGUAGE_COOKIE, value=words.language, seconds=YEAR)
    return response


def keep(request: Request, response: Response, *, name: str, value: str, seconds: int) -> None:
    """Sets a cookie that scripts can't read and other sites can't send."""
    response.set_cookie(name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")


def request_id_of(request: Request) -> str:
    """The id the edge gave the request."""
    return str(request.scope.get("state", {}).get("request_id", ""))


def _address(request: Request, **changed: str | None) -> str:
    """The page's own address with other query values; None drops one."""
    values = {key: value for key, value in (dict(request.query_params) | changed).items() if value}
    return f"{request.url.path}?{urlencode(values)}" if values else request.url.path


class Guard:
    """Headers of every answer of the console: what a page may load, and that no cache keeps it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on and completes the headers of its answer."""

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                if not scope["path"].startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self._app(scope, receive, complete)
