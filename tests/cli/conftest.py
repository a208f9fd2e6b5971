"""Commands run beside a served platform on the same data folder, as they do beside `tallystick up`."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from registry.kernel.clock import SystemClock
from tests.factories.api import World, opened


@dataclass(frozen=True)
class Shell:
    """Runs commands on the world's data folder."""

    world: World

    def run(self, *words: str, who: str | None = None, typed: str | None = None, code: int = 0) -> Result:
        """The result of a command that must end with `code`."""
        given = [*words, "--data", str(self.world.platform.settings.data_dir)]
        if who is not None:
            given += ["--as", str(self.world[who].entity)]
        found = CliRunner().invoke(app, given, input=typed, env={"COLUMNS": "200"})
        assert found.exit_code == code, (found.output, found.exception)
        return found

    def json(self, *words: str, who: str | None = None) -> Any:
        """What a command prints with --json."""
        return json.loads(self.run(*words, "--json", who=who).stdout)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The served platform with its cast, on the wall clock."""
    with opened(tmp_path_factory.mktemp("cli"), SystemClock()) as found:
        yield found


@pytest.fixture
def shell(world: World) -> Shell:
    """Commands beside the service."""
    return Shell(world)
