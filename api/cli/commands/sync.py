"""`tallystick status` and `sync status`: how the service and its sync stand, once or live."""

import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from api.bootstrap import Platform
from api.calls import to_bytes
from api.cli import frame
from api.cli.frame import Here
from api.schemas.checks import StatusOut
from api.views import checks as views
from registry.kernel.errors import Invalid

app = typer.Typer(help="How the chain and the database keep step.", no_args_is_help=True)
# Seconds between two looks of the live view.
_EVERY = 1.0
_COLOURS = {"serious": "bold red", "minor": "yellow"}


def install(root: typer.Typer) -> None:
    """Adds the command that stands alone."""
    frame.command(root, "status")(status)


def status(here: Here) -> None:
    """How the service on this data folder is: the same as `sync status`."""
    _once(here)


@frame.command(app, "status")
def sync_status(
    here: Here,
    *,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Go on showing it until Ctrl-C")] = False,
    every: Annotated[float, typer.Option(min=0.1, max=3600, help="Seconds between two looks of --watch")] = _EVERY,
) -> None:
    """Engine, blocks, lag, queue, breaks and alarms."""
    if not watch:
        _once(here)
    elif here.as_json:
        _stream(here, every)
    elif sys.stdout.isatty():
        _live(here, every)
    else:
        raise Invalid("--watch draws on a terminal; use --json for one line per look")


def _once(here: Here) -> None:
    with here.open() as platform:
        found = views.status(platform)
    if here.as_json:
        sys.stdout.write(to_bytes(found).decode() + "\n")
    else:
        Console().print(drawn(found))


def _live(here: Here, every: float) -> None:
    with here.open() as platform, Live(drawn(views.status(platform)), screen=True, auto_refresh=False) as screen:
        _repeat(platform, lambda found: screen.update(drawn(found), refresh=True), every)


def _stream(here: Here, every: float) -> None:
    with here.open() as platform:
        _repeat(platform, lambda found: print(to_bytes(found).decode(), flush=True), every)


def _repeat(platform: Platform, show: Callable[[StatusOut], None], every: float) -> None:
    """Looks and shows until Ctrl-C, which is the way to end it and no error."""
    # Also where whoever started the command ignores the signal, as a shell does for what it starts in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        while True:
            show(views.status(platform))
            time.sleep(every)


def drawn(found: StatusOut) -> Group:
    """The status for people."""
    table = Table(show_header=False, box=None, pad_edge=False)
    head = Text("ready", style="bold green") if found.ready else Text("not ready", style="bold red")
    rows: list[tuple[str, str | Text]] = [
        ("", head),
        ("engine", f"{found.engine}, {'served by another process' if found.running else 'not served'}"),
        ("head", "the node does not answer" if found.head is None else f"{found.head:,}   final {found.final:,}"),
        ("indexed", f"{found.indexed:,}   {_lag(found)}"),
        ("queue", f"{found.queued:,} to sign, {found.signed:,} on their way{_oldest(found)}"),
        ("breaks", _breaks(found)),
        ("last check", _when(found.last_check)),
        ("last full check", _when(found.last_full_check)),
    ]
    for name, value in rows:
        table.add_row(Text(name, style="dim"), value)
    return Group(table, *_alarms(found))


def _lag(found: StatusOut) -> str:
    return f"{found.lag_blocks:,} blocks and {found.lag_seconds:,} s behind" if found.lag_blocks else "in step"


def _oldest(found: StatusOut) -> str:
    return f"; the oldest since {found.oldest:%Y-%m-%d %H:%M:%S} UTC ({found.oldest_seconds:,} s)" if found.oldest else ""


def _breaks(found: StatusOut) -> Text:
    counts = found.breaks
    style = _COLOURS["serious"] if counts.serious else _COLOURS["minor"] if counts.minor else ""
    return Text(f"{counts.serious:,} serious, {counts.minor:,} minor, {counts.explained:,} explained", style=style)


def _when(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "never"


def _alarms(found: StatusOut) -> list[Text]:
    lines = []
    for alarm in found.alarms:
        line = Text(f"\n{alarm.name}", style=_COLOURS[alarm.severity])
        line.append(f" since {alarm.since:%Y-%m-%d %H:%M:%S} UTC: {alarm.meaning}\n  {alarm.detail}", style="default")
        lines.append(line)
    return lines
