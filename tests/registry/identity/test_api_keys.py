"""API keys: issued, used, revoked; never stored."""

import re

import pytest
from sqlalchemy import text

from registry.identity import api_keys
from registry.identity.errors import KeyRevoked
from registry.kernel.errors import Forbidden, NotFound, Unauthenticated
from registry.kernel.uow import SERVICE, Work
from tests.factories import identity as factory


def test_issued_key_authenticates_its_entity(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(factory.REGISTRAR) as unit:
        row, token = api_keys.issue(unit, supplier.entity_id, label="ERP")
    assert re.fullmatch(r"tsk_[a-z2-7]{52}", token)
    assert token.startswith(row.prefix)
    with work.begin(SERVICE) as unit:
        actor = api_keys.authenticate(unit, token)
    assert (actor.entity_id, actor.roles, actor.via) == (supplier.entity_id, supplier.roles, f"api:{row.prefix}")


def test_token_is_not_stored(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(supplier) as unit:
        row, token = api_keys.issue(unit, supplier.entity_id, label="ERP")
        stored = unit.session.scalar(text("select t::text from api_keys t"))
    assert token not in stored
    assert token[len(row.prefix) :] not in stored


@pytest.mark.parametrize("token", ["", "tsk_", "tsk_" + "a" * 52, "tsk_" + "A" * 52, "x" * 5000, "tsk_" + "a" * 51 + "\n"])
def test_anything_else_is_refused(work: Work, token: str) -> None:
    with pytest.raises(Unauthenticated), work.begin(SERVICE) as unit:
        api_keys.authenticate(unit, token)


def test_revoked_key_ends_at_once(work: Work) -> None:
    supplier, stranger = factory.actor(work), factory.actor(work, name="Other Ltd")
    with work.begin(supplier) as unit:
        row, token = api_keys.issue(unit, supplier.entity_id, label="ERP")
        _, other = api_keys.issue(unit, supplier.entity_id, label="bank")
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        api_keys.revoke(unit, row.id)
    with work.begin(supplier) as unit:
        api_keys.revoke(unit, row.id)
    with pytest.raises(Unauthenticated), work.begin(SERVICE) as unit:
        api_keys.authenticate(unit, token)
    with work.begin(SERVICE) as unit:
        assert api_keys.authenticate(unit, other).entity_id == supplier.entity_id
    with pytest.raises(KeyRevoked), work.begin(supplier) as unit:
        api_keys.revoke(unit, row.id)
    with pytest.raises(NotFound), work.begin(supplier) as unit:
        api_keys.revoke(unit, 999)


def test_keys_are_for_the_entity_and_the_registrar(work: Work) -> None:
    supplier, stranger = factory.actor(work), factory.actor(work, name="Other Ltd")
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        api_keys.issue(unit, supplier.entity_id, label="theft")
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        api_keys.listed(unit, supplier.entity_id)
    with pytest.raises(NotFound), work.begin(factory.REGISTRAR) as unit:
        api_keys.issue(unit, 99, label="nobody")
    with work.begin(supplier) as unit:
        api_keys.issue(unit, supplier.entity_id, label="ERP")
        assert [row.label for row in api_keys.listed(unit, supplier.entity_id)] == ["ERP"]
