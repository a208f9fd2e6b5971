"""The page at /verify against the Python verifier: the same verdict for the same reason, whatever was changed."""

import base64
import hashlib
import json
import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.views import certificates as views
from chain import canonical, proofs, rlp
from chain.certificate import check
from chain.certificate.pin import Pin
from chain.errors import EvidenceRefused, WrongPin
from chain.headers import hexdata
from registry.kernel import money
from scripts import build_verify
from tests.factories.tampering import CASES, FOLDER, content_of, pin_content
from tests.factories.verify_page import ask, to_verify

EVM = FOLDER.parent / "evm"
PINS = {"whole": "pin", "locked": "pin", "made": "pin", "qbft": "pin-qbft", "qbft-handover": "pin-qbft"}
PINS |= {"clique": "pin-clique", "clique-votes": "pin-clique", "clique-joined": "pin-clique", "geth-dropped": "pin-geth-first"}
# Changed files of each kind, of each certificate.
CHANGED = 150
# When the lock of the locked one ends.
UNTIL = 1_792_592_000


def told(content: bytes, pin: bytes | None) -> tuple[str, str | None]:
    """Verdict and reason of the Python verifier."""
    try:
        found = check.verify(content, None if pin is None else Pin.of(pin))
    except EvidenceRefused as error:
        return "other_network" if isinstance(error, WrongPin) else "refused", error.reason
    return "proven" if found.pinned else "consistent", None


def test_the_published_cases() -> None:
    answers = ask(to_verify(content_of(case), pin_content(case["pin"])) for case in CASES)
    wrong = [
        (case["name"], answer["verdict"], answer["reason"], answer.get("message"))
        for case, answer in zip(CASES, answers, strict=True)
        if (answer["verdict"], answer["reason"], answer.get("says")) != (case["verdict"], case["reason"], case["says"])
    ]
    assert wrong == []


def flipped(content: bytes, chance: random.Random) -> bytes:
    """One byte changed, taken out, or put in twice."""
    at, kind = chance.randrange(len(content)), chance.randrange(4)
    if kind < 2:
        return content[:at] + bytes((content[at] ^ (1 << chance.randrange(8)),)) + content[at + 1 :]
    return content[:at] + (content[at : at + 1] * 2 if kind == 2 else b"") + content[at + 1 :]


def bent(content: bytes, chance: random.Random) -> bytes:
    """One value changed, moved or left out, in canonical form again: what passes the first step and must fail at a later one."""
    document = json.loads(content)
    places: list[tuple[Any, Any]] = []

    def collect(value: Any) -> None:
        for key in value if isinstance(value, dict) else range(len(value)):
            places.append((value, key))
            if isinstance(value[key], dict | list):
                collect(value[key])

    collect(document)
    holder, key = chance.choice(places)
    holder[key], left_out = changed(holder[key], chance), chance.random() < 0.1
    if isinstance(holder, list) and chance.random() < 0.3:
        other = chance.randrange(len(holder))
        holder[key], holder[other] = holder[other], holder[key]
    if left_out:
        del holder[key]
    return canonical.encode(document)


def changed(value: Any, chance: random.Random) -> Any:
    """Another value, mostly of the same form."""
    if isinstance(value, str) and value:
        at, digits = chance.randrange(len(value)), "0123456789abcdef" if value.startswith("0x") else "0123456789"
        return value[:at] + chance.choice(digits) + value[at + 1 :]
    if isinstance(value, bool) or value is None:
        return chance.choice([None, True, 0, "", [], {}])
    if isinstance(value, int):
        return max(0, value + chance.choice([-1, 1, 2**16, 2**32]))
    if isinstance(value, list) and value:
        return chance.choice([value[:-1], value[1:], [*value, value[-1]], value[::-1]])
    return value


@pytest.mark.parametrize("name", PINS)
@pytest.mark.parametrize("change", [flipped, bent])
def test_changed_files(name: str, change: Callable[[bytes, random.Random], bytes]) -> None:
    content, pin = (FOLDER / f"{name}.json").read_bytes(), pin_content(f"{PINS[name]}.json")
    chance = random.Random(f"{name} {change.__name__}")  # noqa: S311
    made = [(change(content, chance), chance.choice([pin, pin, None])) for _ in range(CHANGED)]
    expected = [told(*each) for each in made]
    answers = [(answer["verdict"], answer["reason"]) for answer in ask(to_verify(*each) for each in made)]
    assert [(place, want, got) for place, (want, got) in enumerate(zip(expected, answers, strict=True)) if want != got] == []
    # The seed is worth something: most are refused, for several reasons.
    reasons = {reason for _, reason in expected}
    assert len(reasons) > (2 if change is flipped else 4), reasons


def test_recorded_seals() -> None:
    """Headers of a real QBFT network, and of a Clique one."""
    entry = json.loads((EVM / "bft_headers.json").read_text())["qbft"][0]
    data, encoded = (EVM / "clique.blocks").read_bytes(), []
    while data:
        size = 1 + data[0] - 0xF7 + int.from_bytes(data[1 : data[0] - 0xF6], "big")
        encoded.append(rlp.encode(rlp.decode(data[:size])[0]))
        data = data[size:]
    signer = "0x" + json.loads((EVM / "clique_genesis.json").read_text())["extraData"][66:106]
    sealed = [{"act": "sealers", "scheme": "clique", "header": "0x" + header.hex()} for header in encoded[1:]]
    first, *rest = ask([{"act": "sealers", "scheme": "qbft", "header": entry["header_rlp"]}, *sealed])
    assert first["found"] == entry["signers"]
    assert [each["found"] for each in rest] == [[signer]] * (len(encoded) - 1)


def test_recorded_proofs() -> None:
    """An EIP-1186 answer of a real client, and the block it belongs to."""
    asked = [
        json.loads(line[3:]) for line in (EVM / "get-account-proof-with-storage.io").read_text().splitlines() if line[:2] in {">>", "<<"}
    ]
    answer = asked[1]["result"]
    block = next(json.loads(line[3:]) for line in (EVM / "get-latest.io").read_text().splitlines() if line[:2] == "<<")["result"]
    account = proofs.account(hexdata(block["stateRoot"]), answer["address"], [hexdata(node) for node in answer["accountProof"]])
    assert account
    (slot,) = answer["storageProof"]
    key = "0x" + int(slot["key"], 16).to_bytes(32, "big").hex()
    requests = [
        {"act": "proven", "root": block["stateRoot"], "key": answer["address"], "proof": answer["accountProof"]},
        {"act": "proven", "root": answer["storageHash"], "key": key, "proof": slot["proof"]},
    ]
    found, held = ask(requests)
    assert rlp.decode(hexdata(found["found"]))[2] == account.storage_root == hexdata(answer["storageHash"])
    assert int.from_bytes(bytes(rlp.decode(hexdata(held["found"]))), "big") == int(slot["value"], 16)


def test_it_says_the_same_as_the_command() -> None:
    """English word by word; Chinese as many sentences."""
    names = [(name, f"{pin}.json") for name, pin in PINS.items()] + [("whole", None), ("clique-votes", None)]
    for now in (UNTIL - 1, UNTIL + 1):
        contents = [((FOLDER / f"{name}.json").read_bytes(), pin_content(pin)) for name, pin in names]
        answers = ask(to_verify(*each, now=now) for each in contents)
        for (content, pin), answer in zip(contents, answers, strict=True):
            expected = views.verdict(content, pin, now=datetime.fromtimestamp(now, UTC)).says
            english, chinese = (answer["told"][language]["says"] for language in ("en", "zh"))
            assert english == expected
            assert len(chinese) == len(english)
            assert all(re.search("[\u4e00-\u9fff]", sentence) for sentence in chinese)


def test_both_languages_have_every_text() -> None:
    (texts,) = ask([{"act": "texts"}])
    assert texts["en"] == texts["zh"]
    assert set(texts["en"]["reasons"]) == {case["reason"] for case in CASES} - {None}


def test_the_page_is_made_from_its_sources() -> None:
    assert build_verify.recorded() == build_verify.fingerprint(), "run scripts/build-verify"
    assert build_verify.build(Path(os.environ["NODE_MODULES"])) == build_verify.PAGE.read_text(), "run scripts/build-verify"


def test_the_page_loads_nothing() -> None:
    text = build_verify.PAGE.read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    for kind in ("script", "style"):
        (inner,) = re.findall(rf"<{kind}>(.*)</{kind}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
        assert not re.search(r"<!--|</script|\b(fetch|XMLHttpRequest|WebSocket|importScripts|sendBeacon|localStorage)\b", inner)
    markup = re.sub(r"<(script|style|pre)>.*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"\b(src|href|srcset|action)=|url\(|@import|\bon\w+=", markup)
    for library in build_verify.LIBRARIES:
        assert f"{library} " in text


def test_currencies_are_those_of_the_ledger() -> None:
    table = json.loads((build_verify.SOURCE / "currencies.json").read_text())
    assert {number: [money.alpha_code(int(number)), money.exponent(money.alpha_code(int(number)))] for number in table} == table
    assert {"156", "978", "840", "392"} <= set(table)
