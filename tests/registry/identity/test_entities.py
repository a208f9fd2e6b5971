"""Registration, look-up and suspension of entities, and what the chain is told."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from registry.identity import keys, service
from registry.identity.errors import EntityExists, IdentifierInvalid, IdentifierTaken, KeyTaken
from registry.identity.tables import Participant
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Work
from tests.factories import identity as factory

USCC = "91110000600037341L"
LEI = "5493001KJTIIGC8Y1R12"


def calls(work: Work) -> list[tuple[str, list[object]]]:
    """Contract calls enqueued so far."""
    with work.begin(SERVICE) as unit:
        rows = unit.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.function, row.args) for row in rows]


def test_registrar_is_entity_one_made_once(work: Work) -> None:
    factory.registrar(work)
    factory.registrar(work)
    with work.begin(SERVICE) as unit:
        row = service.entity(unit, service.REGISTRAR)
        signer, address = keys.signer_for(unit, service.REGISTRAR)
        assert unit.session.scalar(text("select count(*) from entities")) == 1
    assert (row.id, row.roles, signer) == (1, factory.ROLE_REGISTRAR, 1)
    found = calls(work)
    assert [name for name, _ in found] == ["setParticipant", "setKey"]
    assert found[0][1][:3] == ["1", "16", "1"]
    assert found[1][1][:2] == [address, "1"]


def test_register_tells_the_chain_participant_first(work: Work) -> None:
    registrar = factory.registrar(work)
    with work.begin(registrar) as unit:
        row = factory.entity(unit, identifiers={"lei": "5493 001K-JTIIGC8Y1R12"}, roles=factory.ROLE_OBLIGOR)
        assert len(unit.messages) == 2
        _, address = keys.signer_for(unit, row.id)
        _, by = keys.signer_for(unit, service.REGISTRAR)
    found = calls(work)[2:]
    until = str(int(factory.VERIFIED_UNTIL.timestamp()))
    assert found[0] == ("setParticipant", ["2", "1", "1", until, "0x" + "00" * 20, "0x" + row.dossier.hex()])
    assert found[1][0] == "setKey"
    assert found[1][1][:2] == [address, "2"]
    with work.begin(SERVICE) as unit:
        messages = unit.session.scalars(select(OutboxMessage).where(OutboxMessage.subject == "entity:2")).all()
        assert {(message.signer, message.entity_id) for message in messages} == {(by, 1)}
        found_by = service.find_by_identifier(unit, "lei", LEI.lower())
        assert found_by is not None
        assert found_by.id == 2
        assert service.find_by_identifier(unit, "vat", LEI) is None


def test_nothing_readable_is_stored(work: Work) -> None:
    factory.actor(work, name="Very Secret Name", identifiers={"uscc": USCC})
    with work.begin(SERVICE) as unit:
        for table in ("entities", "entity_identifiers", "outbox", "signing_keys"):
            for row in unit.session.execute(text(f"select t::text from {table} t")).scalars():
                for secret in ("Very Secret", USCC, b"Very Secret Name".hex(), USCC.encode().hex()):
                    assert secret not in row


def test_identifier_belongs_to_one_entity(work: Work) -> None:
    registrar = factory.registrar(work)
    with work.begin(registrar) as unit:
        first = factory.entity(unit, identifiers={"lei": LEI})
    with pytest.raises(IdentifierTaken) as caught, work.begin(registrar) as unit:
        factory.entity(unit, identifiers={"lei": LEI})
    assert caught.value.context == {"scheme": "lei", "entity": first.id}


def test_doubtful_identifier_needs_a_reason(work: Work) -> None:
    registrar = factory.registrar(work)
    wrong = USCC[:-1] + "X"
    with pytest.raises(IdentifierInvalid), work.begin(registrar) as unit:
        factory.entity(unit, identifiers={"uscc": wrong})
    with work.begin(registrar) as unit:
        row = factory.entity(unit, identifiers={"uscc": wrong}, override_reason="so printed on the licence")
        assert service.view(unit, row).identifiers == {"uscc": wrong}


def test_numbers_are_given_once(work: Work) -> None:
    registrar = factory.registrar(work)
    with work.begin(registrar) as unit:
        assert factory.entity(unit, entity_id=70).id == 70
        assert factory.entity(unit).id == 71
    with pytest.raises(EntityExists), work.begin(registrar) as unit:
        factory.entity(unit, entity_id=70)
    for bad in (0, -1, 2**32):
        with pytest.raises(Invalid), work.begin(registrar) as unit:
            factory.entity(unit, entity_id=bad)


@pytest.mark.parametrize(
    "given",
    [
        {"name": " "},
        {"name": "a" * 201},
        {"name": "line\x00break"},
        {"country": "cn"},
        {"roles": 0},
        {"roles": 64},
        {"verified_until": datetime(2107, 1, 1, tzinfo=UTC)},
        {"verified_until": datetime(2030, 1, 1)},  # noqa: DTZ001 - naive on purpose
        {"address": "0x1234"},
    ],
)
def test_bad_values_are_refused_whole(work: Work, given: dict[str, object]) -> None:
    registrar = factory.registrar(work)
    before = len(calls(work))
    with pytest.raises(Invalid), work.begin(registrar) as unit:
        factory.entity(unit, **given)
    assert len(calls(work)) == before
    with work.begin(SERVICE) as unit:
        assert [row.id for row in service.entities(unit)] == [1]


def test_only_the_registrar_registers(work: Work) -> None:
    supplier = factory.actor(work)
    with pytest.raises(Forbidden), work.begin(supplier) as unit:
        factory.entity(unit)


def test_self_custody_has_no_custodial_key(work: Work) -> None:
    registrar = factory.registrar(work)
    own = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
    with work.begin(registrar) as unit:
        row = factory.entity(unit, address=own)
        assert [key.address for key in keys.listed(unit, row.id)] == [own.lower()]
        assert keys.custodial(unit, row.id) is None
    with pytest.raises(KeyTaken), work.begin(registrar) as unit:
        factory.entity(unit, address=own)


def test_suspend_and_activate(work: Work) -> None:
    supplier = factory.actor(work)
    registrar = factory.REGISTRAR
    with work.begin(registrar) as unit:
        service.suspend(unit, supplier.entity_id, "licence withdrawn")
    with pytest.raises(Conflict), work.begin(registrar) as unit:
        service.suspend(unit, supplier.entity_id, "again")
    with work.begin(registrar) as unit:
        service.activate(unit, supplier.entity_id, "licence renewed")
    statuses = [args[2] for name, args in calls(work) if name == "setParticipant" and args[0] == str(supplier.entity_id)]
    assert statuses == ["1", "2", "1"]
    for act in (service.suspend, service.activate):
        with pytest.raises(Forbidden), work.begin(supplier) as unit:
            act(unit, supplier.entity_id, "mine")
        with pytest.raises(NotFound), work.begin(registrar) as unit:
            act(unit, 99, "nobody")
    with pytest.raises(Conflict), work.begin(registrar) as unit:
        service.suspend(unit, service.REGISTRAR, "myself")


def test_renew_moves_the_verification(work: Work) -> None:
    supplier = factory.actor(work)
    later = datetime(2031, 5, 1, tzinfo=UTC)
    with work.begin(factory.REGISTRAR) as unit:
        # The chain keeps whole seconds, and so does the record, or the two would differ by rounding.
        found = service.renew(unit, supplier.entity_id, verified_until=later + timedelta(microseconds=900_000))
        assert found.verified_until == later
    assert calls(work)[-1][1][3] == str(int(later.timestamp()))


def test_view_shows_identifiers_to_those_who_may_see_them(work: Work) -> None:
    supplier = factory.actor(work, identifiers={"lei": LEI})
    stranger = factory.actor(work, name="Other Ltd")
    auditor = factory.actor(work, name="Auditor", roles=factory.ROLE_AUDITOR)
    for who, shown in ((supplier, True), (auditor, True), (factory.REGISTRAR, True), (stranger, False)):
        with work.begin(who) as unit:
            seen = service.view(unit, service.entity(unit, supplier.entity_id))
        assert seen.name == "Harbour Steel Works Ltd"
        assert seen.roles == ["supplier"]
        assert seen.identifiers == ({"lei": LEI} if shown else None)


def test_status_follows_the_chain(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(SERVICE) as unit:
        row = service.entity(unit, supplier.entity_id)
        assert service.view(unit, row).status == "pending"
        values = {"roles": 2, "verified_until": 1, "epoch": 0, "account": "0x" + "00" * 20, "dossier": b"\0" * 32}
        unit.session.add(Participant(id=supplier.entity_id, status=2, **values))
        unit.session.flush()
        assert service.view(unit, row).status == "suspended"


def test_names_of_many(work: Work) -> None:
    first, second = factory.actor(work, name="First  Ltd"), factory.actor(work, name="Second Ltd")
    with work.begin(first) as unit:
        found = service.names(unit, [first.entity_id, second.entity_id, 999])
    assert found == {first.entity_id: "First Ltd", second.entity_id: "Second Ltd"}
