"""The tree of chain errors, as drawn and as it is."""

import re

from chain import errors
from chain.errors import Action, ChainError


def _drawn() -> dict[str, tuple[str, str | None]]:
    """Class -> (parent, action) as the module's docstring draws them."""
    found: dict[str, tuple[str, str | None]] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.fullmatch(r"( *)([A-Z]\w+)(?: +(\w+))?", line)
        if not match:
            continue
        depth = len(match[1]) // 4
        path = [*path[:depth], match[2]]
        found[match[2]] = (path[-2] if depth else "Exception", match[3])
    return found


def _all(base: type[ChainError]) -> list[type[ChainError]]:
    return [base, *[each for child in base.__subclasses__() for each in _all(child)]]


def test_the_drawn_tree_is_the_tree() -> None:
    classes = _all(ChainError)
    assert set(_drawn()) == {each.__name__ for each in classes}
    for each in classes:
        parent, action = _drawn()[each.__name__]
        assert parent == each.__bases__[0].__name__
        assert each.__module__ == "chain.errors"
        if action is not None:
            assert each.action == Action(action)


def test_every_raisable_error_names_its_action() -> None:
    abstract = {"ChainError", "NodeError", "EngineError", "ValueRefused", "EvidenceRefused"}
    assert {name for name, (_, action) in _drawn().items() if action is None} == abstract
