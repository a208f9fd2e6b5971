"""The published certificates: verdicts, the schema of the file, every byte."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from chain.abi import load
from chain.certificate import check
from chain.certificate.check import Proven
from chain.certificate.pin import Pin
from chain.errors import EvidenceRefused, WrongPin

FOLDER = Path(__file__).parents[2] / "data" / "certificates"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text())
PINS = {"whole.json": "pin.json", "locked.json": "pin.json", "qbft.json": "pin-qbft.json", "clique.json": "pin-clique.json"}


def schema(name: str) -> Any:
    text = resources.files("chain.certificate").joinpath(f"{name}.schema.json").read_text()
    return jsonschema_rs.validator_for(json.loads(text))


def content_of(case: dict[str, Any]) -> bytes:
    text = (FOLDER / case["file"]).read_text()
    if case["replace"]:
        before, after = case["replace"]
        assert before in text
        text = text.replace(before, after, 1)
    return (text + (case["append"] or "")).encode()


def pin_named(name: str | None) -> Pin | None:
    return None if name is None else Pin.of((FOLDER / name).read_bytes())


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
    }


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdicts(case: dict[str, Any]) -> None:
    content, pin = content_of(case), pin_named(case["pin"])
    if case["verdict"] in {"proven", "consistent"}:
        found = check.verify(content, pin)
        assert found.pinned == (case["verdict"] == "proven")
        assert said(found) == case["says"]
    else:
        with pytest.raises(EvidenceRefused, match=case["reason"] or None) as refused:
            check.verify(content, pin)
        assert isinstance(refused.value, WrongPin) == (case["verdict"] == "other_network")


def refusal(content: bytes, pin: Pin | None) -> str:
    try:
        check.verify(content, pin)
    except EvidenceRefused as error:
        return str(error)
    return ""


def refused_everywhere(name: str, places: range) -> None:
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


@pytest.mark.parametrize("name", ["qbft.json", "clique.json"])
@pytest.mark.parametrize("part", ["block", "seal"])
def test_every_byte_of_a_sealed_header_counts(name: str, part: str) -> None:
    """The rest of these files is as in the others."""
    content = (FOLDER / name).read_bytes()
    inner = json.dumps(json.loads(content)[part], sort_keys=True, separators=(",", ":")).encode()
    start = content.index(inner)
    refused_everywhere(name, range(start, start + len(inner)))


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
