"""The identifiers of a party as registered entities have them: scheme and value in one form, whichever way a document writes them."""

import re

from stdnum import lei
from stdnum.cn import uscc

from registry.receivables.invoices.model import Identifier, Party

# ISO 6523 codes of schemes that entities register under a name of their own.
_NAMED = {"0199": "lei", "0060": "duns", "0088": "gln"}
# Electronic addresses of VAT numbers: EAS 9910 to 9957 are national VAT schemes.
_VAT_ADDRESSES = re.compile(r"99(1\d|[2-5]\d)")
_VAT = re.compile(r"[A-Z0-9]{2}[A-Z0-9+*]{2,}")
_NOISE = re.compile(r"[\s.\-/]+")


def identifiers(party: Party | None) -> frozenset[tuple[str, str]]:
    """(scheme, value) pairs. Schemes: lei, uscc, vat, duns, gln, icd:NNNN for other ISO 6523 codes, eas:NNNN for other addresses, and
    legal:CC for a number of a company register that names no scheme, CC being the country of the address."""
    if party is None:
        return frozenset()
    found = {("vat", compact(tax.value)) for tax in party.tax_ids if tax.scheme == "VAT"}
    # SEPA creditor references belong to a mandate, not to the party.
    found |= {pair for item in party.ids if item.scheme != "SEPA" and (pair := _scheme(item)) is not None}
    if party.legal_id is not None:
        found.add(_scheme(party.legal_id) or _recognised(party.legal_id, party))
    if party.endpoint is not None and party.endpoint.value:
        found.add(_address(party.endpoint))
    return frozenset(found)


def compact(value: str) -> str:
    """Capitals without spaces, dots, hyphens and slashes."""
    return _NOISE.sub("", value).upper()


def _scheme(item: Identifier) -> tuple[str, str] | None:
    if item.scheme is None:
        return None
    return _NAMED.get(item.scheme, f"icd:{item.scheme}"), compact(item.value)


def _recognised(item: Identifier, party: Party) -> tuple[str, str]:
    value = compact(item.value)
    if lei.is_valid(value):
        return "lei", value
    if uscc.is_valid(value):
        return "uscc", value
    country = party.address.country if party.address is not None else None
    return f"legal:{country or '??'}", value


def _address(item: Identifier) -> tuple[str, str]:
    scheme, value = item.scheme or "", compact(item.value)
    if _VAT_ADDRESSES.fullmatch(scheme) and _VAT.fullmatch(value):
        return "vat", value
    # E-mail addresses keep their punctuation.
    return (_NAMED[scheme], value) if scheme in _NAMED else (f"eas:{scheme}", item.value.strip().casefold())
