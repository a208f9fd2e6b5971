"""Entities and what belongs to them: keys, bank accounts, API keys; the log of acts."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.identity import (
    AccountIn,
    AccountOut,
    ActOut,
    ApiKeyIn,
    ApiKeyOut,
    EntityIn,
    EntityOut,
    IssuedKeyOut,
    KeyIn,
    KeyOut,
    MeOut,
    RenewIn,
    StatusIn,
)
from api.schemas.values import Address, EntityId, Number
from api.views import identity as views
from registry.identity import accounts, api_keys, keys, service

router = APIRouter(tags=["entities"])


@router.get("/me", response_model=MeOut, **does("me.show"))
def show_me(call: Acting) -> Response:
    """Who the caller is and what it may do."""
    return call.read(views.me)


@router.get("/acts", response_model=Page[ActOut], **does("act.list"))
def list_acts(call: Acting, paging: Paged) -> Response:
    """What was done and tried, latest first: the caller's own; registrar and auditor see all."""
    return call.read(lambda unit: views.page_of_acts(unit, paging))


@router.get("/entities", response_model=Page[EntityOut], **does("entity.list"))
def list_entities(call: Acting, paging: Paged) -> Response:
    """Entities by number."""
    return call.read(lambda unit: views.entities(unit, paging))


@router.get("/entities/lookup", response_model=EntityOut, **does("entity.show"))
def find_entity(call: Acting, scheme: Annotated[str, Query(max_length=20)], value: Annotated[str, Query(max_length=100)]) -> Response:
    """The entity registered under an identifier (lei, uscc, vat, ..), in whichever form it is written."""
    return call.read(lambda unit: views.found(unit, scheme, value))


@router.get("/entities/{entity}", response_model=EntityOut, **does("entity.show"))
def show_entity(call: Acting, entity: EntityId) -> Response:
    """One entity."""
    return call.read(lambda unit: views.entity(unit, entity))


@router.post("/entities", response_model=EntityOut, status_code=201, **does("entity.register"))
def register(call: Acting, body: EntityIn) -> Response:
    """The registrar registers an entity with its first key."""
    return call.write(lambda unit: service.register(unit, body.new()), views.shown, subject=lambda row: f"entity:{row.id}")


@router.post("/entities/{entity}/suspend", response_model=EntityOut, **does("entity.suspend"))
def suspend(call: Acting, entity: EntityId, body: StatusIn) -> Response:
    """Stops an entity from taking part; what it holds is still paid."""
    return call.write(lambda unit: service.suspend(unit, entity, body.reason), views.shown, subject=f"entity:{entity}", status=200)


@router.post("/entities/{entity}/activate", response_model=EntityOut, **does("entity.activate"))
def activate(call: Acting, entity: EntityId, body: StatusIn) -> Response:
    """Lets a suspended entity take part again."""
    return call.write(lambda unit: service.activate(unit, entity, body.reason), views.shown, subject=f"entity:{entity}", status=200)


@router.post("/entities/{entity}/renew", response_model=EntityOut, **does("entity.renew"))
def renew(call: Acting, entity: EntityId, body: RenewIn) -> Response:
    """Moves the end of an entity's verification."""
    return call.write(
        lambda unit: service.renew(unit, entity, verified_until=body.verified_until), views.shown, subject=f"entity:{entity}", status=200
    )


@router.get("/entities/{entity}/keys", response_model=Page[KeyOut], **does("key.list"))
def list_keys(call: Acting, entity: EntityId) -> Response:
    """An entity's signing keys, oldest first."""
    return call.read(lambda unit: views.keys_of(unit, entity))


@router.post("/entities/{entity}/keys", response_model=KeyOut, status_code=201, **does("key.add"))
def add_key(call: Acting, entity: EntityId, body: KeyIn) -> Response:
    """Gives an entity a key: its own by address, or a custodial one."""
    return call.write(
        lambda unit: keys.add(
            unit, entity, label=body.label, address=body.address, valid_from=body.valid_from, valid_until=body.valid_until
        ),
        lambda _unit, row: KeyOut.of(row),
        subject=f"entity:{entity}",
    )


@router.post("/keys/{address}/revoke", response_model=KeyOut, **does("key.revoke"))
def revoke_key(call: Acting, address: Address) -> Response:
    """Ends a signing key now; what it signed in its time stays provable."""
    return call.write(lambda unit: keys.revoke(unit, address), lambda _unit, row: KeyOut.of(row), subject=f"key:{address}", status=200)


@router.get("/entities/{entity}/accounts", response_model=Page[AccountOut], **does("account.list"))
def list_accounts(call: Acting, entity: EntityId) -> Response:
    """An entity's bank accounts, oldest first."""
    return call.read(lambda unit: views.accounts_of(unit, entity))


@router.post("/entities/{entity}/accounts", response_model=AccountOut, status_code=201, **does("account.bind"))
def bind_account(call: Acting, entity: EntityId, body: AccountIn) -> Response:
    """Makes an account the one for pay-outs in its currency; financings locked before keep theirs."""
    return call.write(
        lambda unit: accounts.bind(unit, entity, currency=body.currency, account=body.account), views.account, subject=f"entity:{entity}"
    )


@router.get("/entities/{entity}/api-keys", response_model=Page[ApiKeyOut], **does("api_key.list"))
def list_api_keys(call: Acting, entity: EntityId) -> Response:
    """An entity's API keys, oldest first."""
    return call.read(lambda unit: views.api_keys_of(unit, entity))


@router.post("/entities/{entity}/api-keys", response_model=IssuedKeyOut, status_code=201, **does("api_key.issue"))
def issue_api_key(call: Acting, entity: EntityId, body: ApiKeyIn) -> Response:
    """Issues an API key; its token is shown here and never again."""
    return call.write(lambda unit: api_keys.issue(unit, entity, label=body.label), views.issued, subject=f"entity:{entity}")


@router.post("/api-keys/{number}/revoke", response_model=ApiKeyOut, **does("api_key.revoke"))
def revoke_api_key(call: Acting, number: Number) -> Response:
    """Ends an API key at once."""
    return call.write(
        lambda unit: api_keys.revoke(unit, number), lambda _unit, row: ApiKeyOut.of(row), subject=f"api_key:{number}", status=200
    )
