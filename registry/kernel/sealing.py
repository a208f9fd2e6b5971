"""Sealing: AES-256-GCM with associated data, keyed hashes for look-ups, salted commitments. Pure but for random numbers.

Every sealed column and file of the schema is listed in SEALED; a test holds the list against the tables.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from registry.kernel.errors import Invalid

KEY_BYTES = 32
NONCE_BYTES = 12

# table.column -> what it protects.
SEALED: dict[str, str] = {
    "installation.network_key_sealed": "key of invoice fingerprints and blind indexes (master key)",
    "data_keys.wrapped": "per-entity data keys (master key)",
    "idempotency_records.response_sealed": "answers to writes",
    "entities.name_sealed": "legal name",
    "entities.identifiers_sealed": "LEI, VAT and registration numbers",
    "entities.dossier_salt_sealed": "salt of the dossier commitment",
    "entities.reason_sealed": "why an entity was suspended or activated",
    "bank_accounts.account_sealed": "account number",
    "signing_keys.secret_sealed": "custodial signing key",
    "imports.name_sealed": "file name",
    "import_refusals.value_sealed": "value that broke a rule",
    "import_refusals.message_sealed": "what is wrong, which repeats the value",
    "invoices.number_sealed": "invoice number",
    "invoices.content_sealed": "invoice as received",
    "documents.name_sealed": "file name",
    "documents.content_sealed": "trade document",
    "documents.salt_sealed": "salt of the commitment",
    "statements.text_sealed": "reason or legal basis in words",
    "breaks.owner_sealed": "name of the person who takes care of a break",
    "break_changes.note_sealed": "reason or name that a person gave about a break",
    "statements.salt_sealed": "salt of the statement's commitment",
    "financings.salt_sealed": "salt of the financing's commitment",
    "financings.reference_sealed": "funder's pay-out reference",
    "payments.reference_sealed": "bank reference",
    "clearing_lines.reference_sealed": "bank reference of the pay-out",
}


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """AES-256-GCM; `place` ("table.column:owner") is bound as associated data, so a value can't be moved elsewhere."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Inverse of seal; Invalid when the key, the place or a byte is wrong."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise Invalid(f"the sealed value at {place} does not open with this installation's keys") from error


def keyed_hash(key: bytes, domain: str, *parts: str) -> bytes:
    """HMAC-SHA256 over length-prefixed parts under a domain tag: equal only for equal parts."""
    mac = hmac.new(key, domain.encode(), hashlib.sha256)
    for part in parts:
        data = part.encode()
        mac.update(len(data).to_bytes(4, "big") + data)
    return mac.digest()


def commitment(salt: bytes, content: bytes) -> bytes:
    """Salted commitment to a document: SHA-256(salt || SHA-256(content)). 32-byte salts hide short contents."""
    return hashlib.sha256(salt + hashlib.sha256(content).digest()).digest()
