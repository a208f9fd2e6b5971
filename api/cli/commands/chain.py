"""`tallystick transaction`, `events`, `balance`, `network`: what was recorded."""

from typing import Annotated

import typer

from api.calls import Answer, to_bytes
from api.cli import frame
from api.cli.commands.asof import Block, Day, moment
from api.cli.frame import After, Here, Limit, paging
from api.views import chain as views
from registry.kernel.uow import SERVICE

transaction = typer.Typer(help="Contract calls and what became of them.", no_args_is_help=True)


@frame.command(transaction, "list")
def list_transactions(
    here: Here,
    subject: Annotated[str | None, typer.Option(help="Only those about it, such as payable:0x..")] = None,
    *,
    after: After = None,
    limit: Limit = 50,
) -> None:
    """The entity's contract calls, latest first."""
    columns = ("id", "subject", "function", "state", "block", "error", "updated_at")
    here.read("transaction.list", lambda unit: views.transactions(unit, paging(after, limit), subject=subject), columns=columns)


@frame.command(transaction, "show")
def show(here: Here, number: Annotated[int, typer.Argument(help="Number of the transaction")]) -> None:
    """One contract call."""
    here.read("transaction.show", lambda unit: views.transaction(unit, number))


def install(app: typer.Typer) -> None:
    """Adds the commands that stand alone."""
    frame.command(app, "events")(events)
    frame.command(app, "balance")(balance)
    frame.command(app, "network")(network)


def events(
    here: Here, payable: Annotated[str | None, typer.Option(help="Only of this payable")] = None, *, after: After = None, limit: Limit = 50
) -> None:
    """Contract events the entity may see, latest first."""
    here.read("event.list", lambda unit: views.events(unit, paging(after, limit), payable=payable))


def balance(
    here: Here,
    entity: Annotated[int | None, typer.Option(help="Registrar and auditor: of this entity; default: all")] = None,
    *,
    block: Block = None,
    day: Day = None,
) -> None:
    """Ledger accounts of the entity, now or as of a block or a day."""
    here.read("balance.list", lambda unit: views.balances(unit, entity, moment(block, day)))


def network(here: Here) -> None:
    """Chain id, contract, and how far node and index are."""
    with here.open() as platform:
        with platform.work.begin(SERVICE) as unit:
            found = views.network(unit, platform)
        here.show(Answer(200, to_bytes(found)))
