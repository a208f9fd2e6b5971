"""Writes versions/0001_initial.py from all tables: `scripts/run python -m registry.migrations.regenerate`. Only until the first release.

The same tables give the same text; `--check` says whether the file is up to date.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB

from registry.kernel.db import Amount, UtcTime
from registry.kernel.postgres import OWNER_ROLE, EmbeddedPostgres
from registry.kernel.schema import APPEND_ONLY, INCLUDED
from registry.migrations.all_tables import METADATA

TARGET = Path(__file__).with_name("versions") / "0001_initial.py"
FRAME = '''"""All tables of the first release. Written by registry.migrations.regenerate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = {append_only}


def upgrade() -> None:  # noqa: PLR0915 - written by a program
    op.execute("set local lock_timeout = '5s'")
    {upgrade}
    op.execute(
        "create function refuse_change() returns trigger language plpgsql as "
        "$$ begin raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {{table}}_append_only before update or delete or truncate on {{table}} "
            "for each statement execute function refuse_change()"
        )


def downgrade() -> None:  # noqa: PLR0915
    op.execute("set local lock_timeout = '5s'")
    {downgrade}
    op.execute("drop function refuse_change()")
'''


def _plain_type(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Column types as the database has them, so that the migration outlives our Python types."""
    if kind == "type" and isinstance(item, Amount):
        return "sa.Numeric(precision=30, scale=0)"
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSONB):
        return "postgresql.JSONB()"
    if kind == "type" and isinstance(item, ARRAY) and isinstance(item.item_type, BYTEA):
        return "postgresql.ARRAY(postgresql.BYTEA())"
    return False


def render() -> str:
    """The migration's text, made by comparing all tables with an empty database."""
    with tempfile.TemporaryDirectory(prefix="tallystick-") as folder:
        server = EmbeddedPostgres(Path(folder), durable=False)
        server.start()
        try:
            engine = create_engine(server.url(OWNER_ROLE, "postgres"))
            with engine.connect() as connection:
                context = MigrationContext.configure(connection, opts={"target_metadata": METADATA, **INCLUDED})
                script = produce_migrations(context, METADATA)
            engine.dispose()
        finally:
            server.stop()
    if script.upgrade_ops is None or script.downgrade_ops is None:
        raise RuntimeError("nothing to write")
    upgrade = render_python_code(script.upgrade_ops, render_item=_plain_type)
    downgrade = render_python_code(script.downgrade_ops, render_item=_plain_type)
    text = FRAME.format(append_only=repr(APPEND_ONLY), upgrade=upgrade.strip(), downgrade=downgrade.strip())
    text = "".join(line for line in text.splitlines(keepends=True) if not line.lstrip().startswith("# ###"))
    command = ["ruff", "format", "--stdin-filename", str(TARGET), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603 - a fixed command


def main() -> int:
    """Writes the file, or with --check compares it; 1 when it was out of date."""
    text = render()
    same = TARGET.exists() and TARGET.read_text() == text
    if "--check" not in sys.argv:
        TARGET.write_text(text)
        return 0
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
