"""Whoever touches the log of acts, with whatever rights, is found out: by the hashes, by the head, or by what the chain anchors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from registry.identity import acts, keys
from registry.identity.tables import Act
from registry.kernel.chaining import START, AnchorKind, link
from registry.kernel.uow import SERVICE
from registry.sync import anchors
from registry.sync.anchors import Schedule
from tests.conftest import Database
from tests.sync.people import REGISTRAR, Play
from tests.sync.site import Site


def write(site: Site, count: int) -> None:
    for number in range(count):
        with site.work.begin(REGISTRAR) as unit:
            acts.record(unit, act="entity.list", subject=f"entity:{number}", outcome="accepted", detail={"b": number, "a": "ä"})


def found(site: Site) -> list[tuple[int, str]]:
    with site.work.begin(SERVICE) as unit:
        return [(item.number, item.finding) for item in anchors.damage(unit.session)]


@contextmanager
def superuser(database: Database) -> Iterator[Connection]:
    """Somebody whom no trigger stops."""
    engine = create_engine(database.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        yield connection


def test_an_untouched_log_is_clean(site: Site) -> None:
    assert found(site) == []
    write(site, 5)
    with site.work.begin(REGISTRAR) as unit:
        anchors.drop(unit)
    site.runtime.drain()
    write(site, 2)
    assert found(site) == []
    with site.work.begin(SERVICE) as unit:
        told = anchors.anchors(unit.session)
        assert [(anchor.kind, anchor.number) for anchor in told] == [(AnchorKind.ACTS, 5)]
        assert acts.head(unit.session)[0] == 7


@pytest.mark.parametrize(
    ("statement", "number", "finding"),
    [
        ("update acts set subject = 'entity:9' where id = 3", 3, "its hash is not"),
        ("update acts set outcome = 'forbidden' where id = 3", 3, "its hash is not"),
        ("update acts set at = at - interval '1 microsecond' where id = 3", 3, "its hash is not"),
        ('update acts set detail = \'{"a": "ä", "b": 7}\' where id = 3', 3, "its hash is not"),
        ("update acts set hash = decode(repeat('00', 32), 'hex') where id = 3", 3, "its hash is not"),
        ("delete from acts where id = 3", 3, "acts 3 to 3 are missing"),
        ("delete from acts where id = 1", 1, "acts 1 to 1 are missing"),
        ("delete from acts where id = 5", 4, "the log ends here"),
        ("update acts set id = case id when 2 then 3 else 2 end where id in (2, 3)", 2, "its hash is not"),
        (
            "insert into acts select 6, at, entity_id, via, act, subject, outcome, request_id, detail, hash from acts where id = 5",
            6,
            "its hash",
        ),
        ("truncate acts", 0, "the log ends here"),
    ],
)
def test_what_a_superuser_does_shows(site: Site, database: Database, statement: str, number: int, finding: str) -> None:
    write(site, 5)
    with superuser(database) as connection:
        connection.execute(text("alter table acts drop constraint pk_acts"))
        assert connection.execute(text(statement)).rowcount != 0
        connection.execute(text("alter table acts add constraint pk_acts primary key (id)"))
    first = found(site)[0]
    assert first[0] == number
    assert first[1].startswith(finding)


def rewrite(connection: Connection) -> None:
    """The work of a careful forger: one act changed, everything after it and the head made to fit."""
    connection.execute(text("update acts set subject = 'entity:9' where id = 2"))
    previous = START
    with Session(connection) as session:
        for act in session.query(Act).order_by(Act.id):
            act.hash = previous = link(previous, acts.content(act))
        session.flush()
        session.execute(text("update act_head set hash = :hash"), {"hash": previous})


def test_a_log_written_anew_contradicts_its_anchors(site: Site, database: Database) -> None:
    write(site, 5)
    with site.work.begin(REGISTRAR) as unit:
        anchors.drop(unit)
    site.runtime.drain()
    with superuser(database) as connection:
        rewrite(connection)
    assert [(number, finding.partition(" 0x")[0]) for number, finding in found(site)] == [(5, "the chain anchors")]
    with superuser(database) as connection:
        connection.execute(text("delete from acts where id > 3"))
        connection.execute(text("update act_head set latest = 3, hash = (select hash from acts where id = 3)"))
    assert found(site) == [(5, "the chain anchors this act, the log does not have it")]


def test_anchors_come_by_themselves_when_something_is_new(site: Site) -> None:
    schedule = Schedule(site.work, timedelta(hours=24))
    Play(site.work).enrol()
    write(site, 1)
    site.runtime.drain()

    def told() -> list[tuple[AnchorKind, int]]:
        schedule.step()
        site.runtime.drain()
        with site.work.begin(SERVICE) as unit:
            return [(anchor.kind, anchor.number) for anchor in anchors.anchors(unit.session)]

    assert told() == [(AnchorKind.ACTS, 1)]
    write(site, 1)
    assert told() == [(AnchorKind.ACTS, 1)]
    site.clock.advance(timedelta(hours=24))
    assert told() == [(AnchorKind.ACTS, 1), (AnchorKind.ACTS, 2)]
    site.clock.advance(timedelta(hours=48))
    assert told() == [(AnchorKind.ACTS, 1), (AnchorKind.ACTS, 2)]


def test_without_the_registrars_key_nothing_is_anchored_and_nothing_stops(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    write(site, 1)
    with site.work.begin(REGISTRAR) as unit:
        for row in keys.listed(unit, keys.REGISTRAR):
            row.valid_until = unit.now
    Schedule(site.work, timedelta(hours=24)).step()
    assert [record.message for record in caplog.records] == ["nothing is anchored: the registrar has no custodial key that is valid now"]


def test_writers_at_the_same_time_make_one_chain(site: Site) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: write(site, 10), range(8)))
    assert found(site) == []
    with site.work.begin(SERVICE) as unit:
        assert acts.head(unit.session)[0] == 80
