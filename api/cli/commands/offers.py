"""`tallystick offer`: passing lots on."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.cli import frame
from api.cli.commands.lots import minor_of
from api.cli.frame import After, Here, Limit, Yes, paging, utc
from api.schemas.offers import OfferKind, WithdrawnOut
from api.views import claims
from api.views import offers as views
from registry.kernel.uow import Unit
from registry.receivables import documents, offers
from registry.receivables.offers import NewOffer
from registry.receivables.tables import OfferRecord

app = typer.Typer(help="Offers: make, accept, withdraw.", no_args_is_help=True)
_COLUMNS = ("id", "sender", "recipient", "amount", "whole", "kind", "status", "deadline")
_VALID = timedelta(days=7)


@frame.command(app, "list")
def list_offers(here: Here, side: views.Side = "all", *, after: After = None, limit: Limit = 50) -> None:
    """Offers made or received, latest first."""
    here.read("offer.list", lambda unit: views.offers(unit, paging(after, limit), side=side), columns=_COLUMNS)


@frame.command(app, "make")
def make(
    here: Here,
    lot: Annotated[str, typer.Argument(help="Lot to pass on")],
    recipient: Annotated[int, typer.Argument(help="Entity it is offered to")],
    *,
    document: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Trade document behind this transfer")],
    amount: Annotated[str | None, typer.Option(help="Part of the lot, such as 300.00; default: the whole")] = None,
    kind: OfferKind = "sale",
    deadline: Annotated[datetime | None, typer.Option(help="UTC; default: in seven days")] = None,
) -> None:
    """Offers a lot or a part of it to one recipient."""

    def decide(unit: Unit) -> OfferRecord:
        paper = documents.attach(
            unit, subject=f"lot:{lot}", name=document.name, media_type="application/octet-stream", content=document.read_bytes()
        )
        part = None if amount is None else minor_of(unit, lot, amount)
        ends = utc(deadline) or unit.now + _VALID
        return offers.make(unit, NewOffer(lot=lot, recipient=recipient, deadline=ends, documents=[paper.id], amount=part, kind=kind))

    here.write("offer.make", decide, lambda unit, made: views.offer(unit, made.id), subject=lambda made: f"offer:{made.id}")


@frame.command(app, "accept")
def accept(here: Here, offer: Annotated[int, typer.Argument(help="Number of the offer")]) -> None:
    """The recipient accepts; prints the lot that it now holds."""
    here.write("offer.accept", lambda unit: offers.accept(unit, offer), claims.lot, subject=f"offer:{offer}")


@frame.command(app, "withdraw")
def withdraw(here: Here, *, yes: Yes = False) -> None:
    """Voids every open offer of the entity."""
    here.sure("Withdraw all open offers?", yes=yes)
    here.write("offer.withdraw", offers.withdraw_all, lambda _unit, count: WithdrawnOut(withdrawn=count), subject="offer")
