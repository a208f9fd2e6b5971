"""`tallystick financing`, `payment` and `clearing`: the money."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli import frame
from api.cli.commands.lots import minor_of
from api.cli.frame import After, Here, Limit, Yes, instant, paging
from api.schemas.funding import FinancingKind
from api.views import funding as views
from registry.funding import clearing, financings, payments
from registry.funding.financings import NewFinancing
from registry.funding.tables import FinancingRecord
from registry.kernel.uow import Unit

financing = typer.Typer(help="Financings: lock for a funder, complete, release.", no_args_is_help=True)
payment = typer.Typer(help="Payments that came in for payables.", no_args_is_help=True)
clearing_app = typer.Typer(help="Clearing: redeem the lots of a paid payable.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number of the financing")]
Payable = Annotated[str, typer.Argument(help="Id of the payable")]
Reference = Annotated[str, typer.Option("--reference", help="The bank's reference")]


@frame.command(financing, "list")
def list_financings(here: Here, after: After = None, *, limit: Limit = 50) -> None:
    """Financings the entity is holder or funder of."""
    columns = ("id", "holder", "funder", "kind", "amount", "price", "state", "until")
    here.read("financing.list", lambda unit: views.page_of_financings(unit, paging(after, limit)), columns=columns)


@frame.command(financing, "lock")
def lock(
    here: Here,
    lot: Annotated[str, typer.Argument(help="Lot to be financed, whole")],
    funder: Annotated[int, typer.Argument(help="Entity of the funder")],
    *,
    price: Annotated[str, typer.Option(help="What the funder pays out, such as 985.20")],
    until: Annotated[datetime, typer.Option(help="UTC; until then the holder is bound")],
    kind: FinancingKind = "assignment",
    recourse: bool = False,
) -> None:
    """The holder locks a lot for one financing by one funder."""

    def decide(unit: Unit) -> FinancingRecord:
        amount = minor_of(unit, lot, price)
        new = NewFinancing(lot=lot, funder=funder, kind=kind, price=amount, until=instant(until), recourse=recourse)
        return financings.lock(unit, new)

    here.write("financing.lock", decide, lambda unit, made: views.financing(unit, made.id), subject=lambda made: f"financing:{made.id}")


@frame.command(financing, "complete")
def complete(here: Here, number: Number, *, reference: Reference, yes: Yes = False) -> None:
    """The funder has paid out and takes the lot, or its pledge."""
    here.sure(f"Complete financing {number}? Say yes only when the money has gone out.", yes=yes)
    here.write(
        "financing.complete",
        lambda unit: financings.complete(unit, number, reference=reference),
        lambda unit, _done: views.financing(unit, number),
        subject=f"financing:{number}",
    )


@frame.command(financing, "release")
def release(here: Here, number: Number, *, yes: Yes = False) -> None:
    """Ends the lock without a financing."""
    here.sure(f"Release financing {number}?", yes=yes)
    here.write(
        "financing.release",
        lambda unit: financings.release(unit, number),
        lambda unit, _done: views.financing(unit, number),
        subject=f"financing:{number}",
    )


@frame.command(payment, "list")
def list_payments(here: Here, after: After = None, *, limit: Limit = 50) -> None:
    """Payments the entity recorded or owes."""
    here.read("payment.list", lambda unit: views.page_of_payments(unit, paging(after, limit)))


@frame.command(payment, "record")
def record(here: Here, payable: Payable, amount: str, *, reference: Reference, yes: Yes = False) -> None:
    """The payment agent states that money came in for a payable."""
    here.sure(f"Record {amount} for payable {payable}? Only agent and registrar together can take it back.", yes=yes)
    here.write(
        "payment.record",
        lambda unit: payments.record(unit, payable, amount=minor_of(unit, payable, amount), reference=reference),
        lambda unit, made: views.payment(unit, made.id),
        subject=lambda made: f"payment:{made.id}",
    )


@frame.command(clearing_app, "show")
def show(here: Here, payable: Payable) -> None:
    """The clearing list as it would be run now."""
    here.read("clearing.plan", lambda unit: views.plan(unit, payable))


@frame.command(clearing_app, "run")
def run(here: Here, payable: Payable, *, yes: Yes = False) -> None:
    """Redeems all lots of a payable: whole when it is covered, else each its share."""
    here.sure(f"Clear payable {payable}? What is redeemed is gone from the chain.", yes=yes)
    here.write(
        "clearing.run",
        lambda unit: clearing.run(unit, payable),
        lambda unit, made: views.run(unit, made.id),
        subject=lambda made: f"clearing:{made.id}",
    )
