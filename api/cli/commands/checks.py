"""`tallystick check`, `checks`, `breaks`: whether chain, index, ledger and records agree, and what was done where they don't."""

from typing import Annotated

import typer

from api.calls import Answer, to_bytes
from api.cli import frame
from api.cli.frame import After, Here, Limit, paging
from api.cli.output import EXIT_BREAKS
from api.schemas.checks import CheckOut
from api.views import checks as views
from registry.kernel.uow import Actor
from registry.sync import breaks
from registry.sync.alarms import Severity
from registry.sync.breaks import STANDING, Filter, State

runs = typer.Typer(help="Checks: when they ran and what came of them.", no_args_is_help=True)
breaks_app = typer.Typer(help="Differences that checks have found, for registrar and auditor.", no_args_is_help=True)
_Number = Annotated[int, typer.Argument(help="Number of the break")]
# Whoever stands beside the data folder may look whether it is in order.
_BESIDE = Actor(entity_id=0, roles=0, via="cli")


def install(app: typer.Typer) -> None:
    """Adds the command that stands alone."""
    frame.command(app, "check")(check)


def check(here: Here) -> None:
    """Compares chain, index, ledger and records, keeps what differs as breaks; ends with 1 when anything does."""
    with here.open() as platform:
        number, report = platform.reconciler.check_now(_BESIDE)
        found = CheckOut.of(report)
        here.show(Answer(200, to_bytes(found)))
        if not found.clean:
            typer.echo(f"check {number}; see `tallystick breaks list`", err=True)
    if not found.clean:
        raise typer.Exit(EXIT_BREAKS)


@frame.command(runs, "list")
def list_runs(here: Here, *, after: After = None, limit: Limit = 50) -> None:
    """Checks, latest first."""
    columns = ("id", "kind", "state", "finished_at", "block", "compared", "found", "opened", "resolved", "failure")
    here.read("check.list", lambda unit: views.runs(unit, paging(after, limit)), columns=columns)


@frame.command(runs, "show")
def show_run(here: Here, number: Annotated[int, typer.Argument(help="Number of the check")]) -> None:
    """One check with what each comparison compared."""
    here.read("check.show", lambda unit: views.run(unit, number))


@frame.command(breaks_app, "list")
def list_breaks(
    here: Here,
    *,
    state: Annotated[list[State] | None, typer.Option(help="open, explained or resolved. Default: open and explained")] = None,
    code: Annotated[str | None, typer.Option(help="Only of this code")] = None,
    severity: Annotated[Severity | None, typer.Option(help="Only of this severity")] = None,
    subject: Annotated[str | None, typer.Option(help="Only about it, such as lot:0x..")] = None,
    after: After = None,
    limit: Limit = 50,
) -> None:
    """Breaks, latest first."""
    wanted = Filter(states=state or STANDING, code=code, severity=severity, subject=subject)
    columns = ("id", "state", "severity", "code", "subject", "expected", "found", "owner", "first_seen")
    here.read("break.list", lambda unit: views.page_of_breaks(unit, paging(after, limit), wanted), columns=columns)


@frame.command(breaks_app, "show")
def show_break(here: Here, number: _Number) -> None:
    """One break with its history."""
    here.read("break.show", lambda unit: views.one_break(unit, number))


@frame.command(breaks_app, "explain")
def explain(here: Here, number: _Number, *, reason: Annotated[str, typer.Option(help="Why it may stand")]) -> None:
    """Says why a break may stand; it does until its figures change. For the registrar."""
    here.write(
        "break.explain",
        lambda unit: breaks.explain(unit, number, reason),
        lambda unit, row: views.one_break(unit, row.id),
        subject=f"break:{number}",
    )


@frame.command(breaks_app, "own")
def own(here: Here, number: _Number, *, name: Annotated[str, typer.Option(help="Who takes care of it")]) -> None:
    """Names who takes care of a break. For the registrar."""
    here.write(
        "break.own",
        lambda unit: breaks.own(unit, number, name),
        lambda unit, row: views.one_break(unit, row.id),
        subject=f"break:{number}",
    )
