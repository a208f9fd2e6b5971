"""Limits and profiles: what the registrar decides, as the chain is told."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from chain import ids
from chain.structs import Profile
from registry.identity import limits
from registry.identity.errors import RoleMissing
from registry.identity.tables import CreditLimit
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Work
from tests.factories import identity as factory

CNY_7 = ids.profile_id(156, 7)
RULES = Profile(
    from_time=1_767_225_600,
    until=1_893_456_000,
    tenor=31_536_000,
    hops=8,
    depth=6,
    children=40,
    record_lead=0,
    redeem_delay=0,
    grace=86_400,
    reopen_period=604_800,
    smallest_lot=100,
)


def latest_call(work: Work) -> OutboxMessage:
    with work.begin(SERVICE) as unit:
        return unit.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()


def test_limit_is_told_to_the_chain(work: Work) -> None:
    obligor = factory.actor(work, roles=factory.ROLE_OBLIGOR)
    agent = factory.actor(work, roles=factory.ROLE_AGENT)
    with work.begin(factory.REGISTRAR) as unit:
        limits.set_limit(unit, obligor.entity_id, currency="CNY", limit=2**72 - 1, agent=agent.entity_id)
    message = latest_call(work)
    assert message.function == "setLimit"
    assert message.args == [str(obligor.entity_id), "156", str(2**72 - 1), str(agent.entity_id)]
    assert message.subject == f"entity:{obligor.entity_id}"


def test_limits_are_refused(work: Work) -> None:
    obligor = factory.actor(work, roles=factory.ROLE_OBLIGOR)
    agent = factory.actor(work, roles=factory.ROLE_AGENT)
    supplier = factory.actor(work)

    def attempt(number: int, **given: object) -> None:
        values = {"currency": "CNY", "limit": 1, "agent": agent.entity_id} | given
        with work.begin(factory.REGISTRAR) as unit:
            limits.set_limit(unit, number, **values)  # type: ignore[arg-type]

    with pytest.raises(RoleMissing):
        attempt(supplier.entity_id)
    with pytest.raises(RoleMissing):
        attempt(obligor.entity_id, agent=supplier.entity_id)
    with pytest.raises(NotFound):
        attempt(99)
    for bad in ({"limit": -1}, {"limit": 2**72}, {"currency": "XXQ"}, {"agent": obligor.entity_id}):
        with pytest.raises(Invalid):
            attempt(obligor.entity_id, **bad)
    with pytest.raises(Forbidden), work.begin(obligor) as unit:
        limits.set_limit(unit, obligor.entity_id, currency="CNY", limit=1, agent=agent.entity_id)


def test_profile_is_told_to_the_chain(work: Work) -> None:
    registrar = factory.registrar(work)
    with work.begin(registrar) as unit:
        limits.set_profile(unit, CNY_7, RULES)
    message = latest_call(work)
    assert (message.function, message.subject) == ("setProfile", f"profile:{CNY_7}")
    assert message.args == [str(CNY_7), [str(value) for value in RULES.args()]]
    with work.begin(registrar) as unit:
        limits.pause_profile(unit, CNY_7, paused=True)
    assert (latest_call(work).function, latest_call(work).args) == ("pauseProfile", [str(CNY_7), True])


def test_profiles_are_refused(work: Work) -> None:
    supplier = factory.actor(work)
    # No currency, a variant of none, a number that ISO 4217 has no currency for, above all.
    for number in (0, 63, ids.profile_id(1), 2**16):
        with pytest.raises(Invalid), work.begin(factory.REGISTRAR) as unit:
            limits.set_profile(unit, number, RULES)
    with pytest.raises(Invalid), work.begin(factory.REGISTRAR) as unit:
        limits.set_profile(unit, CNY_7, replace(RULES, from_time=10, until=10))
    with pytest.raises(Invalid, match="39 bits"), work.begin(factory.REGISTRAR) as unit:
        limits.set_profile(unit, CNY_7, replace(RULES, smallest_lot=2**39))
    with pytest.raises(Forbidden), work.begin(supplier) as unit:
        limits.set_profile(unit, CNY_7, RULES)
    with pytest.raises(Forbidden), work.begin(supplier) as unit:
        limits.pause_profile(unit, CNY_7, paused=False)


def test_limits_are_seen_by_their_parties(work: Work) -> None:
    obligor = factory.actor(work, roles=factory.ROLE_OBLIGOR)
    agent = factory.actor(work, roles=factory.ROLE_AGENT)
    supplier = factory.actor(work)
    auditor = factory.actor(work, roles=factory.ROLE_AUDITOR)
    with work.begin(SERVICE) as unit:
        unit.session.add(CreditLimit(obligor=obligor.entity_id, currency=156, limit=5, used=2, agent=agent.entity_id, overdue=0))
    for who, seen in ((obligor, 1), (agent, 1), (auditor, 1), (factory.REGISTRAR, 1), (supplier, 0)):
        with work.begin(who) as unit:
            assert len(limits.visible(unit)) == seen
