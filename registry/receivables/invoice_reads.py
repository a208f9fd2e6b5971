"""Reads of imports and invoices, as buyer or seller of them; sealed values are opened one at a time."""

from collections.abc import Sequence

from registry.kernel.errors import NotFound
from registry.kernel.uow import Unit
from registry.receivables.intake import Refusal
from registry.receivables.repo import invoices
from registry.receivables.tables import Import, InvoiceRecord
from registry.receivables.visibility import PAGE, page


def imports(unit: Unit, *, after: int | None = None, limit: int = PAGE) -> list[Import]:
    """A page of the actor's imports, latest first."""
    return invoices.imports(unit.session, unit.actor, after=after, limit=page(limit))


def imported(unit: Unit, import_id: int) -> Import:
    """One import of the actor's."""
    found = invoices.one_import(unit.session, unit.actor, import_id)
    if found is None:
        raise NotFound(f"there is no import {import_id}, or it is not yours to see", import_id=import_id)
    return found


def refusals(unit: Unit, import_id: int) -> list[Refusal]:
    """Findings of an import, opened."""
    rows = invoices.refusals(unit.session, imported(unit, import_id).id)
    return [
        Refusal(
            row.position,
            row.rule,
            unit.vault.read(row.entity_id, "import_refusals.value_sealed", row.value_sealed),
            unit.vault.read(row.entity_id, "import_refusals.message_sealed", row.message_sealed),
        )
        for row in rows
    ]


def name_of(unit: Unit, row: Import) -> str:
    """The file name of an import, opened."""
    return unit.vault.read(row.entity_id, "imports.name_sealed", row.name_sealed)


def invoice(unit: Unit, invoice_id: int) -> InvoiceRecord:
    """One invoice that the actor is buyer or seller of."""
    found = invoices.invoice(unit.session, unit.actor, invoice_id)
    if found is None:
        raise NotFound(f"there is no invoice {invoice_id}, or it is not yours to see", invoice=invoice_id)
    return found


def visible_invoices(unit: Unit, *, import_id: int | None = None, after: int | None = None, limit: int = PAGE) -> list[InvoiceRecord]:
    """A page of invoices that the actor is buyer or seller of, latest first."""
    return invoices.invoices(unit.session, unit.actor, import_id=import_id, after=after, limit=page(limit))


def number_of(unit: Unit, row: InvoiceRecord) -> str:
    """The invoice number, opened."""
    return unit.vault.read(row.entity_id, "invoices.number_sealed", row.number_sealed)


def content_of(unit: Unit, row: InvoiceRecord) -> bytes:
    """The document or row as received, opened."""
    return unit.vault.open(row.entity_id, "invoices.content_sealed", row.content_sealed)


def occupied(unit: Unit, rows: Sequence[InvoiceRecord]) -> dict[int, int]:
    """How much of each invoice backs payables, in minor units, by invoice id."""
    found: dict[int, int] = {}
    for owner in {row.entity_id for row in rows}:
        own = [row for row in rows if row.entity_id == owner]
        used = invoices.occupied(unit.session, owner, [row.fingerprint for row in own])
        found |= {row.id: used[row.fingerprint] for row in own}
    return found
