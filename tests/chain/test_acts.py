"""Every act that the story leaves out, once each on a real node: call data, consents and gas limits are what the contract wants."""

from typing import Any

import pytest

from chain import ids, signing, typed
from chain.structs import FINANCE_PLEDGE, WHOLE, Financing
from chain.words import LotWord
from tests.chain.world import DAY, PROFILE_ID, Refused, World

BASIS = b"\x0b" * 32


def lot(world: World, number: int) -> LotWord:
    return LotWord.of(world.view("lotWord", number)[0])


def consent(world: World, who: str, digest: bytes) -> bytes:
    return signing.sign_digest(world.secret(who), digest)


def where(world: World) -> tuple[int, str]:
    return world.gateway.chain_id, world.contract


def names(events: list[Any]) -> list[str]:
    return [event.name for event in events]


def test_cancel_with_the_payees_consent(world: World) -> None:
    payable = world.issue(10_000, salt=1)
    digest = typed.cancellation_digest(*where(world), payable=payable, version=lot(world, ids.root(payable)).version)
    with pytest.raises(Refused) as caught:
        world.act("obligor", "cancel", *world.issued[payable], consent(world, "second", digest))
    assert caught.value.refusal.name == "BadSignature"
    assert names(world.act("obligor", "cancel", *world.issued[payable], consent(world, "supplier", digest))) == ["Cancelled"]


def test_refuse(world: World) -> None:
    payable = world.issue(10_000, salt=2, accept=False)
    assert names(world.act("supplier", "refuse", *world.issued[payable])) == ["Refused"]


def test_split_merge_lock_and_release(world: World) -> None:
    root = ids.root(world.issue(10_000, salt=3))
    parts = world.act("supplier", "split", root, [7, 39], [1_000, 2_000])
    assert [(event.name, event.args["child"]) for event in parts] == [("Split", ids.child(root, place)) for place in (7, 39)]
    assert names(world.act("supplier", "merge", root, [ids.child(root, 7)])) == ["Merged"]
    assert names(world.act("supplier", "lock", ids.child(root, 39), 5, world.now + DAY)) == ["Locked"]
    assert names(world.act("bank", "release", ids.child(root, 39))) == ["Released"]


def test_an_offer_on_chain(world: World) -> None:
    root = ids.root(world.issue(10_000, salt=4))
    offer = world.offer(root, WHOLE, 10_000, "second", version=lot(world, root).version)
    made = world.act("supplier", "makeOffer", offer)
    assert ("OfferMade", list(offer.args())) in [(event.name, event.args.get("offer")) for event in made]
    (moved,) = world.act("second", "acceptOffer", offer, b"")
    assert (moved.name, moved.args["child"], moved.args["to"]) == ("Transferred", root, 4)


def test_a_pledge(world: World) -> None:
    root = ids.root(world.issue(10_000, salt=5))
    financing = Financing(5, world.now + DAY, FINANCE_PLEDGE, False, BASIS)
    assert names(world.act("supplier", "lockForFinancing", root, financing)) == ["FinancingLocked"]
    assert names(world.act("bank", "finance", root, financing, BASIS)) == ["Financed"]
    assert names(world.act("bank", "releasePledge", root, BASIS)) == ["PledgeReleased"]


def test_acts_of_the_registrar(world: World) -> None:
    payable = world.issue(10_000, salt=6)
    root = ids.root(payable)
    assert names(world.act("registrar", "freeze", root, 4_000, BASIS)) == ["LotFrozen"]
    assert world.view("frozenOf", root) == [4_000]
    world.act("registrar", "freeze", root, 0, BASIS)
    (moved,) = world.act("registrar", "forceTransfer", root, 3, 2_000, 4, BASIS)
    assert (moved.name, moved.args["child"]) == ("TransferForced", ids.child(root, 3))
    assert names(world.act("registrar", "suspendRedemption", payable, True, BASIS)) == ["RedemptionSuspended"]
    assert names(world.act("registrar", "suspendRedemption", payable, False, BASIS)) == ["RedemptionSuspended"]
    assert names(world.act("registrar", "anchor", 1, 7, BASIS)) == ["Anchored"]
    assert names(world.act("registrar", "pauseProfile", PROFILE_ID, True)) == ["ProfilePaused"]
    assert names(world.act("registrar", "pauseProfile", PROFILE_ID, False)) == ["ProfilePaused"]


def test_set_off_and_discharge(world: World) -> None:
    root = ids.root(world.issue(10_000, salt=7))
    offer = world.offer(root, 0, 6_000, "obligor")
    world.act("obligor", "acceptOffer", offer, world.signature("supplier", offer))
    assert names(world.act("obligor", "setOff", ids.child(root, 0), BASIS)) == ["SetOff"]
    assert names(world.act("supplier", "discharge", root, BASIS)) == ["Discharged"]


def test_keys_and_offers_are_revoked(world: World) -> None:
    extra = signing.address_of(b"\x55" * 32)
    assert names(world.act("registrar", "setKey", extra, 4, 0, 2**32 - 1)) == ["KeySet"]
    world.now += 1
    assert names(world.act("second", "revokeKey", extra)) == ["KeySet"]
    assert names(world.act("second", "revokeOffers")) == ["EpochRaised"]


def test_plain_transfers_are_refused(world: World) -> None:
    one, other = world.address("supplier"), world.address("second")
    for function, args in (("transferFrom", [one, other, 1]), ("safeTransferFrom", [one, other, 1]), ("approve", [other, 1])):
        with pytest.raises(Refused) as caught:
            world.act("supplier", function, *args)
        assert caught.value.refusal.name == "UseAcceptOffer"


def test_lists_of_acts(world: World) -> None:
    """Issued, accepted and taken together; the one that is refused is named, and nothing of its list is done."""
    debts = [world.terms(40_000, salt=20 + place, invoices=1 + place % 2) for place in range(20)]
    terms, portions = [each[0] for each in debts], [each[1] for each in debts]
    assert names(world.act("obligor", "issueMany", terms, portions)) == ["Issued"] * 20
    payables = [ids.payable_id(*debt) for debt in debts]
    assert names(world.act("supplier", "acceptMany", payables)) == ["Accepted"] * 20
    root = ids.root(payables[0])
    offers = [world.offer(root, place, 1_000, "second") for place in range(30)]
    signatures = [world.signature("supplier", offer) for offer in offers]
    assert names(world.act("second", "acceptOffers", offers, signatures)) == ["Transferred"] * 30
    for who, function, args, refusal in (
        ("obligor", "issueMany", [terms[:1], portions[:1]], ("PayableExists", {"payableId": payables[0], "leg": 0})),
        ("supplier", "acceptMany", [payables], ("WrongState", {"payableId": payables[0], "state": 2, "leg": 0})),
        ("second", "acceptOffers", [offers[:1], signatures[:1]], ("ChildSpent", {"lot": root, "child": 0, "leg": 0})),
    ):
        with pytest.raises(Refused) as caught:
            world.act(who, function, *args)
        assert (caught.value.refusal.name, caught.value.refusal.args) == refusal


def test_long_lists_have_gas_enough(world: World) -> None:
    """Each act asserts that it took half of its limit at most."""
    payable = world.issue(800_000, salt=10, invoices=200)
    root = ids.root(payable)
    world.act("supplier", "split", root, list(range(40)), [10_000] * 40)
    parts = [ids.child(root, place) for place in range(40)]
    world.act("supplier", "merge", root, parts[:10])
    other = world.issue(400_000, salt=11, invoices=100, accept=False)
    world.act("supplier", "refuse", *world.issued[other])
    world.act("agent", "recordPayment", payable, 1, 300_000, BASIS)
    world.now += 90 * DAY
    world.act("agent", "openRound", payable)
    lots = [root, *parts[10:]]
    held = [lot(world, number).amount for number in lots]
    world.act("agent", "redeemInRound", lots, [amount * 3 // 8 for amount in held], [BASIS] * len(lots))
    world.act("agent", "closeRound", payable)
    world.act("agent", "recordPayment", payable, 2, 500_000, BASIS)
    world.act("agent", "redeemMany", lots, [BASIS] * len(lots))
    assert world.view("payableOf", payable)[4] == 0


def test_money_comes_goes_and_comes_again(world: World) -> None:
    """Last: it moves the time past the due times of the others."""
    paid, late = world.issue(10_000, salt=8), world.issue(10_000, salt=9)
    root = ids.root(paid)
    world.act("agent", "recordPayment", paid, 1, 10_000, BASIS)
    digest = typed.reversal_digest(*where(world), payable=paid, sequence=2, amount=4_000, receipt=BASIS)
    assert names(world.act("registrar", "reversePayment", paid, 4_000, BASIS, consent(world, "agent", digest))) == ["PaymentReversed"]
    world.act("agent", "recordPayment", paid, 3, 4_000, BASIS)
    world.now += 96 * DAY
    assert names(world.act("agent", "redeem", root, BASIS)) == ["Redeemed"]
    digest = typed.reopening_digest(*where(world), lot=root, sequence=4, amount=10_000, receipt=BASIS)
    assert names(world.act("registrar", "reopen", root, 10_000, BASIS, consent(world, "agent", digest))) == ["Reopened"]
    assert names(world.act("second", "markOverdue", late)) == ["OverdueMarked"]
