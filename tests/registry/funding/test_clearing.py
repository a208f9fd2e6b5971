"""Clearing: the list anybody can recompute, the calls that run it, who is paid, and going on after a refused call."""

import pytest

from chain.structs import LOT_ENDED, LOT_FROZEN, LOT_PLEDGED, PAYABLE_ROUND_OPEN
from registry.funding import clearing
from registry.funding.errors import MirrorBehind, NothingToClear
from registry.identity import accounts
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Work
from registry.receivables.errors import StillPending
from registry.receivables.tables import Lot, Payable
from tests.factories import receivables as make
from tests.factories.calls import conclude, sent
from tests.factories.cast import Cast


@pytest.fixture
def debt(work: Work, cast: Cast) -> str:
    """100,000 owed: 50,000 with tier 1, 30,000 with tier 2 (pledged to the bank), 20,000 with tier 3 (12,000 frozen); one lot is paid."""
    with work.begin(SERVICE) as unit:
        row = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id, face=105_000, available=100_000)
        root = make.root_of(unit.session, row)
        pledge = {"flags": LOT_PLEDGED, "lock_party": cast.bank.entity_id, "lock_until": 2**32 - 1}
        make.part(unit.session, root, holder=cast.tier2.entity_id, amount=30_000, **pledge)
        make.part(unit.session, root, holder=cast.tier3.entity_id, amount=20_000, flags=LOT_FROZEN, frozen=12_000)
        make.part(unit.session, root, holder=cast.tier3.entity_id, amount=5_000, flags=LOT_ENDED)
        row.outstanding = 100_000
        return row.id


def change(work: Work, debt: str, **values: int) -> None:
    with work.begin(SERVICE) as unit:
        row = unit.session.get_one(Payable, debt)
        for name, value in values.items():
            setattr(row, name, value)


def test_covered_every_live_lot_is_paid_whole(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(cast.agent) as unit:
        plan = clearing.plan(unit, debt)
        assert (plan.round, plan.base, plan.payment, plan.currency) == (0, 100_000, 100_000, "CNY")
        assert sorted((line.holder, line.payee, line.amount, line.deposit) for line in plan.lines) == [
            (cast.tier1.entity_id, cast.tier1.entity_id, 50_000, 0),
            (cast.tier2.entity_id, cast.bank.entity_id, 30_000, 0),
            (cast.tier3.entity_id, cast.tier3.entity_id, 20_000, 12_000),
        ]
        assert [line.lot for line in plan.lines] == sorted(line.lot for line in plan.lines)


def test_short_each_lot_gets_its_share(work: Work, cast: Cast, debt: str) -> None:
    change(work, debt, available=33_333, round=4)
    with work.begin(cast.obligor) as unit:
        plan = clearing.plan(unit, debt)
        assert (plan.round, plan.base, plan.payment) == (5, 100_000, 33_333)
        assert {line.holder: (line.amount, line.deposit) for line in plan.lines} == {
            # 16,666.5, 9,999.9 and 6,666.6: two units are left over and go to the remainders .9 and .6.
            cast.tier1.entity_id: (16_666, 0),
            cast.tier2.entity_id: (10_000, 0),
            cast.tier3.entity_id: (6_667, 0),
        }


def test_those_who_are_paid_see_their_own_lines(work: Work, cast: Cast, debt: str) -> None:
    for actor, expected in (
        (cast.tier1, [50_000]),
        (cast.tier2, [30_000]),
        (cast.bank, [30_000]),
        (cast.auditor, [20_000, 30_000, 50_000]),
    ):
        with work.begin(actor) as unit:
            assert sorted(line.amount for line in clearing.plan(unit, debt).lines) == expected
    with work.begin(cast.stranger) as unit, pytest.raises(NotFound):
        clearing.plan(unit, debt)


def test_a_full_run_redeems_with_a_receipt_each(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(cast.agent) as unit:
        plan = clearing.plan(unit, debt)
        record = clearing.run(unit, debt, {plan.lines[0].lot: "BANK-77"})
        (call,) = sent(unit)
        rows = clearing.lines(unit, record.id)
        assert (call.function, call.subject, call.entity) == ("redeemMany", f"clearing:{record.id}", cast.agent.entity_id)
        assert call.args == ([int(row.lot_id, 16) for row in rows], [row.receipt for row in rows])
        assert [clearing.reference_of(unit, row) for row in rows] == ["BANK-77", f"TS-{record.id}-2", f"TS-{record.id}-3"]
        assert (record.round, record.base, record.payment) == (0, 100_000, 100_000)
        account = accounts.current(unit, cast.bank.entity_id, "CNY")
        assert account is not None
        assert [row.account_id for row in rows if row.payee == cast.bank.entity_id] == [account.id]
    for actor, expected in ((cast.tier2, 1), (cast.bank, 1), (cast.obligor, 3), (cast.registrar, 3)):
        with work.begin(actor) as unit:
            assert [row.id for row in clearing.visible_runs(unit, payable=debt)] == [record.id]
            assert len(clearing.lines(unit, record.id)) == expected
    with work.begin(cast.stranger) as unit:
        assert clearing.visible_runs(unit) == []
        with pytest.raises(NotFound):
            clearing.lines(unit, record.id)


def test_a_round_is_opened_filled_and_closed_in_order(work: Work, cast: Cast, debt: str) -> None:
    change(work, debt, available=33_333)
    with work.begin(cast.agent) as unit:
        record = clearing.run(unit, debt)
        opened, lines, closed = sent(unit)
        rows = clearing.lines(unit, record.id)
        assert (opened.function, opened.args) == ("openRound", (int(debt, 16),))
        assert lines.function == "redeemInRound"
        sent_lines = sorted(zip(*lines.args, strict=True))
        assert sent_lines == sorted((int(row.lot_id, 16), row.amount, row.receipt) for row in rows)
        assert (closed.function, closed.args) == ("closeRound", (int(debt, 16),))
        assert sum(lines.args[1]) == 33_333


def test_a_long_list_goes_in_calls_of_a_hundred(work: Work, cast: Cast) -> None:
    with work.begin(SERVICE) as unit:
        row = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id, face=251, available=100)
        root = make.root_of(unit.session, row)
        for number in range(250):
            make.lot(unit.session, f"{row.id}{number + 1:024x}", holder=cast.tier2.entity_id, amount=1)
        root.amount = 1
    with work.begin(cast.agent) as unit:
        clearing.run(unit, row.id)
        calls = sent(unit)
        assert [call.function for call in calls] == ["openRound", *["redeemInRound"] * 3, "closeRound"]
        assert [len(call.args[0]) for call in calls[1:-1]] == [100, 100, 51]
        # A hundred units for 251 equal lots: the first hundred ids get one each; each call carries its share of them.
        paid = {lot: amount for call in calls[1:-1] for lot, amount in zip(call.args[0], call.args[1], strict=True)}
        assert [paid[lot] for lot in sorted(paid)] == [1] * 100 + [0] * 151
        assert [sum(call.args[1]) for call in calls[1:-1]] == [40, 40, 20]


def test_only_the_agent_runs_it_and_only_once(work: Work, cast: Cast, debt: str) -> None:
    for actor, error in ((cast.obligor, Forbidden), (cast.registrar, Forbidden), (cast.tier1, Forbidden), (cast.stranger, NotFound)):
        with work.begin(actor) as unit:
            with pytest.raises(error):
                clearing.run(unit, debt)
            assert unit.messages == []
    with work.begin(cast.agent) as unit:
        with pytest.raises(Invalid, match="not on the clearing list"):
            clearing.run(unit, debt, {"0x" + "00" * 32: "X"})
        first = clearing.run(unit, debt)
        with pytest.raises(StillPending, match=f"run {first.id}"):
            clearing.run(unit, debt)


def test_many_payables_are_cleared_whole_or_not_at_all(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(SERVICE) as unit:
        short = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id, face=500, available=200).id
        unpaid = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id).id
    for wrong, error in ((unpaid, NothingToClear), (debt.upper().replace("0X", "0x"), Invalid), ("0x" + "0" * 40, NotFound)):
        with work.begin(cast.agent) as unit:
            with pytest.raises(error):
                clearing.run_many(unit, [debt, short, wrong])
            assert unit.messages == []
    with work.begin(cast.agent) as unit:
        first, second = clearing.run_many(unit, [debt, short])
        assert [(row.payable_id, row.round, row.payment) for row in (first, second)] == [(debt, 0, 100_000), (short, 1, 200)]
        assert [(call.function, call.subject) for call in sent(unit)] == [
            ("redeemMany", f"clearing:{first.id}"),
            *((name, f"clearing:{second.id}") for name in ("openRound", "redeemInRound", "closeRound")),
        ]
        lines = clearing.lines_of(unit, [first, second])
        assert [len(lines[row.id]) for row in (first, second)] == [3, 1]
        assert clearing.reference_of(unit, lines[second.id][0]) == f"TS-{second.id}-1"
        with pytest.raises(StillPending, match=f"run {second.id}"):
            clearing.run_many(unit, [short])


def test_without_money_or_lots_there_is_nothing_to_clear(work: Work, cast: Cast, debt: str) -> None:
    change(work, debt, available=0)
    with work.begin(cast.agent) as unit, pytest.raises(NothingToClear, match="record a payment first"):
        clearing.plan(unit, debt)
    change(work, debt, available=10, outstanding=99_999)
    with work.begin(cast.agent) as unit, pytest.raises(MirrorBehind, match="add up to 100000, not to 99999"):
        clearing.run(unit, debt)


def test_a_round_left_open_is_resumed_with_the_lines_that_are_missing(work: Work, cast: Cast, debt: str) -> None:
    change(work, debt, available=33_333)
    with work.begin(cast.agent) as unit:
        record = clearing.run(unit, debt)
        rows = clearing.lines(unit, record.id)
        with pytest.raises(NothingToClear, match="not the open round"):
            clearing.resume(unit, record.id)
    change(work, debt, state=2 | PAYABLE_ROUND_OPEN, round=1)
    with work.begin(SERVICE) as unit:
        paid = unit.session.get_one(Lot, rows[0].lot_id)
        paid.round, paid.amount = 1, paid.amount - rows[0].amount
    with work.begin(cast.agent) as unit:
        with pytest.raises(StillPending):
            clearing.resume(unit, record.id)
        conclude(unit, "reverted")
        with pytest.raises(StillPending, match="resume its run"):
            clearing.run(unit, debt)
        clearing.resume(unit, record.id)
        lines, closed = sent(unit)
        assert (lines.function, closed.function) == ("redeemInRound", "closeRound")
        assert lines.args[0] == [int(row.lot_id, 16) for row in rows[1:]]
        assert lines.args[2] == [row.receipt for row in rows[1:]]
    with work.begin(cast.obligor) as unit, pytest.raises(Forbidden):
        clearing.resume(unit, record.id)
