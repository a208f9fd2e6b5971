"""Every domain error has a unique code, a kind that entry points map, and a line in README."""

import importlib
import pkgutil
from pathlib import Path

import api
import registry
from api.errors import STATUS
from registry.kernel.errors import DomainError, Kind

ROOT = Path(__file__).resolve().parents[2]


def all_errors() -> list[type[DomainError]]:
    for package in (registry, api):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if ".migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: list[type[DomainError]] = []
    pending = [DomainError]
    while pending:
        for child in pending.pop().__subclasses__():
            found.append(child)
            pending.append(child)
    return found


def test_codes_are_unique_and_their_own() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) > 10
    assert sorted(codes) == sorted(set(codes))


def test_kinds_are_mapped_to_statuses() -> None:
    assert set(STATUS) == set(Kind)


def test_codes_are_documented() -> None:
    text = (ROOT / "api" / "README.md").read_text()
    assert [error.code for error in all_errors() if f"`{error.code}`" not in text] == []
