"""One real PostgreSQL per test process; a database of its own for each test, cloned from one that Alembic has built."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

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
NETWORK = Network(chain_id=31337, contract="0x" + "5f" * 20, fingerprint_key=bytes(range(32)))
MASTER_KEY = bytes(range(32, 64))
_numbers = count(1)


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
def server_admin(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    """Makes and drops databases."""
    engine = create_engine(postgres.url(OWNER_ROLE, "postgres"), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture
def database(postgres: EmbeddedPostgres, template: str, server_admin: Engine) -> Iterator[Database]:
    """An empty database with the whole schema."""
    name = f"test_{next(_numbers)}"
    with server_admin.connect() as connection:
        connection.execute(text(f"create database {name} template {template} strategy file_copy"))
    service_url = postgres.url(SERVICE_ROLE, name)
    engine = make_engine(service_url)
    yield Database(owner_url=postgres.url(OWNER_ROLE, name), service_url=service_url, engine=engine)
    engine.dispose()
    with server_admin.connect() as connection:
        connection.execute(text(f"drop database {name} with (force)"))


@pytest.fixture
def clock() -> SimulatedClock:
    """The time of a test."""
    return SimulatedClock()


@pytest.fixture
def work(database: Database, clock: SimulatedClock) -> Work:
    """Units of work on the test's database, as the service's role."""
    return Work(engine=database.engine, clock=clock, network=NETWORK, master_key=MASTER_KEY)
