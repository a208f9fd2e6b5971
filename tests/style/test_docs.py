"""READMEs are complete: settings, commands, routes, error codes, rooms."""

from collections.abc import Iterator

import typer
from typer.core import TyperGroup

from api.cli import app
from registry.kernel.settings import Settings
from tests.api.routes import operations
from tests.style.sources import ROOT, readmes
from tests.style.test_errors import all_codes


def commands(group: TyperGroup, before: str) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_there_is_a_readme() -> None:
    assert (ROOT / "README.md").exists()


def test_every_setting_is_documented() -> None:
    names = [f"TALLYSTICK_{field.upper()}" for field in Settings.model_fields]
    assert [name for name in names if f"`{name}`" not in readmes()] == []


def test_every_command_is_documented() -> None:
    group = typer.main.get_group(app)
    assert isinstance(group, TyperGroup)
    found = list(commands(group, "tallystick"))
    assert len(found) > 10
    assert [command for command in found if f"`{command}" not in readmes()] == []


def test_every_route_is_documented() -> None:
    found = [f"{operation.method} {operation.path}" for operation in operations()]
    assert len(found) > 30
    assert [route for route in found if f"`{route}`" not in readmes()] == []


def test_every_error_code_is_documented() -> None:
    assert [code for code in sorted(all_codes()) if f"`{code}`" not in readmes()] == []
