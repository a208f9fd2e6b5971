"""The quick tier of the matrix: the service dies once at every point, node and database once each; scripts/crash-matrix does all of it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.crashes import matrix
from tests.crashes.cases import DATABASE, MOMENT, NODE, SERVICE, VICTIMS, Bench, Case, flow_named
from tests.crashes.points import points
from tests.crashes.site import Site

# Where a point is looked for first: what is played to prepare the others comes last of the ordinary ones.
ORDER = ("issue", "certificate", "onboarding", "turn")


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    site = Site(tmp_path_factory.mktemp("crashes"))
    yield Bench(site)
    site.close()


def reaching(bench: Bench, point: str) -> Case:
    """The point's first visit in the first flow that comes by."""
    for flow in sorted(matrix.COLUMNS, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER)):
        for life, visits in enumerate(bench.visits(flow), 1):
            if visits[point]:
                return Case(flow, point, life=life)
    raise AssertionError(f"no flow reaches {point}")


def assert_survived(bench: Bench, case: Case) -> None:
    outcome = bench.run(case)
    assert outcome.wrong == ()
    assert (outcome.struck, outcome.lost, outcome.doubled) == (True, 0, 0)


@pytest.mark.parametrize("point", points())
def test_the_service_dies_at_a_point(bench: Bench, point: str) -> None:
    assert_survived(bench, reaching(bench, point))


@pytest.mark.parametrize("victim", [NODE, DATABASE])
@pytest.mark.parametrize("point", ["journal.appended", "node.sent", "index.written"])
def test_something_else_dies_at_a_point(bench: Bench, point: str, victim: str) -> None:
    assert_survived(bench, Case("issue", point, victim, visit=2))


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_at_any_moment(bench: Bench, victim: str) -> None:
    assert_survived(bench, Case("split", MOMENT, victim, step=7, seconds=0.011))


def test_what_is_lost_or_doubled_is_named(bench: Bench) -> None:
    """The oracle itself: a final state that misses a claim, or has a payment twice, is not taken for the same."""
    case = Case("issue", "unit.committed", SERVICE)
    reference = bench.reference(flow_named("issue"))
    claim = next(thing for thing in reference.state if thing[0] == "payables")
    act = next(thing for thing in reference.state if thing[0] == "act")
    bench.references["issue"] = type(reference)(reference.state + Counter([claim]) - Counter([act]), reference.visits, reference.steps)
    try:
        outcome = bench.run(case)
    finally:
        bench.references["issue"] = reference
    assert (outcome.lost, outcome.doubled) == (1, 1)
    assert str(claim) in outcome.wrong[0]
    assert str(act) in outcome.wrong[1]
