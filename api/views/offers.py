"""Offers and documents as the actor may see them."""

from collections.abc import Sequence
from typing import Literal

from api.paging import Page, Paging
from api.schemas.documents import DocumentOut
from api.schemas.offers import OfferOut
from registry.kernel.uow import Unit
from registry.receivables import documents as papers
from registry.receivables import offers as service
from registry.receivables import visibility
from registry.receivables.tables import Document, OfferRecord

Side = Literal["all", "made", "received"]


def offer(unit: Unit, offer_id: int) -> OfferOut:
    """One offer."""
    return _offers(unit, [service.offer(unit, offer_id)])[0]


def offers(unit: Unit, paging: Paging, *, side: Side = "all") -> Page[OfferOut]:
    """A page of offers made or received, latest first."""
    rows = service.visible_offers(unit, side=side, after=paging.number, limit=paging.limit)
    return paging.page(_offers(unit, rows), lambda item: item, lambda item: item.id)


def _offers(unit: Unit, rows: Sequence[OfferRecord]) -> list[OfferOut]:
    statuses = service.statuses(unit, rows)
    currencies = visibility.currencies(unit, {row.payable_id for row in rows})
    return [OfferOut.of(row, currency=currencies[row.payable_id], status=statuses[row.id]) for row in rows]


def document(unit: Unit, row: Document) -> DocumentOut:
    """A document with its name opened."""
    return DocumentOut.of(row, name=papers.name_of(unit, row))


def documents(unit: Unit, paging: Paging, *, subject: str | None = None) -> Page[DocumentOut]:
    """A page of readable documents, latest first; or all about a subject."""
    if subject is not None:
        return Page(items=[document(unit, row) for row in papers.about(unit, subject)], next=None)
    rows = papers.visible_documents(unit, after=paging.number, limit=paging.limit)
    return paging.page(rows, lambda row: document(unit, row), lambda row: row.id)
