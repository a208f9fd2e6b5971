"""The page that verifies certificates in a browser. It asks nothing of this service: saved to a disk it works the same."""

import re
from functools import cache
from importlib import resources

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

router = APIRouter()
_POLICY = re.compile(r'Content-Security-Policy" content="([^"]*)"')


@cache
def _page() -> tuple[str, str]:
    """The page and its policy, which names its one script and style by their hashes."""
    text = resources.files("api.verify").joinpath("index.html").read_text(encoding="utf-8")
    policy = _POLICY.search(text)
    if policy is None:
        raise ValueError("the page names no policy")
    return text, policy[1]


@router.get("/verify", include_in_schema=False)
def page() -> HTMLResponse:
    """The page, to everyone: it holds nothing of anyone."""
    text, policy = _page()
    headers = {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'", "Cache-Control": "public, max-age=3600"}
    return HTMLResponse(text, headers=headers)
