"""Notifications reach the service wherever its data folder stands."""

import logging
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from registry.kernel.outbox import CHANNEL
from registry.kernel.postgres import OWNER_ROLE, EmbeddedPostgres
from registry.kernel.uow import Network, Work
from registry.sync.waiting import Listener
from tests.fakes.clock import SimulatedClock


def work_on(engine: Engine) -> Work:
    return Work(engine, SimulatedClock(), Network(1, "0x" + "0" * 40, bytes(32)), bytes(32))


def test_a_blank_in_the_folder_does_not_silence_the_database(caplog: pytest.LogCaptureFixture) -> None:
    with tempfile.TemporaryDirectory(prefix="ts-") as parent, caplog.at_level(logging.WARNING):
        server = EmbeddedPostgres(Path(parent) / "my data 100%", durable=False)
        server.start()
        engine = create_engine(server.url(OWNER_ROLE, "postgres"), poolclass=NullPool)
        listener = Listener(work_on(engine))
        try:
            listener.start()
            assert listener.listening
            heard = listener.enqueued.rings
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"notify {CHANNEL}"))
            listener.enqueued.wait(heard, 60)
            assert listener.enqueued.rings > heard
        finally:
            listener.stop()
            server.stop()
    assert caplog.records == []


def test_a_database_that_is_not_there_is_reported_once(caplog: pytest.LogCaptureFixture) -> None:
    engine = create_engine("postgresql+psycopg:///none?host=/nowhere", poolclass=NullPool)
    listener = Listener(work_on(engine))
    with caplog.at_level(logging.WARNING):
        listener.start()
        listener.stop()
    assert not listener.listening
    assert [record.message.partition(":")[0] for record in caplog.records] == ["no notifications from the database"]
