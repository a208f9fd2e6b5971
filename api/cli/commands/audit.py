"""`tallystick audit verify | export | anchor`: the log of acts, and whether anybody has touched it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.calls import Accepted, Answer, to_bytes
from api.cli import frame
from api.cli.frame import Here
from api.cli.output import EXIT_BREAKS
from api.views import audit as views
from registry.kernel.errors import Invalid
from registry.sync import anchors

app = typer.Typer(help="The log of acts: who did what, chained by hash and anchored on the chain.", no_args_is_help=True)


@frame.command(app, "verify")
def verify(here: Here) -> None:
    """Reads the whole log; ends with 1 when an act was edited, removed, inserted or moved."""
    with here.open() as platform:
        found = here.call(platform, "audit.verify").ask(views.verified)
        here.show(Answer(200, to_bytes(found)))
    if not found.clean:
        raise typer.Exit(EXIT_BREAKS)


@frame.command(app, "export")
def export(here: Here, out: Annotated[Path, typer.Option(help="File to write, a line of JSON per act; it must not exist")]) -> None:
    """Writes the whole log, for an auditor or a regulator."""
    with here.open() as platform:
        lines = here.call(platform, "audit.export").ask(lambda unit: list(views.exported(unit)))
    try:
        with out.open("xb") as file:
            file.writelines(lines)
    except FileExistsError:
        raise Invalid("this file exists; name another one", file=str(out)) from None
    Console(stderr=True).print(f"{out}: {len(lines)} acts", highlight=False)


@frame.command(app, "anchor")
def anchor(here: Here) -> None:
    """Tells the chain the heads of the log and of the ledger now, instead of at the next scheduled time."""
    here.write(
        "audit.anchor",
        anchors.drop,
        lambda _unit, numbers: Accepted(status="confirmed", subject=anchors.SUBJECT, transactions=numbers),
        subject=anchors.SUBJECT,
    )
