"""Entities for tests, valid unless told otherwise."""

from datetime import UTC, datetime
from typing import Any

from chain.structs import ROLE_AGENT, ROLE_AUDITOR, ROLE_FUNDER, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER
from registry.identity import service
from registry.identity.tables import Entity
from registry.kernel.uow import SERVICE, Actor, Unit, Work

VERIFIED_UNTIL = datetime(2030, 1, 1, tzinfo=UTC)
REGISTRAR = Actor(entity_id=service.REGISTRAR, roles=ROLE_REGISTRAR, via="test")
__all__ = [
    "REGISTRAR",
    "ROLE_AGENT",
    "ROLE_AUDITOR",
    "ROLE_FUNDER",
    "ROLE_OBLIGOR",
    "ROLE_REGISTRAR",
    "ROLE_SUPPLIER",
    "actor",
    "entity",
    "new_entity",
    "registrar",
]


def registrar(work: Work) -> Actor:
    """The registrar, made where missing."""
    with work.begin(SERVICE) as unit:
        service.ensure_registrar(unit)
    return REGISTRAR


def new_entity(**given: Any) -> service.NewEntity:
    """What the registrar enters for a supplier."""
    values = {"name": "Harbour Steel Works Ltd", "country": "CN", "roles": ROLE_SUPPLIER, "verified_until": VERIFIED_UNTIL}
    return service.NewEntity(**(values | given))


def entity(unit: Unit, **given: Any) -> Entity:
    """A registered entity; the unit's actor is the registrar."""
    return service.register(unit, new_entity(**given))


def actor(work: Work, **given: Any) -> Actor:
    """A registered entity as an actor; makes the registrar first."""
    with work.begin(registrar(work)) as unit:
        row = entity(unit, **given)
    return Actor(entity_id=row.id, roles=row.roles, via="test")
