"""House rules as tests: budgets, file names, the one commit, no floats near money, no local imports, no commands of this kind in prose."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("chain", "registry", "api", "scripts", "tests")
FILE_LIMIT, TEST_FILE_LIMIT, FUNCTION_LIMIT, PARAMETER_LIMIT = 300, 500, 60, 6
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}
# Files where local imports keep start-up of the command line fast.
LOCAL_IMPORTS_ALLOWED = {"api/cli"}
MONEY_ROOMS = ("registry/ledger", "registry/funding", "registry/risk")
TOP_LEVEL = {"contracts", "chain", "registry", "api", "scripts", "tests", "pyproject.toml", "requirements.txt", "README.md", "LICENSE"}


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the project: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return tuple(path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file())


def python_files(*rooms: str) -> list[Path]:
    return [path for path in tracked() if path.suffix == ".py" and str(path.relative_to(ROOT)).startswith(rooms)]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", python_files(*ROOMS), ids=name)
def test_file_within_budget(path: Path) -> None:
    limit = TEST_FILE_LIMIT if name(path).startswith("tests/") else FILE_LIMIT
    assert len(path.read_text().splitlines()) <= limit, "split it by use case"


def test_solidity_files_within_budget() -> None:
    sources = [path for path in tracked() if path.suffix == ".sol"]
    assert sources
    too_long = [name(p) for p in sources if len(p.read_text().splitlines()) > (500 if "/test/" in name(p) else 400)]
    assert too_long == []


def test_functions_within_budget() -> None:
    found = []
    for path in python_files("chain", "registry", "api", "scripts"):
        for function in functions(path):
            length = (function.end_lineno or 0) - function.lineno + 1
            arguments = function.args
            total = len(arguments.args) + len(arguments.kwonlyargs) + len(arguments.posonlyargs)
            positional = [a.arg for a in arguments.posonlyargs + arguments.args if a.arg not in {"self", "cls"}]
            bound = total - (1 if len(positional) < len(arguments.args) + len(arguments.posonlyargs) else 0)
            route = any(
                "route" in ast.unparse(d) or ".command" in ast.unparse(d) or ".callback" in ast.unparse(d) for d in function.decorator_list
            )
            if length > FUNCTION_LIMIT:
                found.append(f"{name(path)}:{function.lineno} {function.name}: {length} lines")
            if bound > PARAMETER_LIMIT and not route:
                found.append(f"{name(path)}:{function.lineno} {function.name}: {bound} parameters")
    assert found == []


def test_names_say_the_job() -> None:
    assert [name(path) for path in tracked() if path.name in BANNED_NAMES] == []


def test_only_the_unit_of_work_commits() -> None:
    commits = [name(p) for p in python_files("registry", "api", "chain") if re.search(r"\.commit\(", p.read_text())]
    assert commits == ["registry/kernel/uow.py"]


def test_no_floats_or_division_near_money() -> None:
    found = []
    for path in python_files(*MONEY_ROOMS):
        for node in ast.walk(tree(path)):
            division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            inexact = (isinstance(node, ast.Constant) and isinstance(node.value, float)) or (
                isinstance(node, ast.Name) and node.id == "float"
            )
            if division or inexact:
                found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_sql_lives_in_repo_files() -> None:
    allowed = re.compile(r"registry/(.*/repo(\w*|/\w+)|kernel/(uow|db|migrate|postgres)|sync/(store|journal)\w*|migrations/.*|.*tables)\.py")
    words = re.compile(r"^from sqlalchemy import .*\b(select|insert|update|delete|text)\b", re.MULTILINE)
    found = [name(p) for p in python_files("registry", "api") if words.search(p.read_text()) and not allowed.fullmatch(name(p))]
    assert found == []


def test_imports_stand_at_the_top() -> None:
    found = []
    for path in python_files("registry", "chain", "api"):
        if any(name(path).startswith(prefix) for prefix in LOCAL_IMPORTS_ALLOWED):
            continue
        for function in functions(path):
            found += [f"{name(path)}:{n.lineno}" for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert found == []


def test_public_python_is_documented() -> None:
    found = []
    for path in python_files("chain", "registry", "api"):
        if "/migrations/versions/" in name(path):
            continue
        module = tree(path)
        if module.body and not ast.get_docstring(module):
            found.append(f"{name(path)}: module")
        for node in module.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                found.append(f"{name(path)}:{node.lineno} {node.name}")
    assert found == []


def test_nothing_unexpected_at_the_top_level() -> None:
    tops = {name(path).split("/")[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} - TOP_LEVEL == set()


def test_no_patches_in_tests() -> None:
    patches = re.compile(r"unittest\.mock|MagicMock|mocker\.|monkeypatch\.setattr")
    assert [name(p) for p in python_files("tests") if patches.search(p.read_text()) and p != Path(__file__)] == []
