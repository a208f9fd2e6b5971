"""Hostile files and addresses (threat in DESIGN): XML that attacks its reader is refused before it can do anything."""

import socket
from collections.abc import Iterator

import pytest

from registry.receivables.invoices import xml
from registry.receivables.invoices.errors import InvoiceMalformed, InvoiceTooLarge
from registry.receivables.invoices.rules import violations
from tests.unit.receivables.invoices.documents import UBL, changed

BODY = UBL.partition("?>")[2]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BILLION_LAUGHS = f'<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY l0 "ha">{LAUGHS}]>{BODY.replace("INV-001", "&l9;", 1)}'
EXTERNAL = f'<!DOCTYPE Invoice [<!ENTITY secret SYSTEM "file:///etc/passwd">]>{BODY.replace("INV-001", "&secret;", 1)}'


@pytest.mark.parametrize(
    "document",
    [
        BILLION_LAUGHS,
        EXTERNAL,
        EXTERNAL.replace("file:///etc/passwd", "http://127.0.0.1:9/x"),
        f'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/invoice.dtd">{BODY}',
        f'<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>{BODY}',
        f"<!DOCTYPE Invoice>{BODY}",
        f"<!-- first --><?a b?>\n <!-- <x> --> <!DOCTYPE Invoice>{BODY}",
        f"\n<!DOCTYPE Invoice>{BODY}",
    ],
    ids=["billion laughs", "external file", "external url", "external dtd", "parameter entity", "bare", "after comments", "after a line"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_document_type_declarations_are_refused(document: str, encoding: str) -> None:
    with pytest.raises(InvoiceMalformed, match="document type declaration"):
        xml.read(document.encode(encoding))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def test_nothing_is_fetched(listener: socket.socket) -> None:
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    schema = f'<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x {address}x.xsd" '
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}y.xml"/>'
    document = f'<?xml-stylesheet href="{address}z.xsl"?>' + BODY.replace("<Invoice ", schema, 1).replace(
        "</Invoice>", include + "</Invoice>"
    )
    assert xml.read(document.encode()).number == "INV-001"
    with pytest.raises(InvoiceMalformed):
        xml.read(f'<!DOCTYPE Invoice SYSTEM "{address}invoice.dtd">{BODY}'.encode())
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_undeclared_entities_are_refused() -> None:
    with pytest.raises(InvoiceMalformed, match="not well-formed"):
        xml.read(changed(UBL, ("INV-001", "&secret;")))


def test_predefined_entities_and_character_references_are_text() -> None:
    assert xml.read(changed(UBL, ("INV-001", "A&amp;B&#45;1"))).number == "A&B-1"


def test_text_that_looks_like_a_declaration_is_text() -> None:
    assert xml.read(changed(UBL, ("Bearing", "<![CDATA[<!DOCTYPE html>]]>"))).lines[0].name == "<!DOCTYPE html>"


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b" ",
        b"\x00\x01\x02",
        b"%PDF-1.7 ...",
        b'{"invoice": 1}',
        b"number,amount\n1,2\n",
        UBL[:500].encode(),
        b"<a><b></a></b>",
        b"<a/><b/>",
    ],
    ids=["empty", "blank", "binary", "pdf", "json", "csv", "cut off", "crossed", "two roots"],
)
def test_what_is_not_xml_is_refused(document: bytes) -> None:
    with pytest.raises(InvoiceMalformed):
        xml.read(document)


@pytest.mark.parametrize(
    "root",
    ["<Invoice/>", '<Invoice xmlns="urn:other"/>', '<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "<html/>"],
)
def test_other_documents_are_refused_by_their_root(root: str) -> None:
    with pytest.raises(InvoiceMalformed, match="root element"):
        xml.read(root.encode())


def test_too_many_bytes_are_refused_before_parsing() -> None:
    with pytest.raises(InvoiceTooLarge, match=str(xml.MAX_BYTES)):
        xml.read(b"<" * (xml.MAX_BYTES + 1))


def test_too_many_elements_are_refused() -> None:
    with pytest.raises(InvoiceTooLarge):
        xml.read(b"<a>" + b"<b/>" * xml.MAX_ELEMENTS + b"</a>")


@pytest.mark.parametrize(("depth", "error"), [(xml.MAX_DEPTH + 1, InvoiceTooLarge), (200, InvoiceTooLarge), (100_000, InvoiceMalformed)])
def test_deep_nesting_is_refused(depth: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        xml.read(b"<a>" * depth + b"</a>" * depth)


def test_nesting_up_to_the_limit_is_read() -> None:
    assert xml.parse(b"<a>" * xml.MAX_DEPTH + b"</a>" * xml.MAX_DEPTH).tag == "a"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_encodings_that_are_read(encoding: str) -> None:
    declared = UBL.replace("UTF-8", encoding.removesuffix("-sig").removesuffix("-le"), 1).replace("Bearing", "Lagergehäuse")
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    assert xml.read((mark + declared).encode(encoding)).lines[0].name == "Lagergehäuse"


@pytest.mark.parametrize("encoding", ["utf-7", "utf-32", "EBCDIC-CP-US", "gb18030", "no-such"])
def test_encodings_that_could_hide_markup_are_refused(encoding: str) -> None:
    with pytest.raises(InvoiceMalformed, match="encoding"):
        xml.read(changed(UBL, ("UTF-8", encoding)))


def test_bytes_of_another_encoding_are_refused() -> None:
    with pytest.raises(InvoiceMalformed, match="utf-8"):
        xml.read(UBL.replace("Bearing", "Lagergehäuse").encode("latin-1"))


def test_a_comment_does_not_cut_a_value() -> None:
    assert xml.read(changed(UBL, ("INV-001", "INV<!-- x -->-001<?y z?>"))).number == "INV-001"


@pytest.mark.parametrize(
    ("old", "new", "term"),
    [
        ("<cbc:ID>INV-001</cbc:ID>", "<cbc:ID>INV-001</cbc:ID><cbc:ID>INV-002</cbc:ID>", "BT-1"),
        ("<cbc:ID>INV-001</cbc:ID>", "<cbc:ID>INV<cbc:X/>-001</cbc:ID>", "BT-1"),
        ("2026-01-05", "05.01.2026", "BT-2"),
        ("2026-01-05", "2026-02-30", "BT-2"),
        ("2026-03-06", "20260306", "BT-9"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">1.19E2', "BT-115"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">1_19.00', "BT-115"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">NaN', "BT-115"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">119,00', "BT-115"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">', "BT-115"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', f'<cbc:PayableAmount currencyID="EUR">{"9" * 23}', "BT-115"),
        ('<cbc:PayableAmount currencyID="EUR">119.00', '<cbc:PayableAmount currencyID="EUR">١١٩', "BT-115"),
    ],
)
def test_values_that_cannot_be_read_are_named(old: str, new: str, term: str) -> None:
    found = violations(xml.read(changed(UBL, (old, new))))
    assert [violation.rule for violation in found] == ["TS-01"]
    assert found[0].message.startswith(term)
