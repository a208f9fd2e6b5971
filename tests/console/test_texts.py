"""Every text has both languages with the same values, and everything the pages may say has a text."""

import re
import string
from pathlib import Path

import pytest

from api.console.texts import CATALOGUE, LANGUAGES, Words
from api.console.viewmodels.writing import TONES
from chain.abi import load
from registry.identity.permissions import ROLES
from registry.ledger.accounts import Kind
from registry.receivables import states
from registry.sync import repo_sums
from registry.sync.alarms import ALARMS
from registry.sync.check.codes import CODES

CONSOLE = Path(__file__).resolve().parents[2] / "api" / "console"
# Texts whose key is put together from a value.
BUILT = re.compile(r"^(pass|code|alarm|state|flag|move|event|role|status|account|side|engine|say|error|count|health)[:_]")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", CATALOGUE)
def test_both_languages_say_it_with_the_same_values(key: str) -> None:
    english, chinese = CATALOGUE[key]
    assert english
    assert chinese
    assert fields(english) == fields(chinese) or key in {"brand"}


def used() -> set[str]:
    found: set[str] = set()
    for path in [*CONSOLE.rglob("*.py"), *CONSOLE.rglob("*.html")]:
        found |= set(re.findall(r"""\b(?:w|words|say)\(\s*["']([a-z_A-Z:]+)["']""", path.read_text()))
    return found


def test_every_text_a_page_asks_for_exists() -> None:
    assert {key for key in used() if key not in CATALOGUE and not key.endswith((":", "_"))} == set()


def test_no_text_is_left_over() -> None:
    sources = "".join(path.read_text() for path in [*CONSOLE.rglob("*.py"), *CONSOLE.rglob("*.html")] if path.parent.name != "texts")
    spoken = {key for key in CATALOGUE if f'"{key}"' in sources or f"'{key}'" in sources}
    assert {key for key in CATALOGUE if key not in spoken and not BUILT.match(key)} == set()


def test_every_state_flag_role_and_account_has_a_text() -> None:
    wanted = {f"role:{role}" for role in ROLES} | {f"account:{kind}" for kind in Kind}
    wanted |= {f"state:{states.payable_state(number)}" for number in range(1, 6)}
    wanted |= {f"flag:{flag}" for flag in [*states.payable_flags(0x70), *states.lot_flags(0x3F)]}
    wanted |= {f"state:{state}" for state in ("gone", "ended", "empty", "pledged", "financing", "offered", "locked", "free")}
    assert wanted - set(CATALOGUE) == set()
    assert {f"state:{tone}" in CATALOGUE or f"flag:{tone}" in CATALOGUE or f"status:{tone}" in CATALOGUE for tone in TONES} == {True}


def test_every_contract_event_has_a_text() -> None:
    events = {item["name"] for item in load("ITallystick").abi if item["type"] == "event"}
    assert {f"event:{name}" for name in events} <= set(CATALOGUE)


def test_every_sum_of_the_check_has_a_text() -> None:
    assert {f"pass:{name}" for name in repo_sums.SUMS} <= set(CATALOGUE)


def test_every_code_and_alarm_has_a_text() -> None:
    assert {f"code:{code}" for code in CODES} == {key for key in CATALOGUE if key.startswith("code:")}
    assert {f"alarm:{name}" for name in ALARMS} == {key for key in CATALOGUE if key.startswith("alarm:")}


def test_unknown_languages_and_keys_do_no_harm() -> None:
    assert Words("fr").language == "en"
    assert Words("en")("state:in_dispute") == "in dispute"
    assert list(LANGUAGES) == ["en", "zh"]
