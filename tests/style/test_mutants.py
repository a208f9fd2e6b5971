"""The list of broken contracts stays usable: enough of them, each of text that stands in the sources, each saying what it would allow."""

import pytest

from scripts import mutants


@pytest.fixture(scope="module")
def found() -> list[mutants.Mutant]:
    return mutants.mutants()


def test_there_are_enough(found: list[mutants.Mutant]) -> None:
    assert len(found) >= 40


def test_each_changes_the_sources_as_they_are(found: list[mutants.Mutant]) -> None:
    assert mutants.stale(found) == []


def test_each_says_what_it_would_allow(found: list[mutants.Mutant]) -> None:
    assert [each.name for each in found if len(each.breaks) < 15] == []


def test_a_text_that_stands_twice_is_refused_unless_its_place_is_named() -> None:
    twice = mutants.Mutant("x", "f", "a", "b", "why", ())
    assert twice.applied("aa") is None
    assert twice.applied("a") == "b"
    second = mutants.Mutant("x", "f", "a", "b", "why", (), occurrence=2)
    assert second.applied("aa") == "ab"
    assert second.applied("a") is None
