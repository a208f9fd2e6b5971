"""Offers: signed in the holder's name, many from one lot, documents with every one, accepted by their recipient only."""

from datetime import UTC, datetime, timedelta

import pytest

from chain import signing, typed
from chain.structs import LOT_OFFERED, WHOLE, Offer
from registry.identity import keys
from registry.identity.tables import Participant
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Actor, Unit, Work
from registry.receivables import documents, lots, offers, visibility
from registry.receivables.errors import DocumentsMissing, NoFreeChild, OfferClosed, SignatureInvalid, StillPending
from registry.receivables.offers import NewOffer
from registry.receivables.tables import Lot, OfferRecord
from tests.factories import receivables as make
from tests.factories.calls import conclude, sent
from tests.factories.cast import Cast
from tests.fakes.clock import SimulatedClock

DEADLINE = datetime(2026, 1, 20, tzinfo=UTC)


@pytest.fixture
def lot(work: Work, cast: Cast) -> str:
    """A root lot of tier 1, worth 100,000."""
    with work.begin(SERVICE) as unit:
        debt = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id)
        return make.root_of(unit.session, debt).id


def paper(unit: Unit, lot: str, text: str = "delivery note") -> int:
    return documents.attach(unit, subject=f"lot:{lot}", name="note.txt", media_type="text/plain", content=text.encode()).id


def new(unit: Unit, cast: Cast, lot: str, **changes: object) -> NewOffer:
    values = {"lot": lot, "recipient": cast.tier2.entity_id, "deadline": DEADLINE} | changes
    if "documents" not in values:
        values["documents"] = [paper(unit, lot)]
    return NewOffer(**values)  # type: ignore[arg-type]


def made(work: Work, cast: Cast, lot: str, **changes: object) -> OfferRecord:
    with work.begin(cast.tier1) as unit:
        return offers.make(unit, new(unit, cast, lot, **changes))


def signer(unit: Unit, record: OfferRecord) -> str:
    digest = typed.offer_digest(unit.network.chain_id, unit.network.contract, offer=offers.offer_of(record))
    return signing.recover(digest, record.signature)


def status(work: Work, actor: Actor, record: OfferRecord) -> str:
    with work.begin(actor) as unit:
        return offers.statuses(unit, [offers.offer(unit, record.id)])[record.id]


def test_a_part_is_signed_with_the_holders_key_and_a_child_of_its_own(work: Work, cast: Cast, lot: str) -> None:
    first = made(work, cast, lot, amount=30_000)
    second = made(work, cast, lot, amount=20_000, recipient=cast.tier3.entity_id)
    assert (first.child, second.child) == (0, 1)
    assert first.child_id == lots.child_id(lot, 0)
    with work.begin(cast.tier1) as unit:
        _, address = keys.signer_for(unit, cast.tier1.entity_id)
        assert signer(unit, first) == signer(unit, second) == address
        assert unit.messages == []


@pytest.mark.parametrize("amount", [None, 100_000])
def test_a_whole_lot_keeps_its_id(work: Work, cast: Cast, lot: str, amount: int | None) -> None:
    record = made(work, cast, lot, amount=amount, kind="sale_recourse")
    assert (record.child, record.child_id, record.amount, record.kind) == (WHOLE, lot, 100_000, 1)


def test_the_mirror_gives_version_and_epoch(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).version = 7
        unit.session.get_one(Participant, cast.tier1.entity_id).epoch = 3
    record = made(work, cast, lot)
    assert (record.version, record.epoch) == (7, 3)


def test_every_offer_carries_documents_that_its_recipient_may_read(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        note, contract, other = (paper(unit, lot, text) for text in ("note", "contract", "private"))
        record = offers.make(unit, new(unit, cast, lot, documents=[note, contract]))
        with pytest.raises(DocumentsMissing, match="at least one"):
            offers.make(unit, new(unit, cast, lot, documents=[]))
        with pytest.raises(NotFound, match="of yours"):
            offers.make(unit, new(unit, cast, lot, documents=[999]))
        with pytest.raises(Invalid, match="twice"):
            offers.make(unit, new(unit, cast, lot, documents=[note, note]))
    with work.begin(cast.tier2) as unit:
        opened = documents.disclose(unit, contract, subject=f"offer:{record.id}")
        assert (opened.content, opened.root, opened.index, opened.size) == (b"contract", record.documents, 1, 2)
        assert documents.root(documents.about(unit, f"offer:{record.id}")) == record.documents
        with pytest.raises(NotFound):
            documents.document(unit, other)
    with work.begin(cast.tier3) as unit, pytest.raises(NotFound):
        documents.document(unit, note)


def test_offers_that_can_never_be_accepted_are_refused_at_once(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        for changes, message in (
            ({"recipient": cast.tier1.entity_id}, "split the lot instead"),
            ({"kind": "gift"}, "no kind of offer"),
            ({"kind": "repurchase", "amount": 5}, "whole only"),
            ({"amount": 0}, "above zero"),
            ({"deadline": datetime(2026, 1, 5, 9, tzinfo=UTC)}, "in the past"),
            ({"deadline": datetime(2200, 1, 5, 9, tzinfo=UTC)}, "out of the range"),
        ):
            with pytest.raises(Invalid, match=message):
                offers.make(unit, new(unit, cast, lot, **changes))


def test_forty_parts_at_most_and_never_more_than_the_profile(work: Work, cast: Cast, lot: str) -> None:
    for _ in range(8):
        made(work, cast, lot, amount=10)
    with work.begin(cast.tier1) as unit, pytest.raises(NoFreeChild):
        offers.make(unit, new(unit, cast, lot, amount=10))


def test_the_recipient_accepts_what_was_signed(work: Work, cast: Cast, lot: str) -> None:
    record = made(work, cast, lot, amount=30_000)
    with work.begin(cast.tier2) as unit:
        assert offers.accept(unit, record.id) == record.child_id
        (call,) = sent(unit)
        assert (call.function, call.subject, call.entity) == ("acceptOffer", f"offer:{record.id}", cast.tier2.entity_id)
        assert (Offer.of(call.args[0]), call.args[1]) == (offers.offer_of(record), record.signature)
    with work.begin(cast.tier2) as unit:
        with pytest.raises(StillPending):
            offers.accept(unit, record.id)
        conclude(unit, "reverted")
        offers.accept(unit, record.id)


def test_nobody_else_accepts_or_sees_an_offer(work: Work, cast: Cast, lot: str) -> None:
    record = made(work, cast, lot)
    for actor, error in ((cast.tier1, Forbidden), (cast.registrar, Forbidden), (cast.tier3, NotFound), (cast.obligor, NotFound)):
        with work.begin(actor) as unit:
            with pytest.raises(error):
                offers.accept(unit, record.id)
            assert unit.messages == []
    for actor, side, expected in (
        (cast.tier1, "made", [record.id]),
        (cast.tier1, "received", []),
        (cast.tier2, "received", [record.id]),
        (cast.tier2, "made", []),
        (cast.tier2, "all", [record.id]),
        (cast.auditor, "all", [record.id]),
        (cast.stranger, "all", []),
    ):
        with work.begin(actor) as unit:
            assert [item.id for item in offers.visible_offers(unit, side=side)] == expected


def test_an_offer_goes_stale_with_its_lot(work: Work, cast: Cast, lot: str, clock: SimulatedClock) -> None:
    part, whole = made(work, cast, lot, amount=10), made(work, cast, lot)
    assert status(work, cast.tier2, part) == status(work, cast.tier2, whole) == "open"
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).children = 1
    assert (status(work, cast.tier2, part), status(work, cast.tier2, whole)) == ("stale", "open")
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).version = 1
    assert status(work, cast.tier2, whole) == "stale"
    with work.begin(cast.tier2) as unit, pytest.raises(OfferClosed, match="stale"):
        offers.accept(unit, whole.id)
    clock.advance(timedelta(days=30))
    assert status(work, cast.tier2, whole) == "expired"


def test_withdrawing_voids_every_open_offer(work: Work, cast: Cast, lot: str) -> None:
    records = [made(work, cast, lot, amount=10) for _ in range(3)]
    with work.begin(cast.tier1) as unit:
        assert offers.withdraw_all(unit) == 3
        assert [(call.function, call.args) for call in sent(unit)] == [("revokeOffers", ())]
        assert offers.withdraw_all(unit) == 0
    with work.begin(cast.tier2) as unit, pytest.raises(OfferClosed, match="withdrawn"):
        offers.accept(unit, records[0].id)


def test_a_raised_epoch_makes_offers_stale(work: Work, cast: Cast, lot: str) -> None:
    record = made(work, cast, lot)
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Participant, cast.tier1.entity_id).epoch = 1
    assert status(work, cast.tier1, record) == "stale"


def test_an_offer_on_chain_locks_and_needs_no_signature(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        record = offers.make(unit, new(unit, cast, lot, on_chain=True))
        (call,) = sent(unit)
        assert (call.function, Offer.of(call.args[0]), record.signature) == ("makeOffer", offers.offer_of(record), b"")
    assert status(work, cast.tier2, record) == "open"
    with work.begin(SERVICE) as unit:
        conclude(unit, "confirmed")
        row = unit.session.get_one(Lot, lot)
        row.version, row.flags, row.lock_party, row.lock_until = 1, LOT_OFFERED, cast.tier2.entity_id, record.deadline
    assert status(work, cast.tier2, record) == "open"
    with work.begin(cast.tier2) as unit:
        offers.accept(unit, record.id)
        assert sent(unit)[0].args[1] == b""
        # The recipient sees the lot it is locked for.
        assert visibility.lot(unit, lot).id == lot


def test_a_refused_offer_on_chain_is_stale(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        record = offers.make(unit, new(unit, cast, lot, on_chain=True))
        conclude(unit, "reverted")
    assert status(work, cast.tier2, record) == "stale"


def test_a_holder_with_its_own_key_prepares_signs_elsewhere_and_submits(work: Work, cast: Cast, lot: str) -> None:
    secret = signing.new_secret()
    with work.begin(SERVICE) as unit:
        make.key(unit.session, cast.tier1.entity_id, signing.address_of(secret))
    with work.begin(cast.tier1) as unit:
        notes = [paper(unit, lot, "a"), paper(unit, lot, "b")]
        prepared = offers.prepare(unit, new(unit, cast, lot, amount=5_000, documents=notes))
        assert prepared.document["primaryType"] == "Offer"
        signature = signing.sign_digest(secret, prepared.digest)
        record = offers.submit_signed(unit, prepared.offer, signature=signature, document_ids=notes)
        assert offers.offer_of(record) == prepared.offer
        assert signer(unit, record) == signing.address_of(secret)
        with pytest.raises(SignatureInvalid):
            offers.submit_signed(
                unit, prepared.offer, signature=signing.sign_digest(signing.new_secret(), prepared.digest), document_ids=notes
            )
        with pytest.raises(Invalid, match="other documents"):
            offers.submit_signed(unit, prepared.offer, signature=signature, document_ids=notes[::-1])
    with work.begin(cast.stranger) as unit, pytest.raises(NotFound):
        offers.submit_signed(unit, prepared.offer, signature=signature, document_ids=notes)


def test_only_the_holder_offers(work: Work, cast: Cast, lot: str) -> None:
    for actor, error in ((cast.obligor, Forbidden), (cast.tier2, NotFound)):
        with work.begin(actor) as unit, pytest.raises(error):
            offers.make(unit, NewOffer(lot=lot, recipient=cast.tier3.entity_id, deadline=DEADLINE, documents=[1]))
