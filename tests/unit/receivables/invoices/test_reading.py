"""The terms of EN 16931 come out of both syntaxes alike."""

from datetime import date
from decimal import Decimal
from time import process_time

import pytest

from registry.kernel.errors import Invalid
from registry.receivables.invoices import xml
from registry.receivables.invoices.amounts import claim_amount, minor_units
from registry.receivables.invoices.fingerprint import fingerprint
from registry.receivables.invoices.model import Account, Amount, Invoice, Reference, Syntax
from registry.receivables.invoices.parties import identifiers
from tests.unit.receivables.invoices.documents import CII, UBL, changed
from tests.unit.receivables.invoices.official import DEMO, EN16931

PAIRS = sorted(path.name.removesuffix("_ubl.xml") for path in (DEMO / "invoices" / "accepted").glob("*-INVOICE_ubl.xml"))
# The source's two documents of this case name different VAT identifiers of the seller.
ODD = "01.21a-INVOICE"


def pair(case: str) -> tuple[Invoice, Invoice]:
    folder = DEMO / "invoices" / "accepted"
    first, second = (xml.read((folder / f"{case}_{syntax}.xml").read_bytes()) for syntax in ("ubl", "uncefact"))
    return first, second


@pytest.mark.parametrize("document", [UBL, CII], ids=["ubl", "cii"])
def test_terms(document: str) -> None:
    invoice = xml.read(document.encode())
    assert (invoice.specification, invoice.number, invoice.type_code, invoice.currency) == (
        "urn:cen.eu:en16931:2017",
        "INV-001",
        "380",
        "EUR",
    )
    assert (invoice.issue_date, invoice.due_date) == (date(2026, 1, 5), date(2026, 3, 6))
    assert (invoice.buyer_reference, invoice.order_reference) == ("04011000-12345-03", "PO-7")
    assert invoice.accounts == (Account("DE75512108001245126199", "Seller GmbH", "SOGEDEFF"),)
    assert (invoice.payment[0].code, invoice.payment[0].remittance) == ("58", "INV-001/C7")
    assert invoice.vat_total == Amount(Decimal("19.00"), "EUR")
    assert invoice.totals is not None
    assert invoice.totals.gross is not None
    assert invoice.totals.gross.value == Decimal(119)
    assert claim_amount(invoice) == 11900
    assert not invoice.is_credit_note
    assert invoice.type_group == "invoice"


@pytest.mark.parametrize("document", [UBL, CII], ids=["ubl", "cii"])
def test_identifiers_of_parties(document: str) -> None:
    invoice = xml.read(document.encode())
    assert identifiers(invoice.seller) == {("lei", "529900T8BM49AURSDO55"), ("vat", "DE136695976")}
    assert identifiers(invoice.buyer) == {("uscc", "91110000600037341L")}
    assert identifiers(invoice.payee) == frozenset()


def test_identifiers_of_other_schemes() -> None:
    seller = (
        '<cbc:EndpointID schemeID="9930">DE136695976</cbc:EndpointID>',
        '<cbc:EndpointID schemeID="EM">Bills@Seller.example</cbc:EndpointID>',
    )
    register = ('<cbc:CompanyID schemeID="0199">529900T8BM49AURSDO55', "<cbc:CompanyID>HRB 86-891")
    party = (
        "<cac:PostalAddress>",
        '<cac:PartyIdentification><cbc:ID schemeID="0088">4000001000005</cbc:ID></cac:PartyIdentification><cac:PostalAddress>',
    )
    invoice = xml.read(changed(UBL, seller, register, party))
    assert identifiers(invoice.seller) == {
        ("eas:EM", "bills@seller.example"),
        ("gln", "4000001000005"),
        ("legal:DE", "HRB86891"),
        ("vat", "DE136695976"),
    }


@pytest.mark.parametrize("case", PAIRS)
def test_both_syntaxes_of_a_business_case_are_one_invoice(case: str) -> None:
    first, second = pair(case)
    assert (first.syntax, second.syntax) == (Syntax.UBL_INVOICE, Syntax.CII)
    key = bytes(32)
    prints = {fingerprint(key, "entity:2", "entity:1", number=i.number or "", type_group=i.type_group) for i in (first, second)}
    assert len(prints) == 1
    assert claim_amount(first) == claim_amount(second)
    assert (first.issue_date, first.due_date, first.currency) == (second.issue_date, second.due_date, second.currency)
    assert identifiers(first.buyer) == identifiers(second.buyer)
    assert (identifiers(first.seller) == identifiers(second.seller)) is (case != ODD)
    assert [account.id for account in first.accounts] == [account.id for account in second.accounts]
    assert len(first.lines) == len(second.lines)


@pytest.mark.parametrize("example", range(1, 10))
def test_both_syntaxes_of_an_official_example_are_one_debt(example: int) -> None:
    folder = DEMO / "invoices" / "accepted"
    first, second = (xml.read((folder / f"en16931-example{example}_{syntax}.xml").read_bytes()) for syntax in ("ubl", "cii"))
    assert (first.syntax, second.syntax) == (Syntax.UBL_INVOICE, Syntax.CII)
    assert (first.number, first.currency, claim_amount(first)) == (second.number, second.currency, claim_amount(second))


def test_there_are_enough_pairs() -> None:
    assert len(PAIRS) >= 15


def test_a_credit_note_is_one_in_either_syntax() -> None:
    note = xml.read((EN16931 / "examples" / "ubl-tc434-creditnote1.xml").read_bytes())
    assert (note.syntax, note.type_code, note.is_credit_note, note.type_group) == (Syntax.UBL_CREDIT_NOTE, "381", True, "credit")
    assert xml.read(changed(CII, ("<ram:TypeCode>380", "<ram:TypeCode>381"))).is_credit_note


def test_preceding_invoices_are_read() -> None:
    note = xml.read((EN16931 / "examples" / "BIS_Billing_30-Kreditering_med_kreditnota.xml").read_bytes())
    assert note.preceding == (Reference("2018133", date(2018, 2, 8)),)
    old, new = (
        "<ram:SpecifiedTradePaymentTerms>",
        "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>INV-000</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>",
    )
    assert xml.read(changed(CII, (old, new + old))).preceding == (Reference("INV-000"),)


def test_instalments_with_different_dates_are_not_guessed() -> None:
    day = '<ram:DueDateDateTime><udt:DateTimeString format="102">20260406</udt:DateTimeString></ram:DueDateDateTime>'
    terms = "<ram:SpecifiedTradePaymentTerms>"
    invoice = xml.read(changed(CII, (terms, f"{terms}{day}</ram:SpecifiedTradePaymentTerms>{terms}")))
    assert [(item.term, item.reason) for item in invoice.unreadable] == [("BT-9", "gives different dates")]


@pytest.mark.parametrize(
    ("value", "currency", "expected"), [("1234.56", "EUR", 123456), ("-1.5", "EUR", -150), ("7", "JPY", 7), ("1.234", "BHD", 1234)]
)
def test_minor_units_follow_the_currency(value: str, currency: str, expected: int) -> None:
    assert minor_units(Decimal(value), currency) == expected


@pytest.mark.parametrize(("value", "currency"), [("1.5", "JPY"), ("0.001", "EUR"), ("1", "ZZZ"), (str(2**72), "JPY")])
def test_amounts_that_do_not_fit_are_refused(value: str, currency: str) -> None:
    with pytest.raises(Invalid):
        minor_units(Decimal(value), currency)


def test_an_invoice_without_amount_due_has_no_claim_amount() -> None:
    with pytest.raises(Invalid, match="BT-115"):
        claim_amount(Invoice(syntax=Syntax.CII, currency="EUR"))


def test_a_hundred_invoices_take_well_under_a_second() -> None:
    files = [
        path.read_bytes() for path in sorted((EN16931 / "examples").glob("*.xml")) + sorted((DEMO / "invoices" / "accepted").glob("*.xml"))
    ][:100]
    assert len(files) == 100
    start = process_time()
    numbers = [xml.read(data).number for data in files]
    assert all(numbers)
    assert process_time() - start < 1
