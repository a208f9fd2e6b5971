"""Writes the tables of api/README.md and the comparison of contracts/README.md between their markers, from what they describe."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from fastapi.routing import APIRoute
from typer.core import TyperGroup

import api
import registry
from api.acting import ACT
from api.cli import app
from api.errors import STATUS
from api.routes import ROUTERS
from registry.identity.permissions import ACTS, ROLES
from registry.kernel import refusals
from registry.kernel.errors import DomainError
from registry.kernel.settings import Settings
from scripts.benchmarks import compare

README = Path(__file__).parents[1] / "api" / "README.md"
_SPECIAL = {0: "every entity, what it may see", -1: "the entity itself, the registrar"}
_NOT_IMPORTED = re.compile(r"\.migrations\.(env|versions)|\.kernel\.child|__main__")


def first_sentence(text: str | None) -> str:
    """The first sentence of a docstring, on one line."""
    line = " ".join((text or "").split("\n\n")[0].split())
    return (re.split(r"(?<=\.)\s", line)[0] if line else "").replace("|", "\\|")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def routes() -> str:
    """Every operation, who may ask for it and what it does."""
    names = {bit: name for name, bit in ROLES.items()} | _SPECIAL
    rows: list[tuple[str, ...]] = []
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        act = str((route.openapi_extra or {}).get(ACT))
        may = ", ".join(names[bit] for bit in sorted(ACTS[act]))
        does = first_sentence(route.endpoint.__doc__)
        rows += [(f"`{method} /v1{route.path}`", does, f"`{act}`: {may}") for method in sorted(route.methods)]
    return table(("operation", "does", "act, and who may do it"), rows)


def commands() -> str:
    """Every command of the command line."""
    group = typer.main.get_group(app)
    if not isinstance(group, TyperGroup):
        raise TypeError("the command line has no commands")
    return table(("command", "does"), [(f"`{name}`", first_sentence(text)) for name, text in _commands(group, "tallystick")])


def _commands(group: TyperGroup, before: str) -> Iterator[tuple[str, str]]:
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command.help or ""


def codes() -> str:
    """Every error code: status, when it happens; those of the contracts with the sentence the caller gets."""
    for package in (registry, api):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not _NOT_IMPORTED.search(module.name):
                importlib.import_module(module.name)
    found = {error.code: (int(STATUS[error.kind]), first_sentence(error.__doc__)) for error in _errors(DomainError)}
    for code, kind, sentence in refusals._TABLE.values():  # noqa: SLF001 - the table is what is documented
        found[code] = (int(STATUS[kind]), "contract: " + sentence.replace("|", "/"))
    return table(("code", "status", "when"), [(f"`{code}`", str(status), when) for code, (status, when) in sorted(found.items())])


def _errors(base: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in base.__subclasses__():
        if child.__module__.startswith(("registry.", "api.")):
            yield child
        yield from _errors(child)


def settings() -> str:
    """Every setting, its default and what it means."""
    rows = []
    for name, field in Settings.model_fields.items():
        shown = str(field.default) if field.default is not None else ""
        rows.append((f"`TALLYSTICK_{name.upper()}`", f"`{shown}`" if shown else "", " ".join((field.description or "").split())))
    return table(("variable", "default", "meaning"), rows)


def documents() -> dict[Path, dict[str, str]]:
    """By README, its tables by marker."""
    reference = {"routes": routes(), "commands": commands(), "codes": codes(), "settings": settings()}
    return {README: reference, compare.README: {"compare": compare.table(compare.committed())}}


def main() -> int:
    """Writes, or compares with --check."""
    differs = False
    for readme, tables in documents().items():
        text = fresh = readme.read_text()
        for name, made in tables.items():
            fresh = compare.written(fresh, name, made)
        if fresh == text:
            continue
        if "--check" in sys.argv[1:]:
            differs = True
            print(f"{readme.parent.name}/README.md does not say what the code says; run scripts/docs", file=sys.stderr)
        else:
            readme.write_text(fresh)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
