"""A claim's life through the services, on a real node and a real database: what the chain says, the mirror and the ledger say too."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from registry.funding import clearing, financings, payments
from registry.funding.financings import NewFinancing
from registry.funding.tables import FinancingRecord, PaymentRecord
from registry.kernel.refusals import chain_refused
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Unit
from registry.ledger import service as ledger
from registry.ledger.accounts import Kind
from registry.receivables import lots, offers, payables
from registry.receivables.tables import Lot, OfferRecord, Payable
from registry.sync import check
from tests.sync.people import AGENT, BANK, OBLIGOR, REGISTRAR, TIER1, TIER2, TIER3, Play
from tests.sync.site import Site


def root(payable: str) -> str:
    return payable + "0" * 24


def clean(site: Site) -> None:
    report = check.run(site.work, site.gateway)
    assert report.breaks == []
    assert {each.name for each in report.passes if each.compared} >= {
        "participants",
        "replay",
        "blocks",
        "journal",
        "outbox",
        "nonces",
        "code",
    }


def settled(site: Site) -> None:
    """Drains and expects that nothing was refused."""
    site.runtime.drain()
    with site.work.begin(SERVICE) as unit:
        bad = unit.session.scalars(select(OutboxMessage).where(OutboxMessage.state.in_(("reverted", "rejected")))).all()
        assert [(row.function, row.error, row.detail) for row in bad] == []


def test_a_claim_from_confirmation_to_the_last_cent(site: Site) -> None:  # noqa: PLR0915 - one life, told in order
    play = Play(site.work)
    play.enrol()
    settled(site)
    full, short = play.invoices(2)
    paid_full, paid_short = play.confirm([full]), play.confirm([short])
    settled(site)
    play.act(TIER1, lambda unit: payables.accept(unit, [paid_full, paid_short]))
    settled(site)
    clean(site)

    # Two tiers down, one of them with recourse; a part offered on-chain; a split for oneself.
    first = play.offer(TIER1, root(paid_full), to=TIER2, amount=40_000, kind="sale_recourse")
    second = play.offer(TIER1, root(paid_full), to=TIER3, amount=10_000)
    part = play.act(TIER2, lambda unit: offers.accept(unit, first))
    play.act(TIER3, lambda unit: offers.accept(unit, second))
    settled(site)
    whole = play.offer(TIER2, part, to=TIER3, on_chain=True)
    settled(site)
    play.act(TIER3, lambda unit: offers.accept(unit, whole))
    pieces = play.act(TIER1, lambda unit: lots.split(unit, root(paid_short), [33_333, 33_333]))
    settled(site)
    clean(site)

    # A bank buys one piece and takes another as a pledge.
    until = site.clock.now() + timedelta(days=3)
    bought = play.act(
        TIER1,
        lambda unit: financings.lock(unit, NewFinancing(lot=pieces[0], funder=4, kind="assignment", price=33_000, until=until)),
    )
    pledged = play.act(
        TIER1, lambda unit: financings.lock(unit, NewFinancing(lot=pieces[1], funder=4, kind="pledge", price=20_000, until=until))
    )
    settled(site)
    for record in (bought, pledged):
        play.act(BANK, lambda unit, number=record.id: financings.complete(unit, number, reference=f"PAYOUT {number}"))
    settled(site)
    play.act(REGISTRAR, lambda unit: lots.freeze(unit, part, amount=5_000, basis="court order 7"))
    settled(site)
    clean(site)
    with site.work.begin(SERVICE) as unit:
        states = unit.session.scalars(select(FinancingRecord.state).order_by(FinancingRecord.id)).all()
        assert states == ["completed", "completed"]
        assert set(unit.session.scalars(select(OfferRecord.state))) == {"accepted"}

    # The obligor pays one in full and three quarters of the other; the agent clears both.
    site.clock.advance(timedelta(days=60))
    play.act(AGENT, lambda unit: payments.record(unit, paid_full, amount=100_000, reference="BANK 1"))
    play.act(AGENT, lambda unit: payments.record(unit, paid_short, amount=75_001, reference="BANK 2"))
    settled(site)
    for payable in (paid_full, paid_short):
        play.act(AGENT, lambda unit, name=payable: clearing.run(unit, name))
    settled(site)
    clean(site)
    with site.work.begin(SERVICE) as unit:
        debts = {row.id: row for row in unit.session.scalars(select(Payable))}
        assert (debts[paid_full].redeemed, debts[paid_full].outstanding, debts[paid_full].available) == (100_000, 0, 0)
        assert (debts[paid_short].redeemed, debts[paid_short].outstanding, debts[paid_short].available) == (75_001, 24_999, 0)
        assert set(unit.session.scalars(select(PaymentRecord.state))) == {"recorded"}
        held = {(b.entity, b.kind): b.amount for b in ledger.balances(unit.session)}
        live = {}
        for lot in unit.session.scalars(select(Lot).where(Lot.payable_id == paid_short, Lot.exists)):
            live[lot.holder] = live.get(lot.holder, 0) + lot.amount
    assert {entity: amount for (entity, kind), amount in held.items() if kind == Kind.CLAIMS} == live
    assert held[OBLIGOR.entity_id, Kind.BANK] == -175_001
    assert held[TIER3.entity_id, Kind.DEPOSITS] == 5_000
    assert held[OBLIGOR.entity_id, Kind.PAYABLES] == -24_999
    assert (AGENT.entity_id, Kind.COLLECTIONS) not in held


def test_a_refusal_comes_back_as_a_domain_error(site: Site) -> None:
    play = Play(site.work)
    play.enrol()
    (invoice,) = play.invoices(1, amount="200000000.00")
    site.runtime.drain()
    payable = play.confirm([invoice])
    site.runtime.drain()
    with site.work.begin(SERVICE) as unit:
        message = unit.session.scalars(select(OutboxMessage).where(OutboxMessage.subject == f"payable:{payable}")).one()
    assert (message.state, message.error) == ("reverted", "LimitExceeded")
    error = chain_refused(message)
    assert error.code == "limit_exceeded"
    assert "100000000.00 CNY" in error.message
    clean(site)


def test_the_thread_answers_those_who_wait(site: Site) -> None:
    play = Play(site.work)
    site.runtime.start()
    play.enrol()
    (invoice,) = play.invoices(1)
    with site.work.begin(SERVICE) as unit:
        numbers = unit.session.scalars(select(OutboxMessage.id)).all()
    assert {row.state for row in site.runtime.wait_for(numbers, 30).values()} == {"confirmed"}
    play.confirm([invoice])
    with site.work.begin(SERVICE) as unit:
        last = unit.session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id.desc())).first()
    assert last is not None
    assert site.runtime.wait_for([last], 30)[last].state == "confirmed"
    health = site.runtime.health()
    assert (health.ready, health.queued, health.signed) == (True, 0, 0)


def accepted(site: Site, play: Play, *, count: int = 1, first: int = 1) -> list[str]:
    """Payables of 1,000.00 that tier 1 has accepted."""
    found = [play.confirm([invoice]) for invoice in play.invoices(count, first=first)]
    settled(site)
    play.act(TIER1, lambda unit: payables.accept(unit, found))
    settled(site)
    return found


def one(site: Site, column: InstrumentedAttribute[str], number: int) -> str:
    with site.work.begin(SERVICE) as unit:
        return unit.session.scalars(select(column).where(column.class_.id == number)).one()


def test_what_is_taken_back(site: Site) -> None:
    """Refused, cancelled with consent, released, let go, withdrawn, reversed: records follow each."""
    play = Play(site.work)
    play.enrol()
    settled(site)
    first, second = (play.confirm([invoice]) for invoice in play.invoices(2))
    settled(site)
    play.act(TIER1, lambda unit: payables.refuse(unit, first))
    play.act(OBLIGOR, lambda unit: payables.cancel(unit, second))
    (third,) = accepted(site, play, first=3)
    play.act(TIER1, lambda unit: payables.consent_to_cancel(unit, third))
    play.act(OBLIGOR, lambda unit: payables.cancel(unit, third))
    settled(site)
    with site.work.begin(SERVICE) as unit:
        assert [row.cancelled for row in unit.session.scalars(select(Payable))] == [100_000] * 3
        assert ledger.balances(unit.session) == []
    clean(site)


def test_records_follow_what_ends_without_completion(site: Site) -> None:
    play = Play(site.work)
    play.enrol()
    settled(site)
    held, paid = accepted(site, play, count=2)
    until = site.clock.now() + timedelta(days=3)

    def lock(unit: Unit, kind: str) -> int:
        return financings.lock(unit, NewFinancing(lot=root(held), funder=4, kind=kind, price=50_000, until=until)).id

    let_go = play.act(TIER1, lambda unit: lock(unit, "assignment"))
    settled(site)
    assert one(site, FinancingRecord.state, let_go) == "locked"
    play.act(BANK, lambda unit: financings.release(unit, let_go))
    settled(site)
    assert one(site, FinancingRecord.state, let_go) == "released"
    pledge = play.act(TIER1, lambda unit: lock(unit, "pledge"))
    settled(site)
    play.act(BANK, lambda unit: financings.complete(unit, pledge, reference="LOAN"))
    settled(site)
    assert one(site, FinancingRecord.state, pledge) == "completed"
    play.act(BANK, lambda unit: financings.release_pledge(unit, pledge, registration="ZD-77"))
    settled(site)
    assert one(site, FinancingRecord.state, pledge) == "pledge_released"

    # A lock that runs out ends with the holder's next act.
    expired = play.act(TIER1, lambda unit: lock(unit, "assignment"))
    settled(site)
    site.clock.advance(timedelta(days=4))
    play.act(TIER1, lambda unit: lots.split(unit, root(held), [10_000]))
    settled(site)
    assert one(site, FinancingRecord.state, expired) == "released"

    offer = play.offer(TIER1, root(paid), to=TIER2)
    play.act(TIER1, offers.withdraw_all)
    settled(site)
    assert one(site, OfferRecord.state, offer) == "withdrawn"

    payment = play.act(AGENT, lambda unit: payments.record(unit, paid, amount=70_000, reference="BANK 9")).id
    settled(site)
    assert one(site, PaymentRecord.state, payment) == "recorded"
    for actor in (AGENT, REGISTRAR):
        play.act(actor, lambda unit: payments.reverse(unit, payment, "returned by the bank"))
        settled(site)
    assert one(site, PaymentRecord.state, payment) == "reversed"
    clean(site)


def test_late_and_returned_money(site: Site) -> None:
    """Overdue, subrogation of who paid instead, a pay-out that comes back, forced transfer, discharge, set-off."""
    play = Play(site.work)
    play.enrol()
    settled(site)
    late, paid, given = accepted(site, play, count=3)
    play.act(REGISTRAR, lambda unit: lots.force_transfer(unit, root(given), to=TIER3.entity_id, amount=30_000, basis="court order 8"))
    settled(site)
    back = play.offer(TIER1, root(given), to=OBLIGOR, amount=20_000)
    own = play.act(OBLIGOR, lambda unit: offers.accept(unit, back))
    settled(site)
    play.act(OBLIGOR, lambda unit: lots.set_off(unit, own, "early payment"))
    play.act(TIER1, lambda unit: lots.discharge(unit, root(given), "goodwill"))
    play.act(AGENT, lambda unit: payments.record(unit, paid, amount=100_000, reference="BANK 10"))
    settled(site)
    clean(site)

    site.clock.advance(timedelta(days=62))
    play.act(TIER1, lambda unit: payments.mark_overdue(unit, late))
    play.act(AGENT, lambda unit: clearing.run(unit, paid))
    settled(site)
    for actor in (AGENT, REGISTRAR):
        play.act(actor, lambda unit: payments.reopen(unit, root(paid), "account closed"))
        settled(site)
    instead = play.offer(TIER1, root(late), to=TIER2, kind="subrogation")
    play.act(TIER2, lambda unit: offers.accept(unit, instead))
    settled(site)
    clean(site)
    with site.work.begin(SERVICE) as unit:
        debts = {row.id: (row.outstanding, row.redeemed, row.released) for row in unit.session.scalars(select(Payable))}
        assert debts == {late: (100_000, 0, 0), paid: (100_000, 0, 0), given: (30_000, 0, 70_000)}
        holders = unit.session.execute(select(Lot.payable_id, Lot.holder).where(Lot.amount > 0, Lot.exists)).all()
        assert sorted(map(tuple, holders)) == sorted([(late, TIER2.entity_id), (paid, TIER1.entity_id), (given, TIER3.entity_id)])
