"""Every law and attack that the page on the contracts names is asserted, or tried, where it says."""

import re
from functools import cache
from pathlib import Path

from tests.style.sources import ROOT, source

TESTS = ROOT / "contracts" / "test"


def table(name: str) -> list[list[str]]:
    """Cells of the rows of a marked table of contracts/README.md, without its head."""
    page = source(ROOT / "contracts" / "README.md")
    marked = re.search(rf"<!-- {name} -->\n(.*?)<!-- end of {name} -->", page, re.DOTALL)
    assert marked
    rows = [line.strip("| ").split(" | ") for line in marked[1].splitlines()]
    return rows[2:]


@cache
def asserted(path: Path) -> frozenset[str]:
    """Messages of the assertions of a Solidity test."""
    return frozenset(re.findall(r'vm\.assert\w+\([^;]*,\s*"([^"]+)"\s*\);', source(path)))


def place(test: str) -> Path:
    """File of `redeem.testX` or `Attacks.testX`."""
    stem = test.split(".", maxsplit=1)[0]
    own = TESTS / f"{stem}.t.sol"
    return own if own.exists() else TESTS / f"Tallystick.{stem}.t.sol"


def test_every_law_is_asserted_in_the_files_it_names() -> None:
    laws = table("laws")
    assert len(laws) > 20
    missing = [
        (law[0], file) for law in laws for file in re.findall(r"`([^`]+)`", law[2]) if law[1].strip('"') not in asserted(TESTS / file)
    ]
    assert missing == []


def test_no_law_stands_twice_or_without_a_file() -> None:
    laws = table("laws")
    assert len({law[1] for law in laws}) == len(laws)
    assert [law[0] for law in laws if "`" not in law[2]] == []


def test_every_attack_has_the_tests_it_names() -> None:
    attacks = table("attacks")
    assert len(attacks) > 20
    named = [test for attack in attacks for test in re.findall(r"`([^`]+)`", attack[1])]
    assert len(set(named)) == len(named)
    assert [test for test in named if f"function {test.split('.')[1]}(" not in source(place(test))] == []
    assert [attack[0] for attack in attacks if "`" not in attack[1]] == []


def test_every_attack_by_name_stands_in_the_table() -> None:
    named = " ".join(attack[1] for attack in table("attacks"))
    files = sorted(TESTS.glob("Attacks*.t.sol"))
    tests = [f"{path.name.split('.')[0]}.{name}" for path in files for name in re.findall(r"function (test\w+)\(", source(path))]
    assert len(tests) > 30
    assert [test for test in tests if f"`{test}`" not in named] == []


def test_every_act_of_the_lists_is_one_that_must_happen() -> None:
    walk = source(TESTS / "invariant" / "Tallystick.market.t.sol")
    assert [act for act in ("issueMany", "acceptMany", "acceptOffers", "redeemMany") if f'"{act}"' not in walk] == []
