"""Trade documents: sealed, shared with those named, opened one by one against a root."""

import pytest

from registry.kernel import sealing
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.uow import SERVICE, Work
from registry.receivables import documents, merkle
from tests.factories import receivables as make
from tests.factories.cast import Cast


@pytest.fixture
def payable(work: Work, cast: Cast) -> str:
    with work.begin(SERVICE) as unit:
        return make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id).id


def test_a_document_is_sealed_and_read_by_its_owner_and_those_it_is_shared_with(work: Work, cast: Cast, payable: str) -> None:
    with work.begin(cast.tier1) as unit:
        row = documents.attach(
            unit,
            subject=f"payable:{payable}",
            name="Lieferschein.pdf",
            media_type="application/pdf",
            content=b"%PDF secret",
            shared_with=[cast.bank.entity_id],
        )
        assert b"secret" not in row.content_sealed
        assert b"Lieferschein" not in row.name_sealed
    for actor in (cast.tier1, cast.bank):
        with work.begin(actor) as unit:
            found = documents.document(unit, row.id)
            assert documents.content_of(unit, found) == b"%PDF secret"
            assert documents.name_of(unit, found) == "Lieferschein.pdf"
            assert [item.id for item in documents.visible_documents(unit)] == [row.id]
    # Roles open nothing: contents belong to the parties.
    for actor in (cast.obligor, cast.registrar, cast.auditor, cast.stranger):
        with work.begin(actor) as unit:
            with pytest.raises(NotFound):
                documents.document(unit, row.id)
            assert documents.about(unit, f"payable:{payable}") == []
            assert documents.visible_documents(unit) == []


def test_each_document_of_a_set_opens_alone_under_its_root(work: Work, cast: Cast, payable: str) -> None:
    with work.begin(cast.tier1) as unit:
        rows = [
            documents.attach(unit, subject=f"payable:{payable}", name=f"{n}", media_type="text/plain", content=f"text {n}".encode())
            for n in range(5)
        ]
        documents.place(unit, "offer:1", rows, readers=[cast.tier2.entity_id])
    with work.begin(cast.tier2) as unit:
        opened = documents.disclose(unit, rows[3].id, subject="offer:1")
    assert opened.root == documents.root(rows)
    # What somebody with this one file checks.
    assert sealing.commitment(opened.salt, opened.content) == opened.commitment
    assert merkle.root_of_path(opened.commitment, index=opened.index, size=opened.size, hashes=opened.path) == opened.root
    with work.begin(cast.tier1) as unit, pytest.raises(NotFound, match="does not stand under"):
        documents.disclose(unit, rows[0].id, subject="offer:2")


def test_the_same_content_twice_has_two_commitments(work: Work, cast: Cast, payable: str) -> None:
    with work.begin(cast.tier1) as unit:
        first, second = (
            documents.attach(unit, subject=f"payable:{payable}", name="a", media_type="text/plain", content=b"same") for _ in range(2)
        )
    assert first.commitment != second.commitment


def test_what_is_no_document_is_refused(work: Work, cast: Cast, payable: str) -> None:
    good = {"subject": f"payable:{payable}", "name": "a", "media_type": "text/plain", "content": b"x"}
    with work.begin(cast.tier1) as unit:
        for change, message in (
            ({"content": b""}, "1 to"),
            ({"content": b"x" * (documents.MAX_BYTES + 1)}, "1 to"),
            ({"name": ""}, "name and a media type"),
            ({"media_type": "text/html; charset=x"}, "name and a media type"),
            ({"subject": "something"}, "is about"),
            ({"subject": "invoice:x"}, "is about"),
        ):
            with pytest.raises(Invalid, match=message):
                documents.attach(unit, **(good | change))  # type: ignore[arg-type]


def test_nobody_attaches_to_what_it_does_not_see(work: Work, cast: Cast, payable: str) -> None:
    lot = f"lot:{payable}{'0' * 24}"
    with work.begin(cast.stranger) as unit:
        for subject in (f"payable:{payable}", lot, "invoice:1"):
            with pytest.raises(NotFound):
                documents.attach(unit, subject=subject, name="a", media_type="text/plain", content=b"x")
