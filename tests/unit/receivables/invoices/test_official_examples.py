"""Whole invoices: the official validator and we find the same rules broken."""

import json

import pytest

from registry.receivables.invoices import xml
from registry.receivables.invoices.rules import violations
from tests.unit.receivables.invoices.official import DATA, ROOT

VERDICTS: dict[str, list[str]] = json.loads((DATA / "einvoice" / "official_verdicts.json").read_text())
# States terms twice: the official validator reads on, we refuse what two readers could read differently.
AMBIGUOUS = "tests/data/einvoice/oasis-ubl/CENBII-Invoice-maximal.xml"
# The official validator of release 1.3.16 left this rule out.
LEFT_OUT = {"BR-CO-25"}


@pytest.mark.parametrize("name", sorted(set(VERDICTS) - {AMBIGUOUS}))
def test_same_rules_as_the_official_validator(name: str) -> None:
    found = violations(xml.read((ROOT / name).read_bytes()))
    assert {violation.rule for violation in found} - LEFT_OUT == set(VERDICTS[name])


def test_a_document_that_states_terms_twice_is_refused() -> None:
    found = violations(xml.read((ROOT / AMBIGUOUS).read_bytes()))
    assert {violation.rule for violation in found} == {"TS-01"}
    assert VERDICTS[AMBIGUOUS]


def test_every_example_has_a_verdict() -> None:
    folders = (
        DATA / "einvoice" / "en16931" / "examples",
        DATA / "einvoice" / "oasis-ubl",
        ROOT / "scripts" / "demo_data" / "invoices" / "accepted",
    )
    files = {str(path.relative_to(ROOT)) for folder in folders for path in folder.glob("*.xml")}
    assert files == set(VERDICTS)
    assert sum(not rules for rules in VERDICTS.values()) > 100
    assert sum(bool(rules) for rules in VERDICTS.values()) > 20
