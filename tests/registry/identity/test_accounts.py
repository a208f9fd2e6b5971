"""Bank accounts: one open per entity and currency; earlier ones stay readable for what was bound to them."""

import pytest
from sqlalchemy import text

from registry.identity import accounts
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import Work
from tests.factories import identity as factory

IBAN = "DE89370400440532013000"


def test_bound_account_is_sealed_and_current(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(supplier) as unit:
        row = accounts.bind(unit, supplier.entity_id, currency="EUR", account="de89 3704 0044 0532 0130 00")
        found = accounts.current(unit, supplier.entity_id, "EUR")
        assert found is not None
        assert found.id == row.id
        assert accounts.text_of(unit, row.id) == IBAN
        assert IBAN not in unit.session.scalar(text("select t::text from bank_accounts t"))
        assert accounts.current(unit, supplier.entity_id, "CNY") is None


def test_binding_again_replaces_or_repeats(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(supplier) as unit:
        first = accounts.bind(unit, supplier.entity_id, currency="EUR", account=IBAN)
        other = accounts.bind(unit, supplier.entity_id, currency="CNY", account="6222021234567890123")
    with work.begin(supplier) as unit:
        assert accounts.bind(unit, supplier.entity_id, currency="EUR", account=IBAN).id == first.id
        second = accounts.bind(unit, supplier.entity_id, currency="EUR", account="GB33BUKB20201555555555")
    with work.begin(supplier) as unit:
        found = {row.id: row.closed_at for row in accounts.listed(unit, supplier.entity_id)}
        assert found == {first.id: unit.now, other.id: None, second.id: None}
        assert accounts.text_of(unit, first.id) == IBAN


@pytest.mark.parametrize(("currency", "account"), [("XXQ", IBAN), ("EUR", "DE89370400440532013001"), ("CNY", "12"), ("CNY", "12;drop")])
def test_bad_accounts_are_refused(work: Work, currency: str, account: str) -> None:
    supplier = factory.actor(work)
    with pytest.raises(Invalid), work.begin(supplier) as unit:
        accounts.bind(unit, supplier.entity_id, currency=currency, account=account)


def test_accounts_are_for_the_entity_and_the_registrar(work: Work) -> None:
    supplier, stranger = factory.actor(work), factory.actor(work, name="Other Ltd")
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        accounts.bind(unit, supplier.entity_id, currency="EUR", account=IBAN)
    with pytest.raises(Forbidden), work.begin(stranger) as unit:
        accounts.listed(unit, supplier.entity_id)
    with work.begin(factory.REGISTRAR) as unit:
        accounts.bind(unit, supplier.entity_id, currency="EUR", account=IBAN)
    with pytest.raises(NotFound), work.begin(factory.REGISTRAR) as unit:
        accounts.bind(unit, 99, currency="EUR", account=IBAN)
    with pytest.raises(NotFound), work.begin(factory.REGISTRAR) as unit:
        accounts.text_of(unit, 99)
