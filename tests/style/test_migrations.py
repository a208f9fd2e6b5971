"""The schema's history: one line, lock timeouts, and the first revision made from the tables."""

from pathlib import Path

from alembic.script import ScriptDirectory

from registry.kernel.schema import MIGRATIONS, config
from registry.migrations import regenerate
from tests.style.sources import source


def revisions() -> list[Path]:
    return sorted((MIGRATIONS / "versions").glob("*.py"))


def test_history_is_one_line() -> None:
    scripts = ScriptDirectory.from_config(config())
    assert scripts.get_bases() == ["0001"]
    assert len(scripts.get_heads()) == 1


def test_every_revision_gives_up_rather_than_stand_in_the_way() -> None:
    places = [*revisions(), MIGRATIONS / "script.py.mako"]
    assert [path.name for path in places if source(path).count("set local lock_timeout") < 2] == []


def test_the_first_revision_is_made_from_the_tables() -> None:
    assert regenerate.render() == source(regenerate.TARGET), "run: scripts/run python -m registry.migrations.regenerate"
