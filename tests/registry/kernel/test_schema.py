"""The migrated schema is the tables' schema, and the service's role can't do more than its work."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from registry.kernel.postgres import SERVICE_ROLE
from registry.kernel.schema import APPEND_ONLY
from tests.conftest import Database


def test_service_role_owns_nothing_and_is_no_superuser(database: Database) -> None:
    with database.engine.connect() as connection:
        role = connection.execute(
            text("select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user")
        ).one()
        owned = connection.scalar(text("select count(*) from pg_class where pg_get_userbyid(relowner) = current_user"))
        name = connection.scalar(text("select current_user"))
    assert name == SERVICE_ROLE
    assert tuple(role) == (False, False, False, False)
    assert owned == 0


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement", ["update {} set {} = {}", "delete from {}", "truncate {}", "drop table {}", "alter table {} disable trigger all"]
)
def test_service_role_only_adds_to_append_only_tables(database: Database, table: str, statement: str) -> None:
    column = {"acts": "act", "break_changes": "cause", "entries": "kind", "postings": "line"}[table]
    filled = statement.format(table, column, column)
    with database.engine.connect() as connection, pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        connection.execute(text(filled))
