"""Invoices in: documents and exports, refusals on record, nothing stored half, nothing counted twice."""

from datetime import date
from pathlib import Path

import pytest

from registry.identity import service
from registry.identity.service import NewEntity
from registry.kernel.errors import NotFound
from registry.kernel.uow import Actor, Work
from registry.receivables import intake, invoice_reads
from registry.receivables.intake import Intake
from registry.receivables.invoices import parties, xml
from registry.receivables.invoices.columns import ColumnMap
from registry.receivables.invoices.errors import ImportRefused
from registry.receivables.invoices.model import Party
from tests.factories.cast import Cast
from tests.fakes.clock import START

EXAMPLES = Path(__file__).parents[2] / "data" / "einvoice" / "en16931" / "examples"
UBL = (EXAMPLES / "ubl-tc434-example1.xml").read_bytes()
DUE = date(2030, 1, 31)
LAYOUT = ColumnMap(number="no", issue_date="issued", amount="amount", seller_id="seller", due_date="due", currency="CNY")


def export(*rows: str) -> bytes:
    return "\n".join(["no,issued,amount,seller,due", *rows]).encode()


def taken(work: Work, cast: Cast, data: bytes, *, mode: str = "skip") -> Intake:
    sellers = {"A": cast.tier1.entity_id, "B": cast.tier2.entity_id, "ME": cast.obligor.entity_id}
    with work.begin(cast.obligor) as unit:
        return intake.import_export(unit, data, name="erp.csv", layout=LAYOUT, mode=mode, sellers=sellers)  # type: ignore[arg-type]


def test_a_valid_document_becomes_an_invoice_of_the_named_seller(work: Work, cast: Cast) -> None:
    with work.begin(cast.obligor) as unit:
        found = intake.import_document(unit, UBL, name="invoice.xml", seller=cast.tier1.entity_id, due=DUE)
    assert found.refused == []
    with work.begin(cast.obligor) as unit:
        row = invoice_reads.invoice(unit, found.accepted[0])
        assert (row.seller_id, row.syntax, row.currency) == (cast.tier1.entity_id, "ubl-invoice", "EUR")
        assert invoice_reads.content_of(unit, row) == UBL
        assert invoice_reads.number_of(unit, row) == "12115118"
        record = invoice_reads.imported(unit, found.import_id)
        assert (record.kind, record.read, record.accepted, record.refused) == ("document", 1, 1, 0)
        assert invoice_reads.name_of(unit, record) == "invoice.xml"
        # Number and content are not readable in the tables.
        assert b"12115118" not in row.number_sealed
        assert UBL[:40] not in row.content_sealed


def test_the_same_document_again_is_refused_and_names_the_first(work: Work, cast: Cast) -> None:
    with work.begin(cast.obligor) as unit:
        first = intake.import_document(unit, UBL, name="a.xml", seller=cast.tier1.entity_id, due=DUE)
    with work.begin(cast.obligor) as unit:
        again = intake.import_document(unit, UBL, name="b.xml", seller=cast.tier1.entity_id, due=DUE)
    assert again.accepted == []
    assert [item.rule for item in again.refused] == ["TS-REPEAT"]
    assert f"invoice {first.accepted[0]} of import {first.import_id}" in again.refused[0].message


def test_the_same_number_of_another_seller_is_another_invoice(work: Work, cast: Cast) -> None:
    with work.begin(cast.obligor) as unit:
        first = intake.import_document(unit, UBL, name="a.xml", seller=cast.tier1.entity_id, due=DUE)
        other = intake.import_document(unit, UBL, name="a.xml", seller=cast.tier2.entity_id, due=DUE)
    assert len({*first.accepted, *other.accepted}) == 2


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        (b"<no xml", {"invoice_malformed"}),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "x">]><x/>', {"invoice_malformed"}),
        (UBL.replace(b"<cbc:ID>12115118</cbc:ID>", b"<cbc:ID></cbc:ID>", 1), {"BR-02"}),
        (UBL.replace(b">380</cbc:InvoiceTypeCode>", b">386</cbc:InvoiceTypeCode>"), {"TS-08"}),
    ],
    ids=["no XML", "entities", "no number", "prepayment"],
)
def test_a_bad_document_is_recorded_and_not_stored(work: Work, cast: Cast, data: bytes, rules: set[str]) -> None:
    with work.begin(cast.obligor) as unit:
        found = intake.import_document(unit, data, name="bad.xml", seller=cast.tier1.entity_id, due=DUE)
    assert found.accepted == []
    with work.begin(cast.obligor) as unit:
        kept = invoice_reads.refusals(unit, found.import_id)
        assert {item.rule for item in kept} == rules
        assert kept == found.refused
        assert invoice_reads.imported(unit, found.import_id).refused == 1
        assert invoice_reads.visible_invoices(unit) == []


def test_a_seller_that_is_not_registered_is_asked_for(work: Work, cast: Cast) -> None:
    with work.begin(cast.obligor) as unit:
        found = intake.import_document(unit, UBL, name="a.xml", due=DUE)
    assert [item.rule for item in found.refused] == ["TS-SELLER"]
    assert "name the seller" in found.refused[0].message
    with work.begin(cast.obligor) as unit, pytest.raises(NotFound, match="no entity 777"):
        intake.import_document(unit, UBL, name="a.xml", seller=777, due=DUE)


def enrolled(work: Work, cast: Cast, party: Party | None) -> int:
    """Registers a party of a document under the identifiers that it has there."""
    known = dict(sorted(parties.identifiers(party)))
    assert known
    new = NewEntity(name="Party", country="NL", roles=3, verified_until=START, identifiers=known, override_reason="as in the document")
    with work.begin(cast.registrar) as unit:
        return service.register(unit, new).id


def test_a_registered_seller_is_found_by_its_identifiers(work: Work, cast: Cast) -> None:
    seller = enrolled(work, cast, xml.read(UBL).seller)
    with work.begin(cast.obligor) as unit:
        other = intake.import_document(unit, UBL, name="a.xml", seller=cast.tier1.entity_id, due=DUE)
        assert [item.rule for item in other.refused] == ["TS-SELLER"]
        assert "not the invoice's" in other.refused[0].message
        found = intake.import_document(unit, UBL, name="a.xml", due=DUE)
        assert invoice_reads.invoice(unit, found.accepted[0]).seller_id == seller


def test_an_invoice_of_another_registered_buyer_is_refused(work: Work, cast: Cast) -> None:
    data = (EXAMPLES / "ubl-tc434-example3.xml").read_bytes()
    buyer = enrolled(work, cast, xml.read(data).buyer)
    with work.begin(cast.obligor) as unit:
        found = intake.import_document(unit, data, name="a.xml", seller=cast.tier1.entity_id, due=DUE)
        assert [(item.rule, item.value) for item in found.refused] == [("TS-BUYER", str(buyer))]
    with work.begin(Actor(buyer, 3, "api:buyer")) as unit:
        assert intake.import_document(unit, data, name="a.xml", seller=cast.tier1.entity_id, due=DUE).refused == []


def test_nobody_sells_to_itself(work: Work, cast: Cast) -> None:
    with work.begin(cast.obligor) as unit:
        found = intake.import_document(unit, UBL, name="a.xml", seller=cast.obligor.entity_id, due=DUE)
    assert [item.rule for item in found.refused] == ["TS-SELLER"]


def test_an_export_takes_good_rows_and_reports_the_others(work: Work, cast: Cast) -> None:
    data = export(
        "1,2026-01-02,100.00,A,2026-03-01",
        "2,2026-01-02,abc,A,2026-03-01",
        "3,2026-01-02,5.00,UNKNOWN,2026-03-01",
        "4,2026-01-02,7.50,B,2026-03-01",
        "5,2026-01-02,7.50,ME,2026-03-01",
        "6,x,,A,2026-03-01",
    )
    found = taken(work, cast, data)
    assert len(found.accepted) == 2
    assert [(item.position, item.rule) for item in found.refused] == [
        (3, "CSV-AMOUNT"),
        (4, "TS-SELLER"),
        (6, "TS-SELLER"),
        (7, "CSV-DATE"),
        (7, "CSV-MISSING"),
    ]
    with work.begin(cast.obligor) as unit:
        record = invoice_reads.imported(unit, found.import_id)
        assert (record.read, record.accepted, record.refused) == (6, 2, 4)
        assert invoice_reads.refusals(unit, found.import_id) == found.refused
        rows = invoice_reads.visible_invoices(unit, import_id=found.import_id)
        assert [(row.total, row.seller_id) for row in rows] == [(750, cast.tier2.entity_id), (10_000, cast.tier1.entity_id)]


def test_all_or_nothing_leaves_nothing(work: Work, cast: Cast) -> None:
    good = "1,2026-01-02,100.00,A,2026-03-01"
    for bad, rule in (("2,2026-01-02,5.00,UNKNOWN,2026-03-01", "TS-SELLER"), ("1,2026-01-02,9.00,B,2026-13-01", "CSV-DATE")):
        with pytest.raises(ImportRefused) as refused:
            taken(work, cast, export(good, bad), mode="all")
        assert [error.rule for error in refused.value.errors] == [rule]
    with work.begin(cast.obligor) as unit:
        assert invoice_reads.visible_invoices(unit) == []
        assert invoice_reads.imports(unit) == []


def test_all_or_nothing_reports_every_finding_at_once(work: Work, cast: Cast) -> None:
    taken(work, cast, export("1,2026-01-02,100.00,A,2026-03-01"))
    rows = ["1,2026-01-02,100.00,A,2026-03-01", "2,2026-01-02,5.00,UNKNOWN,2026-03-01", "3,2026-01-02,9.00,B,2026-13-01"]
    with pytest.raises(ImportRefused, match="3 finding") as refused:
        taken(work, cast, export(*rows), mode="all")
    assert [(error.row, error.rule) for error in refused.value.errors] == [(2, "TS-REPEAT"), (3, "TS-SELLER"), (4, "CSV-DATE")]


def test_a_second_import_of_the_same_export_counts_nothing_twice(work: Work, cast: Cast) -> None:
    data = export("1,2026-01-02,100.00,A,2026-03-01", "2,2026-01-02,50.00,A,2026-03-01")
    first = taken(work, cast, data)
    again = taken(work, cast, data + b"\n3,2026-01-02,1.00,A,2026-03-01")
    assert (len(first.accepted), len(again.accepted)) == (2, 1)
    assert [item.rule for item in again.refused] == ["TS-REPEAT", "TS-REPEAT"]
    with pytest.raises(ImportRefused, match="2 finding"):
        taken(work, cast, data, mode="all")


def test_two_codes_of_one_seller_do_not_double_an_invoice(work: Work, cast: Cast) -> None:
    data = export("INV-7,2026-01-02,100.00,A,2026-03-01", "inv 7,2026-01-02,100.00,A2,2026-03-01")
    sellers = {"A": cast.tier1.entity_id, "A2": cast.tier1.entity_id}
    with work.begin(cast.obligor) as unit:
        found = intake.import_export(unit, data, name="erp.csv", layout=LAYOUT, mode="skip", sellers=sellers)
    assert len(found.accepted) == 1
    assert [(item.position, item.rule) for item in found.refused] == [(3, "TS-REPEAT")]
    assert "row 2" in found.refused[0].message


def test_buyer_and_seller_see_an_invoice_and_nobody_else(work: Work, cast: Cast) -> None:
    found = taken(work, cast, export("1,2026-01-02,100.00,A,2026-03-01"))
    for actor in (cast.obligor, cast.tier1, cast.registrar, cast.auditor):
        with work.begin(actor) as unit:
            assert invoice_reads.invoice(unit, found.accepted[0]).total == 10_000
    for actor in (cast.tier2, cast.bank, cast.agent, cast.stranger):
        with work.begin(actor) as unit:
            with pytest.raises(NotFound):
                invoice_reads.invoice(unit, found.accepted[0])
            with pytest.raises(NotFound):
                invoice_reads.imported(unit, found.import_id)
            with pytest.raises(NotFound):
                invoice_reads.refusals(unit, found.import_id)
            assert invoice_reads.visible_invoices(unit) == []


def test_an_export_of_1420_rows_goes_in_whole(work: Work, cast: Cast) -> None:
    rows = [f"{number},2026-01-02,{number}.00,{'AB'[number % 2]},2026-03-01" for number in range(1, 1421)]
    found = taken(work, cast, export(*rows), mode="all")
    assert (len(found.accepted), found.refused) == (1420, [])
    with work.begin(cast.obligor) as unit:
        last = invoice_reads.invoice(unit, found.accepted[-1])
        assert (invoice_reads.number_of(unit, last), last.total) == ("1420", 142_000)
        assert invoice_reads.occupied(unit, [last]) == {last.id: 0}
