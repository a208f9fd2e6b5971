"""Imports of invoices and the invoices that stand."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.invoices import ExportIn, FindingsOut, ImportOut, IntakeOut, InvoiceOut
from api.schemas.values import EntityId, Number
from api.views import invoices as views
from registry.receivables import intake, invoice_reads

router = APIRouter(tags=["invoices"])
_EXAMPLE = {"example": '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2">...</Invoice>'}


@router.post("/imports", response_model=IntakeOut, status_code=201, **does("invoice.import"))
def import_document(
    call: Acting,
    content: Annotated[bytes, Body(media_type="application/xml", openapi_examples={"ubl": {"value": _EXAMPLE["example"]}})],
    *,
    name: Annotated[str, Query(max_length=200, description="file name")] = "invoice.xml",
    seller: Annotated[EntityId | None, Query(description="the seller, where its identifiers in the invoice don't name it")] = None,
    due: Annotated[date | None, Query(description="the agreed due date, where the invoice states none")] = None,
) -> Response:
    """Hands in one invoice (UBL 2.1 or CII); the caller is its buyer. A refused one comes back with the rule and the value."""
    return call.write(
        lambda unit: intake.import_document(unit, content, name=name, seller=seller, due=due),
        lambda _unit, found: IntakeOut.of(found),
        subject=lambda found: f"import:{found.import_id}",
    )


@router.post("/imports/export", response_model=IntakeOut, status_code=201, **does("invoice.import"))
def import_export(call: Acting, body: ExportIn) -> Response:
    """Hands in an ERP export of many invoices, all or nothing or skipping bad rows."""
    layout = views.layout_of(body.layout)
    content = views.encoded(body.content, layout)
    return call.write(
        lambda unit: intake.import_export(unit, content, name=body.name, layout=layout, mode=body.mode, sellers=body.sellers),
        lambda _unit, found: IntakeOut.of(found),
        subject=lambda found: f"import:{found.import_id}",
    )


@router.get("/imports", response_model=Page[ImportOut], **does("invoice.list"))
def list_imports(call: Acting, paging: Paged) -> Response:
    """The caller's imports, latest first."""
    return call.read(lambda unit: views.imports(unit, paging))


@router.get("/imports/{import_id}", response_model=FindingsOut, **does("invoice.show"))
def show_import(call: Acting, import_id: Number) -> Response:
    """One import with its findings."""
    return call.read(lambda unit: views.imported(unit, import_id))


@router.get("/invoices", response_model=Page[InvoiceOut], **does("invoice.list"))
def list_invoices(call: Acting, paging: Paged, import_id: Annotated[Number | None, Query(alias="import")] = None) -> Response:
    """Invoices that the caller is buyer or seller of, latest first."""
    return call.read(lambda unit: views.invoices(unit, paging, import_id=import_id))


@router.get("/invoices/{invoice_id}", response_model=InvoiceOut, **does("invoice.show"))
def show_invoice(call: Acting, invoice_id: Number) -> Response:
    """One invoice and how much of it backs payables."""
    return call.read(lambda unit: views.invoice(unit, invoice_id))


@router.get("/invoices/{invoice_id}/content", response_class=Response, **does("invoice.show"))
def show_content(call: Acting, invoice_id: Number) -> Response:
    """The invoice as it came in."""
    content = call.ask(lambda unit: invoice_reads.content_of(unit, invoice_reads.invoice(unit, invoice_id)))
    return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"})
