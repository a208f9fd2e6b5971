"""What Python knows of the contracts is made from the sources that stand here. No compiler is needed to see it."""

import json
import re

import pytest

from chain import sources
from scripts import build_contracts
from tests.style.sources import ROOT, source

NAMES = [*build_contracts.DEPLOYED, build_contracts.INTERFACE[0]]


@pytest.mark.parametrize("name", NAMES)
def test_artefact_is_made_from_these_sources(name: str) -> None:
    expected = sources.fingerprint(build_contracts.sources(), build_contracts.settings())
    assert build_contracts.recorded_hash(name) == expected, "run scripts/build-contracts"


def test_there_is_one_artefact_for_each_contract_and_no_other() -> None:
    assert sorted(path.stem for path in (ROOT / "chain" / "abi").glob("*.json")) == sorted(NAMES)


def test_every_event_and_error_of_the_interfaces_is_in_the_abi() -> None:
    abi = json.loads(source(ROOT / "chain" / "abi" / "ITallystick.json"))["abi"]
    known = {(entry["type"], entry["name"]) for entry in abi if "name" in entry}
    missing = []
    for path in sorted((ROOT / "contracts" / "src" / "interfaces").glob("I*.sol")):
        for kind, name in re.findall(r"^\s*(event|error)\s+(\w+)", source(path), re.MULTILINE):
            if path.stem != "IStandards" and (kind, name) not in known:
                missing.append(f"{path.stem}.{name}")
    assert missing == []
