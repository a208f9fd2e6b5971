"""The project's files, and what the style tests look at in them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("chain", "registry", "api", "scripts", "tests")
BINARY = {".png", ".ico", ".woff2", ".pdf", ".gz", ".zip"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the project: known to git, or new and not ignored; without git, all that are not downloaded or generated."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        generated = {"node_modules", "__pycache__", "out", "cache", ".git", "tallystick-demo", "tallystick-data", "tallystick-network"}
        return tuple(path for path in sorted(ROOT.rglob("*")) if path.is_file() and not generated & set(path.parts))
    return tuple(path for line in listed.stdout.split("\0") if line and (path := ROOT / line).is_file())


def name(path: Path) -> str:
    """Path from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def python_files(*rooms: str) -> list[Path]:
    """Python files below these folders."""
    starts = tuple(room.rstrip("/") + "/" for room in rooms)
    return [path for path in tracked() if path.suffix == ".py" and name(path).startswith(starts)]


@cache
def source(path: Path) -> str:
    """A file's text."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse(source(path))


def functions(path: Path) -> Iterator[Function]:
    """All functions of a file, also inner ones and methods."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def readmes() -> str:
    """All READMEs as one text."""
    return "\n".join(source(path) for path in tracked() if path.name == "README.md")
