"""Every domain error has a code of its own and a kind that entry points map."""

import importlib
import pkgutil
import re

import api
import registry
from api.errors import STATUS
from registry.kernel.errors import DomainError, Kind
from registry.kernel.refusals import MEANINGS


def all_errors() -> list[type[DomainError]]:
    """All subclasses, of all modules."""
    for package in (registry, api):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not re.search(r"\.migrations\.(env|versions)|\.kernel\.child|__main__", module.name):
                importlib.import_module(module.name)
    found: list[type[DomainError]] = []
    pending = [DomainError]
    while pending:
        for child in pending.pop().__subclasses__():
            found.append(child)
            pending.append(child)
    return [error for error in found if error.__module__.startswith(("registry.", "api."))]


def all_codes() -> set[str]:
    """Codes that callers may see: of our own errors and of the contract's refusals."""
    return {error.code for error in all_errors()} | {meaning.code for meaning in MEANINGS.values()}


def test_codes_are_unique_and_their_own() -> None:
    codes = [error.code for error in all_errors()]
    assert len(codes) > 10
    assert sorted(codes) == sorted(set(codes))
    assert [code for code in all_codes() if not re.fullmatch(r"[a-z][a-z0-9_]{2,40}", code)] == []


def test_kinds_are_mapped_to_statuses() -> None:
    assert set(STATUS) == set(Kind)
    assert {error.kind for error in all_errors()} <= set(STATUS)


def test_errors_say_when_they_happen() -> None:
    assert [error.__name__ for error in all_errors() if not (error.__doc__ or "").strip()] == []
