"""`tallystick up` and `openapi`: the HTTP service and its document."""

import json
import signal
import socket
import sys
from types import FrameType
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from api.app import build, create_app
from api.cli import frame
from api.cli.frame import Here
from registry.kernel.errors import Unavailable

# Backlog of connections that wait to be accepted.
_BACKLOG = 2048


def install(app: typer.Typer) -> None:
    """Adds the commands."""
    frame.command(app, "up")(up)
    frame.command(app, "openapi")(openapi)


def up(
    here: Here,
    host: Annotated[str | None, typer.Option(help="Address to listen on. Default: TALLYSTICK_HOST, else 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one. Default: TALLYSTICK_PORT, else 8000")] = None,
) -> None:
    """Serves the API, the console and the documentation until it is interrupted."""
    settings = here.settings
    with here.open() as platform:
        if not platform.owner:
            raise Unavailable(f"another process serves {settings.data_dir} already; stop it first, or use another --data")
        listener = _bind(settings.host if host is None else host, settings.port if port is None else port)
        address, number = listener.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        Console(stderr=True).print(f"Tallystick on http://{shown}:{number}  docs http://{shown}:{number}/docs", highlight=False)
        config = uvicorn.Config(create_app(platform), access_log=False, log_level="warning", server_header=False, proxy_headers=False)
        # uvicorn stops at a signal and raises it again; by then it has done its work, and the parts below have to end in order.
        for ending in (signal.SIGINT, signal.SIGTERM):
            signal.signal(ending, _ignore)
        uvicorn.Server(config).run(sockets=[listener])


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """The signal was heeded already."""


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        raise Unavailable(f"can't listen on {host}:{port}: {error.strerror}; choose another --port, 0 takes a free one") from error
    return listener


def openapi(here: Here) -> None:
    """Prints the OpenAPI document."""
    sys.stdout.write(json.dumps(build().openapi(), indent=None if here.as_json else 2, ensure_ascii=False) + "\n")
