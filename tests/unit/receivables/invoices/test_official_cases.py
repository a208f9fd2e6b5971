"""Every official unit case of a covered rule is judged as the official result says."""

from collections import Counter

import pytest

from registry.receivables.invoices import xml
from registry.receivables.invoices.rules import RULES
from tests.unit.receivables.invoices.official import ROOT, Case, cases

CASES = list(cases())
BY_ID = {rule.id: rule for rule in RULES}
# Numbers 1 to 16, the sums, and what else decides whether a claim may be built on an invoice.
NEEDED = {f"BR-{number:02d}" for number in range(1, 17)} | {f"BR-CO-{number}" for number in ("03", 10, 13, 14, 15, 16, 25)}
NEEDED |= {f"BR-{number}" for number in range(52, 56)}


def times_broken(case: Case) -> int:
    return len(list(BY_ID[case.rule].violations(xml.read(case.document))))


def right(case: Case) -> bool:
    found = times_broken(case)
    return found > 0 if case.times is None else found == case.times


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_judged_as_the_official_result(case: Case) -> None:
    assert right(case), f"{case.rule} is broken {times_broken(case)} times, official: {case.times}"


def test_every_test_set_here_is_of_a_covered_rule() -> None:
    assert {case.rule for case in CASES} <= set(BY_ID)
    assert NEEDED - {case.rule for case in CASES} == set()


def test_rule_ids_are_unique() -> None:
    assert len(BY_ID) == len(RULES)


def test_readme_states_the_measured_figures() -> None:
    judged_right = sum(map(right, CASES))
    kinds = Counter(case.name.partition("/")[0] for case in CASES)
    print(f"{judged_right} of {len(CASES)} official cases judged right, {len(RULES)} rules covered: {dict(kinds)}")
    readme = (ROOT / "registry" / "receivables" / "invoices" / "README.md").read_text()
    assert f"{judged_right:,} of {len(CASES):,} official unit cases" in readme
    assert f"{len(RULES)} rules of EN 16931" in readme


def test_readme_names_every_covered_rule() -> None:
    readme = (ROOT / "registry" / "receivables" / "invoices" / "README.md").read_text()
    assert [rule.id for rule in RULES if f"`{rule.id}`" not in readme] == []
