"""`tallystick payable`: what is owed, and what obligor and payee do with it."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli import frame
from api.cli.frame import After, Here, Limit, Yes, paging, utc
from api.schemas.payables import ConsentOut
from api.views import claims as views
from registry.identity.rules import named_profile
from registry.receivables import payables
from registry.receivables.payables import Confirmation

app = typer.Typer(help="Payables: confirm, accept, refuse, cancel; the claim tree.", no_args_is_help=True)
Payable = Annotated[str, typer.Argument(help="Id of the payable, 0x and 40 hex digits")]
Profile = Annotated[
    int, typer.Option("--profile", parser=named_profile, metavar="PROFILE", help="Instrument profile: EUR/0, or its number")
]
_COLUMNS = ("id", "obligor", "payee", "state", "face", "outstanding", "available", "due")


@frame.command(app, "list")
def list_payables(here: Here, state: str | None = None, *, after: After = None, limit: Limit = 50) -> None:
    """Payables the entity may see, latest first."""
    wanted = views.PayableFilter(state=state)
    here.read("payable.list", lambda unit: views.payables(unit, paging(after, limit), wanted=wanted), columns=_COLUMNS)


@frame.command(app, "show")
def show(here: Here, payable: Payable) -> None:
    """One payable."""
    here.read("payable.show", lambda unit: views.payable(unit, payable))


@frame.command(app, "tree")
def tree(here: Here, payable: Payable) -> None:
    """The claim tree: lots with their parents, and the steps in their lives."""
    if here.as_json:
        here.read("payable.show", lambda unit: views.tree(unit, payable))
    else:
        here.draw("payable.show", lambda unit: views.tree(unit, payable))


@frame.command(app, "confirm")
def confirm(
    here: Here,
    invoices: Annotated[list[int] | None, typer.Argument(help="Invoices of one seller")] = None,
    *,
    profile: Profile,
    import_id: Annotated[int | None, typer.Option("--import", help="Instead: every invoice of an import, a payable each")] = None,
    due: Annotated[datetime | None, typer.Option(help="Due time (UTC); default: the end of the day the invoices are due")] = None,
    yes: Yes = False,
) -> None:
    """The obligor confirms invoices as a debt."""
    here.sure("Confirm? Once the payee accepts, the promise is unconditional.", yes=yes)
    if import_id is not None:
        here.write(
            "payable.confirm",
            lambda unit: payables.confirm_many(unit, profile=profile, import_id=import_id),
            views.payables_named,
            subject=f"import:{import_id}",
        )
        return
    wanted = Confirmation(invoices=[(number, None) for number in invoices or []], profile=profile, due=utc(due))
    here.write("payable.confirm", lambda unit: payables.confirm(unit, wanted), views.payable, subject="payable:{}".format)


@frame.command(app, "accept")
def accept(here: Here, ids: Annotated[list[str], typer.Argument(help="Payables")]) -> None:
    """The payee accepts payables."""
    here.write("payable.accept", lambda unit: payables.accept(unit, ids), views.payables_named, subject="payable")


@frame.command(app, "refuse")
def refuse(here: Here, payable: Payable, *, yes: Yes = False) -> None:
    """The payee refuses a payable before acceptance."""
    here.sure(f"Refuse payable {payable}? Its id is never used again.", yes=yes)
    here.write(
        "payable.refuse",
        lambda unit: payables.refuse(unit, payable),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
    )


@frame.command(app, "cancel")
def cancel(here: Here, payable: Payable, *, yes: Yes = False) -> None:
    """The obligor cancels a payable; after acceptance the payee consents first."""
    here.sure(f"Cancel payable {payable}? Its id is never used again.", yes=yes)
    here.write(
        "payable.cancel",
        lambda unit: payables.cancel(unit, payable),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
    )


@frame.command(app, "consent")
def consent(here: Here, payable: Payable, *, yes: Yes = False) -> None:
    """The payee consents to the cancellation of a payable that it has accepted."""
    here.sure(f"Let the obligor cancel payable {payable}?", yes=yes)
    here.write(
        "payable.consent",
        lambda unit: payables.consent_to_cancel(unit, payable),
        lambda _unit, _done: ConsentOut(payable=payable),
        subject=f"payable:{payable}",
    )
