"""The crash points as the code has them: found in the sources, never listed."""

import ast
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import chain.crash
import registry.kernel.crash

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("chain", "registry", "api")
ENUMERATIONS: tuple[tuple[str, type[StrEnum]], ...] = (
    ("chain/crash.py", chain.crash.Point),
    ("registry/kernel/crash.py", registry.kernel.crash.Point),
)


class Place(NamedTuple):
    """Where the code visits a point."""

    member: str
    file: str
    line: int


def points() -> list[str]:
    """Every point by name, in the order of the enumerations."""
    return [str(point) for _, enumeration in ENUMERATIONS for point in enumeration]


def meanings() -> dict[str, str]:
    """What has just been done at each point: the comment above the member."""
    found = {}
    for file, _ in ENUMERATIONS:
        said: list[str] = []
        for line in (ROOT / file).read_text().splitlines():
            if line.startswith("    # "):
                said.append(line.strip()[2:])
            elif said and " = " in line:
                found[ast.literal_eval(line.partition(" = ")[2])] = " ".join(said)
                said = []
            else:
                said = []
    return found


def sources() -> list[Path]:
    """The product's modules."""
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def visits() -> list[Place]:
    """Every place where the code visits a point."""
    return [
        Place(ast.unparse(node.args[0]), path.relative_to(ROOT).as_posix(), node.lineno)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "crash.point"
    ]


class Commit(NamedTuple):
    """A place where something becomes durable in the database, and whether the process can be killed just before and just after."""

    file: str
    line: int
    before: bool
    after: bool


def commits() -> Iterator[Commit]:
    """Every commit of the product: `.commit()`, and blocks of `.begin()` that commit at their end."""
    for path in sources():
        for body in _blocks(ast.parse(path.read_text())):
            for place, statement in enumerate(body):
                following = body[place + 1] if place + 1 < len(body) else None
                name = path.relative_to(ROOT).as_posix()
                if _is_call(statement, ".commit()"):
                    yield Commit(name, statement.lineno, place > 0 and _is_point(body[place - 1]), _is_point(following))
                elif isinstance(statement, ast.With) and any(ast.unparse(item).endswith(".begin()") for item in statement.items):
                    yield Commit(name, statement.lineno, _is_point(statement.body[-1]), _is_point(following))


def _blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block:
                yield block


def _is_call(statement: ast.stmt, ending: str) -> bool:
    return isinstance(statement, ast.Expr) and ast.unparse(statement).endswith(ending)


def _is_point(statement: ast.stmt | None) -> bool:
    return statement is not None and isinstance(statement, ast.Expr) and ast.unparse(statement).startswith("crash.point(")
