"""Pages without sign-in: about the network, signing in and out."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from starlette.responses import RedirectResponse

from api.console.frame import FORM_COOKIE, SESSION_COOKIE, SignInNeeded, Visiting, console_of, keep, request_id_of, show, visit
from api.console.session import FORM_LIFETIME, LIFETIME, local
from registry.kernel.errors import Unauthenticated

router = APIRouter()


@router.get("/about")
def about(request: Request) -> Response:
    """What this network is; says nothing about anybody's claims."""
    try:
        visitor = visit(request)
    except SignInNeeded:
        visitor = None
    return show(request, "about.html", status=200, at="about", visit=visitor, network=console_of(request).reads.network())


@router.get("/sign-in")
def sign_in_form(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """The sign-in form."""
    return _form(request, next, said="signed_out" if "out" in request.query_params else "", status=HTTPStatus.OK)


@router.post("/sign-in")
def sign_in(
    request: Request,
    key: Annotated[str, Form(max_length=200)],
    form_token: Annotated[str, Form(max_length=200)],
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Takes an API key and starts a session."""
    console = console_of(request)
    now = console.reads.now()
    if not console.sessions.form_is_ours(request.cookies.get(FORM_COOKIE, ""), form_token, now=now):
        return _form(request, next, said="sign_in_stale", status=HTTPStatus.BAD_REQUEST)
    try:
        console.reads.authenticate(key.strip(), request_id=request_id_of(request))
    except Unauthenticated:
        console.limiter.failed(request.client.host if request.client else "")
        return _form(request, next, said="sign_in_bad", status=HTTPStatus.UNAUTHORIZED)
    response = RedirectResponse(local(next), status_code=HTTPStatus.SEE_OTHER)
    value = console.sessions.seal(key.strip(), now=now)
    keep(request, response, name=SESSION_COOKIE, value=value, seconds=int(LIFETIME.total_seconds()))
    response.delete_cookie(FORM_COOKIE, path="/")
    return response


@router.post("/sign-out")
def sign_out(visiting: Visiting, form_token: Annotated[str, Form(max_length=200)]) -> Response:
    """Ends the session of this browser."""
    cookie = visiting.request.cookies.get(SESSION_COOKIE, "")
    if not visiting.console.sessions.matches(cookie, form_token):
        return RedirectResponse("/", status_code=HTTPStatus.SEE_OTHER)
    response = RedirectResponse("/sign-in?out=1", status_code=HTTPStatus.SEE_OTHER)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


def _form(request: Request, target: str, *, said: str, status: int) -> Response:
    sessions, now = console_of(request).sessions, console_of(request).reads.now()
    cookie = sessions.new_form(now=now)
    response = show(request, "sign_in.html", status=status, at="sign_in", said=said, next=local(target), token=sessions.form_token(cookie))
    keep(request, response, name=FORM_COOKIE, value=cookie, seconds=int(FORM_LIFETIME.total_seconds()))
    return response
