"""A claim's life through the services, on a real node and a real database: what the chain says, the mirror and the ledger say too."""

from datetime import timedelta

from sqlalchemy import select

from registry.funding import clearing, financings, payments
from registry.funding.financings import NewFinancing
from registry.funding.tables import FinancingRecord, PaymentRecord
from registry.kernel.refusals import chain_refused
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE
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
    assert {name for name, compared in report.passes if compared} >= {
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
