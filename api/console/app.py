"""The console as a sub-application: mounted at `/` behind the API, with its own sign-in and its own error pages."""

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from api.bootstrap import Platform
from api.console import frame
from api.console.frame import Console, Guard, SignInNeeded
from api.console.pages import ROUTERS
from api.console.reads import Reads
from api.console.session import Sessions
from api.errors import STATUS
from api.limiting import Limiter
from registry.kernel.errors import DomainError

# Statuses that have a page of their own; others are told as the nearest one.
_TOLD = (400, 403, 404, 500, 503)


def create_console(platform: Platform, limiter: Limiter) -> FastAPI:
    """The console on a platform that is open as long as the app serves."""
    app = FastAPI(title="Tallystick console", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.console = Console(Reads(platform), Sessions.of(platform.work.master_key), frame.templates(), limiter)
    app.add_middleware(Guard)
    app.mount("/static", StaticFiles(directory=frame.FOLDER / "static"), name="static")
    for router in ROUTERS:
        app.include_router(router)
    _install_errors(app)
    return app


def _install_errors(app: FastAPI) -> None:
    @app.exception_handler(SignInNeeded)
    def sign_in(request: Request, _error: SignInNeeded) -> Response:
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = "/about" if wanted == "/" else f"/sign-in?{urlencode({'next': wanted})}"
        return RedirectResponse(target, status_code=HTTPStatus.SEE_OTHER)

    @app.exception_handler(DomainError)
    def domain(request: Request, error: DomainError) -> Response:
        return _told(request, STATUS[error.kind])

    @app.exception_handler(RequestValidationError)
    def payload(request: Request, _error: RequestValidationError) -> Response:
        return _told(request, HTTPStatus.BAD_REQUEST)

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        return _told(request, error.status_code)

    @app.exception_handler(OperationalError)
    def database(request: Request, _error: OperationalError) -> Response:
        return _told(request, HTTPStatus.SERVICE_UNAVAILABLE)

    @app.exception_handler(Exception)
    def unexpected(request: Request, _error: Exception) -> Response:
        return _told(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def _told(request: Request, status: int) -> Response:
    busy = status == HTTPStatus.TOO_MANY_REQUESTS
    page = 503 if busy else status if status in _TOLD else 500 if status >= 500 else 400
    return frame.show(request, "error.html", status=status, at="", code=page, request_id=frame.request_id_of(request))
