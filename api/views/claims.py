"""Payables, lots, the claim tree and offers as the actor may see them."""

from collections.abc import Iterable, Sequence

from pydantic import BaseModel

from api.paging import Page, Paging
from api.schemas.lots import LotOut, LotsOut, MoveOut
from api.schemas.payables import PayableOut, PayablesOut, TreeOut
from registry.kernel.uow import Unit
from registry.receivables import visibility
from registry.receivables.tables import Lot


class PayableFilter(BaseModel):
    """Which payables of those that are visible."""

    state: str | None = None
    obligor: int | None = None
    payee: int | None = None


class LotFilter(BaseModel):
    """Which lots of those that are visible. `live`: still standing for money owed."""

    payable: str | None = None
    holder: int | None = None
    live: bool | None = None


def payable(unit: Unit, payable_id: str) -> PayableOut:
    """One payable."""
    return PayableOut.of(visibility.payable(unit, payable_id))


def payables_named(unit: Unit, ids: Iterable[str]) -> PayablesOut:
    """Payables by id, in that order."""
    return PayablesOut.of(visibility.payables_named(unit, ids))


def payables(unit: Unit, paging: Paging, *, wanted: PayableFilter) -> Page[PayableOut]:
    """A page of payables, latest first."""
    rows = visibility.visible_payables(
        unit, state=wanted.state, obligor=wanted.obligor, payee=wanted.payee, after=paging.after, limit=paging.limit
    )
    return paging.page(rows, PayableOut.of, lambda row: row.id)


def tree(unit: Unit, payable_id: str) -> TreeOut:
    """The claim tree of a payable."""
    found = visibility.tree(unit, payable_id)
    currency = found.payable.currency
    return TreeOut(
        payable=PayableOut.of(found.payable),
        lots=[LotOut.of(row, currency=currency, now=unit.timestamp) for row in found.lots],
        moves=[MoveOut.of(row, currency=currency) for row in found.moves],
    )


def lot(unit: Unit, lot_id: str) -> LotOut:
    """One lot."""
    return _lots(unit, [visibility.lot(unit, lot_id)])[0]


def lots_named(unit: Unit, ids: Iterable[str]) -> LotsOut:
    """Lots by id, in that order."""
    return LotsOut(items=_lots(unit, visibility.lots_named(unit, ids)))


def lots(unit: Unit, paging: Paging, *, wanted: LotFilter) -> Page[LotOut]:
    """A page of lots, by id: those of a payable stand together."""
    rows = visibility.visible_lots(
        unit, payable=wanted.payable, holder=wanted.holder, live=wanted.live, after=paging.after, limit=paging.limit
    )
    return paging.page(_lots(unit, rows), lambda item: item, lambda item: item.id)


def history(unit: Unit, lot_id: str) -> Page[MoveOut]:
    """Steps in a lot's life, oldest first."""
    currency = visibility.payable(unit, lot_id[:42]).currency
    return Page(items=[MoveOut.of(row, currency=currency) for row in visibility.history(unit, lot_id)], next=None)


def _lots(unit: Unit, rows: Sequence[Lot]) -> list[LotOut]:
    ids = sorted({row.payable_id for row in rows})
    currencies = {found.id: found.currency for found in visibility.payables_named(unit, ids)}
    return [LotOut.of(row, currency=currencies[row.payable_id], now=unit.timestamp) for row in rows]
