"""Financing: consent by lock, completion by the funder alone, commitments that open to exactly what was agreed."""

import json
from datetime import UTC, datetime

import pytest

from chain.structs import LOT_FINANCING, LOT_PLEDGED, Financing
from registry.funding import financings
from registry.funding.errors import AccountMissing, FinancingClosed
from registry.funding.financings import NewFinancing
from registry.funding.tables import FinancingRecord
from registry.identity import accounts
from registry.kernel import sealing
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Work
from registry.receivables import rules, visibility
from registry.receivables.tables import Lot
from tests.factories import receivables as make
from tests.factories.calls import conclude, sent
from tests.factories.cast import Cast

UNTIL = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def lot(work: Work, cast: Cast) -> str:
    with work.begin(SERVICE) as unit:
        debt = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id)
        return make.root_of(unit.session, debt).id


def locked(work: Work, cast: Cast, lot: str, *, kind: str = "assignment", mined: bool = True) -> FinancingRecord:
    """A financing as it stands once its lock is in a block and indexed."""
    with work.begin(cast.tier1) as unit:
        new = NewFinancing(lot=lot, funder=cast.bank.entity_id, kind=kind, price=97_000, until=UNTIL, recourse=kind == "assignment")
        record = financings.lock(unit, new)
    if mined:
        with work.begin(SERVICE) as unit:
            conclude(unit, "confirmed")
            row = unit.session.get_one(Lot, lot)
            row.flags, row.lock_party, row.lock_until, row.version = LOT_FINANCING, cast.bank.entity_id, record.until, 1
            unit.session.get_one(FinancingRecord, record.id).state = "locked"
    return record


def test_a_lock_consents_to_one_financing(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        new = NewFinancing(lot=lot, funder=cast.bank.entity_id, kind="assignment", price=97_000, until=UNTIL, recourse=True)
        record = financings.lock(unit, new)
        (call,) = sent(unit)
        assert (call.function, call.subject, call.args[0]) == ("lockForFinancing", f"financing:{record.id}", int(lot, 16))
        agreed = Financing.of(call.args[1])
        assert agreed == Financing(cast.bank.entity_id, int(UNTIL.timestamp()), 0, True, record.commitment)
        assert (record.amount, record.price, record.currency, record.state) == (100_000, 97_000, "CNY", "requested")


def test_holder_and_funder_open_the_commitment(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot)
    for actor in (cast.tier1, cast.bank, cast.registrar):
        with work.begin(actor) as unit:
            opened = financings.opened(unit, record.id)
            assert opened.account == f"6222{cast.tier1.entity_id:012d}"
            assert (opened.content["price"], opened.content["amount"], opened.content["lot"]) == ("97000", "100000", lot)
            assert sealing.commitment(opened.salt, rules.canonical(opened.content)) == record.commitment
            assert json.loads(rules.canonical(opened.content)) == opened.content
    for actor in (cast.obligor, cast.tier2, cast.agent):
        with work.begin(actor) as unit:
            with pytest.raises(NotFound):
                financings.opened(unit, record.id)
            assert financings.visible_financings(unit) == []


def test_an_account_changed_later_does_not_change_where_is_paid_to(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot)
    with work.begin(cast.tier1) as unit:
        accounts.bind(unit, cast.tier1.entity_id, currency="CNY", account="999900001111")
    with work.begin(cast.bank) as unit:
        assert financings.opened(unit, record.id).account == f"6222{cast.tier1.entity_id:012d}"


def test_the_funder_completes_with_its_receipt(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot)
    with work.begin(cast.bank) as unit:
        done = financings.complete(unit, record.id, reference=" PAY-2026-1 ")
        (call,) = sent(unit)
        assert (call.function, call.entity, call.args[0]) == ("finance", cast.bank.entity_id, int(lot, 16))
        assert Financing.of(call.args[1]).commitment == record.commitment
        assert call.args[2] == done.receipt != b"\0" * 32
        assert financings.reference_of(unit, done) == "PAY-2026-1"
        for wrong in ("", "x" * 141):
            with pytest.raises(Invalid, match="1 to 140"):
                financings.complete(unit, record.id, reference=wrong)
    for actor, error in ((cast.tier1, Forbidden), (cast.registrar, Forbidden), (cast.obligor, NotFound)):
        with work.begin(actor) as unit, pytest.raises(error):
            financings.complete(unit, record.id, reference="X")


def test_a_financing_without_its_lock_is_not_completed(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot, mined=False)
    with work.begin(cast.bank) as unit, pytest.raises(FinancingClosed, match="not locked for financing"):
        financings.complete(unit, record.id, reference="X")


def test_a_lock_that_the_contract_refused_is_told_apart(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot, mined=False)
    with work.begin(cast.tier1) as unit:
        assert financings.statuses(unit, [record]) == {record.id: "requested"}
        conclude(unit, "reverted")
        assert financings.statuses(unit, [record]) == {record.id: "refused"}


def test_holder_and_funder_may_release(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot)
    for actor in (cast.bank, cast.tier1):
        with work.begin(actor) as unit:
            financings.release(unit, record.id)
            assert [(call.function, call.args) for call in sent(unit)] == [("release", (int(lot, 16),))]
    with work.begin(cast.registrar) as unit, pytest.raises(Forbidden):
        financings.release(unit, record.id)


def test_a_pledge_is_released_with_its_registration(work: Work, cast: Cast, lot: str) -> None:
    record = locked(work, cast, lot, kind="pledge")
    with work.begin(cast.bank) as unit, pytest.raises(FinancingClosed, match="not pledged"):
        financings.release_pledge(unit, record.id, registration="ZD-1")
    with work.begin(SERVICE) as unit:
        row = unit.session.get_one(Lot, lot)
        row.flags, row.lock_until = LOT_PLEDGED, 2**32 - 1
        assert visibility.pledgee(row) == cast.bank.entity_id
    with work.begin(cast.bank) as unit:
        financings.release_pledge(unit, record.id, registration="ZD-1")
        (call,) = sent(unit)
        assert (call.function, call.args[0]) == ("releasePledge", int(lot, 16))
    with work.begin(cast.tier1) as unit, pytest.raises(Forbidden):
        financings.release_pledge(unit, record.id, registration="ZD-1")


def test_what_makes_no_financing_is_refused(work: Work, cast: Cast, lot: str) -> None:
    good = {"lot": lot, "funder": cast.bank.entity_id, "kind": "pledge", "price": 1, "until": UNTIL}
    with work.begin(cast.tier1) as unit:
        for change, message in (({"kind": "loan"}, "no kind"), ({"price": 0}, "above zero")):
            with pytest.raises(Invalid, match=message):
                financings.lock(unit, NewFinancing(**(good | change)))  # type: ignore[arg-type]
    with work.begin(SERVICE) as unit:
        accounts.current(unit, cast.tier1.entity_id, "CNY").closed_at = unit.now  # type: ignore[union-attr]
    with work.begin(cast.tier1) as unit, pytest.raises(AccountMissing, match="bind a bank account in CNY"):
        financings.lock(unit, NewFinancing(**good))  # type: ignore[arg-type]
    for actor, error in ((cast.obligor, Forbidden), (cast.tier2, NotFound)):
        with work.begin(actor) as unit, pytest.raises(error):
            financings.lock(unit, NewFinancing(**good))  # type: ignore[arg-type]


def test_lists_are_paged_and_narrowed_to_a_lot(work: Work, cast: Cast, lot: str) -> None:
    first, second = (locked(work, cast, lot, mined=False) for _ in range(2))
    with work.begin(cast.bank) as unit:
        assert [row.id for row in financings.visible_financings(unit)] == [second.id, first.id]
        assert [row.id for row in financings.visible_financings(unit, after=second.id)] == [first.id]
        assert financings.visible_financings(unit, lot="0x00") == []
