"""`tallystick lot`: what is held."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli import frame
from api.cli.frame import After, Here, Limit, Yes, instant, paging
from api.schemas.values import Money
from api.views import claims as views
from registry.kernel.uow import Unit
from registry.receivables import lots, visibility

app = typer.Typer(help="Lots: show, split, merge, lock, release.", no_args_is_help=True)
Lot = Annotated[str, typer.Argument(help="Id of the lot, 0x and 64 hex digits")]
_COLUMNS = ("id", "holder", "amount", "state", "hops", "depth", "version")


def minor_of(unit: Unit, lot: str, amount: str) -> int:
    """Minor units of an amount in a lot's currency."""
    currency = visibility.payable(unit, lot[:42]).currency
    return Money(amount=amount, currency=currency).minor()


@frame.command(app, "list")
def list_lots(
    here: Here,
    payable: Annotated[str | None, typer.Option(help="Only lots of this payable")] = None,
    *,
    live: Annotated[bool | None, typer.Option("--live/--ended", help="Only those that stand for money owed, or only the others")] = None,
    after: After = None,
    limit: Limit = 50,
) -> None:
    """Lots the entity may see."""
    wanted = views.LotFilter(payable=payable, live=live)
    here.read("lot.list", lambda unit: views.lots(unit, paging(after, limit), wanted=wanted), columns=_COLUMNS)


@frame.command(app, "show")
def show(here: Here, lot: Lot) -> None:
    """One lot."""
    here.read("lot.show", lambda unit: views.lot(unit, lot))


@frame.command(app, "history")
def history(here: Here, lot: Lot) -> None:
    """Steps in a lot's life."""
    here.read("lot.show", lambda unit: views.history(unit, lot))


@frame.command(app, "split")
def split(here: Here, lot: Lot, amounts: Annotated[list[str], typer.Argument(help="Amounts, such as 300.00")]) -> None:
    """Takes parts off a lot for oneself."""
    here.write(
        "lot.split",
        lambda unit: lots.split(unit, lot, [minor_of(unit, lot, amount) for amount in amounts]),
        views.lots_named,
        subject=f"lot:{lot}",
    )


@frame.command(app, "merge")
def merge(here: Here, lot: Lot, others: Annotated[list[str], typer.Argument(help="Lots that it takes in")], *, yes: Yes = False) -> None:
    """Puts other lots into this one."""
    here.sure(f"Merge {len(others)} lots into {lot}? Their ids end.", yes=yes)
    here.write("lot.merge", lambda unit: lots.merge(unit, lot, others), lambda unit, _done: views.lot(unit, lot), subject=f"lot:{lot}")


@frame.command(app, "lock")
def lock(
    here: Here, lot: Lot, party: Annotated[int, typer.Argument(help="Entity")], until: Annotated[datetime, typer.Argument(help="UTC")]
) -> None:
    """Locks a lot for a party until a time."""
    here.write(
        "lot.lock",
        lambda unit: lots.lock(unit, lot, party=party, until=instant(until)),
        lambda unit, _done: views.lot(unit, lot),
        subject=f"lot:{lot}",
    )


@frame.command(app, "release")
def release(here: Here, lot: Lot) -> None:
    """Ends a lock."""
    here.write("lot.release", lambda unit: lots.release(unit, lot), lambda unit, _done: views.lot(unit, lot), subject=f"lot:{lot}")
