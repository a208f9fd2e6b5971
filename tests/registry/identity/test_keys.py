"""Signing keys: custody, validity, the end of a key, and who may touch whose."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from chain import signing
from registry.identity import keys, service
from registry.identity.errors import KeyRevoked, KeyTaken, NoCustodialKey
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Actor, Work
from tests.factories import identity as factory
from tests.fakes.clock import SimulatedClock

OWN = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"


def latest_call(work: Work) -> OutboxMessage:
    with work.begin(SERVICE) as unit:
        return unit.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()


def custodial_address(work: Work, actor: Actor) -> str:
    with work.begin(actor) as unit:
        return keys.signer_for(unit, actor.entity_id)[1]


def test_custodial_key_signs_for_its_entity_only(work: Work) -> None:
    first, second = factory.actor(work), factory.actor(work, name="Other Ltd")
    digest = bytes(range(32))
    with work.begin(first) as unit:
        signature = keys.sign_digest(unit, first.entity_id, digest)
        assert signing.recover(digest, signature) == keys.signer_for(unit, first.entity_id)[1]
        assert signing.recover(digest, signature) != keys.signer_for(unit, second.entity_id)[1]


def test_secret_is_sealed_and_bound_to_its_owner(work: Work) -> None:
    first, second = factory.actor(work), factory.actor(work, name="Other Ltd")
    address, other = custodial_address(work, first), custodial_address(work, second)
    with work.begin(SERVICE) as unit:
        secret = keys.secret_of(unit, address)
        stored = unit.session.scalar(text("select string_agg(t::text, '') from signing_keys t"))
        assert secret.hex() not in stored
        unit.session.execute(
            text("update signing_keys set secret_sealed = (select secret_sealed from signing_keys where address = :a) where address = :b"),
            {"a": address, "b": other},
        )
    with pytest.raises(Invalid, match="does not open"), work.begin(SERVICE) as unit:
        keys.secret_of(unit, other)


def test_added_key_is_announced_by_the_registrar(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(factory.REGISTRAR) as unit:
        row = keys.add(unit, supplier.entity_id, label="treasury HSM", address=OWN.upper().replace("0X", "0x"))
    message = latest_call(work)
    start, end = int(row.valid_from.timestamp()), int(row.valid_until.timestamp())
    assert (message.entity_id, message.function) == (service.REGISTRAR, "setKey")
    assert message.args == [OWN, str(supplier.entity_id), str(start), str(end)]
    with work.begin(supplier) as unit:
        assert [(key.address == OWN, key.secret_sealed is None) for key in keys.listed(unit, supplier.entity_id)].count((True, True)) == 1


def test_a_key_belongs_to_one_entity_for_ever(work: Work) -> None:
    supplier, other = factory.actor(work), factory.actor(work, name="Other Ltd")
    with work.begin(factory.REGISTRAR) as unit:
        keys.add(unit, supplier.entity_id, label="own", address=OWN)
    with pytest.raises(KeyTaken), work.begin(factory.REGISTRAR) as unit:
        keys.add(unit, other.entity_id, label="own", address=OWN)


def test_adding_is_refused(work: Work, clock: SimulatedClock) -> None:
    supplier = factory.actor(work)
    with pytest.raises(Forbidden), work.begin(supplier) as unit:
        keys.add(unit, supplier.entity_id, label="own", address=OWN)
    with pytest.raises(NotFound), work.begin(factory.REGISTRAR) as unit:
        keys.add(unit, 99, label="own", address=OWN)
    with pytest.raises(Invalid), work.begin(factory.REGISTRAR) as unit:
        keys.add(unit, supplier.entity_id, label="own", address="0x12")
    with pytest.raises(Invalid), work.begin(factory.REGISTRAR) as unit:
        keys.add(unit, supplier.entity_id, label="own", address=OWN, valid_until=clock.now())


def test_entity_ends_its_custodial_key_itself(work: Work, clock: SimulatedClock) -> None:
    supplier = factory.actor(work)
    address = custodial_address(work, supplier)
    clock.advance(timedelta(days=1))
    with work.begin(supplier) as unit:
        keys.revoke(unit, address)
    message = latest_call(work)
    assert (message.entity_id, message.signer, message.function, message.args) == (supplier.entity_id, address, "revokeKey", [address])
    with pytest.raises(NoCustodialKey), work.begin(supplier) as unit:
        keys.signer_for(unit, supplier.entity_id)
    with pytest.raises(KeyRevoked), work.begin(supplier) as unit:
        keys.revoke(unit, address)
    with work.begin(SERVICE) as unit:
        assert signing.address_of(keys.secret_of(unit, address)) == address


def test_registrar_ends_a_key_of_another(work: Work, clock: SimulatedClock) -> None:
    supplier, stranger = factory.actor(work), factory.actor(work, name="Other Ltd")
    with work.begin(factory.REGISTRAR) as unit:
        keys.add(unit, supplier.entity_id, label="own", address=OWN)
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        keys.revoke(unit, OWN)
    with work.begin(factory.REGISTRAR) as unit:
        keys.revoke(unit, OWN)
    now = int(clock.now().timestamp())
    # The contract wants a validity that is not empty, also in the second the key was made.
    assert latest_call(work).args == [OWN, str(supplier.entity_id), str(now - 1), str(now)]
    with pytest.raises(NotFound), work.begin(factory.REGISTRAR) as unit:
        keys.revoke(unit, "0x" + "11" * 20)


def test_signer_is_the_first_key_valid_now(work: Work, clock: SimulatedClock) -> None:
    supplier = factory.actor(work)
    first = custodial_address(work, supplier)
    with work.begin(factory.REGISTRAR) as unit:
        later = keys.add(unit, supplier.entity_id, label="next", valid_from=clock.now() + timedelta(days=30)).address
        keys.add(unit, supplier.entity_id, label="own", address=OWN)
    assert custodial_address(work, supplier) == first
    with work.begin(factory.REGISTRAR) as unit:
        keys.revoke(unit, first)
    with pytest.raises(NoCustodialKey), work.begin(supplier) as unit:
        keys.sign_digest(unit, supplier.entity_id, bytes(32))
    clock.advance(timedelta(days=30))
    assert custodial_address(work, supplier) == later


def test_secret_of_a_foreign_key(work: Work) -> None:
    supplier = factory.actor(work, address=OWN)
    for address in (OWN, "0x" + "22" * 20):
        with pytest.raises(NoCustodialKey), work.begin(supplier) as unit:
            keys.secret_of(unit, address)


def test_keys_are_listed_to_their_entity_and_the_registrar(work: Work) -> None:
    supplier, stranger = factory.actor(work), factory.actor(work, name="Other Ltd")
    with work.begin(factory.REGISTRAR) as unit:
        assert len(keys.listed(unit, supplier.entity_id)) == 1
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        keys.listed(unit, supplier.entity_id)
