"""`tallystick party`: entities, their API keys and limits."""

from datetime import datetime
from typing import Annotated

import typer

from api.cli import frame
from api.cli.frame import After, Here, Limit, instant, paging
from api.schemas.values import Money
from api.views import identity as views
from registry.identity import accounts, api_keys, limits, service
from registry.identity.permissions import ROLES
from registry.identity.service import NewEntity
from registry.kernel.errors import Invalid

app = typer.Typer(help="Parties: register, show, API keys, limits.", no_args_is_help=True)
Entity = Annotated[int, typer.Argument(help="Number of the entity")]
_COLUMNS = ("id", "name", "country", "roles", "status", "verified_until")


@frame.command(app, "list")
def list_parties(here: Here, *, after: After = None, limit: Limit = 50) -> None:
    """Entities by number."""
    here.read("entity.list", lambda unit: views.entities(unit, paging(after, limit)), columns=_COLUMNS)


@frame.command(app, "show")
def show(here: Here, entity: Entity) -> None:
    """One entity."""
    here.read("entity.show", lambda unit: views.entity(unit, entity))


@frame.command(app, "add")
def add(
    here: Here,
    name: Annotated[str, typer.Argument(help="Legal name")],
    *,
    country: Annotated[str, typer.Option(help="ISO 3166-1, such as CN")],
    role: Annotated[list[str], typer.Option(help="obligor, supplier, funder, agent or auditor; may be repeated")],
    verified_until: Annotated[datetime, typer.Option(help="End of its verification (UTC)")],
    identifier: Annotated[list[str] | None, typer.Option(help="SCHEME=VALUE, such as lei=5299..; may be repeated")] = None,
) -> None:
    """The registrar registers an entity with a custodial key."""
    unknown = next((item for item in role if item not in ROLES), None)
    if unknown is not None:
        raise Invalid(f"{unknown!r} is no role; use {', '.join(ROLES)}", role=unknown)
    new = NewEntity(
        name=name,
        country=country,
        roles=sum(ROLES[item] for item in set(role)),
        verified_until=instant(verified_until),
        identifiers=_identifiers(identifier or []),
    )
    here.write("entity.register", lambda unit: service.register(unit, new), views.shown, subject=lambda row: f"entity:{row.id}")


@frame.command(app, "key")
def key(here: Here, entity: Entity, *, label: Annotated[str, typer.Option(help="To tell keys apart")] = "sandbox") -> None:
    """Issues an API key of an entity and prints its token, once. Without --as the entity itself acts."""
    here.by(entity).write("api_key.issue", lambda unit: api_keys.issue(unit, entity, label=label), views.issued, subject=f"entity:{entity}")


@frame.command(app, "limit")
def limit(
    here: Here,
    obligor: Entity,
    amount: Annotated[str, typer.Argument(help="Such as 1000000.00")],
    currency: Annotated[str, typer.Argument(help="ISO 4217, such as CNY")],
    agent: Annotated[int, typer.Argument(help="Entity of the payment agent")],
) -> None:
    """The registrar sets an obligor's limit and payment agent."""
    value = Money(amount=amount, currency=currency).minor()
    here.write(
        "limit.set",
        lambda unit: limits.set_limit(unit, obligor, currency=currency, limit=value, agent=agent),
        lambda unit, _done: views.limit(unit, obligor, currency),
        subject=f"entity:{obligor}",
    )


@frame.command(app, "account")
def account(
    here: Here,
    entity: Entity,
    currency: Annotated[str, typer.Argument(help="ISO 4217, such as CNY")],
    number: Annotated[str, typer.Argument(help="Account that pay-outs in it go to")],
) -> None:
    """Binds a bank account for pay-outs. Without --as the entity itself acts."""
    here.by(entity).write(
        "account.bind",
        lambda unit: accounts.bind(unit, entity, currency=currency, account=number),
        views.account,
        subject=f"entity:{entity}",
    )


def _identifiers(given: list[str]) -> dict[str, str]:
    pairs = [item.partition("=") for item in given]
    wrong = next((item for item, (_, mark, _) in zip(given, pairs, strict=True) if not mark), None)
    if wrong is not None:
        raise Invalid(f"{wrong!r} is not SCHEME=VALUE", identifier=wrong)
    return {scheme: value for scheme, _, value in pairs}
