"""One identity per invoice: a keyed hash over (seller, buyer, number, type group), the same for UBL, CII and an ERP row.

The number is put into one form first (`normal_number`), so that retyping it makes no second debt:
1. Invisible characters (Unicode categories Cf, Cc, Cs) go.
2. NFKC and case folding: full-width, superscript and capital forms become plain small letters and digits; digits of any script become 0-9.
3. Letters, digits and combining marks stay; everything else is a separator, and so is the edge of the text.
4. A run of separators stays as one hyphen between two digits ("1-23" is not "12-3") and goes everywhere else ("INV-001" is "inv 001").
Leading zeros stay: numbering series use them to tell numbers apart.
Look-alike letters of different scripts are not mapped: an obligor that lets one supplier use both would confirm one debt twice.
"""

import hashlib
import hmac
import re
import unicodedata

from registry.kernel.errors import Invalid

_DOMAIN = b"tallystick.invoice.v1"
_KEY_BYTES = 32
# No numbering series needs more; the limit bounds the work on hostile input.
_MAX_NUMBER = 200
_INVISIBLE = frozenset({"Cf", "Cc", "Cs"})
_SEPARATORS = re.compile(r"\s+")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9]) (?=[0-9])")
_TYPE_GROUPS = frozenset({"invoice", "credit"})


def normal_number(number: str) -> str:
    """The form of an invoice number that is compared. Invalid without a letter or digit, or above 200 characters."""
    if len(number) > _MAX_NUMBER:
        raise Invalid(f"an invoice number has at most {_MAX_NUMBER} characters", length=len(number))
    visible = "".join(character for character in number if character.isspace() or unicodedata.category(character) not in _INVISIBLE)
    spaced = "".join(_kept(character) for character in _fold(visible))
    normal = _fold(_BETWEEN_DIGITS.sub("-", _SEPARATORS.sub(" ", spaced).strip()).replace(" ", ""))
    if not normal:
        raise Invalid(f"{number!r} has no letter or digit, so it is no invoice number", number=number)
    return normal


def fingerprint(network_key: bytes, seller_id: str, buyer_id: str, *, number: str, type_group: str) -> bytes:
    """32 bytes that stand for the invoice on-chain: HMAC-SHA256 under the network's key, for plain hashes of numbers can be guessed.

    `seller_id` and `buyer_id` are registered identities such as "entity:7", never identifiers as a document writes them;
    `type_group` is "invoice" or "credit" (Invoice.type_group).
    """
    if len(network_key) < _KEY_BYTES:
        raise Invalid(f"the network key has at least {_KEY_BYTES} bytes")
    if not seller_id or not buyer_id or seller_id == buyer_id:
        raise Invalid("seller and buyer are two different registered entities", seller=seller_id, buyer=buyer_id)
    if type_group not in _TYPE_GROUPS:
        raise Invalid(f"{type_group!r} is no type group", type_group=type_group)
    parts = (seller_id, buyer_id, normal_number(number), type_group)
    # Each part is preceded by its length: no two lists of parts give the same bytes.
    message = b"".join(len(encoded).to_bytes(4, "big") + encoded for encoded in (part.encode() for part in parts))
    return hmac.new(network_key, _DOMAIN + message, hashlib.sha256).digest()


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return character if category[0] in "LNM" else " "
