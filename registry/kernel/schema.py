"""Brings a database to the newest schema and gives the service's role exactly what it needs.

The owner role migrates; the service role reads and writes rows, owns nothing and is no superuser. Tables that only grow give it INSERT
and SELECT, and their triggers refuse any change whoever asks.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from registry.kernel import crash
from registry.kernel.errors import Forbidden, Invalid, Unavailable
from registry.kernel.postgres import DATABASE, OWNER_ROLE, SERVICE_ROLE, EmbeddedPostgres

# Who did what, the ledger, the history of breaks: rows are written once.
APPEND_ONLY = ("acts", "break_changes", "entries", "postings")
# How Alembic compares tables; the same for making, checking and running migrations.
INCLUDED: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
# Any number that no other program uses on this database.
ADVISORY_LOCK = 0x7A11_5713
MIGRATIONS = Path(__file__).parents[1] / "migrations"


def config() -> Config:
    """Alembic's configuration, independent of the working directory."""
    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def prepare_embedded(server: EmbeddedPostgres, database: str = DATABASE) -> None:
    """Makes the service's role and the database on an embedded server, where missing, and prepares the database."""
    with _connect(server.url(OWNER_ROLE, "postgres"), isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("select 1 from pg_roles where rolname = :name"), {"name": SERVICE_ROLE}):
            # The password is made of URL-safe characters only: nothing to quote.
            connection.execute(
                text(f"create role {SERVICE_ROLE} login nosuperuser nocreatedb nocreaterole password '{server.service_password}'")
            )
        if not connection.scalar(text("select 1 from pg_database where datname = :name"), {"name": database}):
            connection.execute(text(f'create database "{database}"'))
    prepare(server.url(OWNER_ROLE, database), SERVICE_ROLE)


def prepare(owner_url: str, service_role: str) -> None:
    """Migrates to head and grants; several processes may do it at once. Safe to repeat.

    Raises Unavailable when the database does not answer, Invalid for a role that may not be the service's.
    """
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", service_role):
        raise Invalid("the service's database role must be a plain name", role=service_role)
    with _connect(owner_url) as connection, connection.begin():
        connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
        head = ScriptDirectory.from_config(config()).get_current_head()
        if MigrationContext.configure(connection).get_current_revision() != head:
            settings = config()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
        _require_modest(connection, service_role)
        _grant(connection, service_role)
        crash.point(crash.Point.SCHEMA_WRITTEN)
    crash.point(crash.Point.SCHEMA_COMMITTED)


@contextmanager
def scratch(owner_url: str, service_url: str) -> Iterator[str]:
    """An empty database of the newest schema on the same server, for as long as the block lasts; the service's URL of it.

    Raises Unavailable when the server does not answer, Forbidden when the owner's role may make no database.
    """
    name, service = f"tallystick_scratch_{secrets.token_hex(6)}", make_url(service_url)
    try:
        with _connect(owner_url, isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"create database {name}"))
    except ProgrammingError as error:
        raise Forbidden(f"the owner's role can't make a database for the replay: {str(error.orig).strip()}") from error
    try:
        prepare(make_url(owner_url).set(database=name).render_as_string(hide_password=False), service.username or "")
        yield service.set(database=name).render_as_string(hide_password=False)
    finally:
        with _connect(owner_url, isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"drop database {name} with (force)"))


def _require_modest(connection: Connection, role: str) -> None:
    row = connection.execute(
        text("select rolsuper or rolbypassrls or rolcreaterole, rolname = current_user from pg_roles where rolname = :role"), {"role": role}
    ).first()
    if row is None:
        raise Invalid("the database has no such role; create it first", role=role)
    if row[0] or row[1]:
        raise Invalid("the service's role must own nothing and be no superuser; give it a role of its own", role=role)


def _grant(connection: Connection, role: str) -> None:
    connection.execute(text(f"grant usage on schema public to {role}"))
    connection.execute(text(f"grant select, insert, update, delete on all tables in schema public to {role}"))
    connection.execute(text(f"grant usage on all sequences in schema public to {role}"))
    for table in APPEND_ONLY:
        connection.execute(text(f"revoke update, delete, truncate on {table} from {role}"))
    connection.execute(text(f"revoke insert, update, delete on alembic_version from {role}"))


@contextmanager
def _connect(url: str, **options: Any) -> Iterator[Connection]:
    """One connection that is closed for good afterwards."""
    engine = create_engine(make_url(url), poolclass=NullPool, **options)
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise Unavailable(f"the database does not answer: {str(error.orig).strip()}") from error
    with connection:
        yield connection
    engine.dispose()
