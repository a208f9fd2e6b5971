"""Legal entities: registration, suspension, looking them up. The registrar decides; the chain is told by the same transaction."""

import json
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from chain.structs import ROLE_REGISTRAR, STATUS_ACTIVE, STATUS_SUSPENDED
from registry.identity import keys, repo, rules
from registry.identity.errors import EntityExists, IdentifierTaken
from registry.identity.permissions import require, role_names, sees_all
from registry.identity.tables import Entity, Participant
from registry.kernel import outbox, sealing
from registry.kernel.errors import Conflict, Invalid, NotFound
from registry.kernel.uow import Actor, Unit

REGISTRAR = keys.REGISTRAR
ALL_ROLES = 0x3F
NO_ACCOUNT = "0x" + "00" * 20
# The registrar's own verification does not run out.
FOR_EVER = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
PAGE = 50
STATUS_NAMES = {STATUS_ACTIVE: "active", STATUS_SUSPENDED: "suspended"}


@dataclass(frozen=True, kw_only=True)
class NewEntity:
    """A legal entity to register. `roles` are bits as on-chain; `identifiers` scheme to value (lei, uscc, vat, gln, duns, icd:NNNN, ..).

    `override_reason` says why an identifier with a wrong check digit stands all the same. `address` is the entity's own key when it
    keeps its keys itself; otherwise a custodial key is made.
    """

    name: str
    country: str
    roles: int
    verified_until: datetime
    identifiers: Mapping[str, str] = field(default_factory=dict)
    entity_id: int | None = None
    override_reason: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class EntityView:
    """An entity as the actor may see it: identifiers are None for other parties. Status: pending until the chain knows it."""

    id: int
    name: str
    country: str
    roles: list[str]
    status: str
    identifiers: dict[str, str] | None
    verified_until: datetime
    dossier: bytes
    created_at: datetime


def register(unit: Unit, new: NewEntity) -> Entity:
    """Registers an entity with its first key and tells the chain. For the registrar.

    Raises IdentifierInvalid, IdentifierTaken, EntityExists, Invalid, KeyTaken.
    """
    require(unit.actor, "entity.register")
    if not 0 < new.roles <= ALL_ROLES:
        raise Invalid("an entity has one role at least", roles=new.roles)
    checked = rules.check_all(dict(new.identifiers), new.override_reason)
    repo.lock_registration(unit.session)
    entity_id = _free_number(unit, new.entity_id)
    known = {item.scheme: item.value for item in checked}
    reason = rules.reason(new.override_reason) if any(item.doubt for item in checked) and new.override_reason else None
    name, country, salt = rules.name(new.name), rules.country(new.country), secrets.token_bytes(32)
    until = rules.whole(new.verified_until, "verified_until")
    dossier = {"country": country, "identifiers": known, "name": name, "override_reason": reason}
    row = Entity(
        id=entity_id,
        roles=new.roles,
        name_sealed=unit.vault.seal(entity_id, "entities.name_sealed", name),
        identifiers_sealed=unit.vault.seal(entity_id, "entities.identifiers_sealed", _canonical(known)),
        country=country,
        dossier=sealing.commitment(salt, _canonical(dossier).encode()),
        dossier_salt_sealed=unit.vault.seal(entity_id, "entities.dossier_salt_sealed", salt),
        verified_until=until,
        status=STATUS_ACTIVE,
        reason_sealed=None if reason is None else unit.vault.seal(entity_id, "entities.reason_sealed", reason),
        created_at=unit.now,
    )
    repo.add(unit.session, row)
    for scheme, value in known.items():
        _index(unit, scheme, value, entity_id=entity_id)
    key = keys.make(unit, row.id, label="custodial" if new.address is None else "own", address=new.address)
    # The chain takes a key of a participant that it knows only.
    _tell_chain(unit, row)
    keys.announce(unit, key)
    return row


def _free_number(unit: Unit, wanted: int | None) -> int:
    if wanted is None:
        return repo.next_entity_id(unit.session)
    if not 0 < wanted < 2**32:
        raise Invalid("an entity's number is 1 to 4294967295", entity=wanted)
    if repo.entity(unit.session, wanted) is not None:
        raise EntityExists(f"entity {wanted} is registered already", entity=wanted)
    return wanted


def _index(unit: Unit, scheme: str, value: str, *, entity_id: int) -> None:
    blind = _blind(unit, scheme, value)
    holder = repo.holder_of_identifier(unit.session, scheme, blind)
    if holder is not None:
        raise IdentifierTaken(f"this {scheme} belongs to entity {holder}, which is registered already", scheme=scheme, entity=holder)
    repo.add_identifier(unit.session, scheme, blind=blind, entity_id=entity_id)


def ensure_registrar(unit: Unit) -> Entity:
    """Entity 1, made at first start: its custodial key deploys the contracts and signs registrations. Safe to repeat."""
    repo.lock_registration(unit.session)
    known = repo.entity(unit.session, REGISTRAR)
    if known is not None:
        return known
    new = NewEntity(name="Registrar", country="ZZ", roles=ROLE_REGISTRAR, verified_until=FOR_EVER, entity_id=REGISTRAR)
    return register(unit, new)


def suspend(unit: Unit, entity_id: int, reason: str) -> Entity:
    """Stops an entity from taking part; what it holds is still paid. For the registrar. Raises NotFound, Conflict."""
    require(unit.actor, "entity.suspend")
    if entity_id == REGISTRAR:
        raise Conflict("the registrar can't suspend itself", entity=entity_id)
    return _decide(unit, entity_id, STATUS_SUSPENDED, reason)


def activate(unit: Unit, entity_id: int, reason: str) -> Entity:
    """Lets a suspended entity take part again. For the registrar. Raises NotFound, Conflict."""
    require(unit.actor, "entity.activate")
    return _decide(unit, entity_id, STATUS_ACTIVE, reason)


def _decide(unit: Unit, entity_id: int, status: int, reason: str) -> Entity:
    row = repo.lock_entity(unit.session, entity_id)
    if row is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    if row.status == status:
        raise Conflict(f"entity {entity_id} is {STATUS_NAMES[status]} already", entity=entity_id)
    row.status = status
    row.reason_sealed = unit.vault.seal(entity_id, "entities.reason_sealed", rules.reason(reason))
    _tell_chain(unit, row)
    return row


def renew(unit: Unit, entity_id: int, *, verified_until: datetime) -> Entity:
    """Moves the end of an entity's verification. For the registrar."""
    require(unit.actor, "entity.renew")
    row = repo.lock_entity(unit.session, entity_id)
    if row is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    row.verified_until = rules.whole(verified_until, "verified_until")
    _tell_chain(unit, row)
    return row


def _tell_chain(unit: Unit, row: Entity) -> None:
    until = rules.seconds(row.verified_until, "verified_until")
    args = [row.id, row.roles, row.status, until, NO_ACCOUNT, row.dossier]
    signer = keys.signer_for(unit, REGISTRAR)
    outbox.enqueue(unit, signer=signer, function="setParticipant", args=args, subject=f"entity:{row.id}")


def actor(unit: Unit, entity_id: int, *, via: str) -> Actor:
    """The actor that an entity is. NotFound when there is none."""
    row = entity(unit, entity_id)
    return Actor(entity_id=row.id, roles=row.roles, via=via)


def entity(unit: Unit, entity_id: int) -> Entity:
    """One entity. NotFound when there is none."""
    row = repo.entity(unit.session, entity_id)
    if row is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    return row


def entities(unit: Unit, *, after: int = 0, limit: int = PAGE) -> list[Entity]:
    """Entities by number, after a number."""
    return repo.entities(unit.session, after=after, limit=limit)


def find_by_identifier(unit: Unit, scheme: str, value: str) -> Entity | None:
    """The entity registered under an identifier, in whichever form it is written."""
    holder = repo.holder_of_identifier(unit.session, scheme, _blind(unit, scheme, rules.normal(scheme, value)))
    return None if holder is None else repo.entity(unit.session, holder)


def names(unit: Unit, ids: Collection[int]) -> dict[int, str]:
    """Legal names of some entities; numbers nobody has are left out."""
    wanted = set(ids)
    unit.vault.load(wanted)
    rows = repo.entities_named(unit.session, wanted)
    return {row.id: unit.vault.read(row.id, "entities.name_sealed", row.name_sealed) for row in rows}


def view(unit: Unit, row: Entity) -> EntityView:
    """An entity as the actor may see it."""
    return views(unit, [row])[0]


def views(unit: Unit, rows: Collection[Entity]) -> list[EntityView]:
    """Like `view` for many, with few queries."""
    ids = {row.id for row in rows}
    unit.vault.load(ids)
    known = repo.participants(unit.session, ids)
    return [_view(unit, row, known.get(row.id)) for row in rows]


def _view(unit: Unit, row: Entity, known: Participant | None) -> EntityView:
    open_to_actor = sees_all(unit.actor) or unit.actor.entity_id == row.id
    identifiers = json.loads(unit.vault.read(row.id, "entities.identifiers_sealed", row.identifiers_sealed)) if open_to_actor else None
    return EntityView(
        id=row.id,
        name=unit.vault.read(row.id, "entities.name_sealed", row.name_sealed),
        country=row.country,
        roles=role_names(row.roles),
        status="pending" if known is None else STATUS_NAMES.get(known.status, "pending"),
        identifiers=identifiers,
        verified_until=row.verified_until,
        dossier=row.dossier,
        created_at=row.created_at,
    )


def _blind(unit: Unit, scheme: str, value: str) -> bytes:
    return sealing.keyed_hash(unit.network.fingerprint_key, "tallystick.identifier.v1", scheme, value)


def _canonical(value: Mapping[str, object]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
