"""Rows that stream into a table while their writer works on."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from registry.kernel.errors import Unavailable
from registry.kernel.repo_bulk import Stream
from registry.kernel.uow import SERVICE, Unit, Work

COLUMNS = ("address", "next")


def nonces(unit: Unit) -> list[int]:
    return list(unit.session.scalars(text("select next from nonces order by next")))


def test_rows_are_there_after_a_pause_and_more_may_follow(work: Work) -> None:
    with work.begin(SERVICE) as unit, Stream(unit.session, "nonces", COLUMNS) as stream:
        stream.write([("a", 1), ("b", 2)])
        stream.pause()
        assert nonces(unit) == [1, 2]
        stream.write([("c", 3)])
    with work.begin(SERVICE) as unit:
        assert nonces(unit) == [1, 2, 3]


def fail_midway(work: Work) -> None:
    with work.begin(SERVICE) as unit, Stream(unit.session, "nonces", COLUMNS) as stream:
        stream.write([("a", 1)])
        raise ZeroDivisionError


def lose_the_connection(work: Work) -> None:
    with work.begin(SERVICE) as unit, Stream(unit.session, "nonces", COLUMNS) as stream:
        own = unit.session.scalar(text("select pg_backend_pid()"))
        stream.write([("a", 1)])
        with work.begin(SERVICE) as other:
            assert other.session.scalar(text("select pg_terminate_backend(:pid, 10000)"), {"pid": own})
        stream.write([(f"{number:0200d}", number) for number in range(20_000)])


@pytest.mark.parametrize(("failing", "error"), [(fail_midway, ZeroDivisionError), (lose_the_connection, Unavailable)])
def test_what_fails_while_rows_stream_in_is_told_and_leaves_nothing(
    work: Work, failing: Callable[[Work], None], error: type[Exception]
) -> None:
    with pytest.raises(error):
        failing(work)
    with work.begin(SERVICE) as unit:
        assert nonces(unit) == []
