"""XML invoices are hostile input: parsed with no entities, no document type, no network, and limits on size, count and depth."""

import re

from lxml import etree

from registry.receivables.invoices import cii, ubl
from registry.receivables.invoices.errors import InvoiceMalformed, InvoiceTooLarge
from registry.receivables.invoices.model import Invoice, Syntax
from registry.receivables.invoices.nodes import Element

MAX_BYTES = 10 * 1024 * 1024
MAX_ELEMENTS = 200_000
MAX_DEPTH = 40

_ROOTS = {
    f"{{{ubl.INVOICE}}}Invoice": Syntax.UBL_INVOICE,
    f"{{{ubl.CREDIT_NOTE}}}CreditNote": Syntax.UBL_CREDIT_NOTE,
    f"{{{cii.RSM}}}CrossIndustryInvoice": Syntax.CII,
}
_DECLARATION = re.compile(r"""\A<\?xml\s[^>]*?\?>""")
_ENCODING = re.compile(rb"""\A\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Every encoding we read decodes to one text, so a scan of that text sees what the parser sees.
_ENCODINGS = {
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
# What may stand before the root element; a document type declaration is not among it.
_PROLOG = re.compile(r"\A(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_TOO_MANY = f"count(//*) > {MAX_ELEMENTS}"
_NO_DOCTYPE = "the document has a document type declaration; send it without DOCTYPE and entities"
_TOO_DEEP = "boolean(" + "/*" * (MAX_DEPTH + 1) + ")"


def read(data: bytes) -> Invoice:
    """The invoice in an XML document, judged by no rule yet. Raises InvoiceTooLarge and InvoiceMalformed."""
    root = parse(data)
    syntax = _ROOTS.get(root.tag) if isinstance(root.tag, str) else None
    if syntax is None:
        raise InvoiceMalformed(
            f"the root element {root.tag} is not that of a UBL 2.1 Invoice or CreditNote or a CrossIndustryInvoice", root=root.tag
        )
    return cii.read(root) if syntax is Syntax.CII else ubl.read(root, syntax)


def parse(data: bytes) -> Element:
    """The root element. Nothing outside the bytes is ever looked up."""
    if len(data) > MAX_BYTES:
        raise InvoiceTooLarge(
            f"the document has {len(data)} bytes; {MAX_BYTES} are allowed. Leave out embedded attachments", size=len(data), limit=MAX_BYTES
        )
    text = _DECLARATION.sub("", _decode(data), count=1)
    prolog = _PROLOG.match(text)
    if text.startswith("<!", prolog.end() if prolog else 0):
        raise InvoiceMalformed(_NO_DOCTYPE)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise InvoiceMalformed(f"the document is not well-formed XML at line {error.lineno}", line=error.lineno) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise InvoiceMalformed(_NO_DOCTYPE)
    if root.xpath(_TOO_MANY) or root.xpath(_TOO_DEEP):
        raise InvoiceTooLarge(f"the document has more than {MAX_ELEMENTS} elements or nests deeper than {MAX_DEPTH}")
    return root


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data.startswith(b"\xef\xbb\xbf"):
        encoding = "utf-8-sig"
    else:
        declared = _ENCODING.match(data[:200])
        named = declared[1].decode("ascii").lower() if declared else "utf-8"
        if named not in _ENCODINGS:
            raise InvoiceMalformed(f"the encoding {named} is not read; save the document as UTF-8", encoding=named)
        encoding = _ENCODINGS[named]
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvoiceMalformed(f"byte {error.start} is not {encoding}; save the document as UTF-8", encoding=encoding) from error
