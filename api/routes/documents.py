"""Trade documents: kept sealed, opened to their owner and those they are shared with; only commitments leave."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.documents import DisclosureOut, DocumentOut
from api.schemas.values import EntityId, Number
from api.views import offers as views
from registry.receivables import documents

router = APIRouter(prefix="/documents", tags=["documents"])


@router.get("", response_model=Page[DocumentOut], **does("document.list"))
def list_documents(call: Acting, paging: Paged, subject: Annotated[str | None, Query(max_length=80)] = None) -> Response:
    """Documents the caller may read, latest first; with `subject` those about it or under its root."""
    return call.read(lambda unit: views.documents(unit, paging, subject=subject))


@router.post("", response_model=DocumentOut, status_code=201, **does("document.attach"))
def attach(
    call: Acting,
    content: Annotated[bytes, Body(media_type="application/octet-stream", openapi_examples={"text": {"value": "delivery note 4711"}})],
    *,
    subject: Annotated[str, Query(max_length=80, description="payable:0x.., lot:0x.. or invoice:7")],
    name: Annotated[str, Query(max_length=200)],
    media_type: Annotated[str, Query(max_length=100)] = "application/pdf",
    shared_with: Annotated[list[EntityId] | None, Query(max_length=20)] = None,
) -> Response:
    """Stores a document about something the caller sees. Offers name it by its id."""
    return call.write(
        lambda unit: documents.attach(
            unit, subject=subject, name=name, media_type=media_type, content=content, shared_with=shared_with or ()
        ),
        views.document,
        subject=lambda row: f"document:{row.id}",
    )


@router.get("/{document}", response_model=DocumentOut, **does("document.show"))
def show_document(call: Acting, document: Number) -> Response:
    """One document's name, kind and commitment."""
    return call.read(lambda unit: views.document(unit, documents.document(unit, document)))


@router.get("/{document}/content", response_class=Response, **does("document.show"))
def show_content(call: Acting, document: Number) -> Response:
    """The document itself. It is sent as a download: browsers don't open what others wrote."""
    content = call.ask(lambda unit: documents.content_of(unit, documents.document(unit, document)))
    return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": "attachment"})


@router.get("/{document}/disclosure", response_model=DisclosureOut, **does("document.show"))
def disclose(
    call: Acting, document: Number, subject: Annotated[str, Query(max_length=80, description="offer:7 or payable:0x..")]
) -> Response:
    """What proves to anybody that the document stands under the subject's root."""
    return call.read(lambda unit: DisclosureOut.of(documents.disclose(unit, document, subject=subject)))
