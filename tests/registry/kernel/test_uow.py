"""Units of work: one transaction each, named, and honest about a database that is away."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from registry.kernel import outbox
from registry.kernel.engine import make_engine
from registry.kernel.errors import Invalid, NotFound, Unavailable
from registry.kernel.uow import SERVICE, Actor, Unit, Work
from tests.conftest import Database

CALLER = Actor(entity_id=7, roles=2, via="test")


def enqueue(unit: Unit) -> None:
    outbox.enqueue(unit, signer=(7, "0x" + "11" * 20), function="lock", args=[1, b"\x02", True, [2**200, "x"]], subject="lot:0x1")


def count(work: Work, table: str) -> object:
    with work.begin(SERVICE) as unit:
        return unit.session.scalar(text(f"select count(*) from {table}"))


def test_what_ends_well_stays_and_what_raises_goes(work: Work) -> None:
    def fail() -> None:
        with work.begin(CALLER) as unit:
            enqueue(unit)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(work, "outbox") == 0
    with work.begin(CALLER) as unit:
        enqueue(unit)
    assert count(work, "outbox") == 1


def test_the_database_knows_who_acts_for_the_length_of_the_unit(work: Work) -> None:
    asked = text("select current_setting('tallystick.entity', true)")
    with work.begin(CALLER) as unit:
        assert unit.session.scalar(asked) == "7"
    with work.engine.connect() as connection:
        assert connection.scalar(asked) in {None, ""}


def test_a_unit_names_its_request(work: Work) -> None:
    with work.begin(CALLER, request_id="r") as unit:
        assert unit.request_id == "r"
    with work.begin(CALLER) as first, work.begin(CALLER) as second:
        assert first.request_id != second.request_id
    assert unit.timestamp == int(unit.now.timestamp())


def test_an_enqueued_call_wakes_the_submitter_once_when_it_is_committed(work: Work, database: Database) -> None:
    engine = create_engine(database.service_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"listen {outbox.CHANNEL}"))
        driver = connection.connection.driver_connection
        assert driver is not None
        with work.begin(CALLER) as unit:
            enqueue(unit)
            enqueue(unit)
            assert len(unit.messages) == 2
            connection.execute(text("select 1"))
            assert list(driver.notifies(timeout=0)) == []
        assert [note.channel for note in driver.notifies(timeout=60, stop_after=1)] == [outbox.CHANNEL]
        assert list(driver.notifies(timeout=0)) == []
    engine.dispose()


def test_arguments_are_kept_exactly(work: Work) -> None:
    with work.begin(CALLER) as unit:
        enqueue(unit)
    with work.begin(SERVICE) as unit:
        assert unit.session.scalar(text("select args from outbox")) == ["1", "0x02", True, [str(2**200), "x"]]


def test_a_lost_connection_is_unavailable_once(work: Work, database: Database) -> None:
    def lose() -> None:
        with work.begin(CALLER) as unit:
            own = unit.session.scalar(text("select pg_backend_pid()"))
            killer = create_engine(database.owner_url)
            with killer.connect() as connection:
                connection.execute(text("select pg_terminate_backend(:pid, 60000)"), {"pid": own})
            killer.dispose()
            unit.session.execute(text("select 1"))

    with pytest.raises(Unavailable):
        lose()
    with work.begin(CALLER) as unit:
        assert unit.session.scalar(text("select 1")) == 1


def test_a_server_that_is_away_is_unavailable(work: Work, database: Database) -> None:
    away = Work(make_engine(database.service_url.replace("5432", "5433")), work.clock, work.network, work.master_key)
    with pytest.raises(Unavailable), away.begin(CALLER):
        pass
    away.engine.dispose()


def test_a_wrong_statement_stays_what_it_is(work: Work) -> None:
    with pytest.raises(IntegrityError), work.begin(CALLER) as unit:
        unit.session.execute(text("insert into nonces (address, next) values ('0x', 1), ('0x', 2)"))


def test_sealed_values_open_for_their_owner_and_place_only(work: Work) -> None:
    with work.begin(CALLER) as unit:
        sealed = unit.vault.seal(7, "documents.name_sealed", "contract.pdf")
        assert unit.vault.read(7, "documents.name_sealed", sealed) == "contract.pdf"
    with work.begin(CALLER) as unit:
        assert unit.vault.read(7, "documents.name_sealed", sealed) == "contract.pdf"
        for owner, column, value in (
            (8, "documents.name_sealed", sealed),
            (7, "documents.content_sealed", sealed),
            (7, "documents.name_sealed", sealed[:-1] + bytes([sealed[-1] ^ 1])),
            (7, "documents.name_sealed", b""),
        ):
            with pytest.raises(Invalid):
                unit.vault.open(owner, column, value)


def test_a_destroyed_key_erases(work: Work) -> None:
    with work.begin(CALLER) as unit:
        sealed = unit.vault.seal(7, "documents.name_sealed", "contract.pdf")
        unit.vault.seal(8, "documents.name_sealed", "other.pdf")
    with work.begin(SERVICE) as unit:
        unit.session.execute(text("update data_keys set wrapped = null where entity_id = 7"))
    with work.begin(CALLER) as unit:
        unit.vault.load([7, 8, 9])
        with pytest.raises(NotFound, match="erased"):
            unit.vault.read(7, "documents.name_sealed", sealed)
        with pytest.raises(NotFound, match="erased"):
            unit.vault.seal(7, "documents.name_sealed", "again")


def test_another_master_key_opens_nothing(work: Work) -> None:
    with work.begin(CALLER) as unit:
        sealed = unit.vault.seal(7, "documents.name_sealed", "contract.pdf")
    stranger = Work(work.engine, work.clock, work.network, bytes(32))
    with pytest.raises(Invalid), stranger.begin(CALLER) as unit:
        unit.vault.open(7, "documents.name_sealed", sealed)
