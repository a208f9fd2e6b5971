"""What a verifier must make of each certificate, and of what was changed in it. Written down here, never taken from a verifier."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.chain.conftest import GENESIS
from tests.chain.world import DAY
from tests.factories.certificates import DOCUMENTS
from tests.factories.seals import NEWCOMER, VALIDATORS

Case = dict[str, Any]
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_WHOLE = {"holder": 3, "amount": "123456", "obligor": 2, "lock": None}
_OPENED = ["0x" + hashlib.sha256(DOCUMENTS[place]).hexdigest() for place in (0, 2)]
_SEALED = {**_WHOLE, "documents": [], "handovers": 0}
_LIVE = {"holder": 101, "amount": "900", "obligor": 100, "documents": [], "scheme": "clique"}
_LOCKED = {"kind": "lock", "party": 102, "until": 1_796_206_242}
# What each certificate says that holds, beside its lot and block, and the pin that it holds with.
HOLDING: dict[str, tuple[str, dict[str, Any]]] = {
    "whole": ("pin", {**_WHOLE, "documents": _OPENED, "scheme": "registry", "handovers": 0}),
    "locked": (
        "pin",
        {
            "holder": 4,
            "amount": "20000",
            "obligor": 2,
            "lock": {"kind": "lock", "party": 5, "until": GENESIS + 30 * DAY},
            "documents": _OPENED,
            "scheme": "registry",
            "handovers": 0,
        },
    ),
    "made": ("pin", {"holder": 3, "amount": "80000", "obligor": 2, "lock": None, "documents": [], "scheme": "registry", "handovers": 0}),
    "qbft": ("pin-qbft", {**_SEALED, "scheme": "qbft"}),
    "qbft-handover": ("pin-qbft", {**_SEALED, "scheme": "qbft", "handovers": 2}),
    "clique": ("pin-clique", {**_SEALED, "scheme": "clique"}),
    "clique-votes": ("pin-clique", {**_SEALED, "scheme": "clique", "handovers": 2}),
    "clique-joined": ("pin-clique", {**_SEALED, "scheme": "clique", "handovers": 1}),
}
HOLDING |= {
    f"geth-{name}": ("pin-geth-first", {**_LIVE, "lock": lock, "handovers": changes})
    for name, lock, changes in (("first", None, 0), ("voted", _LOCKED, 1), ("dropped", _LOCKED, 2))
}
REFUSED = {
    "qbft-strangers": ("pin-qbft", "handover"),
    "clique-checkpoint": ("pin-clique", "handover"),
    "made-terms": ("pin", "terms"),
    "made-settled": ("pin", "not_owed"),
    "made-ended": ("pin", "not_held"),
    "made-empty": ("pin", "not_held"),
    "made-depth": ("pin", "depth"),
    "made-amounts": ("pin", "amounts"),
    "made-key": ("pin", "key"),
    "made-stranger": ("pin", "key"),
}
# Pins that a certificate meets as well, or doesn't.
OTHER_PINS = (
    ("qbft-handover", "pin-qbft-later", None),
    ("clique-votes", "pin-clique-later", None),
    ("clique-votes", "pin-clique-last", None),
    ("clique-votes", "pin-clique-other", "issuer"),
    ("clique-joined", "pin-clique-later", None),
    ("clique", "pin-clique-later", "issuer"),
    ("qbft", "pin-qbft-later", "issuer"),
    ("whole", "pin-other-key", "issuer"),
    ("whole", "pin-other-chain", "network"),
    ("whole", "pin-qbft", "network"),
    ("qbft", "pin-clique", "network"),
    ("whole", "whole", "pin"),
    ("geth-dropped", "pin-geth-voted", None),
    ("geth-dropped", "pin-geth-dropped", None),
    ("geth-first", "pin-geth-voted", "issuer"),
    ("geth-voted", "pin-clique", "network"),
)


def _text(before: str, after: str) -> Case:
    return {"replace": [before, after]}


def _set(*path: str | int, to: Any) -> Case:
    return {"set": [list(path), to]}


def _remove(*path: str | int) -> Case:
    return {"remove": list(path)}


def _insert(*path: str | int, value: Any) -> Case:
    return {"insert": [list(path), value]}


def cases(files: Mapping[str, bytes]) -> list[Case]:
    """All cases, for these files by name."""
    found = [*_whole_files(files)]
    for name, steps in (("whole", _forms), ("whole", _statements), ("locked", _locks), ("qbft", _qbft), ("clique", _clique)):
        document = json.loads(files[f"{name}.json"])
        found += [_refused(name, said, reason, *change) for said, reason, *change in steps(document)]
    document = json.loads(files["clique-votes.json"])
    found += [_refused("clique-votes", said, reason, *change) for said, reason, *change in _handovers(document)]
    document = json.loads(files["whole.json"])
    unpinned = _set("chain_id", to=document["chain_id"] + 1)
    return [*found, _refused("whole", "another chain id, without a pin", "seal", unpinned, pin=None)]


def _whole_files(files: Mapping[str, bytes]) -> Iterator[Case]:
    for name, (pin, says) in HOLDING.items():
        document = json.loads(files[f"{name}.json"])
        told = {**says, "lot": document["lot"]["id"], "block": int(document["block"]["number"], 16)}
        yield _case(f"{name} with its pin", name, pin=pin, verdict="proven", says=told)
        yield _case(f"{name} without a pin", name, pin=None, verdict="consistent", says=told)
    for name, (pin, reason) in REFUSED.items():
        yield _refused(name, f"{name}: proven, and nothing to rely on", reason, pin=pin)
    for name, pin, other in OTHER_PINS:
        if other is None:
            document = json.loads(files[f"{name}.json"])
            told = {**HOLDING[name][1], "lot": document["lot"]["id"], "block": int(document["block"]["number"], 16)}
            yield _case(f"{name} with {pin}", name, pin=pin, verdict="proven", says=told)
        else:
            yield _refused(name, f"{name} with {pin}", other, pin=pin)


def _case(said: str, name: str, *, pin: str | None, verdict: str, **more: Any) -> Case:
    blank: Case = {"change": [], "reason": None, "says": None}
    return {"name": said, "file": f"{name}.json", "pin": pin and f"{pin}.json", "verdict": verdict, **blank, **more}


def _refused(name: str, said: str, reason: str, *change: Case, pin: str | None = "") -> Case:
    verdict = "other_network" if reason == "network" else "refused"
    used = HOLDING[name][0] if pin == "" else pin
    return _case(said, name, pin=used, verdict=verdict, reason=reason, change=list(change))


Steps = Callable[[dict[str, Any]], list[tuple[Any, ...]]]


def _forms(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    number = document["block"]["number"]
    return [
        ("a line after the end", "canonical", {"append": "\n"}),
        ("a blank inside", "canonical", _text('"lock":null', '"lock": null')),
        ("a name twice", "canonical", _text('"lock":null', '"lock":null,"lock":null')),
        ("an integer as a fraction", "canonical", _text(f'"chain_id":{document["chain_id"]}', f'"chain_id":{document["chain_id"]}.0')),
        ("minus zero", "canonical", _text('"payee":3', '"payee":-0')),
        ("an integer that a double cannot hold", "canonical", _text('"payee":3', '"payee":9007199254740993')),
        ("a letter escaped", "canonical", _text('"format"', '"\\u0066ormat"')),
        ("half a character", "canonical", _text("to pay", "\\ud800to pay")),
        ("a name beyond ASCII", "canonical", _text('"seal":', '"seäl":')),
        ("nested without end", "canonical", _text('"lock":null', '"lock":' + "[" * 40 + "]" * 40)),
        ("names in another order", "canonical", _text('"chain_id":', '"zhain_id":')),
        ("cut short", "canonical", _text('"seal":', '"seal"')),
        ("a name left out", "shape", _remove("format")),
        ("an unknown name", "shape", _set("note", to="more")),
        ("an unknown name of a word", "shape", _set("words", 0, "note", to="more")),
        ("a later field of another kind of header", "shape", _set("block", "hash", to="0x" + "11" * 32)),
        ("an unknown version", "shape", _set("format", to="tallystick.certificate.v2")),
        ("an uppercase digit", "shape", _set("block", "miner", to="0X" + "00" * 20)),
        ("a byte too few", "shape", _set("block", "nonce", to="0x" + "00" * 7)),
        ("a quantity with a zero before it", "shape", _set("block", "number", to="0x0" + number[2:])),
        ("a time beyond any calendar", "shape", _set("block", "timestamp", to="0x1000000000")),
        ("an amount with a zero before it", "shape", _set("payable", "terms", "face", to="0123456")),
        ("an amount as a number", "shape", _set("payable", "terms", "face", to=123456)),
        ("true as a number", "shape", _set("lot", "path", to=[True])),
        ("an index beyond the children", "shape", _set("lot", "path", to=[40])),
        ("an unknown scheme", "shape", _set("seal", to={"scheme": "ibft1"})),
        ("an unknown kind of word", "shape", _set("words", 0, "kind", to="limit")),
        ("a list where an object belongs", "shape", _set("lot", to=[])),
        ("no portions", "shape", _set("payable", "portions", to=[])),
    ]


def _statements(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    words, proof, signature = document["words"], document["account_proof"], document["seal"]["signature"]
    high = f"0x{signature[2:66]}{_ORDER - int(signature[66:130], 16):064x}{55 - int(signature[130:], 16):02x}"
    third = words[2]
    return [
        ("another chain id", "network", _set("chain_id", to=document["chain_id"] + 1)),
        ("another contract", "network", _set("contract", to="0x" + "ab" * 20)),
        ("another genesis", "network", _set("genesis", to="0x" + "ab" * 32)),
        ("another scheme", "network", _set("seal", to={"scheme": "qbft", "validators": [*VALIDATORS], "handovers": []})),
        ("another due time", "payable", _set("payable", "terms", "due", to=5)),
        ("another payee", "payable", _set("payable", "terms", "payee", to=4)),
        ("another currency of the payable", "currency", _set("payable", "currency", to=978)),
        ("portions in another order", "payable", _set("payable", "portions", to=document["payable"]["portions"][::-1])),
        ("a portion that grew", "payable", _set("payable", "portions", 0, "amount", to="61729")),
        ("another payable's id", "payable", _set("payable", "id", to="0x" + "11" * 20)),
        ("another path", "lot", _set("lot", "path", to=[1])),
        ("another lot", "lot", _set("lot", "id", to="0x" + "11" * 32)),
        ("more held, in plain form", "fields", _set("words", 1, "fields", "amount", to="923456")),
        ("more held, in the word", "proof", _set("words", 1, "word", to=words[1]["word"][:-1] + "f")),
        ("a word's key in another form", "words", _set("words", 2, "key", to="01")),
        ("a word's key below zero", "words", _set("words", 2, "key", to="-1")),
        ("a word's key with a digit too many", "words", _set("words", len(words) - 1, "key", to=words[-1]["key"] + "0")),
        ("another profile's word", "proof", _set("words", 2, "key", to="2")),
        ("a word left out", "words", _remove("words", 3)),
        ("words in another order", "words", _set("words", to=[*words[:2], words[3], third, *words[4:]])),
        ("a key twice", "words", _insert("words", len(words), value=words[-1])),
        ("a participant where no more belong", "words", _insert("words", len(words), value=words[3])),
        ("another state root", "proof", _set("block", "stateRoot", to="0x" + "11" * 32)),
        ("a node left out", "proof", _remove("account_proof", len(proof) - 1)),
        ("a node too many", "proof", _insert("account_proof", len(proof), value="0x80")),
        ("a node of another place", "proof", _set("account_proof", 0, to=words[0]["proof"][0])),
        ("no proof of a word", "proof", _set("words", 0, "proof", to=[])),
        ("a lock that is none", "lock", _set("lock", to={"kind": "lock", "party": 5, "until": 1_800_000_000})),
        ("another promise", "promise", _text("to pay, whatever comes", "to pay, if I like")),
        ("documents without the promise", "documents", _set("promise", to=None)),
        ("another document", "documents", _set("documents", 0, "content", to="0x" + "00" * 32)),
        ("another salt", "documents", _set("documents", 0, "salt", to="0x" + "00" * 32)),
        ("a step on the other side", "documents", _set("documents", 1, "path", 0, "side", to="right")),
        ("a step left out", "documents", _remove("documents", 0, "path", 0)),
        ("a document twice", "documents", _insert("documents", 0, value=document["documents"][0])),
        ("another time of the block", "seal", _set("block", "timestamp", to=hex(int(document["block"]["timestamp"], 16) + 1))),
        ("another gas limit", "seal", _set("block", "gasLimit", to="0x1")),
        ("a later field that the header lacks", "seal", _set("block", "baseFeePerGas", to="0x0")),
        ("another signer", "seal", _set("seal", "signer", to="0x" + "ab" * 20)),
        ("signed later than said", "seal", _set("seal", "signed_at", to=document["seal"]["signed_at"] + 1)),
        ("a signature with high s", "seal", _set("seal", "signature", to=high)),
        ("a signature with another v", "seal", _set("seal", "signature", to=signature[:-2] + "1d")),
        ("a signature of zeros", "seal", _set("seal", "signature", to="0x" + "00" * 64 + "1b")),
    ]


def _locks(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        ("a lock that is longer", "lock", _set("lock", "until", to=document["lock"]["until"] + 1)),
        ("a lock for another", "lock", _set("lock", "party", to=6)),
        ("a lock of another kind", "lock", _set("lock", "kind", to="pledge")),
        ("a lock left out", "lock", _set("lock", to=None)),
        ("a sibling's path", "lot", _set("lot", "path", to=[3, 1])),
        ("the frozen amount left out", "words", _remove("words", 3)),
        ("a key of another at the end", "proof", _set("words", len(document["words"]) - 1, "key", to="0x" + "11" * 20)),
    ]


def _qbft(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    extra = document["block"]["extraData"]
    return [
        ("another seal of a QBFT block", "seal", _set("block", "extraData", to=extra[:-2] + f"{1 - int(extra[-2:]):02x}")),
        ("another time of a QBFT block", "seal", _set("block", "timestamp", to="0x6ab13b99")),
        ("extraData that is no list", "seal", _set("block", "extraData", to="0x80")),
        ("a set of its own", "issuer", _set("seal", "validators", 0, to="0x" + "00" * 20)),
        ("validators in another order", "seal", _set("seal", "validators", to=document["seal"]["validators"][::-1])),
        ("a hand-over that changes nothing", "handover", _set("seal", "handovers", to=[[document["block"]]])),
    ]


def _clique(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    headers = document["seal"]["headers"]
    return [
        ("Clique with one header on top", "seal", _remove("seal", "headers", 1)),
        ("Clique with nothing on top", "seal", _set("seal", "headers", to=[])),
        ("headers on top in another order", "seal", _set("seal", "headers", to=headers[::-1])),
        ("another time of a Clique header on top", "seal", _set("seal", "headers", 1, "timestamp", to="0x6ab13b99")),
        ("another difficulty", "seal", _set("block", "difficulty", to="0x3")),
        ("a seal cut off", "seal", _set("block", "extraData", to="0x" + "00" * 32)),
        ("a validator too few", "issuer", _remove("seal", "validators", 3)),
        ("a validator too many", "issuer", _insert("seal", "validators", 4, value=NEWCOMER)),
    ]


def _handovers(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    first, second = document["seal"]["handovers"]
    return [
        ("the first hand-over left out", "handover", _remove("seal", "handovers", 0)),
        ("the last hand-over left out", "seal", _remove("seal", "handovers", 1)),
        ("hand-overs in another order", "handover", _set("seal", "handovers", to=[second, first])),
        ("a hand-over twice", "handover", _insert("seal", "handovers", 1, value=first)),
        ("a vote left out", "handover", _remove("seal", "handovers", 0, 0)),
        ("a vote for another", "handover", _set("seal", "handovers", 0, 1, "miner", to="0x" + "11" * 20)),
        ("too few sealed after the change", "handover", _remove("seal", "handovers", 0, len(first) - 1)),
        ("a hand-over after the block", "handover", _insert("seal", "handovers", 2, value=[document["block"]])),
        ("an empty hand-over", "shape", _set("seal", "handovers", 0, to=[])),
    ]
