"""The log of acts: complete, append-only, seen by whom it concerns."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from registry.identity import acts
from registry.kernel.uow import Work
from tests.conftest import Database
from tests.factories import identity as factory


def test_act_says_who_what_and_how_it_ended(work: Work) -> None:
    supplier = factory.actor(work)
    with work.begin(supplier, request_id="r-1") as unit:
        acts.record(unit, act="lot.split", subject="lot:0x1", outcome="accepted", detail={"parts": 2})
        acts.record(unit, act="lot.merge", subject="lot:0x1", outcome="conflict")
    with work.begin(supplier) as unit:
        merged, split = acts.visible(unit)
        assert (split.entity_id, split.via, split.act, split.subject, split.outcome, split.request_id, split.detail, split.at) == (
            *(supplier.entity_id, "test", "lot.split", "lot:0x1", "accepted", "r-1", {"parts": 2}),
            unit.now,
        )
        assert merged.outcome == "conflict"
        assert [row.id for row in acts.visible(unit, before=merged.id)] == [split.id]
        assert [row.id for row in acts.visible(unit, limit=1)] == [merged.id]


def test_acts_are_seen_by_their_entity_and_oversight(work: Work) -> None:
    supplier, stranger = factory.actor(work), factory.actor(work, name="Other Ltd")
    auditor = factory.actor(work, roles=factory.ROLE_AUDITOR)
    with work.begin(supplier) as unit:
        acts.record(unit, act="lot.split", subject="lot:0x1", outcome="accepted")
    for who, seen in ((supplier, 1), (stranger, 0), (auditor, 1), (factory.REGISTRAR, 1)):
        with work.begin(who) as unit:
            assert len(acts.visible(unit)) == seen


@pytest.mark.parametrize("statement", ["update acts set act = 'x'", "delete from acts", "truncate acts"])
def test_not_even_the_owner_changes_acts(database: Database, work: Work, statement: str) -> None:
    supplier = factory.actor(work)
    with work.begin(supplier) as unit:
        acts.record(unit, act="lot.split", subject="lot:0x1", outcome="accepted")
    engine = create_engine(database.owner_url)
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="append-only"):
        connection.execute(text(statement))
    engine.dispose()
