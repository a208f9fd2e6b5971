"""Certificates of lots on a real node: what they prove, and that nothing else passes for one."""

import json
from typing import Any

import pytest

from chain import canonical, ids
from chain.certificate import check, form
from chain.certificate.form import Lock
from chain.certificate.pin import Pin
from chain.errors import BadCertificate, BadProof, BadSeal, EvidenceRefused, WrongPin
from tests.chain.world import DAY, World
from tests.factories import certificates as make


def test_a_part_two_splits_down(world: World) -> None:
    payable, disclosed = make.with_promise(world, 1_000_00, 301)
    root = ids.root(payable)
    world.act("supplier", "split", root, [4], [400_00])
    world.act("supplier", "split", ids.child(root, 4), [7], [150_00])
    content = make.certificate_of(world, payable, (4, 7), keys=("supplier",), **disclosed)
    found = check.verify(content, make.pin_of(world))
    assert found.pinned
    assert found.number == world.gateway.head().number
    assert found.block_hash == world.gateway.head().hash
    assert (found.lot.holder, found.lot.amount, found.lot.depth) == (3, 150_00, 2)
    assert (found.payable.obligor, found.payable.outstanding, found.payable.available) == (2, 1_000_00, 0)
    assert found.certificate.currency == ids.currency_of(found.payable.profile) == 156
    assert sorted(found.participants) == [2, 3]
    assert list(found.keys) == [world.address("supplier")]
    assert found.lock is None
    assert [digest.hex() for digest in found.documents] == [item.content.hex() for item in disclosed["documents"]]
    assert (found.scheme, found.signers, found.signed_at) == ("registry", [world.address("registrar")], world.now)


def test_without_a_pin_it_is_only_consistent(world: World) -> None:
    payable = world.issue(500_00, salt=302)
    found = check.verify(make.certificate_of(world, payable))
    assert not found.pinned
    assert found.lot.amount == 500_00


def test_a_lock_holds_until_its_time(world: World) -> None:
    payable = world.issue(500_00, salt=303)
    until = world.now + 7 * DAY
    world.act("supplier", "lock", ids.root(payable), 5, until)
    content = make.certificate_of(world, payable)
    found = check.verify(content, make.pin_of(world))
    assert found.lock == Lock("lock", 5, until)
    assert sorted(found.participants) == [2, 3, 5]
    # Once it has run out, the word still names it and the certificate doesn't.
    world.now = until + 1
    world.issue(10_00, salt=304)
    later = check.verify(make.certificate_of(world, payable), make.pin_of(world))
    assert (later.lock, later.lot.lock_until) == (None, until)


def test_pledge_recourse_and_freeze(world: World) -> None:
    payable = world.issue(900_00, salt=305)
    root = ids.root(payable)
    offer = make.offered(world, root, 0, 300_00)
    world.act("second", "acceptOffer", offer, world.signature("supplier", offer))
    world.act("registrar", "freeze", ids.child(root, 0), 120_00, b"\x01" * 32)
    found = check.verify(make.certificate_of(world, payable, (0,)), make.pin_of(world))
    assert (found.lot.holder, found.recourse, found.frozen) == (4, 3, 120_00)
    assert sorted(found.participants) == [2, 3, 4]


def changed(content: bytes, change: Any) -> bytes:
    """The certificate with something in it changed, canonical again."""
    document = json.loads(content)
    change(document)
    return canonical.encode(document)


def test_other_forms_are_refused(world: World) -> None:
    payable = world.issue(500_00, salt=306)
    content = make.certificate_of(world, payable)
    document = json.loads(content)
    for other in (
        content + b"\n",
        b" " + content,
        json.dumps(document).encode(),
        json.dumps(dict(reversed(document.items())), separators=(",", ":")).encode(),
        content.replace(b'"lock":null', b'"lock":null,"lock":null'),
        changed(content, lambda found: found.update(note="more")),
        changed(content, lambda found: found.pop("lock")),
        changed(content, lambda found: found["lot"].update(path=[True])),
        changed(content, lambda found: found["lot"].update(id=found["lot"]["id"].upper())),
        changed(content, lambda found: found["payable"]["terms"].update(face="050000")),
        changed(content, lambda found: found["block"].update(number="0x0" + found["block"]["number"][2:])),
        content[:-1],
        b"",
        b"[" * 5000,
        b"\xff",
        b"1e5",
    ):
        with pytest.raises(BadCertificate):
            check.verify(other)
    with pytest.raises(BadCertificate, match="larger"):
        form.parse(b" " * (form.MAX_BYTES + 1))


def test_false_statements_are_refused(world: World) -> None:
    payable, disclosed = make.with_promise(world, 600_00, 307)
    other = world.issue(600_00, salt=308)
    content = make.certificate_of(world, payable, **disclosed)
    foreign = json.loads(make.certificate_of(world, other))
    lot = json.loads(content)["words"][1]
    for change, error, why in (
        (lambda found: found["words"][1]["fields"].update(amount="1"), BadCertificate, "fields"),
        (lambda found: found["words"][1].update(word=lot["word"][:-1] + "5"), BadProof, "another word"),
        (lambda found: found["words"].__setitem__(1, foreign["words"][1]), BadCertificate, "belong at 0"),
        (lambda found: found["words"].pop(), BadCertificate, "belong at 3"),
        (lambda found: found["words"].append(found["words"][-1]), BadCertificate, "only keys"),
        (lambda found: found["words"][2].update(key="01"), BadCertificate, "one form"),
        (lambda found: found["words"][2].update(key="-1"), BadCertificate, "one form"),
        (lambda found: found["lot"].update(path=[1]), BadCertificate, "path"),
        (lambda found: found["payable"]["terms"].update(due=5), BadCertificate, "preimage|hash of terms"),
        (lambda found: found["payable"]["portions"].reverse(), BadCertificate, "sorted"),
        (lambda found: found.update(lock={"kind": "lock", "party": 5, "until": 2_000_000_000}), BadCertificate, "lock"),
        (lambda found: found.update(promise="I owe nothing"), BadCertificate, "promise"),
        (lambda found: found.update(promise=None), BadCertificate, "not disclosed"),
        (lambda found: found["documents"][0].update(content="0x" + "ab" * 32), BadCertificate, "root"),
        (lambda found: found["documents"].append(found["documents"][0]), BadCertificate, "twice"),
        (lambda found: found["seal"].update(signer="0x" + "ab" * 20), BadSeal, "not the signer"),
        (lambda found: found["seal"].update(signed_at=5), BadSeal, "not the signer"),
        (lambda found: found.update(seal={"scheme": "qbft", "validators": ["0x" + "ab" * 20], "handovers": []}), BadSeal, "extraData"),
        (lambda found: found.update(seal={"scheme": "ibft1"}), BadCertificate, "scheme"),
        (lambda found: found["block"].update(gasUsed="0x1"), BadSeal, "not the signer"),
        (lambda found: found["block"].update(stateRoot="0x" + "ab" * 32), BadProof, "not the one"),
        (lambda found: found.update(contract="0x" + "ab" * 20), EvidenceRefused, "no contract|not the one|follow"),
        (lambda found: found["account_proof"].append("0x80"), BadProof, "follow"),
    ):
        with pytest.raises(error, match=why):
            check.verify(changed(content, change))


def test_what_is_not_held_has_no_certificate(world: World) -> None:
    payable = world.issue(500_00, salt=309)
    root = ids.root(payable)
    with pytest.raises(BadCertificate, match="nothing is held"):
        check.verify(make.certificate_of(world, payable, (3,)))
    world.act("supplier", "split", root, [0], [500_00])
    with pytest.raises(BadCertificate, match="nothing is held"):
        check.verify(make.certificate_of(world, payable))
    refused = world.issue(500_00, salt=310, accept=False)
    assert check.verify(make.certificate_of(world, refused)).payable.state == 1
    world.act("supplier", "refuse", *world.issued[refused])
    with pytest.raises(BadCertificate, match="nothing is owed"):
        check.verify(make.certificate_of(world, refused))


def test_only_keys_of_the_holder_are_disclosed(world: World) -> None:
    payable = world.issue(500_00, salt=311)
    with pytest.raises(BadCertificate, match="no valid key of the holder"):
        check.verify(make.certificate_of(world, payable, keys=("bank",)))


def test_pins(world: World) -> None:
    payable = world.issue(500_00, salt=312)
    content, pin = make.certificate_of(world, payable), make.pin_of(world)
    assert Pin.of(pin.encode() + b"\n") == pin
    for other in (
        Pin(1, pin.genesis, pin.contract, pin.scheme, pin.keys),
        Pin(pin.chain_id, bytes(32), pin.contract, pin.scheme, pin.keys),
        Pin(pin.chain_id, pin.genesis, "0x" + "11" * 20, pin.scheme, pin.keys),
        Pin(pin.chain_id, pin.genesis, pin.contract, "qbft", pin.keys),
    ):
        with pytest.raises(WrongPin):
            check.verify(content, other)
    with pytest.raises(BadSeal, match="pinned registry key"):
        check.verify(content, Pin(pin.chain_id, pin.genesis, pin.contract, pin.scheme, (world.address("bank"),)))
    for wrong in (
        b"{}",
        b"[]",
        pin.encode().replace(b"registry", b"ibft1"),
        pin.encode().replace(b'"keys":["', b'"keys":["0x' + b"11" * 20 + b'","'),
    ):
        with pytest.raises(BadCertificate):
            Pin.of(wrong)
