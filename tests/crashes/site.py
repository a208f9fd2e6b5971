"""Where cases run: one PostgreSQL per worker, a database and a data folder per case, both copied from those of a prepared installation."""

import os
import shutil
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from registry.kernel.engine import make_engine
from registry.kernel.postgres import OWNER_ROLE, SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import prepare_embedded
from tests.crashes.service import Victim

START = datetime(2030, 1, 1, 9, tzinfo=UTC)


class Postgres(Victim):
    """The worker's server. Its death takes whatever was not committed; it is started again on the same address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = EmbeddedPostgres(folder)
        self.server.start()
        # Makes the service's role.
        prepare_embedded(self.server, "prepared")

    def strike(self, service_pid: int) -> bool:  # noqa: ARG002 - whoever is connected loses it
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split("\n", 1)[0]), signal.SIGKILL)
        self.server.stop()
        self.server.start()
        return True

    def admin(self) -> Engine:
        return create_engine(self.server.url(OWNER_ROLE, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)


@dataclass
class Place:
    """A data folder and its database."""

    postgres: Postgres
    folder: Path
    database: str
    # API keys by party, and entity numbers.
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the service is told."""
        server = self.postgres.server
        return {
            "TALLYSTICK_DATABASE_URL": server.url(SERVICE_ROLE, self.database),
            "TALLYSTICK_MIGRATION_URL": server.url(OWNER_ROLE, self.database),
            "TALLYSTICK_WAIT_SECONDS": "30",
        }

    def engine(self) -> Engine:
        """A pool of the harness's own, for looking at the end."""
        return make_engine(self.postgres.server.url(SERVICE_ROLE, self.database))

    @property
    def master_key(self) -> bytes:
        return bytes.fromhex((self.folder / "master.key").read_text())


class Site:
    """One worker's place for cases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = Postgres(folder / "postgres")
        self._numbers = count(1)

    def empty(self) -> Place:
        """Nothing yet: an empty database, an empty folder."""
        return self._place("template1")

    def copy(self, of: Place) -> Place:
        """Another installation in the same state."""
        made = self._place(of.database)
        shutil.copytree(of.folder, made.folder, dirs_exist_ok=True)
        made.tokens, made.numbers = dict(of.tokens), dict(of.numbers)
        return made

    def drop(self, place: Place) -> None:
        """Takes no more space."""
        self.drop_database(place.database)
        shutil.rmtree(place.folder)

    def database(self, template: str) -> str:
        """A new database like another; its name. "prepared" has the schema and nothing in it."""
        name = f"case_{next(self._numbers)}"
        with self.postgres.admin().connect() as connection:
            # With its checkpoints: a sequence that is copied through the log forgets, in a crash, the numbers it gave since.
            connection.execute(text(f"create database {name} template {template} strategy file_copy"))
        return name

    def drop_database(self, name: str) -> None:
        """Whoever is still connected loses it."""
        with self.postgres.admin().connect() as connection:
            connection.execute(text(f"drop database {name} with (force)"))

    def close(self) -> None:
        self.postgres.server.stop()

    def _place(self, template: str) -> Place:
        name = self.database(template)
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        return Place(self.postgres, folder, name)
