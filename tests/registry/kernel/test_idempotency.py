"""Idempotency keys: one write per key, the first answer again, nothing readable kept."""

import threading

import pytest
from sqlalchemy import text

from registry.kernel import idempotency
from registry.kernel.errors import IdempotencyConflict, Invalid
from registry.kernel.uow import SERVICE, Actor, Work

CALLER = Actor(entity_id=7, roles=2, via="test")
OTHER = Actor(entity_id=8, roles=2, via="test")
HASH, OTHER_HASH = b"h" * 32, b"o" * 32


def write(work: Work, caller: Actor, key: str, body: bytes) -> None:
    with work.begin(caller) as unit:
        assert idempotency.begin(unit, key, HASH) is None
        idempotency.finish(unit, key, status=202, body=body)


def test_a_repeat_gets_the_first_answer(work: Work) -> None:
    write(work, CALLER, "k", b"first")
    with work.begin(CALLER) as unit:
        assert idempotency.begin(unit, "k", HASH) == idempotency.Known(202, b"first")


def test_the_better_known_outcome_replaces_the_first(work: Work) -> None:
    write(work, CALLER, "k", b"pending")
    with work.begin(CALLER) as unit:
        idempotency.finish(unit, "k", status=201, body=b"final")
    with work.begin(CALLER) as unit:
        assert idempotency.begin(unit, "k", HASH) == idempotency.Known(201, b"final")


def test_another_request_under_the_same_key_conflicts(work: Work) -> None:
    write(work, CALLER, "k", b"first")
    with pytest.raises(IdempotencyConflict), work.begin(CALLER) as unit:
        idempotency.begin(unit, "k", OTHER_HASH)


def test_keys_of_entities_are_apart(work: Work) -> None:
    write(work, CALLER, "k", b"mine")
    write(work, OTHER, "k", b"theirs")
    with work.begin(CALLER) as unit:
        assert idempotency.begin(unit, "k", HASH) == idempotency.Known(202, b"mine")


def test_a_write_that_failed_leaves_its_key_free(work: Work) -> None:
    def fail() -> None:
        with work.begin(CALLER) as unit:
            assert idempotency.begin(unit, "k", HASH) is None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    write(work, CALLER, "k", b"second try")


def test_a_write_without_an_answer_is_a_conflict(work: Work) -> None:
    with work.begin(CALLER) as unit:
        idempotency.begin(unit, "k", HASH)
    with pytest.raises(IdempotencyConflict), work.begin(CALLER) as unit:
        idempotency.begin(unit, "k", HASH)
    with pytest.raises(Invalid), work.begin(CALLER) as unit:
        idempotency.finish(unit, "never claimed", status=200, body=b"")


@pytest.mark.parametrize("key", ["", "x" * 201, "new\nline"])
def test_bad_keys(work: Work, key: str) -> None:
    with pytest.raises(Invalid), work.begin(CALLER) as unit:
        idempotency.begin(unit, key, HASH)


def test_the_answer_is_sealed(work: Work) -> None:
    write(work, CALLER, "k", b"Harbour Steel Works")
    with work.begin(SERVICE) as unit:
        row = unit.session.scalar(text("select t::text from idempotency_records t"))
    assert b"Harbour".hex() not in row


def test_of_two_at_the_same_time_one_writes_and_the_other_waits_for_its_answer(work: Work) -> None:
    claimed, go_on = threading.Event(), threading.Event()
    answers: list[idempotency.Known | None] = []

    def first() -> None:
        with work.begin(CALLER) as unit:
            answers.append(idempotency.begin(unit, "k", HASH))
            claimed.set()
            go_on.wait()
            idempotency.finish(unit, "k", status=202, body=b"first")

    def second() -> None:
        with work.begin(CALLER) as unit:
            answers.append(idempotency.begin(unit, "k", HASH))

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    claimed.wait()
    threads[1].start()
    waiting = text("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")
    with work.engine.connect() as connection:
        while not connection.scalar(waiting):
            connection.rollback()
    go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [None, idempotency.Known(202, b"first")]
