"""Imports and invoices as their buyer or seller sees them."""

from collections.abc import Sequence
from typing import Any

from api.paging import Page, Paging
from api.schemas.invoices import FindingsOut, ImportOut, InvoiceOut, refusals_out
from api.schemas.values import Money, hexed
from registry.kernel.errors import Invalid
from registry.kernel.uow import Unit
from registry.receivables import invoice_reads
from registry.receivables.invoices.columns import PRESETS, ColumnMap
from registry.receivables.tables import InvoiceRecord


def imports(unit: Unit, paging: Paging) -> Page[ImportOut]:
    """A page of imports, latest first."""
    rows = invoice_reads.imports(unit, after=paging.number, limit=paging.limit)
    return paging.page(rows, lambda row: ImportOut.of(row, name=invoice_reads.name_of(unit, row)), lambda row: row.id)


def imported(unit: Unit, import_id: int) -> FindingsOut:
    """One import with its findings."""
    row = invoice_reads.imported(unit, import_id)
    shown = ImportOut.of(row, name=invoice_reads.name_of(unit, row))
    return FindingsOut(**dict(shown), findings=refusals_out(invoice_reads.refusals(unit, import_id)))


def invoices(unit: Unit, paging: Paging, *, import_id: int | None = None) -> Page[InvoiceOut]:
    """A page of invoices, latest first."""
    rows = invoice_reads.visible_invoices(unit, import_id=import_id, after=paging.number, limit=paging.limit)
    return paging.page(_invoices(unit, rows), lambda item: item, lambda item: item.id)


def invoice(unit: Unit, invoice_id: int) -> InvoiceOut:
    """One invoice."""
    return _invoices(unit, [invoice_reads.invoice(unit, invoice_id)])[0]


def _invoices(unit: Unit, rows: Sequence[InvoiceRecord]) -> list[InvoiceOut]:
    used = invoice_reads.occupied(unit, rows)
    return [
        InvoiceOut(
            id=row.id,
            obligor=row.entity_id,
            seller=row.seller_id,
            number=invoice_reads.number_of(unit, row),
            syntax=row.syntax,
            issue_date=row.issue_date,
            due_date=row.due_date,
            total=Money.of(row.total, row.currency),
            occupied=Money.of(used[row.id], row.currency),
            fingerprint=hexed(row.fingerprint),
            import_id=row.import_id,
            created_at=row.created_at,
        )
        for row in rows
    ]


def layout_of(given: str | dict[str, Any]) -> ColumnMap:
    """The layout of an export: a preset by name, or a column map. Invalid when there is no such preset."""
    if isinstance(given, dict):
        return ColumnMap.of(given)
    if given not in PRESETS:
        raise Invalid(f"{given!r} is no preset; use {', '.join(PRESETS)} or a column map", layout=given)
    return PRESETS[given]


def encoded(content: str, layout: ColumnMap) -> bytes:
    """The bytes of an export that came as text."""
    try:
        return content.encode(layout.encoding)
    except UnicodeEncodeError as error:
        raise Invalid(f"the content has characters that {layout.encoding} does not have", encoding=layout.encoding) from error
