"""SQL of imports, refusals, invoices and how much of an invoice is occupied."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.kernel.uow import Actor
from registry.receivables.repo.visibility import sees_all
from registry.receivables.tables import Import, ImportRefusal, InvoiceOccupation, InvoiceRecord


def add_import(session: Session, row: Import) -> Import:
    """Stores an import and gives it its id."""
    session.add(row)
    session.flush()
    return row


def add_refusals(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Stores findings in bulk."""
    if rows:
        session.execute(insert(ImportRefusal), rows)


def add_invoices(session: Session, rows: Sequence[dict[str, Any]]) -> dict[bytes, int]:
    """Stores invoices in bulk, but for those whose fingerprint the obligor has already; ids of the new ones by fingerprint."""
    if not rows:
        return {}
    statement = insert(InvoiceRecord).on_conflict_do_nothing().returning(InvoiceRecord.fingerprint, InvoiceRecord.id)
    return dict(session.execute(statement, rows).all())


def known(session: Session, obligor: int, marks: Collection[bytes]) -> dict[bytes, InvoiceRecord]:
    """Invoices the obligor has already, by fingerprint."""
    query = select(InvoiceRecord).where(InvoiceRecord.entity_id == obligor, InvoiceRecord.fingerprint.in_(marks))
    return {row.fingerprint: row for row in session.scalars(query)}


def of_obligor(session: Session, obligor: int, ids: Collection[int]) -> dict[int, InvoiceRecord]:
    """The obligor's own invoices among `ids`."""
    query = select(InvoiceRecord).where(InvoiceRecord.entity_id == obligor, InvoiceRecord.id.in_(ids))
    return {row.id: row for row in session.scalars(query)}


def ids_of_import(session: Session, obligor: int, import_id: int) -> list[int]:
    """Invoices that an import brought, in their order."""
    query = select(InvoiceRecord.id).where(InvoiceRecord.entity_id == obligor, InvoiceRecord.import_id == import_id)
    return list(session.scalars(query.order_by(InvoiceRecord.id)))


def occupied(session: Session, obligor: int, marks: Collection[bytes]) -> dict[bytes, int]:
    """How much of each invoice backs payables, in minor units; none is left out."""
    query = select(InvoiceOccupation.fingerprint, InvoiceOccupation.occupied).where(
        InvoiceOccupation.obligor == obligor, InvoiceOccupation.fingerprint.in_(marks)
    )
    found = {mark: int(amount) for mark, amount in session.execute(query)}
    return {mark: found.get(mark, 0) for mark in marks}


def _sees_invoice(actor: Actor) -> ColumnElement[bool]:
    """Its buyer and its seller; registrar and auditor see all."""
    if sees_all(actor):
        return true()
    return or_(InvoiceRecord.entity_id == actor.entity_id, InvoiceRecord.seller_id == actor.entity_id)


def _sees_import(actor: Actor) -> ColumnElement[bool]:
    return true() if sees_all(actor) else Import.entity_id == actor.entity_id


def invoice(session: Session, actor: Actor, invoice_id: int) -> InvoiceRecord | None:
    """A visible invoice."""
    return session.scalars(select(InvoiceRecord).where(InvoiceRecord.id == invoice_id, _sees_invoice(actor))).first()


def invoices(session: Session, actor: Actor, *, import_id: int | None, after: int | None, limit: int) -> list[InvoiceRecord]:
    """Visible invoices, latest first."""
    query = select(InvoiceRecord).where(_sees_invoice(actor))
    if import_id is not None:
        query = query.where(InvoiceRecord.import_id == import_id)
    if after is not None:
        query = query.where(InvoiceRecord.id < after)
    return list(session.scalars(query.order_by(InvoiceRecord.id.desc()).limit(limit)))


def one_import(session: Session, actor: Actor, import_id: int) -> Import | None:
    """A visible import."""
    return session.scalars(select(Import).where(Import.id == import_id, _sees_import(actor))).first()


def imports(session: Session, actor: Actor, *, after: int | None, limit: int) -> list[Import]:
    """Visible imports, latest first."""
    query = select(Import).where(_sees_import(actor))
    if after is not None:
        query = query.where(Import.id < after)
    return list(session.scalars(query.order_by(Import.id.desc()).limit(limit)))


def refusals(session: Session, import_id: int) -> list[ImportRefusal]:
    """Findings of an import in the order of the file."""
    return list(session.scalars(select(ImportRefusal).where(ImportRefusal.import_id == import_id).order_by(ImportRefusal.finding)))
