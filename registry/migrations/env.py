"""Alembic's entry: on the connection that `kernel.schema` gives, or on TALLYSTICK_MIGRATION_URL when the `alembic` command runs it."""

from alembic import context
from sqlalchemy import Connection, create_engine

from registry.kernel.schema import INCLUDED
from registry.kernel.settings import Settings
from registry.migrations.all_tables import METADATA


def run(connection: Connection) -> None:
    """Runs on one connection, all in one transaction."""
    context.configure(connection=connection, target_metadata=METADATA, **INCLUDED)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = create_engine(Settings().migration_url.get_secret_value())
    with engine.connect() as own:
        run(own)
    engine.dispose()
