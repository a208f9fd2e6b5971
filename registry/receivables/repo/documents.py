"""SQL of trade documents, who may read them, the sets under a root, and statements."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.kernel.uow import Actor
from registry.receivables.repo.visibility import sees_all
from registry.receivables.tables import Document, DocumentSetItem, DocumentShare, Statement


def add(session: Session, row: Document) -> Document:
    """Stores a document and gives it its id."""
    session.add(row)
    session.flush()
    return row


def share(session: Session, ids: Collection[int], readers: Collection[int]) -> None:
    """Lets entities read documents."""
    rows = [{"document_id": document_id, "entity_id": reader} for document_id in ids for reader in readers]
    if rows:
        session.execute(insert(DocumentShare).on_conflict_do_nothing(), rows)


def readers(session: Session, document_id: int) -> list[int]:
    """Entities that may read a document beside its owner."""
    return list(session.scalars(select(DocumentShare.entity_id).where(DocumentShare.document_id == document_id)))


def _sees_document(actor: Actor) -> ColumnElement[bool]:
    """Owner and those it is shared with. Roles give no way in: contents are the parties' own."""
    shared = select(DocumentShare.document_id).where(DocumentShare.entity_id == actor.entity_id)
    return or_(Document.entity_id == actor.entity_id, Document.id.in_(shared))


def one(session: Session, actor: Actor, document_id: int) -> Document | None:
    """A document the actor may read."""
    return session.scalars(select(Document).where(Document.id == document_id, _sees_document(actor))).first()


def about(session: Session, actor: Actor, subject: str) -> list[Document]:
    """Readable documents attached to a subject or standing under its root."""
    under = select(DocumentSetItem.document_id).where(DocumentSetItem.subject == subject)
    query = select(Document).where(or_(Document.subject == subject, Document.id.in_(under)), _sees_document(actor))
    return list(session.scalars(query.order_by(Document.id)))


def listed(session: Session, actor: Actor, *, after: int | None, limit: int) -> list[Document]:
    """Readable documents, latest first."""
    query = select(Document).where(_sees_document(actor))
    if after is not None:
        query = query.where(Document.id < after)
    return list(session.scalars(query.order_by(Document.id.desc()).limit(limit)))


def owned(session: Session, entity_id: int, ids: Collection[int]) -> dict[int, Document]:
    """The entity's own documents among `ids`."""
    query = select(Document).where(Document.entity_id == entity_id, Document.id.in_(ids))
    return {row.id: row for row in session.scalars(query)}


def add_set(session: Session, subject: str, documents: Sequence[Document]) -> None:
    """Keeps which documents stand under a subject's root, in order."""
    rows = [
        {"subject": subject, "position": position, "document_id": row.id, "entity_id": row.entity_id}
        for position, row in enumerate(documents)
    ]
    if rows:
        session.execute(insert(DocumentSetItem), rows)


def under_root(session: Session, subject: str) -> list[Document]:
    """Documents under a subject's root, in order, whoever asks."""
    query = select(Document).join(DocumentSetItem, DocumentSetItem.document_id == Document.id).where(DocumentSetItem.subject == subject)
    return list(session.scalars(query.order_by(DocumentSetItem.position)))


def add_statement(session: Session, row: Statement) -> Statement:
    """Stores a statement."""
    session.add(row)
    session.flush()
    return row


def statements(session: Session, actor: Actor, subject: str) -> list[Statement]:
    """Statements about a subject that the actor made; registrar and auditor read all."""
    mine = true() if sees_all(actor) else Statement.entity_id == actor.entity_id
    return list(session.scalars(select(Statement).where(Statement.subject == subject, mine).order_by(Statement.id)))
