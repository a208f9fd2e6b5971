"""Trade documents and their commitments."""

import hashlib
from datetime import datetime

from pydantic import BaseModel, Field

from api.schemas.values import EntityId, Hash, hexed
from registry.receivables.documents import Disclosure
from registry.receivables.tables import Document


class DisclosureOut(BaseModel):
    """Proves that a document stands under a root: commitment = SHA-256(salt || SHA-256(content)), then the Merkle path of RFC 6962."""

    content_hash: Hash
    salt: Hash
    commitment: Hash
    index: int
    size: int
    path: list[Hash]
    root: Hash

    @classmethod
    def of(cls, found: Disclosure) -> "DisclosureOut":
        """The view of a disclosure; the content itself is read under /content."""
        return cls(
            content_hash=hexed(hashlib.sha256(found.content).digest()),
            salt=hexed(found.salt),
            commitment=hexed(found.commitment),
            index=found.index,
            size=found.size,
            path=[hexed(step) for step in found.path],
            root=hexed(found.root),
        )


class DocumentOut(BaseModel):
    """A stored document; its content is read under /content by its owner and those it is shared with."""

    id: int
    owner: EntityId
    subject: str = Field(description="what it is about", examples=["payable:0x6f1c0c5b7b3c6a2f4b3a1d2e3f405162738495a6"])
    name: str
    media_type: str
    commitment: Hash
    created_at: datetime

    @classmethod
    def of(cls, row: Document, *, name: str) -> "DocumentOut":
        """The view of a row with its opened name."""
        return cls(
            id=row.id,
            owner=row.entity_id,
            subject=row.subject,
            name=name,
            media_type=row.media_type,
            commitment=hexed(row.commitment),
            created_at=row.created_at,
        )
