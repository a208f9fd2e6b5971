"""Every use case against the contract itself: what the services build is what the contract takes, and the mirror follows."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from chain.structs import ROLE_AGENT, ROLE_FUNDER, ROLE_OBLIGOR, ROLE_SUPPLIER
from registry.funding import clearing, financings, payments
from registry.funding.financings import NewFinancing
from registry.identity import accounts, limits
from registry.kernel.uow import SERVICE, Actor
from registry.receivables import intake, lots, offers, payables, states, visibility
from registry.receivables.invoices.columns import ColumnMap
from registry.receivables.payables import Confirmation
from registry.receivables.tables import Lot, Payable
from tests.factories.receivables import PROFILE
from tests.registry.live import DAY, REGISTRAR, Live, Refused

LAYOUT = ColumnMap(number="no", issue_date="issued", amount="amount", seller_id="seller", due_date="due", currency="CNY")


@dataclass(frozen=True)
class People:
    obligor: Actor
    first: Actor
    second: Actor
    third: Actor
    bank: Actor
    agent: Actor


@pytest.fixture
def people(chain: Live) -> People:
    roles = (ROLE_OBLIGOR, ROLE_SUPPLIER, ROLE_SUPPLIER, ROLE_SUPPLIER, ROLE_FUNDER, ROLE_AGENT)
    made = People(*(chain.enrol(number, role) for number, role in enumerate(roles, start=2)))
    set_limit = {"currency": "CNY", "limit": 10**12, "agent": made.agent.entity_id}
    chain.act(REGISTRAR, lambda unit: limits.set_limit(unit, made.obligor.entity_id, **set_limit))  # type: ignore[arg-type]
    for actor in (made.first, made.second, made.third, made.bank):
        account = f"6222{actor.entity_id:012d}"
        chain.act(actor, lambda unit, actor=actor, account=account: accounts.bind(unit, actor.entity_id, currency="CNY", account=account))
    return made


def invoices(chain: Live, people: People, *amounts: str) -> list[int]:
    rows = [f"{number},2026-01-02,{amount},A,2026-03-01" for number, amount in enumerate(amounts)]
    data = "\n".join(["no,issued,amount,seller,due", *rows]).encode()
    sellers = {"A": people.first.entity_id}
    taken = chain.act(people.obligor, lambda unit: intake.import_export(unit, data, name="x", layout=LAYOUT, mode="all", sellers=sellers))
    return taken.accepted


def confirmed(chain: Live, people: People, *amounts: str) -> str:
    """One accepted payable on several invoices."""
    numbers = invoices(chain, people, *amounts)
    name = chain.act(
        people.obligor, lambda unit: payables.confirm(unit, Confirmation(invoices=[(n, None) for n in numbers], profile=PROFILE))
    )
    chain.act(people.first, lambda unit: payables.accept(unit, [name]))
    return name


def payable(chain: Live, name: str) -> Payable:
    with chain.work.begin(SERVICE) as unit:
        return visibility.payable(unit, name)


def lot(chain: Live, name: str) -> Lot:
    with chain.work.begin(SERVICE) as unit:
        return visibility.lot(unit, name)


def state(chain: Live, name: str) -> str:
    return states.payable_state(payable(chain, name).state)


def root(name: str) -> str:
    return name + "0" * 24


def test_the_life_of_a_payable_before_it_moves(chain: Live, people: People) -> None:
    numbers = invoices(chain, people, "100.00", "200.00", "300.00", "400.00")
    names = chain.act(people.obligor, lambda unit: payables.confirm_many(unit, profile=PROFILE, invoice_ids=numbers))
    assert [payable(chain, name).face for name in names] == [10_000, 20_000, 30_000, 40_000]
    refused, cancelled, accepted, late = names
    chain.act(people.first, lambda unit: payables.refuse(unit, refused))
    chain.act(people.obligor, lambda unit: payables.cancel(unit, cancelled))
    chain.act(people.first, lambda unit: payables.accept(unit, [accepted, late]))
    chain.act(people.first, lambda unit: payables.consent_to_cancel(unit, late))
    chain.act(people.obligor, lambda unit: payables.cancel(unit, late))
    assert [state(chain, name) for name in names] == ["refused", "cancelled", "active", "cancelled"]
    # What was refused or cancelled is free again, what stands is not.
    again = chain.act(people.obligor, lambda unit: payables.confirm_many(unit, profile=PROFILE, invoice_ids=[*numbers[:2], numbers[3]]))
    assert [state(chain, name) for name in again] == ["issued"] * 3
    with pytest.raises(Refused, match="InvoiceExceeded"):
        chain.act(people.obligor, lambda unit: payables.confirm(unit, Confirmation(invoices=[(numbers[2], 1)], profile=PROFILE)))


def test_lots_pass_through_three_tiers_in_every_way(chain: Live, people: People) -> None:
    name = confirmed(chain, people, "600.00", "400.00")
    part = chain.pass_on(people.first, people.second, root(name), amount=50_000)
    leaf = chain.pass_on(people.second, people.third, part, amount=20_000, kind="sale_recourse")
    assert chain.pass_on(people.second, people.third, part) == part
    locked = chain.pass_on(people.first, people.second, root(name), amount=10_000, on_chain=True)
    assert [(lot(chain, item).holder, lot(chain, item).amount) for item in (root(name), part, leaf, locked)] == [
        (people.first.entity_id, 40_000),
        (people.third.entity_id, 30_000),
        (people.third.entity_id, 20_000),
        (people.second.entity_id, 10_000),
    ]
    assert lot(chain, leaf).recourse_seller == people.second.entity_id
    pieces = chain.act(people.third, lambda unit: lots.split(unit, part, [5_000, 6_000]))
    chain.act(people.third, lambda unit: lots.merge(unit, part, pieces))
    assert lot(chain, part).amount == 30_000
    until = chain.clock.now() + timedelta(days=2)
    chain.act(people.third, lambda unit: lots.lock(unit, part, party=people.bank.entity_id, until=until))
    chain.act(people.bank, lambda unit: lots.release(unit, part))
    chain.act(REGISTRAR, lambda unit: lots.freeze(unit, part, amount=10_000, basis="order 1"))
    forced = chain.act(REGISTRAR, lambda unit: lots.force_transfer(unit, part, to=people.second.entity_id, amount=25_000, basis="order 2"))
    assert (lot(chain, forced).frozen, lot(chain, part).frozen) == (5_000, 5_000)
    chain.act(REGISTRAR, lambda unit: lots.freeze(unit, forced, amount=0, basis="order lifted"))
    chain.act(people.third, lambda unit: lots.discharge(unit, leaf, "given up"))
    bought = chain.pass_on(people.first, people.obligor, root(name), amount=1_000)
    chain.act(people.obligor, lambda unit: lots.set_off(unit, bought, "early payment"))
    assert (payable(chain, name).outstanding, payable(chain, name).released) == (79_000, 21_000)
    with chain.work.begin(people.second) as unit:
        assert {row.id for row in visibility.visible_lots(unit, payable=name, holder=people.second.entity_id)} == {forced, locked}


def test_withdrawn_offers_are_void_on_chain(chain: Live, people: People) -> None:
    name = confirmed(chain, people, "100.00")
    before = chain.pass_on(people.first, people.second, root(name), amount=1_000)
    assert chain.act(people.first, offers.withdraw_all) == 0
    assert lot(chain, before).amount == 1_000
    # Offers of the new epoch hold.
    assert lot(chain, chain.pass_on(people.first, people.second, root(name), amount=2_000)).amount == 2_000


def test_financing_by_assignment_pledge_and_release(chain: Live, people: People) -> None:
    name = confirmed(chain, people, "900.00")
    first, second, third = chain.act(people.first, lambda unit: lots.split(unit, root(name), [30_000, 30_000, 20_000]))

    def lock(item: str, kind: str) -> int:
        until = chain.clock.now() + timedelta(days=3)
        new = NewFinancing(lot=item, funder=people.bank.entity_id, kind=kind, price=29_000, until=until, recourse=kind == "assignment")
        return chain.act(people.first, lambda unit: financings.lock(unit, new)).id

    sold, pledged, dropped = lock(first, "assignment"), lock(second, "pledge"), lock(third, "pledge")
    for number in (sold, pledged):
        chain.act(people.bank, lambda unit, number=number: financings.complete(unit, number, reference=f"PAY-{number}"))
    chain.act(people.bank, lambda unit: financings.release(unit, dropped))
    assert lot(chain, first).holder == people.bank.entity_id
    assert lot(chain, first).recourse_seller == people.first.entity_id
    assert visibility.pledgee(lot(chain, second)) == people.bank.entity_id
    with chain.work.begin(people.bank) as unit:
        records = financings.visible_financings(unit)
        assert financings.statuses(unit, records) == {sold: "completed", pledged: "completed", dropped: "released"}
    chain.act(people.bank, lambda unit: financings.release_pledge(unit, pledged, registration="ZD-9"))
    with chain.work.begin(people.bank) as unit:
        assert financings.statuses(unit, [financings.financing(unit, pledged)]) == {pledged: "pledge_released"}


def test_paid_in_full_after_a_reversal_and_a_returned_payout(chain: Live, people: People) -> None:
    name = confirmed(chain, people, "700.00", "300.00")
    part = chain.pass_on(people.first, people.second, root(name), amount=40_000)
    wrong = chain.act(people.agent, lambda unit: payments.record(unit, name, amount=70_000, reference="BANK-1"))
    chain.act(people.agent, lambda unit: payments.reverse(unit, wrong.id, "bounced"))
    chain.act(REGISTRAR, lambda unit: payments.reverse(unit, wrong.id, "bounced"))
    assert payable(chain, name).available == 0
    chain.act(people.agent, lambda unit: payments.record(unit, name, amount=70_000, reference="BANK-1"))
    chain.act(people.agent, lambda unit: payments.record(unit, name, amount=30_000, reference="BANK-2"))
    chain.wait_until(payable(chain, name).due)
    chain.act(REGISTRAR, lambda unit: lots.suspend_redemption(unit, name, suspended=True, basis="order 3"))
    with pytest.raises(Refused, match="RedemptionIsSuspended"):
        chain.act(people.agent, lambda unit: clearing.run(unit, name))
    chain.act(REGISTRAR, lambda unit: lots.suspend_redemption(unit, name, suspended=False, basis="order 3 lifted"))
    run = chain.act(people.agent, lambda unit: clearing.run(unit, name, {part: "OUT-1"}))
    assert (run.base, state(chain, name)) == (100_000, "settled")
    chain.act(people.agent, lambda unit: payments.reopen(unit, part, "account closed"))
    chain.act(REGISTRAR, lambda unit: payments.reopen(unit, part, "account closed"))
    assert (state(chain, name), payable(chain, name).outstanding) == ("active", 40_000)
    with chain.work.begin(people.agent) as unit:
        records = payments.visible_payments(unit, payable=name)
        assert [payments.statuses(unit, records)[row.id] for row in records] == ["recorded", "recorded", "reversed"]


def test_paid_short_in_a_round_then_overdue_then_cured(chain: Live, people: People) -> None:
    name = confirmed(chain, people, "700.00", "300.01")
    for amount in (33_333, 33_333):
        chain.pass_on(people.first, people.second, root(name), amount=amount)
    chain.act(people.agent, lambda unit: payments.record(unit, name, amount=50_000, reference="BANK-1"))
    chain.wait_until(payable(chain, name).due + 2 * DAY)
    run = chain.act(people.agent, lambda unit: clearing.run(unit, name))
    with chain.work.begin(people.agent) as unit:
        lines = clearing.lines(unit, run.id)
        assert (run.round, sum(line.amount for line in lines), len(lines)) == (1, 50_000, 3)
    assert (payable(chain, name).outstanding, payable(chain, name).available) == (50_001, 0)
    chain.act(people.second, lambda unit: payments.mark_overdue(unit, name))
    assert "overdue" in states.payable_flags(payable(chain, name).state)
    # A returned pay-out of the round comes back once, for the line it was.
    chain.act(people.agent, lambda unit: payments.reopen(unit, lines[0].lot_id, "account closed"))
    chain.act(REGISTRAR, lambda unit: payments.reopen(unit, lines[0].lot_id, "account closed"))
    open_now = 50_001 + lines[0].amount
    chain.act(people.agent, lambda unit: payments.record(unit, name, amount=open_now, reference="BANK-2"))
    assert states.payable_flags(payable(chain, name).state) == []
    chain.act(people.agent, lambda unit: clearing.run(unit, name))
    assert (state(chain, name), payable(chain, name).redeemed) == ("settled", 100_001)


def test_an_overdue_lot_goes_back_to_its_seller_or_to_who_pays_instead(chain: Live, people: People) -> None:
    name = confirmed(chain, people, "500.00")
    sold = chain.pass_on(people.first, people.bank, root(name), amount=20_000, kind="sale_recourse")
    chain.wait_until(payable(chain, name).due + 2 * DAY)
    with pytest.raises(Refused, match="NotOverdue"):
        chain.pass_on(people.bank, people.first, sold, kind="repurchase")
    chain.act(people.bank, lambda unit: payments.mark_overdue(unit, name))
    chain.pass_on(people.bank, people.first, sold, kind="repurchase")
    assert (lot(chain, sold).holder, lot(chain, sold).recourse_seller) == (people.first.entity_id, 0)
    chain.pass_on(people.first, people.third, sold, kind="subrogation")
    assert lot(chain, sold).holder == people.third.entity_id
