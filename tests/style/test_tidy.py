"""House rules as tests: budgets, file names, the one commit, SQL in its place, no floats near money, whole tests."""

import ast
import re
from pathlib import Path

from tests.style.sources import BINARY, ROOMS, Function, functions, name, python_files, source, tracked, tree

FILE_LIMIT, TEST_FILE_LIMIT, FUNCTION_LIMIT, PARAMETER_LIMIT = 300, 500, 60, 6
SOLIDITY_LIMIT, SOLIDITY_TEST_LIMIT = 400, 500
# Those after it are named by the caller. Not counted: `self`, and the unit of work or session that comes first everywhere.
POSITIONAL_LIMIT = 3
CARRIERS = {"self", "cls", "unit", "session", "here", "work", "gateway"}
# Written by a program.
GENERATED = re.compile(r"registry/migrations/versions/.*\.py")
BANNED_NAMES = {"utils.py", "helpers.py", "common.py", "misc.py"}
TOP_LEVEL = {"contracts", "chain", "registry", "api", "scripts", "tests", "pyproject.toml", "requirements.txt", "README.md", "LICENSE"}
COMMITS = ["registry/kernel/uow.py"]
SQL = re.compile(r"registry/(.*/repo(\w*|/\w+)|kernel/(uow|db|schema)|sync/journal|migrations/.*|.*/tables)\.py")
MONEY_ROOMS = ("registry/ledger", "registry/funding", "registry/risk")
# Files where local imports keep start-up of the command line fast.
LOCAL_IMPORTS_ALLOWED: set[str] = set()
# Test files that patch, each with its reason.
PATCHES_ALLOWED: dict[str, str] = {}
# Test files that wait by the clock, each with its reason.
SLEEPS_ALLOWED: dict[str, str] = {}
# Pure decisions over money or order: Hypothesis looks for the case nobody thought of.
DECISIONS = re.compile(r"registry/(?!.*/invoices/)(\w+)/(rules|pricing|postings|fold)\.py")


def own(path: Path) -> bool:
    return not GENERATED.fullmatch(name(path))


def test_files_within_budget() -> None:
    found = []
    for path in filter(own, python_files(*ROOMS)):
        length, limit = len(source(path).splitlines()), TEST_FILE_LIMIT if name(path).startswith("tests/") else FILE_LIMIT
        if length > limit:
            found.append(f"{name(path)}: {length} lines")
    assert found == [], "split them by use case"


def test_solidity_files_within_budget() -> None:
    sources = [path for path in tracked() if path.suffix == ".sol"]
    assert sources
    found = []
    for path in sources:
        length, limit = len(source(path).splitlines()), SOLIDITY_TEST_LIMIT if "/test/" in name(path) else SOLIDITY_LIMIT
        if length > limit:
            found.append(f"{name(path)}: {length} lines")
    assert found == []


def is_entry(function: Function) -> bool:
    """Routes and commands: their parameters are named by those who call them from outside."""
    text = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
    first = function.args.args[0].arg if function.args.args else ""
    return bool(re.search(r"router\.|\.command|\.callback|exception_handler", text)) or first == "here"


def test_functions_within_budget() -> None:
    found = []
    for path in filter(own, python_files("chain", "registry", "api", "scripts")):
        for function in functions(path):
            length = (function.end_lineno or 0) - function.lineno + 1
            if length > FUNCTION_LIMIT:
                found.append(f"{name(path)}:{function.lineno} {function.name}: {length} lines")
            arguments = function.args
            positional = [argument.arg for argument in arguments.posonlyargs + arguments.args]
            counted = positional[1:] if positional and positional[0] in {"self", "cls"} else positional
            if len(counted) + len(arguments.kwonlyargs) > PARAMETER_LIMIT and not is_entry(function):
                found.append(f"{name(path)}:{function.lineno} {function.name}: {len(counted) + len(arguments.kwonlyargs)} parameters")
    assert found == []


def test_parameters_after_the_third_are_named() -> None:
    found = []
    for path in filter(own, python_files("chain", "registry", "api", "scripts")):
        for function in functions(path):
            positional = [argument.arg for argument in function.args.posonlyargs + function.args.args]
            while positional and positional[0] in CARRIERS:
                positional = positional[1:]
            private = function.name.startswith("_")
            if len(positional) > POSITIONAL_LIMIT and not private and not is_entry(function):
                found.append(f"{name(path)}:{function.lineno} {function.name}({', '.join(positional)})")
    assert found == []


def test_names_say_the_job() -> None:
    assert [name(path) for path in tracked() if path.name in BANNED_NAMES] == []


def test_only_the_unit_of_work_commits() -> None:
    commits = [name(path) for path in python_files("registry", "api", "chain") if re.search(r"\.commit\(", source(path))]
    assert commits == COMMITS


def test_no_floats_or_division_near_money() -> None:
    found = []
    for path in python_files(*MONEY_ROOMS):
        for node in ast.walk(tree(path)):
            division = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
            inexact = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if division or inexact or (isinstance(node, ast.Name) and node.id == "float"):
                found.append(f"{name(path)}:{getattr(node, 'lineno', 0)}")
    assert found == []


def test_sql_lives_in_repo_files() -> None:
    words = re.compile(r"^from sqlalchemy(\.dialects\.\w+)? import .*\b(select|insert|update|delete|text)\b", re.MULTILINE)
    folded = re.compile(r"^from sqlalchemy(\.dialects\.\w+)? import \([^)]*\b(select|insert|update|delete|text)\b", re.MULTILINE)
    found = [path for path in python_files("registry", "api") if words.search(source(path)) or folded.search(source(path))]
    assert [name(path) for path in found if not SQL.fullmatch(name(path))] == []


def test_imports_stand_at_the_top() -> None:
    found = []
    for path in python_files("registry", "chain", "api"):
        if name(path) not in LOCAL_IMPORTS_ALLOWED:
            for function in functions(path):
                found += [f"{name(path)}:{node.lineno}" for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert found == []


def test_public_python_is_documented() -> None:
    found = []
    for path in filter(own, python_files("chain", "registry", "api")):
        module = tree(path)
        if module.body and not ast.get_docstring(module):
            found.append(f"{name(path)}: module")
        public = [node for node in module.body if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")]
        found += [f"{name(path)}:{node.lineno} {node.name}" for node in public if not ast.get_docstring(node)]
    assert found == []


def test_nothing_unexpected_at_the_top_level() -> None:
    tops = {name(path).split("/")[0] for path in tracked()}
    assert {top for top in tops if not top.startswith(".")} - TOP_LEVEL == set()


def test_files_say_nothing_of_the_machine_they_were_written_on() -> None:
    # Put together here, so that this file does not hold them.
    places = ["/" + "root/", "/" + "home/", "/" + "Users/", "/" + "work/"]
    hosts = ["pypi." + "org", "pythonhosted." + "org", "npmjs." + "org", "npmjs." + "com", "proxy.golang." + "org", "artifactory", "jfrog"]
    words = re.compile(r"(?<![\w.])(" + "|".join(map(re.escape, places)) + r")|" + "|".join(map(re.escape, hosts)), re.IGNORECASE)
    found = []
    for path in tracked():
        if path.suffix in BINARY or name(path).startswith("tests/data/") or path == Path(__file__):
            continue
        found += [f"{name(path)}:{n}" for n, line in enumerate(source(path).splitlines(), 1) if words.search(line)]
    assert found == []


def test_test_folders_are_packages() -> None:
    folders = {path.parent for path in python_files("tests")}
    assert [name(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_skipped_tests_say_why() -> None:
    found = []
    for path in python_files("tests"):
        for node in ast.walk(tree(path)):
            text = ast.unparse(node) if isinstance(node, ast.Call | ast.Attribute) else ""
            marked = re.fullmatch(r"pytest\.mark\.(skip|skipif|xfail)", text)
            called = re.match(r"pytest\.mark\.(skip|skipif|xfail)\(", text)
            reasoned = isinstance(node, ast.Call) and any(keyword.arg == "reason" for keyword in node.keywords)
            if called and not reasoned:
                found.append(f"{name(path)}:{node.lineno}")
            if marked and not re.search(re.escape(text) + r"\(", source(path)):
                found.append(f"{name(path)}:{node.lineno}")
    assert found == []


def test_fakes_not_patches() -> None:
    patches = re.compile(r"unittest\.mock|\bmock\.patch|MagicMock|\bmocker\b|monkeypatch\.set(attr|item)")
    found = {name(path) for path in python_files("tests") if patches.search(source(path)) and path != Path(__file__)}
    assert found == set(PATCHES_ALLOWED)


def test_tests_wait_for_conditions() -> None:
    found = {name(path) for path in python_files("tests") if re.search(r"\bsleep\(", source(path)) and path != Path(__file__)}
    assert found == set(SLEEPS_ALLOWED)


def test_decisions_have_property_tests() -> None:
    missing = []
    for path in python_files("registry"):
        matched = DECISIONS.fullmatch(name(path))
        if matched:
            context, module = matched.groups()
            place = f"tests/unit/{context}/test_{module}_properties.py"
            if place not in {name(test) for test in python_files("tests")}:
                missing.append(place)
    assert missing == []
