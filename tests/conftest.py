"""One real PostgreSQL per test process, its schema built by Alembic; each test finds the database empty."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from registry.kernel.engine import make_engine
from registry.kernel.postgres import OWNER_ROLE, SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import INCLUDED, prepare_embedded
from registry.kernel.uow import Network, Work
from registry.migrations.all_tables import METADATA
from tests.fakes.clock import SimulatedClock

TEMPLATE = "template_tallystick"
DATABASE = "tallystick_test"
NETWORK = Network(chain_id=31337, contract="0x" + "5f" * 20, fingerprint_key=bytes(range(32)))
MASTER_KEY = bytes(range(32, 64))


@dataclass(frozen=True)
class Database:
    """A database of one test: URLs of both roles, and a pool for the service's role."""

    owner_url: str
    service_url: str
    engine: Engine


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The server of this test process; nothing in it outlives the run."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """Name of the migrated database that tests clone. Fails when a table was changed without its migration."""
    prepare_embedded(postgres, TEMPLATE)
    engine = create_engine(postgres.url(OWNER_ROLE, TEMPLATE), poolclass=NullPool)
    with engine.connect() as connection:
        drift = compare_metadata(MigrationContext.configure(connection, opts=INCLUDED), METADATA)
    assert drift == [], "run: scripts/run python -m registry.migrations.regenerate"
    return TEMPLATE


@pytest.fixture(scope="session")
def owner(postgres: EmbeddedPostgres, template: str) -> Iterator[Engine]:
    """The owner's engine on the database that the tests of this process use one after the other."""
    admin = create_engine(postgres.url(OWNER_ROLE, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"create database {DATABASE} template {template}"))
    engine = create_engine(postgres.url(OWNER_ROLE, DATABASE))
    yield engine
    engine.dispose()


def make_empty(owner: Engine) -> None:
    """Ends what an earlier test left open, empties the tables it wrote, starts numbers anew."""
    with owner.begin() as connection:
        others = (
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        connection.execute(text(others))
        tables = sorted(METADATA.tables)
        filled = " union all ".join(f"select '{table}' where exists (select 1 from {table})" for table in tables)
        names = connection.scalars(text(filled)).all()
        if names:
            # Otherwise the triggers of append-only tables would refuse.
            connection.execute(text("set local session_replication_role = replica"))
            connection.execute(text(f"truncate {', '.join(names)} cascade"))
        used = (
            "select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) from pg_sequences where last_value > 0"
        )
        connection.execute(text(used))


@pytest.fixture
def database(postgres: EmbeddedPostgres, owner: Engine) -> Iterator[Database]:
    """An empty database with the whole schema. What a test does to the schema itself stays: use a server of its own for that."""
    make_empty(owner)
    service_url = postgres.url(SERVICE_ROLE, DATABASE)
    engine = make_engine(service_url)
    yield Database(owner_url=postgres.url(OWNER_ROLE, DATABASE), service_url=service_url, engine=engine)
    engine.dispose()


@pytest.fixture
def clock() -> SimulatedClock:
    """The time of a test."""
    return SimulatedClock()


@pytest.fixture
def work(database: Database, clock: SimulatedClock) -> Work:
    """Units of work on the test's database, as the service's role."""
    return Work(engine=database.engine, clock=clock, network=NETWORK, master_key=MASTER_KEY)
