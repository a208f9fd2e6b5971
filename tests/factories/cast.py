"""The people of registry tests: registered entities with custodial keys, as the chain would know them, and how each acts."""

from dataclasses import dataclass
from datetime import timedelta

from chain.structs import ROLE_AGENT, ROLE_AUDITOR, ROLE_FUNDER, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER
from registry.identity import accounts, keys, service
from registry.identity.service import NewEntity
from registry.kernel.uow import SERVICE, Actor, Work
from tests.factories import receivables as make
from tests.fakes.clock import START


@dataclass(frozen=True)
class Cast:
    """One of each role, three tiers of suppliers, and somebody who has nothing to do with anything."""

    registrar: Actor
    obligor: Actor
    tier1: Actor
    tier2: Actor
    tier3: Actor
    bank: Actor
    agent: Actor
    auditor: Actor
    stranger: Actor


_ROLES = {
    "obligor": ROLE_OBLIGOR,
    "tier1": ROLE_SUPPLIER,
    "tier2": ROLE_SUPPLIER,
    "tier3": ROLE_SUPPLIER,
    "bank": ROLE_FUNDER,
    "agent": ROLE_AGENT,
    "auditor": ROLE_AUDITOR,
    "stranger": ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR,
}


def enrol(work: Work) -> Cast:
    """Registers everybody with an account in CNY, and writes their participants, keys, a profile and a limit as the indexer would."""
    with work.begin(SERVICE) as unit:
        registrar = service.ensure_registrar(unit)
    actors = {"registrar": Actor(registrar.id, ROLE_REGISTRAR, "api:registrar")}
    with work.begin(actors["registrar"]) as unit:
        for number, (name, roles) in enumerate(_ROLES.items(), start=2):
            entity = NewEntity(
                name=name.capitalize(),
                country="CN",
                roles=roles,
                identifiers={"legal:CN": f"91000{number}"},
                verified_until=START + timedelta(days=365),
                entity_id=number,
            )
            service.register(unit, entity)
            actors[name] = Actor(number, roles, f"api:{name}")
    with work.begin(SERVICE) as unit:
        make.profile(unit.session)
        make.limit(unit.session, actors["obligor"].entity_id, actors["agent"].entity_id)
        for actor in actors.values():
            _, address = keys.signer_for(unit, actor.entity_id)
            make.participant(unit.session, actor.entity_id, actor.roles)
            make.key(unit.session, actor.entity_id, address)
    for actor in actors.values():
        with work.begin(actor) as unit:
            accounts.bind(unit, actor.entity_id, currency="CNY", account=f"6222{actor.entity_id:012d}")
    return Cast(**actors)
