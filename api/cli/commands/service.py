"""`tallystick up` and `openapi`: the HTTP service and its document."""

import json
import sys
from typing import Annotated

import typer
from rich.console import Console

from api.app import build, create_app
from api.cli import frame
from api.cli.frame import Here
from api.serving import listen, serve, url_of
from registry.kernel.errors import Unavailable


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
    with here.open(create=True) as platform:
        if not platform.owner:
            raise Unavailable(f"another process serves {settings.data_dir} already; stop it first, or use another --data")
        listener = listen(settings.host if host is None else host, settings.port if port is None else port)
        url = url_of(listener)
        Console(stderr=True).print(f"Tallystick on {url}  docs {url}/docs", highlight=False)
        serve(create_app(platform), listener)


def openapi(here: Here) -> None:
    """Prints the OpenAPI document."""
    sys.stdout.write(json.dumps(build().openapi(), indent=None if here.as_json else 2, ensure_ascii=False) + "\n")
