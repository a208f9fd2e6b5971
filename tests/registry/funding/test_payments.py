"""Payments: the agent's word with a receipt, once per bank reference; undone by two hands only."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chain import signing, typed
from chain.structs import LOT_ENDED, ROLE_AGENT
from registry.funding import payments
from registry.funding.errors import PaymentRepeated
from registry.funding.payments import NewPayment
from registry.funding.tables import ClearingLine, ClearingRun, PaymentRecord
from registry.identity import keys
from registry.identity.tables import CreditLimit
from registry.kernel import sealing
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Actor, Unit, Work
from registry.receivables.errors import ConsentMissing, SignatureInvalid
from registry.receivables.tables import Lot, Payable
from tests.factories import receivables as make
from tests.factories.calls import conclude, sent
from tests.factories.cast import Cast


@pytest.fixture
def debt(work: Work, cast: Cast) -> str:
    with work.begin(SERVICE) as unit:
        return make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id).id


def recorded(work: Work, cast: Cast, debt: str, *, amount: int = 60_000, reference: str = "BANK-1") -> PaymentRecord:
    """A payment as it stands once its block is indexed."""
    with work.begin(cast.agent) as unit:
        record = payments.record(unit, debt, amount=amount, reference=reference)
    with work.begin(SERVICE) as unit:
        conclude(unit, "confirmed")
        unit.session.get_one(PaymentRecord, record.id).state = "recorded"
        row = unit.session.get_one(Payable, debt)
        row.sequence, row.available = row.sequence + 1, row.available + amount
    return record


def test_the_agent_records_with_the_next_number(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(cast.agent) as unit:
        first = payments.record(unit, debt, amount=40_000, reference="BANK-1")
        second = payments.record(unit, debt, amount=5_000, reference="BANK-2")
        calls = sent(unit)
        assert [call.subject for call in calls] == [f"payment:{first.id}", f"payment:{second.id}"]
        assert [(call.function, *call.args) for call in calls] == [
            ("recordPayment", int(debt, 16), 1, 40_000, first.receipt),
            ("recordPayment", int(debt, 16), 2, 5_000, second.receipt),
        ]
        assert payments.statuses(unit, [first, second]) == {first.id: "requested", second.id: "requested"}
    recorded(work, cast, debt, reference="BANK-3")
    with work.begin(cast.agent) as unit:
        assert payments.record(unit, debt, amount=1, reference="BANK-4").sequence == 2


def test_a_receipt_opens_to_the_bank_reference(work: Work, cast: Cast, debt: str) -> None:
    record = recorded(work, cast, debt)
    assert b"BANK-1" not in record.reference_sealed
    for actor in (cast.agent, cast.obligor, cast.auditor):
        with work.begin(actor) as unit:
            row = payments.payment(unit, record.id)
            assert payments.reference_of(unit, row) == "BANK-1"
            plain = unit.vault.open(row.entity_id, "payments.reference_sealed", row.reference_sealed)
            assert sealing.commitment(plain[:32], plain[32:]) == row.receipt
    for actor in (cast.tier1, cast.bank, cast.stranger):
        with work.begin(actor) as unit:
            with pytest.raises(NotFound):
                payments.payment(unit, record.id)
            assert payments.visible_payments(unit, payable=debt) == []


def test_the_same_bank_reference_counts_once(work: Work, cast: Cast, debt: str) -> None:
    first = recorded(work, cast, debt, reference="Bank-1")
    with work.begin(cast.agent) as unit:
        for again in ("Bank-1", " bank-1 "):
            with pytest.raises(PaymentRepeated, match=f"payment {first.id}"):
                payments.record(unit, debt, amount=1, reference=again)
        assert unit.messages == []
    with work.begin(SERVICE) as unit:
        other = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id).id
    with work.begin(cast.agent) as unit:
        # One bank movement may pay several payables.
        payments.record(unit, other, amount=1, reference="Bank-1")


def test_recordings_at_the_same_time_get_their_own_numbers_and_one_per_reference(work: Work, cast: Cast, debt: str) -> None:
    def one(number: int) -> int:
        with work.begin(cast.agent) as unit:
            try:
                return payments.record(unit, debt, amount=1, reference=f"BANK-{number % 4}").sequence
            except PaymentRepeated:
                return 0

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(8))) == [0, 0, 0, 0, 1, 2, 3, 4]


def test_a_statement_is_recorded_whole_or_not_at_all(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(SERVICE) as unit:
        other = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id).id
    lines = [NewPayment(debt, 40_000, "BANK-1"), NewPayment(other, 7, "BANK-1"), NewPayment(debt, 5_000, "BANK-2")]
    wrong: list[tuple[NewPayment, type[Exception], str]] = [
        (NewPayment(debt, 1, " bank-2"), PaymentRepeated, f"twice for payable {debt}"),
        (NewPayment(other, 0, "BANK-3"), Invalid, "above zero"),
        (NewPayment("0x" + "0" * 40, 1, "BANK-3"), NotFound, "no payable"),
        (NewPayment(other, 1, "  "), Invalid, "140 characters"),
    ]
    for line, error, message in wrong:
        with work.begin(cast.agent) as unit:
            with pytest.raises(error, match=message):
                payments.record_many(unit, [*lines, line])
            assert unit.messages == []
    with work.begin(cast.agent) as unit:
        found = payments.record_many(unit, lines)
        assert [(row.payable_id, row.sequence, row.amount) for row in found] == [(debt, 1, 40_000), (other, 1, 7), (debt, 2, 5_000)]
        assert [row.id for row in found] == sorted(row.id for row in found)
        assert [(call.subject, call.args[-1]) for call in sent(unit)] == [(f"payment:{row.id}", row.receipt) for row in found]
        assert payments.payments_named(unit, [row.id for row in found][::-1]) == found[::-1]
    with work.begin(cast.agent) as unit, pytest.raises(PaymentRepeated, match=f"payment {found[1].id}"):
        payments.record_many(unit, [NewPayment(debt, 1, "BANK-9"), NewPayment(other, 1, "BANK-1")])


def test_a_refused_recording_may_be_repeated(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(cast.agent) as unit:
        first = payments.record(unit, debt, amount=999_999, reference="BANK-1")
        conclude(unit, "reverted")
        assert payments.statuses(unit, [first]) == {first.id: "refused"}
        again = payments.record(unit, debt, amount=100_000, reference="BANK-1")
        assert again.sequence == 1


def test_only_the_agent_of_the_limit_records(work: Work, cast: Cast, debt: str) -> None:
    other_agent = Actor(cast.stranger.entity_id, ROLE_AGENT, "api:other")
    for actor, error in ((cast.obligor, Forbidden), (cast.registrar, Forbidden), (cast.tier1, Forbidden), (other_agent, NotFound)):
        with work.begin(actor) as unit:
            with pytest.raises(error):
                payments.record(unit, debt, amount=1, reference="X")
            assert unit.messages == []
    with work.begin(cast.agent) as unit, pytest.raises(Invalid, match="above zero"):
        payments.record(unit, debt, amount=0, reference="X")


def test_a_reversal_needs_both_hands(work: Work, cast: Cast, debt: str) -> None:
    record = recorded(work, cast, debt)
    with work.begin(cast.registrar) as unit, pytest.raises(ConsentMissing, match="ask the payment agent"):
        payments.reverse(unit, record.id, "bounced")
    with work.begin(cast.agent) as unit:
        payments.reverse(unit, record.id, "bounced")
        assert unit.messages == []
        _, address = keys.signer_for(unit, cast.agent.entity_id)
    with work.begin(cast.registrar) as unit:
        payments.reverse(unit, record.id, "bounced, bank letter of today")
        (call,) = sent(unit)
        assert (call.function, call.entity, call.subject) == ("reversePayment", 1, f"payment:{record.id}")
        assert call.args[:3] == (int(debt, 16), 60_000, record.receipt)
        network = unit.network
        digest = typed.reversal_digest(
            network.chain_id, network.contract, payable=int(debt, 16), sequence=2, amount=60_000, receipt=record.receipt
        )
        assert signing.recover(digest, call.args[3]) == address


def test_a_payment_in_between_makes_the_consent_void(work: Work, cast: Cast, debt: str) -> None:
    record = recorded(work, cast, debt)
    with work.begin(cast.agent) as unit:
        payments.reverse(unit, record.id, "bounced")
    recorded(work, cast, debt, amount=1, reference="BANK-2")
    with work.begin(cast.registrar) as unit, pytest.raises(ConsentMissing):
        payments.reverse(unit, record.id, "bounced")
    with work.begin(cast.agent) as unit:
        payments.reverse(unit, record.id, "bounced")
    with work.begin(cast.registrar) as unit:
        payments.reverse(unit, record.id, "bounced")
        assert sent(unit)[0].function == "reversePayment"


def test_what_is_not_recorded_is_not_reversed(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(cast.agent) as unit:
        record = payments.record(unit, debt, amount=1, reference="BANK-1")
        with pytest.raises(Conflict, match="nothing to reverse"):
            payments.reverse(unit, record.id, "why")
    for actor, error in ((cast.tier1, NotFound), (cast.stranger, NotFound)):
        with work.begin(actor) as unit, pytest.raises(error):
            payments.reverse(unit, record.id, "why")
    kept = recorded(work, cast, debt, reference="BANK-2")
    with work.begin(cast.obligor) as unit, pytest.raises(Forbidden):
        payments.reverse(unit, kept.id, "why")


def test_a_new_agent_signs_for_what_the_old_one_recorded(work: Work, cast: Cast, debt: str) -> None:
    record = recorded(work, cast, debt)
    with work.begin(SERVICE) as unit:
        unit.session.get_one(CreditLimit, (cast.obligor.entity_id, make.CNY)).agent = cast.bank.entity_id
    with work.begin(cast.agent) as unit, pytest.raises(NotFound):
        payments.reverse(unit, record.id, "why")
    with work.begin(cast.bank) as unit:
        payments.reverse(unit, record.id, "why")
        assert payments.consent_of(unit, record.id) is not None


def redeemed(unit: Unit, cast: Cast, debt: str, **changes: object) -> tuple[str, bytes]:
    """A lot that was paid out in a round, or whole."""
    lot = make.root_of(unit.session, unit.session.get_one(Payable, debt))
    for name, value in changes.items():
        setattr(lot, name, value)
    run = ClearingRun(
        entity_id=cast.agent.entity_id,
        obligor=cast.obligor.entity_id,
        payable_id=debt,
        block_number=5,
        round=1,
        currency="CNY",
        base=100_000,
        payment=60_000,
        created_at=unit.now,
    )
    unit.session.add(run)
    unit.session.flush()
    values = {"base": 100_000, "amount": 60_000, "deposit": 0, "receipt": b"\7" * 32, "reference_sealed": b"x"}
    place = {"run_id": run.id, "lot_id": lot.id, "entity_id": cast.agent.entity_id}
    unit.session.add(ClearingLine(holder=lot.holder, payee=lot.holder, **place, **values))
    return lot.id, b"\7" * 32


@pytest.mark.parametrize(("changes", "amount"), [({"flags": LOT_ENDED}, 100_000), ({"amount": 40_000, "round": 1}, 60_000)])
def test_a_returned_payout_reopens_the_lot_by_two_hands(work: Work, cast: Cast, debt: str, changes: dict[str, object], amount: int) -> None:
    with work.begin(SERVICE) as unit:
        lot, receipt = redeemed(unit, cast, debt, **changes)
    with work.begin(cast.registrar) as unit, pytest.raises(ConsentMissing):
        payments.reopen(unit, lot, "account closed")
    with work.begin(cast.agent) as unit:
        payments.reopen(unit, lot, "account closed")
        _, address = keys.signer_for(unit, cast.agent.entity_id)
    with work.begin(cast.registrar) as unit:
        payments.reopen(unit, lot, "account closed")
        (call,) = sent(unit)
        assert (call.function, *call.args[:3]) == ("reopen", int(lot, 16), amount, receipt)
        network = unit.network
        digest = typed.reopening_digest(network.chain_id, network.contract, lot=int(lot, 16), sequence=1, amount=amount, receipt=receipt)
        assert signing.recover(digest, call.args[3]) == address
    with work.begin(cast.tier1) as unit, pytest.raises(Forbidden):
        payments.reopen(unit, lot, "account closed")


def test_a_lot_that_was_never_paid_is_not_reopened(work: Work, cast: Cast, debt: str) -> None:
    with work.begin(SERVICE) as unit:
        lot = make.root_of(unit.session, unit.session.get_one(Payable, debt)).id
    with work.begin(cast.agent) as unit, pytest.raises(Conflict, match="nothing was paid out"):
        payments.reopen(unit, lot, "why")
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).flags = LOT_ENDED
    with work.begin(cast.agent) as unit:
        # Redeemed through other software: the receipt is a commitment to the reason.
        payments.reopen(unit, lot, "why")
        with pytest.raises(SignatureInvalid):
            payments.reopen(unit, lot, "why", signature=b"\1" * 65)


def test_anybody_who_sees_it_marks_a_payable_overdue(work: Work, cast: Cast, debt: str) -> None:
    for actor in (cast.tier1, cast.obligor, cast.agent, cast.registrar):
        with work.begin(actor) as unit:
            payments.mark_overdue(unit, debt)
            assert [(call.function, call.args) for call in sent(unit)] == [("markOverdue", (int(debt, 16),))]
    with work.begin(cast.stranger) as unit, pytest.raises(NotFound):
        payments.mark_overdue(unit, debt)
