"""`tallystick sync digest | replay`, `positions`: how things stood, and whether the chain still gives the same."""

from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from api import replaying
from api.calls import Answer, to_bytes
from api.cli import frame
from api.cli.frame import After, Here, Limit, paging
from api.cli.output import EXIT_BREAKS
from api.views import asof as views
from api.views.asof import Moment

Block = Annotated[int | None, typer.Option(min=0, help="As of this block. Default: the latest")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As of the end of this day, UTC")]


def install(root: typer.Typer, sync: typer.Typer) -> None:
    """Adds the command that stands alone, and those about the index as a whole."""
    frame.command(root, "positions")(positions)
    frame.command(sync, "digest")(digest)
    frame.command(sync, "replay")(replay)


def moment(block: int | None, day: datetime | None) -> Moment:
    """As of when."""
    return Moment(block, None if day is None else day.date())


def digest(here: Here, block: Block = None, day: Day = None) -> None:
    """One hash for everything the index says; compare it with another installation's of the same chain."""
    here.read("digest.show", lambda unit: views.digest(unit, moment(block, day)))


def replay(here: Here) -> None:
    """Indexes the chain from its first block into an empty database; ends with 1 when a digest is another than the one stored here."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with here.open() as platform, Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Rebuilding the chain", total=None)
        found = replaying.replay(
            platform, lambda indexed, last: progress.update(task, description="Indexing", total=last, completed=indexed)
        )
    here.show(Answer(200, to_bytes(found)))
    if not found.equal:
        raise typer.Exit(EXIT_BREAKS)


def positions(
    here: Here,
    block: Block = None,
    day: Day = None,
    *,
    entity: Annotated[int | None, typer.Option(help="Registrar and auditor: of this entity; default: all")] = None,
    after: After = None,
    limit: Limit = 50,
) -> None:
    """Live lots of the entity as of a block or a day."""
    here.read("position.list", lambda unit: views.positions(unit, paging(after, limit), moment(block, day), entity=entity))
