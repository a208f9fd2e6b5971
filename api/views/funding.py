"""Financings, payments and clearing lists as their parties see them."""

from collections.abc import Sequence

from api.paging import Page, Paging
from api.schemas.funding import ClearingLineOut, ClearingOut, ClearingsOut, FinancingOut, OpenedOut, PaymentOut, PaymentsOut
from api.schemas.values import Money
from registry.funding import clearing, financings, payments
from registry.funding.tables import ClearingLine, ClearingRun, FinancingRecord, PaymentRecord
from registry.kernel.uow import Unit


def financing(unit: Unit, financing_id: int) -> FinancingOut:
    """One financing."""
    return _financings(unit, [financings.financing(unit, financing_id)])[0]


def opened(unit: Unit, financing_id: int) -> OpenedOut:
    """What the commitment of a financing covers."""
    return OpenedOut.of(financings.opened(unit, financing_id))


def page_of_financings(unit: Unit, paging: Paging, *, lot: str | None = None) -> Page[FinancingOut]:
    """A page of financings, latest first."""
    rows = financings.visible_financings(unit, lot=lot, after=paging.number, limit=paging.limit)
    return paging.page(_financings(unit, rows), lambda item: item, lambda item: item.id)


def _financings(unit: Unit, rows: Sequence[FinancingRecord]) -> list[FinancingOut]:
    states = financings.statuses(unit, rows)
    return [FinancingOut.of(row, state=states[row.id]) for row in rows]


def payment(unit: Unit, payment_id: int) -> PaymentOut:
    """One payment."""
    return _payments(unit, [payments.payment(unit, payment_id)])[0]


def page_of_payments(unit: Unit, paging: Paging, *, payable: str | None = None) -> Page[PaymentOut]:
    """A page of payments, latest first."""
    rows = payments.visible_payments(unit, payable=payable, after=paging.number, limit=paging.limit)
    return paging.page(_payments(unit, rows), lambda item: item, lambda item: item.id)


def payments_named(unit: Unit, ids: Sequence[int]) -> PaymentsOut:
    """Payments by id, in that order."""
    return PaymentsOut(items=_payments(unit, payments.payments_named(unit, ids)))


def _payments(unit: Unit, rows: Sequence[PaymentRecord]) -> list[PaymentOut]:
    states = payments.statuses(unit, rows)
    return [PaymentOut.of(row, state=states[row.id]) for row in rows]


def plan(unit: Unit, payable_id: str) -> ClearingOut:
    """The clearing list as it would be run now."""
    found = clearing.plan(unit, payable_id)
    lines = [
        ClearingLineOut(
            lot=line.lot,
            holder=line.holder,
            payee=line.payee,
            base=Money.of(line.base, found.currency),
            amount=Money.of(line.amount, found.currency),
            deposit=Money.of(line.deposit, found.currency),
            reference=None,
        )
        for line in found.lines
    ]
    return ClearingOut(
        id=None,
        payable=found.payable_id,
        block=found.block_number,
        round=found.round,
        base=Money.of(found.base, found.currency),
        payment=Money.of(found.payment, found.currency),
        created_at=None,
        lines=lines,
    )


def run(unit: Unit, number: int) -> ClearingOut:
    """One clearing run with its lines."""
    return _runs(unit, [clearing.clearing_run(unit, number)])[0]


def page_of_runs(unit: Unit, paging: Paging, *, payable: str | None = None) -> Page[ClearingOut]:
    """A page of clearing runs, latest first."""
    rows = clearing.visible_runs(unit, payable=payable, after=paging.number, limit=paging.limit)
    return paging.page(_runs(unit, rows), lambda item: item, lambda item: item.id)


def runs_named(unit: Unit, ids: Sequence[int]) -> ClearingsOut:
    """Clearing runs by id, in that order."""
    return ClearingsOut(items=_runs(unit, clearing.runs_named(unit, ids)))


def _runs(unit: Unit, rows: Sequence[ClearingRun]) -> list[ClearingOut]:
    lines = clearing.lines_of(unit, rows)
    return [_run(unit, row, lines[row.id]) for row in rows]


def _run(unit: Unit, row: ClearingRun, found: Sequence[ClearingLine]) -> ClearingOut:
    lines = [
        ClearingLineOut(
            lot=line.lot_id,
            holder=line.holder,
            payee=line.payee,
            base=Money.of(line.base, row.currency),
            amount=Money.of(line.amount, row.currency),
            deposit=Money.of(line.deposit, row.currency),
            reference=clearing.reference_of(unit, line),
        )
        for line in found
    ]
    return ClearingOut(
        id=row.id,
        payable=row.payable_id,
        block=row.block_number,
        round=row.round,
        base=Money.of(row.base, row.currency),
        payment=Money.of(row.payment, row.currency),
        created_at=row.created_at,
        lines=lines,
    )
