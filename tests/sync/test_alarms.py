"""Alarms stand until what raised them is over, and every process sees them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from registry.kernel.uow import SERVICE, Work
from registry.sync import repo_alarms
from registry.sync.alarms import Board, Severity, of_error
from registry.sync.reorg import ChainHalted
from tests.fakes.clock import SimulatedClock


def stored(work: Work) -> dict[str, str]:
    with work.begin(SERVICE) as unit:
        return {row.alarm: row.detail for row in repo_alarms.standing(unit.session)}


def test_an_alarm_stands_with_its_first_time_until_it_is_cleared(work: Work, clock: SimulatedClock) -> None:
    board, began = Board(work), int(clock.now().timestamp())
    board.put("node_unreachable", "timed out")
    clock.advance(timedelta(minutes=1))
    board.put("node_unreachable", "refused")
    assert [(each.name, each.since, each.severity) for each in board.raised] == [("node_unreachable", began, Severity.SERIOUS)]
    assert stored(work) == {"node_unreachable": "refused"}
    board.clear("database_unreachable")
    assert stored(work) == {"node_unreachable": "refused"}
    board.clear("node_unreachable", "database_unreachable")
    assert (board.raised, stored(work)) == ([], {})


def test_a_new_process_forgets_what_an_earlier_one_raised(work: Work) -> None:
    Board(work).put("sync_halted", "a fault")
    fresh = Board(work)
    assert stored(work) == {"sync_halted": "a fault"}
    fresh.retry()
    assert stored(work) == {}


def test_what_could_not_be_stored_is_stored_later(work: Work, owner: Engine) -> None:
    board = Board(work)
    with owner.begin() as connection:
        connection.execute(text("alter table alarms rename to alarms_away"))
    try:
        board.put("database_unreachable", "gone")
        assert [each.name for each in board.raised] == ["database_unreachable"]
    finally:
        with owner.begin() as connection:
            connection.execute(text("alter table alarms_away rename to alarms"))
    assert stored(work) == {}
    board.retry()
    assert stored(work) == {"database_unreachable": "gone"}


def test_a_name_that_nobody_documented_is_refused(work: Work) -> None:
    with pytest.raises(KeyError):
        Board(work).put("something_else", "")


def test_an_error_raises_the_alarm_of_its_code() -> None:
    assert of_error(ChainHalted("the chain turned")) == "chain_halted"
    assert of_error(ValueError("a fault")) == "sync_halted"
