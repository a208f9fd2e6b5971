"""Entities, keys, accounts, API keys, acts; limits and profiles."""

from api.paging import Page, Paging
from api.schemas.identity import AccountOut, ActOut, ApiKeyOut, EntityOut, IssuedKeyOut, KeyOut, MeOut
from api.schemas.instruments import LimitOut, LimitsOut, ProfileOut, ProfilesOut
from registry.identity import accounts, acts, api_keys, keys, limits, permissions, service
from registry.identity.tables import ApiKey, BankAccount, Entity
from registry.kernel.errors import NotFound
from registry.kernel.uow import Unit
from registry.receivables import visibility


def me(unit: Unit) -> MeOut:
    """Who the actor is and what it may do."""
    actor = unit.actor
    return MeOut(entity=actor.entity_id, roles=permissions.role_names(actor.roles), via=actor.via, acts=permissions.acts_of(actor))


def entity(unit: Unit, entity_id: int) -> EntityOut:
    """One entity as the actor may see it."""
    return shown(unit, service.entity(unit, entity_id))


def found(unit: Unit, scheme: str, value: str) -> EntityOut:
    """The entity registered under an identifier."""
    row = service.find_by_identifier(unit, scheme, value)
    if row is None:
        raise NotFound(f"no entity is registered under this {scheme}", scheme=scheme)
    return shown(unit, row)


def shown(unit: Unit, row: Entity) -> EntityOut:
    """A row as the actor may see it."""
    return EntityOut.of(service.view(unit, row))


def entities(unit: Unit, paging: Paging) -> Page[EntityOut]:
    """A page of entities by number."""
    rows = service.views(unit, service.entities(unit, after=paging.number or 0, limit=paging.limit))
    return paging.page(rows, EntityOut.of, lambda row: row.id)


def keys_of(unit: Unit, entity_id: int) -> Page[KeyOut]:
    """An entity's signing keys."""
    return Page(items=[KeyOut.of(row) for row in keys.listed(unit, entity_id)], next=None)


def accounts_of(unit: Unit, entity_id: int) -> Page[AccountOut]:
    """An entity's bank accounts."""
    return Page(items=[account(unit, row) for row in accounts.listed(unit, entity_id)], next=None)


def account(unit: Unit, row: BankAccount) -> AccountOut:
    """A bank account, opened."""
    return AccountOut.of(row, account=accounts.text_of(unit, row.id))


def api_keys_of(unit: Unit, entity_id: int) -> Page[ApiKeyOut]:
    """An entity's API keys."""
    return Page(items=[ApiKeyOut.of(row) for row in api_keys.listed(unit, entity_id)], next=None)


def issued(_unit: Unit, made: tuple[ApiKey, str]) -> IssuedKeyOut:
    """A new API key with its token."""
    row, token = made
    return IssuedKeyOut(**dict(ApiKeyOut.of(row)), token=token)


def page_of_acts(unit: Unit, paging: Paging) -> Page[ActOut]:
    """A page of acts, latest first."""
    return paging.page(acts.visible(unit, before=paging.number, limit=paging.limit), ActOut.of, lambda row: row.id)


def all_limits(unit: Unit) -> LimitsOut:
    """Limits the actor may see."""
    return LimitsOut(items=[LimitOut.of(row) for row in limits.visible(unit)])


def limit(unit: Unit, obligor: int, currency: str) -> LimitOut:
    """One limit."""
    known = next((item for item in all_limits(unit).items if (item.obligor, item.limit.currency) == (obligor, currency)), None)
    if known is None:
        raise NotFound(f"entity {obligor} has no limit in {currency}", obligor=obligor, currency=currency)
    return known


def profile(unit: Unit, number: int) -> ProfileOut:
    """One instrument profile."""
    return ProfileOut.of(visibility.profile(unit, number))


def profiles(unit: Unit) -> ProfilesOut:
    """All instrument profiles."""
    return ProfilesOut(items=[ProfileOut.of(row) for row in visibility.profiles(unit)])
