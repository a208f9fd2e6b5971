"""A claim's whole life on a real node, through this room's own modules: what Python derives is what the contract says."""

import pytest

from chain import deploy, ids, slots, typed, words
from chain.structs import (
    FINANCE_ASSIGNMENT,
    LOT_ENDED,
    PAYABLE_ACTIVE,
    PAYABLE_ROUND_OPEN,
    PAYABLE_SETTLED,
    WHOLE,
    Financing,
    Portion,
    Terms,
)
from tests.chain.world import DAY, PROFILE, PROFILE_ID, Refused, World


def word(world: World, slot: int) -> int:
    return int.from_bytes(world.gateway.storage(world.contract, slot), "big")


def payable_word(world: World, payable: int) -> words.PayableWord:
    """Read three ways: from storage, by the word view, by the decoded view."""
    found = words.PayableWord.of(word(world, slots.payable(payable)))
    assert world.view("payableWord", payable) == [found.pack()]
    assert world.view("payableOf", payable) == list(vars(found).values())
    return found


def lot_word(world: World, lot: int) -> words.LotWord:
    found = words.LotWord.of(word(world, slots.lot(lot)))
    assert world.view("lotWord", lot) == [found.pack()]
    assert world.view("lotOf", lot) == list(vars(found).values())
    return found


def test_the_code_on_chain_is_what_was_built(world: World) -> None:
    assert deploy.verify_code(world.gateway, world.manifest) == []
    assert world.manifest["contract"] == world.contract


def test_code_elsewhere_is_named(world: World) -> None:
    swapped = {**world.manifest["addresses"], "Holdings": world.manifest["addresses"]["Settlement"], "Reads": "0x" + "00" * 19 + "01"}
    wrong = deploy.verify_code(world.gateway, {**world.manifest, "addresses": swapped})
    assert [sentence.split(":")[0] for sentence in wrong] == ["Reads", "Registrar", "Holdings", "Settlement"]
    other = deploy.verify_code(world.gateway, {**world.manifest, "chain_id": 1})
    assert [sentence.split(":")[0] for sentence in other] == ["Reads", "Settlement", "Tallystick"]


def test_python_and_contract_agree_on_ids_and_digests(world: World) -> None:
    terms = Terms(2, 3, 1, world.now + DAY, 12_345, b"\x01" * 32, b"\x02" * 32)
    portions = [Portion(b"\x03" * 32, 12_000, 20_000), Portion(b"\x04" * 32, 345, 345)]
    payable = ids.payable_id(terms, portions)
    assert world.view("payableIdOf", terms, portions) == [payable]
    root = ids.root(payable)
    assert world.view("rootOf", payable) == [root]
    for index in (0, 7, 39):
        assert world.view("childOf", root, index) == [ids.child(root, index)]
    offer = world.offer(root, 3, 500, "second", version=9, kind=1)
    assert world.view("offerHash", offer) == [typed.offer_digest(world.gateway.chain_id, world.contract, offer=offer)]
    financing = Financing(5, world.now + DAY, 1, True, b"\x05" * 32)
    assert world.view("financingHash", financing) == [ids.financing_hash(financing)]


def test_profile_and_participant_words(world: World) -> None:
    profile = words.ProfileWord.of(word(world, slots.profile(PROFILE_ID)))
    assert (profile.rules(), profile.paused) == (PROFILE, 0)
    participant = words.ParticipantWord.of(word(world, slots.participant(5)))
    assert (participant.roles, participant.status, participant.account_hex) == (4, 1, world.address("bank"))
    assert world.view("participantWord", 5) == [participant.pack()]
    key = words.KeyWord.of(word(world, slots.key(world.address("bank"))))
    assert (key.participant, world.view("keyWord", world.address("bank"))) == (5, [key.pack()])


def test_a_claim_is_issued_split_financed_paid_and_redeemed(world: World) -> None:
    payable = world.issue(90_000, salt=11)
    root = ids.root(payable)
    issued = world.events[-2]
    assert (issued.name, issued.args["payableId"], issued.args["face"]) == ("Issued", payable, 90_000)
    assert [Portion.of(each).amount for each in issued.args["portions"]] == [45_000, 45_000]
    assert payable_word(world, payable).state == PAYABLE_ACTIVE
    limit = words.LimitWord.of(word(world, slots.limit(2, 156)))
    assert (limit.agent, world.view("limitWord", 2, 156)) == (6, [limit.pack()])
    invoice = words.InvoiceWord.of(word(world, slots.invoice(2, issued.args["portions"][0][0])))
    assert (invoice.occupied, invoice.total, invoice.currency) == (45_000, 45_000, 156)

    # Two parts of one lot, offered in parallel and accepted in the other order, in one block.
    first, second = world.offer(root, 0, 20_000, "second"), world.offer(root, 1, 30_000, "bank")
    taken = world.send(
        world.sign("bank", "acceptOffer", [second, world.signature("supplier", second)]),
        world.sign("second", "acceptOffer", [first, world.signature("supplier", first)]),
    )
    assert [(event.name, event.args["child"]) for event in taken] == [("Transferred", ids.child(root, place)) for place in (1, 0)]
    assert lot_word(world, root) == words.LotWord(3, 40_000, 0, 0, 0, 0, 0, 0, 0, 0b11)
    assert lot_word(world, ids.child(root, 0)).holder == 4

    # The second tier locks its lot for the bank's assignment; the bank completes it alone.
    lot = ids.child(root, 0)
    financing = Financing(5, world.now + 2 * DAY, FINANCE_ASSIGNMENT, False, b"\x06" * 32)
    world.act("second", "lockForFinancing", lot, financing)
    assert world.view("consentOf", lot) == [ids.financing_hash(financing)] == [world.gateway.storage(world.contract, slots.consent(lot))]
    (financed,) = world.act("bank", "finance", lot, financing, b"\x07" * 32)
    assert (financed.name, financed.args["from"], financed.args["amount"]) == ("Financed", 4, 20_000)
    assert lot_word(world, lot).holder == 5

    # Short payment: a round pays pro rata. The rest follows and redeems everything.
    world.now += 91 * DAY
    world.act("agent", "recordPayment", payable, 1, 30_000, b"\x08" * 32)
    lots = [root, ids.child(root, 0), ids.child(root, 1)]
    world.act("agent", "openRound", payable)
    assert payable_word(world, payable).state == PAYABLE_ACTIVE | PAYABLE_ROUND_OPEN
    assert words.RoundWord.of(word(world, slots.clearing_round(payable))) == words.RoundWord(90_000, 0, 30_000)
    lines = [13_333, 6_667, 10_000]
    redeemed = world.act("agent", "redeemInRound", lots, lines, [b"\x09" * 32] * 3)
    assert [event.args["amount"] for event in redeemed if event.name == "Redeemed"] == lines
    world.act("agent", "closeRound", payable)
    world.act("agent", "recordPayment", payable, 2, 60_000, b"\x0a" * 32)
    world.act("agent", "redeemMany", lots, [b"\x0b" * 32] * 3)
    assert (payable_word(world, payable).state, payable_word(world, payable).outstanding) == (PAYABLE_SETTLED, 0)
    assert all(lot_word(world, each).flags & LOT_ENDED for each in lots)


def test_refusals_are_decoded_from_mined_transactions(world: World) -> None:
    payable = world.issue(50_000, salt=21)
    root = ids.root(payable)
    with pytest.raises(Refused) as caught:
        world.act("bank", "split", root, [0], [1_000])
    assert (caught.value.refusal.name, caught.value.refusal.args) == ("NotHolder", {"lot": root, "participant": 5, "holder": 3})
    with pytest.raises(Refused) as caught:
        world.act("supplier", "setLimit", 2, 156, 1, 6)
    assert caught.value.refusal.name == "AccessManagedUnauthorized"
    assert caught.value.refusal.args == {"caller": world.address("supplier")}
    stale = world.offer(root, WHOLE, 50_000, "second", version=7)
    with pytest.raises(Refused) as caught:
        world.act("second", "acceptOffer", stale, world.signature("supplier", stale))
    assert caught.value.refusal.name == "OfferStale"
