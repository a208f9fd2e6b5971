"""Trade documents: sealed here, committed to on-chain by a salted Merkle root, opened one by one to those who may read them."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from registry.kernel import sealing
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import merkle, visibility
from registry.receivables.repo import documents as repo
from registry.receivables.repo import invoices
from registry.receivables.tables import Document

MAX_BYTES = 10 * 1024 * 1024
MAX_NAME = 255
_SALT_BYTES = 32
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]{1,100}")


@dataclass(frozen=True)
class Disclosure:
    """Opens one document under a root: commitment = SHA-256(salt || SHA-256(content)), then the path as in RFC 6962."""

    content: bytes
    salt: bytes
    commitment: bytes
    index: int
    size: int
    path: list[bytes]
    root: bytes


def attach(unit: Unit, *, subject: str, name: str, media_type: str, content: bytes, shared_with: Collection[int] = ()) -> Document:
    """Stores a document of the actor's about a subject ("payable:0x..", "lot:0x..", "invoice:7") that it sees."""
    if not 1 <= len(content) <= MAX_BYTES:
        raise Invalid(f"a document has 1 to {MAX_BYTES} bytes", size=len(content))
    if not 1 <= len(name) <= MAX_NAME or not _MEDIA_TYPE.fullmatch(media_type):
        raise Invalid("a document has a name and a media type such as application/pdf", name=name, media_type=media_type)
    _require_subject(unit, subject)
    owner, salt = unit.actor.entity_id, secrets.token_bytes(_SALT_BYTES)
    row = Document(
        entity_id=owner,
        subject=subject,
        media_type=media_type,
        name_sealed=unit.vault.seal(owner, "documents.name_sealed", name),
        content_sealed=unit.vault.seal(owner, "documents.content_sealed", content),
        salt_sealed=unit.vault.seal(owner, "documents.salt_sealed", salt),
        commitment=sealing.commitment(salt, content),
        created_at=unit.now,
    )
    repo.add(unit.session, row)
    repo.share(unit.session, [row.id], set(shared_with) - {owner})
    return row


def bundle(unit: Unit, ids: Sequence[int]) -> list[Document]:
    """The actor's own documents in the order named; NotFound for one that is not its own, Invalid for one named twice."""
    if len(set(ids)) != len(ids):
        raise Invalid("a document is named twice; name each once")
    found = repo.owned(unit.session, unit.actor.entity_id, ids) if ids else {}
    missing = next((document_id for document_id in ids if document_id not in found), None)
    if missing is not None:
        raise NotFound(f"there is no document {missing} of yours; attach it first", document=missing)
    return [found[document_id] for document_id in ids]


def root(documents: Sequence[Document]) -> bytes:
    """The commitment to documents in order: what an offer or a payable's terms carry."""
    return merkle.root([row.commitment for row in documents])


def place(unit: Unit, subject: str, documents: Sequence[Document], *, readers: Collection[int]) -> None:
    """Keeps documents under a subject's root and lets its other parties read them."""
    repo.add_set(unit.session, subject, documents)
    repo.share(unit.session, [row.id for row in documents], set(readers) - {unit.actor.entity_id})


def document(unit: Unit, document_id: int) -> Document:
    """A document that the actor owns or that is shared with it."""
    found = repo.one(unit.session, unit.actor, document_id)
    if found is None:
        raise NotFound(f"there is no document {document_id}, or it is not yours to read", document=document_id)
    return found


def about(unit: Unit, subject: str) -> list[Document]:
    """Readable documents about a subject."""
    return repo.about(unit.session, unit.actor, subject)


def visible_documents(unit: Unit, *, after: int | None = None, limit: int = visibility.PAGE) -> list[Document]:
    """A page of readable documents, latest first."""
    return repo.listed(unit.session, unit.actor, after=after, limit=visibility.page(limit))


def name_of(unit: Unit, row: Document) -> str:
    """The file name, opened."""
    return unit.vault.read(row.entity_id, "documents.name_sealed", row.name_sealed)


def content_of(unit: Unit, row: Document) -> bytes:
    """The content, opened."""
    return unit.vault.open(row.entity_id, "documents.content_sealed", row.content_sealed)


def disclose(unit: Unit, document_id: int, *, subject: str) -> Disclosure:
    """What proves to anybody that a document stands under a subject's root ("offer:7", "payable:0x.."), without the others."""
    row = document(unit, document_id)
    under = repo.under_root(unit.session, subject)
    index = next((place for place, item in enumerate(under) if item.id == row.id), None)
    if index is None:
        raise NotFound(f"document {document_id} does not stand under {subject}", document=document_id)
    commitments = [item.commitment for item in under]
    return Disclosure(
        content=content_of(unit, row),
        salt=unit.vault.open(row.entity_id, "documents.salt_sealed", row.salt_sealed),
        commitment=row.commitment,
        index=index,
        size=len(under),
        path=merkle.path(commitments, index),
        root=merkle.root(commitments),
    )


def _require_subject(unit: Unit, subject: str) -> None:
    kind, _, name = subject.partition(":")
    if kind == "payable":
        visibility.payable(unit, name)
    elif kind == "lot":
        visibility.lot(unit, name)
    elif kind == "invoice" and name.isdecimal():
        if invoices.invoice(unit.session, unit.actor, int(name)) is None:
            raise NotFound(f"there is no invoice {name}, or it is not yours to see", invoice=name)
    else:
        raise Invalid("a document is about payable:0x.., lot:0x.. or invoice:N", subject=subject)
