"""The sync dies in a stream of work, again and again: nothing is lost, nothing happened twice. Every crash point: tests/crashes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, text

from chain import crash
from registry.kernel import installation
from registry.kernel.crash import Point
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Network, Work
from registry.receivables.tables import Payable
from registry.sync import check
from tests.conftest import Database
from tests.fakes.clock import SimulatedClock
from tests.sync.people import Play
from tests.sync.site import CHAIN_ID, MASTER_KEY, opened

ROOT = Path(__file__).resolve().parents[2]
KILLED = {137, -signal.SIGKILL}


@contextmanager
def service(database: Database, folder: Path, *, at: str = "") -> Iterator["subprocess.Popen[str]"]:
    """The sync as a process of its own; killed at the end if it still lives."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)} | ({crash.ENVIRONMENT: at} if at else {})
    command = [sys.executable, "-m", "tests.sync.site", database.service_url, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def attached(database: Database, clock: SimulatedClock) -> Work:
    """Units of work beside the service, as another process has them."""
    row = installation.load_or_create(database.engine, MASTER_KEY, now=clock.now(), chain_id=CHAIN_ID)
    return Work(database.engine, clock, Network(CHAIN_ID, row.contract or "", installation.network_key(row, MASTER_KEY)), MASTER_KEY)


def until(process: "subprocess.Popen[str]") -> int:
    """Waits until the process has died; gives its exit code."""
    return process.wait(timeout=60)


def finish(database: Database, folder: Path, clock: SimulatedClock, *, messages: int, payables: int) -> bytes:
    """Starts again in this process, lets the work end, checks everything; gives the head's hash."""
    with opened(database.engine, folder, clock=clock) as site:
        site.runtime.drain()
        report = check.run(site.work, site.gateway)
        assert report.breaks == []
        with site.work.begin(SERVICE) as unit:
            states = unit.session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)).all()
            assert [tuple(row) for row in states] == [("confirmed", messages)]
            assert unit.session.scalar(select(func.count()).select_from(Payable)) == payables
        return site.gateway.head().hash


def replayed(database: Database, folder: Path, clock: SimulatedClock) -> bytes:
    """The head's hash after replaying the journal from genesis."""
    with opened(database.engine, folder, clock=clock) as site:
        return site.gateway.head().hash


def test_killed_at_any_moment(database: Database, tmp_path: Path, clock: SimulatedClock) -> None:
    """SIGKILL after the n-th block of a stream of work, again and again."""
    folder = tmp_path / "node"
    with opened(database.engine, folder, clock=clock) as site:
        play = Play(site.work)
        play.enrol()
        site.runtime.drain()
        invoices = play.invoices(60)
        with site.work.begin(SERVICE) as unit:
            before = unit.session.scalar(select(func.count()).select_from(OutboxMessage)) or 0
    play = Play(attached(database, clock))
    for round_of in range(4):
        with service(database, folder) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            for invoice in invoices[15 * round_of : 15 * round_of + 15]:
                play.confirm([invoice])
            process.send_signal(signal.SIGKILL)
            assert until(process) in KILLED
    head = finish(database, folder, clock, messages=before + 60, payables=60)
    assert replayed(database, tmp_path / "other", clock) == head


def test_what_is_sent_again_is_the_same_bytes(database: Database, tmp_path: Path, clock: SimulatedClock) -> None:
    folder = tmp_path / "node"
    with opened(database.engine, folder, clock=clock) as site:
        Play(site.work).enrol()
    with service(database, folder, at=Point.SUBMIT_SIGNED) as process:
        assert until(process) in KILLED
    work = attached(database, clock)
    with work.begin(SERVICE) as unit:
        signed = unit.session.execute(select(OutboxMessage.id, OutboxMessage.raw, OutboxMessage.tx_hash).order_by(OutboxMessage.id)).all()
        assert all(row.raw for row in signed)
    finish(database, folder, clock, messages=len(signed), payables=0)
    with work.begin(SERVICE) as unit:
        after = unit.session.execute(select(OutboxMessage.id, OutboxMessage.raw, OutboxMessage.tx_hash).order_by(OutboxMessage.id)).all()
        mined = unit.session.execute(text("select unnest(transactions) from chain_journal")).scalars().all()
    assert after == signed
    assert {row.raw for row in signed} <= set(mined)
    assert len(mined) == len(set(mined))
