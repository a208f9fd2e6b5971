"""The ledger on a real database: idempotent, chained, append-only, reversible."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.kernel.uow import SERVICE, Work
from registry.ledger import repo, service
from registry.ledger.accounts import Kind
from registry.ledger.postings import Draft, Line
from registry.ledger.repo import Balance

AT = datetime(2026, 1, 5, 9, 30, 0, 250_000, tzinfo=UTC)


def draft(key: str, amount: int = 100, *, block: int | None = None, debtor: int = 1, creditor: int = 2) -> Draft:
    lines = (Line(debtor, Kind.BANK, "CNY", amount), Line(creditor, Kind.BANK, "CNY", -amount))
    return Draft(key, "Test", f"payable:{key}", AT, lines, block)


def test_posting_twice_is_posting_once(work: Work) -> None:
    with work.begin(SERVICE) as unit:
        assert service.post(unit.session, [draft("a"), draft("b"), draft("a")]) == 2
    with work.begin(SERVICE) as unit:
        assert service.post(unit.session, [draft("b"), draft("c")]) == 1
        assert service.balances(unit.session, 1) == [Balance(1, "bank", "CNY", 300)]
        assert [entry.key for entry in repo.all_entries(unit.session)] == ["a", "b", "c"]


def test_amounts_of_72_bits_and_their_sums(work: Work) -> None:
    most = 2**72 - 1
    with work.begin(SERVICE) as unit:
        service.post(unit.session, [draft(str(number), most) for number in range(5)])
        assert service.balances(unit.session) == [Balance(1, "bank", "CNY", 5 * most), Balance(2, "bank", "CNY", -5 * most)]
        assert service.trial_balance(unit.session).turnover == {"CNY": (5 * most, 5 * most)}
        assert list(service.broken_links(unit.session)) == []


def test_entries_read_back_as_they_were_posted(work: Work) -> None:
    one = draft("a", block=7)
    with work.begin(SERVICE) as unit:
        service.post(unit.session, [one])
        (entry,) = service.entries_about(unit.session, "payable:a")
        assert (entry.id, entry.key, entry.at, entry.block_number, entry.lines) == (1, "a", AT, 7, one.lines)


def test_reversing_blocks_leaves_nothing_on_the_accounts_and_everything_in_the_journal(work: Work) -> None:
    with work.begin(SERVICE) as unit:
        service.post(unit.session, [draft("a", block=1), draft("b", 30, block=2), draft("c", 5, block=3)])
        assert service.reverse_blocks(unit.session, 2) == 2
        assert service.balances(unit.session, 1) == [Balance(1, "bank", "CNY", 100)]
        # Once only, also when later blocks are taken back too.
        assert service.reverse_blocks(unit.session, 1) == 1
        assert service.reverse_blocks(unit.session, 1) == 0
        assert service.balances(unit.session) == []
        entries = list(repo.all_entries(unit.session))
        assert [(entry.key, entry.reverses) for entry in entries[3:]] == [("reversal:3", 3), ("reversal:2", 2), ("reversal:1", 1)]
        assert service.trial_balance(unit.session).zero
        assert list(service.broken_links(unit.session)) == []


def test_writers_at_the_same_time_make_one_chain(work: Work) -> None:
    def write(writer: int) -> None:
        for number in range(10):
            with work.begin(SERVICE) as unit:
                service.post(unit.session, [draft(f"{writer}:{number}", debtor=writer, creditor=99)])

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with work.begin(SERVICE) as unit:
        assert [entry.id for entry in repo.all_entries(unit.session)] == list(range(1, 41))
        assert list(service.broken_links(unit.session)) == []


@pytest.mark.parametrize(
    "statement", ["update postings set amount = 1", "delete from postings", "update entries set kind = 'x'", "delete from entries"]
)
def test_nobody_changes_what_is_posted(work: Work, owner: Engine, statement: str) -> None:
    with work.begin(SERVICE) as unit:
        service.post(unit.session, [draft("a")])
    for engine in (work.engine, owner):
        with pytest.raises(DBAPIError), Session(engine) as session, session.begin():
            session.execute(text(statement))


def test_an_altered_entry_breaks_the_chain_there(work: Work, owner: Engine) -> None:
    with work.begin(SERVICE) as unit:
        service.post(unit.session, [draft("a"), draft("b"), draft("c")])
    with owner.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        connection.execute(text("update entries set subject = 'payable:z' where id = 2"))
    with work.begin(SERVICE) as unit:
        assert next(service.broken_links(unit.session))[0].id == 2
