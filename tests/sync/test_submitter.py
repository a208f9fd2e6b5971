"""The submitter at its edges: what can't be signed, what can't be encoded, nonces that are out of order or gone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text

from chain import signing
from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.refusals import chain_refused
from registry.kernel.tables import Nonce, OutboxMessage
from registry.kernel.uow import SERVICE, Unit
from registry.sync import check
from registry.sync.outbox import in_nonce_order
from registry.sync.repo_outbox import Signed
from registry.sync.runtime import Runtime
from tests.sync.people import OBLIGOR, REGISTRAR, TIER1, Play
from tests.sync.site import Site


def revoke_offers(unit: Unit, signer: tuple[int, str] | None = None, args: Sequence[Any] = ()) -> int:
    who = signer or keys.signer_for(unit, unit.actor.entity_id)
    return outbox.enqueue(unit, signer=who, function="revokeOffers", args=list(args), subject="test")


def message(site: Site, number: int) -> OutboxMessage:
    with site.work.begin(SERVICE) as unit:
        return unit.session.get_one(OutboxMessage, number)


def enrolled(site: Site) -> Play:
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    return play


def test_what_cannot_be_sent_is_rejected_and_holds_nothing_up(site: Site) -> None:
    play = enrolled(site)
    elsewhere = play.act(TIER1, lambda unit: revoke_offers(unit, (5, "0x" + "77" * 20)))
    misfit = play.act(TIER1, lambda unit: revoke_offers(unit, args=[1, 2]))
    good = play.act(TIER1, revoke_offers)
    site.runtime.drain()
    assert [message(site, number).state for number in (elsewhere, misfit, good)] == ["rejected", "rejected", "confirmed"]
    assert chain_refused(message(site, elsewhere)).code == "no_custodial_key"
    assert chain_refused(message(site, misfit)).code == "bad_call"
    assert message(site, misfit).nonce is None
    assert check.run(site.work, site.gateway).breaks == []


def test_a_call_too_large_for_any_block_is_rejected(site: Site) -> None:
    play = enrolled(site)
    portions = [[number.to_bytes(32, "big"), 1, 1] for number in range(1, 2000)]
    args = [[2, 5, 1, 1_800_000_000, 1999, bytes(32), bytes(32)], portions]

    def enqueue(unit: Unit) -> int:
        return outbox.enqueue(unit, signer=keys.signer_for(unit, 2), function="issue", args=args, subject="test")

    number = play.act(OBLIGOR, enqueue)
    site.runtime.drain()
    assert (message(site, number).state, message(site, number).error) == ("rejected", "BadCall")


def test_a_nonce_that_somebody_else_used_is_replaced(site: Site) -> None:
    """The key was used outside: the call gets the next nonce and happens all the same."""
    play = enrolled(site)
    with site.work.begin(SERVICE) as unit:
        _, address = keys.signer_for(unit, 5)
        secret = keys.secret_of(unit, address)
    fields = signing.TransactionFields(site.gateway.chain_id, site.gateway.nonce(address), address, b"", 21_000)
    other = signing.sign_transaction(secret, fields).raw
    first, second = play.act(TIER1, revoke_offers), play.act(TIER1, revoke_offers)
    # Signed before the other transaction is seen.
    site.runtime._submitter.sign_batch()
    site.gateway.broadcast([other], int(site.clock.now().timestamp()))
    site.runtime.drain()
    done = message(site, first), message(site, second)
    # The second one stood on its own; what may be on its way already is never signed anew.
    assert [(each.state, each.nonce) for each in done] == [("confirmed", 2), ("confirmed", 1)]
    assert check.run(site.work, site.gateway).breaks == []


def test_a_drifted_nonce_counter_heals_at_the_next_start(site: Site) -> None:
    """The counter stands below the chain, as after a restored backup."""
    play = enrolled(site)
    play.act(TIER1, revoke_offers)
    site.runtime.drain()
    with site.work.begin(SERVICE) as unit:
        _, address = keys.signer_for(unit, 5)
        unit.session.execute(text("update nonces set next = 0 where address = :address"), {"address": address})
    number = play.act(TIER1, revoke_offers)
    Runtime(site.work, site.gateway).drain()
    assert message(site, number).state == "confirmed"
    with site.work.begin(SERVICE) as unit:
        assert unit.session.get_one(Nonce, address).next == 2


def test_many_calls_share_blocks(site: Site) -> None:
    play = enrolled(site)
    before = site.gateway.head().number

    def many(unit: Unit) -> list[int]:
        return [revoke_offers(unit) for _ in range(500)]

    numbers = play.act(REGISTRAR, many)
    site.runtime.drain()
    assert site.gateway.head().number == before + 2
    with site.work.begin(SERVICE) as unit:
        states = unit.session.scalars(select(OutboxMessage.state).where(OutboxMessage.id.in_(numbers))).all()
    assert set(states) == {"confirmed"}


def test_nonce_order_keeps_the_order_between_signers() -> None:
    def signed(number: int, signer: str, nonce: int) -> Signed:
        return Signed(number, signer, nonce, b"", b"")

    given = [signed(1, "a", 1), signed(2, "b", 5), signed(3, "a", 0), signed(4, "b", 4), signed(5, "c", 0)]
    assert [(each.signer, each.nonce) for each in in_nonce_order(given)] == [("a", 0), ("b", 4), ("a", 1), ("b", 5), ("c", 0)]
