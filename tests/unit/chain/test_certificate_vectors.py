"""The published certificates: verdicts, the schema of the file, every byte."""

import json
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from chain import canonical
from chain.abi import load
from chain.certificate import check, words
from chain.certificate.check import Proven
from chain.certificate.pin import Pin
from chain.errors import EvidenceRefused, WrongPin
from tests.factories.tampering import CASES, FOLDER, content_of, pin_named

SPECIFICATION = (Path(check.__file__).parents[1] / "CERTIFICATE.md").read_text()
PINS = {"whole.json": "pin.json", "locked.json": "pin.json", "qbft.json": "pin-qbft.json", "clique.json": "pin-clique.json"}
PINS |= {"qbft-handover.json": "pin-qbft.json", "clique-votes.json": "pin-clique.json", "clique-joined.json": "pin-clique.json"}
PINS |= {"geth-dropped.json": "pin-geth-first.json"}


def schema(name: str) -> Any:
    text = resources.files("chain.certificate").joinpath(f"{name}.schema.json").read_text()
    return jsonschema_rs.validator_for(json.loads(text))


def said(found: Proven) -> dict[str, Any]:
    lock = found.lock
    return {
        "lot": f"0x{found.certificate.lot:064x}",
        "holder": found.lot.holder,
        "amount": str(found.lot.amount),
        "obligor": found.payable.obligor,
        "block": found.number,
        "lock": None if lock is None else {"kind": lock.kind, "party": lock.party, "until": lock.until},
        "documents": ["0x" + digest.hex() for digest in found.documents],
        "scheme": found.scheme,
        "handovers": found.handovers,
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdicts(case: dict[str, Any]) -> None:
    content = content_of(case)
    if case["verdict"] in {"proven", "consistent"}:
        found = check.verify(content, pin_named(case["pin"]))
        assert found.pinned == (case["verdict"] == "proven")
        assert said(found) == case["says"]
    else:
        with pytest.raises(EvidenceRefused) as refused:
            check.verify(content, pin_named(case["pin"]))
        assert (refused.value.reason, str(refused.value) != "") == (case["reason"], True)
        assert isinstance(refused.value, WrongPin) == (case["verdict"] == "other_network")


def test_every_reason_has_a_case() -> None:
    """And the specification lists them all, and no other."""
    listed = re.search(r"^\| reason \|.*?\n\n", SPECIFICATION, re.MULTILINE | re.DOTALL)
    assert listed
    rows = re.findall(r"^\| (`[^|]*`) \|", listed[0], re.MULTILINE)
    assert sorted({case["reason"] for case in CASES} - {None}) == sorted(name for row in rows for name in re.findall(r"`(\w+)`", row))


def refusal(content: bytes, pin: Pin | None) -> str:
    try:
        check.verify(content, pin)
    except EvidenceRefused as error:
        return str(error)
    return ""


def refused_everywhere(name: str, places: Iterable[int]) -> None:
    """Each byte at these places changed: refused, with a reason."""
    content, pin = (FOLDER / name).read_bytes(), pin_named(PINS[name])
    check.verify(content, pin)
    for at in places:
        reason = refusal(content[:at] + bytes((content[at] ^ 1,)) + content[at + 1 :], pin)
        assert reason, f"byte {at} does not count"


@pytest.mark.parametrize("part", range(4))
def test_every_byte_counts(part: int) -> None:
    size = len((FOLDER / "locked.json").read_bytes())
    refused_everywhere("locked.json", range(part, size, 4))


@pytest.mark.parametrize(
    ("name", "part"),
    [
        *(("qbft.json", "block"), ("qbft.json", "seal"), ("clique.json", "block"), ("clique.json", "seal")),
        *(("qbft-handover.json", "seal"), ("clique-votes.json", "seal"), ("geth-dropped.json", "seal")),
    ],
)
def test_every_byte_of_a_sealed_header_counts(name: str, part: str) -> None:
    """The rest of these files is as in the others."""
    content = (FOLDER / name).read_bytes()
    inner = json.dumps(json.loads(content)[part], sort_keys=True, separators=(",", ":")).encode()
    start = content.index(inner)
    # Hand-overs are long and all alike: every 11th byte of those.
    step = 1 if len(inner) < 4000 else 23
    refused_everywhere(name, range(start, start + len(inner), step))


@pytest.mark.parametrize("name", PINS)
def test_the_schema_takes_them(name: str) -> None:
    valid, document = schema("certificate"), json.loads((FOLDER / name).read_bytes())
    assert valid.is_valid(document)
    assert schema("pin").is_valid(json.loads((FOLDER / PINS[name]).read_bytes()))
    for place in ("", "block", "payable", "lot", "seal"):
        changed = json.loads((FOLDER / name).read_bytes())
        inner = changed[place] if place else changed
        inner["more"] = "0x"
        assert not valid.is_valid(changed)
        del inner["more"]
        inner.pop(next(iter(inner)))
        assert not valid.is_valid(changed)


def test_the_schema_refuses_what_the_verifier_refuses_by_its_shape() -> None:
    """And takes whatever is refused for another reason; but for keys and fields of words, which it knows more of."""
    valid = schema("certificate")
    for case in CASES:
        content = content_of(case)
        try:
            document = canonical.decode(content)
        except EvidenceRefused:
            assert case["reason"] == "canonical"
            continue
        if not case["name"].startswith("a word's key"):
            assert valid.is_valid(document) == (case["reason"] != "shape"), case["name"]


def test_a_pin_is_read_strictly() -> None:
    pin = (FOLDER / "pin.json").read_bytes()
    assert Pin.of(pin).encode() == pin
    for at in range(len(pin)):
        tampered = pin[:at] + bytes((pin[at] ^ 1,)) + pin[at + 1 :]
        try:
            found = Pin.of(tampered)
        except EvidenceRefused:
            continue
        # A changed digit is another pin, never this one.
        assert found != Pin.of(pin)


def test_slots_are_those_of_the_format() -> None:
    """Another layout of the contract needs another version of the format."""
    slots = load("Tallystick").slots
    names = ("_payables", "_lots", "_participants", "_keys", "_rules", "_frozen", "_recourse")
    assert [slots[name] for name in names] == [3, 4, 5, 6, 9, 12, 13]


def test_the_specification_has_the_words_as_they_are() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| \d+ \| ([a-z_]+ \d+(?:, [a-z_]+ \d+)*) \|$", SPECIFICATION, re.MULTILINE))
    assert set(rows) == set(words.KINDS)
    for kind, row in rows.items():
        widths = {name: int(width) for name, width in re.findall(r"([a-z_]+) (\d+)", row)}
        assert tuple(widths) == words.names(kind)
        assert sum(widths.values()) <= 256
        plain = words.plain(kind, (1 << 256) - 1)
        assert {name: int(value, 0) for name, value in plain.items()} == {name: (1 << width) - 1 for name, width in widths.items()}
