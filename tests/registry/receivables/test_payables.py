"""Confirm, accept, refuse, cancel: each makes exactly the call that the contract will understand, and only its party may."""

from datetime import UTC, datetime

import pytest

from chain import ids, signing, typed
from chain.structs import PAYABLE_ACTIVE, PAYABLE_ISSUED, Portion, Terms
from registry.identity import keys
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Actor, Work
from registry.receivables import documents, intake, payables, rules
from registry.receivables.errors import ConsentMissing, InvoiceOccupied, SignatureInvalid
from registry.receivables.invoices.columns import ColumnMap
from registry.receivables.payables import Confirmation
from registry.receivables.repo import claims
from registry.receivables.tables import InvoiceOccupation, InvoiceRecord, Payable
from tests.factories import receivables as make
from tests.factories.calls import Sent, sent
from tests.factories.cast import Cast

LAYOUT = ColumnMap(number="no", issue_date="issued", amount="amount", seller_id="seller", due_date="due", currency_column="cur")


def invoices(work: Work, cast: Cast, *rows: str) -> list[int]:
    data = "\n".join(["no,issued,amount,seller,due,cur", *rows]).encode()
    sellers = {"A": cast.tier1.entity_id, "B": cast.tier2.entity_id}
    with work.begin(cast.obligor) as unit:
        return intake.import_export(unit, data, name="erp.csv", layout=LAYOUT, mode="all", sellers=sellers).accepted


def three(work: Work, cast: Cast) -> list[int]:
    return invoices(work, cast, *(f"{number},2026-01-02,{number}00.00,A,2026-03-01,CNY" for number in (1, 2, 3)))


def issued(call: Sent) -> tuple[Terms, list[Portion], int]:
    terms, portions = Terms.of(call.args[0]), [Portion.of(item) for item in call.args[1]]
    return terms, portions, ids.payable_id(terms, portions)


def test_a_confirmation_asks_for_the_payable_it_names(work: Work, cast: Cast) -> None:
    numbers = three(work, cast)
    with work.begin(cast.obligor) as unit:
        name = payables.confirm(unit, Confirmation(invoices=[(number, None) for number in numbers], profile=make.PROFILE))
        (call,) = sent(unit)
        assert (call.function, call.subject, call.entity) == ("issue", f"payable:{name}", cast.obligor.entity_id)
        terms, portions, number = issued(call)
        assert ids.payable_hex(number) == name
        assert (terms.obligor, terms.payee, terms.profile, terms.face) == (
            cast.obligor.entity_id,
            cast.tier1.entity_id,
            make.PROFILE,
            60_000,
        )
        assert terms.due == int(datetime(2026, 3, 1, 23, 59, 59, tzinfo=UTC).timestamp())
        assert [item.fingerprint for item in portions] == sorted(item.fingerprint for item in portions)
        assert sorted((item.amount, item.total) for item in portions) == [(10_000, 10_000), (20_000, 20_000), (30_000, 30_000)]
        kept = claims.terms(unit.session, name)
        assert kept is not None
        assert rules.stored_portions(kept.portions) == portions
        assert kept.salt == terms.salt


def test_the_terms_hash_covers_the_documents(work: Work, cast: Cast) -> None:
    numbers = three(work, cast)
    with work.begin(cast.obligor) as unit:
        contract = documents.attach(unit, subject=f"invoice:{numbers[0]}", name="a.pdf", media_type="application/pdf", content=b"contract")
        name = payables.confirm(unit, Confirmation(invoices=[(numbers[0], 4_000)], profile=make.PROFILE, documents=[contract.id]))
        terms, portions, _ = issued(sent(unit)[0])
        agreed = rules.Conditions(
            obligor=terms.obligor,
            payee=terms.payee,
            profile=make.PROFILE,
            currency="CNY",
            face=4_000,
            due=terms.due,
            documents=documents.root([contract]),
        )
        assert terms.terms == rules.terms_hash(agreed)
        assert (portions[0].amount, portions[0].total) == (4_000, 10_000)
    with work.begin(cast.tier1) as unit:
        assert documents.disclose(unit, contract.id, subject=f"payable:{name}").content == b"contract"
    with work.begin(SERVICE) as unit:
        make.lot(unit.session, ids.lot_hex(int(name, 16) << 96), holder=terms.payee, amount=4_000)
        mirror = dict(zip(("obligor", "payee", "profile", "due", "face", "terms", "salt"), terms.args(), strict=True))
        row = make.payable(unit.session, obligor=1, payee=2)
        for field, value in (mirror | {"id": name}).items():
            setattr(row, field, value)
    with work.begin(cast.tier1) as unit:
        assert payables.conditions(unit, name) == agreed


def test_the_same_confirmation_twice_gives_two_payables(work: Work, cast: Cast) -> None:
    numbers = three(work, cast)
    with work.begin(cast.obligor) as unit:
        wanted = Confirmation(invoices=[(numbers[0], 1_000)], profile=make.PROFILE)
        assert payables.confirm(unit, wanted) != payables.confirm(unit, wanted)


def test_what_is_free_is_taken_unless_an_amount_is_named(work: Work, cast: Cast) -> None:
    numbers = three(work, cast)
    with work.begin(SERVICE) as unit:
        for number, used in ((numbers[0], 10_000), (numbers[1], 5_000)):
            mark = unit.session.get_one(InvoiceRecord, number).fingerprint
            values = {"occupied": used, "total": used * 2, "currency": 156}
            unit.session.add(InvoiceOccupation(obligor=cast.obligor.entity_id, fingerprint=mark, **values))
    with work.begin(cast.obligor) as unit:
        with pytest.raises(InvoiceOccupied, match=f"invoice {numbers[0]}"):
            payables.confirm(unit, Confirmation(invoices=[(numbers[0], None)], profile=make.PROFILE))
        payables.confirm(unit, Confirmation(invoices=[(numbers[1], None)], profile=make.PROFILE))
        # Asked for by amount, the contract is the one that refuses.
        payables.confirm(unit, Confirmation(invoices=[(numbers[0], 10_000)], profile=make.PROFILE))
        assert [issued(call)[0].face for call in sent(unit)] == [15_000, 10_000]


def test_invoices_that_do_not_fit_together_are_refused(work: Work, cast: Cast) -> None:
    numbers = invoices(
        work,
        cast,
        "1,2026-01-02,100.00,A,2026-03-01,CNY",
        "2,2026-01-02,100.00,B,2026-03-01,CNY",
        "3,2026-01-02,100.00,A,2026-04-01,CNY",
        "4,2026-01-02,100.00,A,2026-03-01,EUR",
    )
    first, other_seller, other_day, other_currency = numbers
    with work.begin(cast.obligor) as unit:
        for second, message in (
            (other_seller, "several sellers"),
            (other_day, "different days"),
            (other_currency, "profile CNY/0 is in CNY"),
        ):
            with pytest.raises(Invalid, match=message):
                payables.confirm(unit, Confirmation(invoices=[(first, None), (second, None)], profile=make.PROFILE))
        with pytest.raises(NotFound, match="no profile 9"):
            payables.confirm(unit, Confirmation(invoices=[(first, None)], profile=9))
        with pytest.raises(Invalid, match="at least one invoice"):
            payables.confirm(unit, Confirmation(invoices=[], profile=make.PROFILE))
        due = datetime(2026, 5, 1, tzinfo=UTC)
        payables.confirm(unit, Confirmation(invoices=[(first, None), (other_day, None)], profile=make.PROFILE, due=due))
        assert issued(sent(unit)[-1])[0].due == int(due.timestamp())


def test_many_are_due_when_told_or_when_each_invoice_is(work: Work, cast: Cast) -> None:
    numbers = invoices(work, cast, "1,2026-01-02,100.00,A,2026-03-01,CNY", "2,2026-01-02,200.00,A,2026-04-01,CNY")
    told = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with work.begin(cast.obligor) as unit:
        payables.confirm_many(unit, profile=make.PROFILE, invoice_ids=numbers)
        assert len({issued(message)[0].due for message in sent(unit)}) == 2
    with work.begin(cast.obligor) as unit:
        payables.confirm_many(unit, profile=make.PROFILE, invoice_ids=numbers, due=told)
        assert {issued(message)[0].due for message in sent(unit)} == {int(told.timestamp())}


def test_nobody_confirms_invoices_of_another(work: Work, cast: Cast) -> None:
    numbers = three(work, cast)
    for actor in (cast.stranger, cast.tier1, cast.registrar):
        with work.begin(actor) as unit:
            with pytest.raises(NotFound, match="of yours"):
                payables.confirm(unit, Confirmation(invoices=[(numbers[0], None)], profile=make.PROFILE))
            with pytest.raises(NotFound, match="of yours"):
                payables.confirm_many(unit, profile=make.PROFILE, invoice_ids=numbers)
            assert unit.messages == []


def test_an_import_is_confirmed_invoice_by_invoice(work: Work, cast: Cast) -> None:
    numbers = invoices(
        work,
        cast,
        "1,2026-01-02,100.00,A,2026-03-01,CNY",
        "2,2026-01-02,200.00,B,2026-04-01,CNY",
        "3,2026-01-02,300.00,A,2026-03-01,EUR",
        "4,2026-01-02,400.00,A,2026-03-01,CNY",
    )
    with work.begin(SERVICE) as unit:
        row = unit.session.get_one(InvoiceRecord, numbers[3])
        values = {"occupied": 40_000, "total": 40_000, "currency": 156}
        unit.session.add(InvoiceOccupation(obligor=cast.obligor.entity_id, fingerprint=row.fingerprint, **values))
        import_id = row.import_id
    with work.begin(cast.obligor) as unit:
        made = payables.confirm_many(unit, profile=make.PROFILE, import_id=import_id)
        calls = sent(unit)
        assert [call.subject for call in calls] == [f"payable:{name}" for name in made]
        assert [(issued(call)[0].payee, issued(call)[0].face) for call in calls] == [
            (cast.tier1.entity_id, 10_000),
            (cast.tier2.entity_id, 20_000),
        ]
    with work.begin(cast.stranger) as unit, pytest.raises(Conflict, match="nothing to confirm"):
        payables.confirm_many(unit, profile=make.PROFILE, import_id=import_id)


def test_five_hundred_payables_in_one_unit(work: Work, cast: Cast) -> None:
    numbers = invoices(work, cast, *(f"{number},2026-01-02,{number}.00,A,2026-03-01,CNY" for number in range(1, 501)))
    with work.begin(cast.obligor) as unit:
        made = payables.confirm_many(unit, profile=make.PROFILE, invoice_ids=numbers)
        assert len(set(made)) == len(unit.messages) == 500


def debt_of(work: Work, cast: Cast, *, state: int = PAYABLE_ACTIVE, **changes: object) -> Payable:
    with work.begin(SERVICE) as unit:
        return make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id, state=state, **changes)


def test_the_payee_accepts_many_at_once(work: Work, cast: Cast) -> None:
    debts = [debt_of(work, cast, state=PAYABLE_ISSUED).id for _ in range(3)]
    with work.begin(cast.tier1) as unit:
        assert payables.accept(unit, debts) == debts
        assert [(call.function, call.args, call.entity) for call in sent(unit)] == [
            ("accept", (int(name, 16),), cast.tier1.entity_id) for name in debts
        ]


def test_refusal_and_cancellation_name_the_payable_by_its_preimage(work: Work, cast: Cast) -> None:
    debt = debt_of(work, cast, state=PAYABLE_ISSUED)
    with work.begin(cast.tier1) as unit:
        payables.refuse(unit, debt.id)
        (call,) = sent(unit)
        assert call.function == "refuse"
        assert ids.payable_hex(issued(call)[2]) == debt.id
    with work.begin(cast.obligor) as unit:
        payables.cancel(unit, debt.id)
        (call,) = sent(unit)
        assert (call.function, call.args[2]) == ("cancel", b"")
        assert ids.payable_hex(issued(call)[2]) == debt.id


def test_cancelling_after_acceptance_needs_the_payee(work: Work, cast: Cast) -> None:
    debt = debt_of(work, cast)
    with work.begin(cast.obligor) as unit, pytest.raises(ConsentMissing, match=f"ask entity {cast.tier1.entity_id}"):
        payables.cancel(unit, debt.id)
    with work.begin(cast.tier1) as unit:
        payables.consent_to_cancel(unit, debt.id)
        payables.consent_to_cancel(unit, debt.id)
        _, address = keys.signer_for(unit, cast.tier1.entity_id)
    with work.begin(cast.obligor) as unit:
        payables.cancel(unit, debt.id)
        consent = sent(unit)[0].args[2]
        digest = typed.cancellation_digest(unit.network.chain_id, unit.network.contract, payable=int(debt.id, 16), version=0)
        assert signing.recover(digest, consent) == address


def test_a_consent_is_void_once_the_root_lot_has_changed(work: Work, cast: Cast) -> None:
    debt = debt_of(work, cast)
    with work.begin(cast.tier1) as unit:
        payables.consent_to_cancel(unit, debt.id)
    with work.begin(SERVICE) as unit:
        make.root_of(unit.session, debt).version = 1
    with work.begin(cast.obligor) as unit, pytest.raises(ConsentMissing):
        payables.cancel(unit, debt.id)


def test_a_consent_signed_elsewhere_is_checked(work: Work, cast: Cast) -> None:
    debt = debt_of(work, cast)
    secret = signing.new_secret()
    with work.begin(SERVICE) as unit:
        make.key(unit.session, cast.tier1.entity_id, signing.address_of(secret))
    with work.begin(cast.tier1) as unit:
        digest = typed.cancellation_digest(unit.network.chain_id, unit.network.contract, payable=int(debt.id, 16), version=0)
        payables.consent_to_cancel(unit, debt.id, signature=signing.sign_digest(secret, digest))
        for wrong in (signing.sign_digest(signing.new_secret(), digest), signing.sign_digest(secret, b"\1" * 32), b"short", b"\0" * 65):
            with pytest.raises(SignatureInvalid):
                payables.consent_to_cancel(unit, debt.id, signature=wrong)


def test_only_the_party_may(work: Work, cast: Cast) -> None:
    debt = debt_of(work, cast, state=PAYABLE_ISSUED)
    for actor, error in ((cast.obligor, Forbidden), (cast.registrar, Forbidden), (cast.stranger, NotFound), (cast.tier2, NotFound)):
        with work.begin(actor) as unit:
            with pytest.raises(error):
                payables.accept(unit, [debt.id])
            with pytest.raises(error):
                payables.refuse(unit, debt.id)
            with pytest.raises(error):
                payables.consent_to_cancel(unit, debt.id)
            assert unit.messages == []
    for actor, error in ((cast.tier1, Forbidden), (cast.agent, Forbidden), (cast.stranger, NotFound)):
        assert_barred(work, actor, debt.id, error)


def assert_barred(work: Work, actor: Actor, payable: str, error: type[Exception]) -> None:
    with work.begin(actor) as unit:
        with pytest.raises(error):
            payables.cancel(unit, payable)
        assert unit.messages == []
