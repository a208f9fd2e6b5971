"""SQL of financings, payments, consents and clearing."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, func, or_, select, table, true
from sqlalchemy import column as named
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from chain.structs import LOT_ENDED
from registry.funding.tables import AgentConsent, ClearingLine, ClearingRun, FinancingRecord, PaymentRecord
from registry.identity.tables import BankAccount
from registry.kernel import repo_bulk
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Actor
from registry.receivables.repo.visibility import party_payables, sees_all
from registry.receivables.tables import Lot, Payable

_PENDING = ("queued", "signed")


def add(session: Session, *rows: FinancingRecord | PaymentRecord | ClearingRun) -> None:
    """Stores records and gives them their ids, in order."""
    session.add_all(rows)
    session.flush()


def outcomes(session: Session, subjects: Collection[str], function: str) -> dict[str, str]:
    """State of the latest call of a function about each subject."""
    query = select(OutboxMessage.subject, OutboxMessage.state).where(
        OutboxMessage.subject.in_(subjects), OutboxMessage.function == function
    )
    return dict(session.execute(query.order_by(OutboxMessage.id)).all())


def _is_pending(subject: ColumnElement[str]) -> ColumnElement[bool]:
    return and_(OutboxMessage.subject == subject, OutboxMessage.state.in_(_PENDING))


# Financings


def _sees_financing(actor: Actor) -> ColumnElement[bool]:
    """The holder that asked for it and its funder; registrar and auditor see all."""
    return true() if sees_all(actor) else or_(FinancingRecord.entity_id == actor.entity_id, FinancingRecord.funder == actor.entity_id)


def financing(session: Session, actor: Actor, number: int) -> FinancingRecord | None:
    """A visible financing."""
    return session.scalars(select(FinancingRecord).where(FinancingRecord.id == number, _sees_financing(actor))).first()


def financings(session: Session, actor: Actor, *, lot: str | None, after: int | None, limit: int) -> list[FinancingRecord]:
    """Visible financings, latest first."""
    query = select(FinancingRecord).where(_sees_financing(actor))
    if lot is not None:
        query = query.where(FinancingRecord.lot_id == lot)
    if after is not None:
        query = query.where(FinancingRecord.id < after)
    return list(session.scalars(query.order_by(FinancingRecord.id.desc()).limit(limit)))


# Payments


def _sees_payment(actor: Actor) -> ColumnElement[bool]:
    """The agent that recorded it, the agent of today and the obligor; registrar and auditor see all."""
    own = or_(PaymentRecord.entity_id == actor.entity_id, PaymentRecord.payable_id.in_(party_payables(actor)))
    return true() if sees_all(actor) else own


def payments_by_id(session: Session, actor: Actor, numbers: Collection[int]) -> dict[int, PaymentRecord]:
    """The visible ones among payments."""
    query = select(PaymentRecord).where(PaymentRecord.id.in_(numbers), _sees_payment(actor))
    return {row.id: row for row in session.scalars(query)}


def payments(session: Session, actor: Actor, *, payable: str | None, after: int | None, limit: int) -> list[PaymentRecord]:
    """Visible payments, latest first."""
    query = select(PaymentRecord).where(_sees_payment(actor))
    if payable is not None:
        query = query.where(PaymentRecord.payable_id == payable)
    if after is not None:
        query = query.where(PaymentRecord.id < after)
    return list(session.scalars(query.order_by(PaymentRecord.id.desc()).limit(limit)))


def payments_blind(session: Session, blinds: Collection[bytes]) -> list[PaymentRecord]:
    """Payments with one of these references, each for its payable."""
    return list(session.scalars(select(PaymentRecord).where(PaymentRecord.reference_blind.in_(blinds)).order_by(PaymentRecord.id)))


def next_sequences(session: Session, payable_ids: Collection[str]) -> dict[str, int]:
    """Each payable's next sequence number, after those of recordings and reversals that have no outcome yet. One statement: no block is
    indexed between its two halves."""
    pending = select(PaymentRecord.payable_id, func.count().label("asked"))
    pending = pending.join(OutboxMessage, _is_pending(func.concat("payment:", PaymentRecord.id)))
    counts = pending.where(PaymentRecord.payable_id.in_(payable_ids)).group_by(PaymentRecord.payable_id).subquery()
    query = select(Payable.id, Payable.sequence + 1 + func.coalesce(counts.c.asked, 0))
    query = query.outerjoin(counts, counts.c.payable_id == Payable.id)
    return dict(session.execute(query.where(Payable.id.in_(payable_ids))).all())


def consent(session: Session, subject: str) -> AgentConsent | None:
    """The agent's latest consent about a subject."""
    return session.get(AgentConsent, subject, populate_existing=True)


def save_consent(session: Session, values: dict[str, Any]) -> None:
    """Stores a consent; a later one takes the place of an earlier."""
    session.execute(insert(AgentConsent).values(values).on_conflict_do_update(index_elements=["subject"], set_=values))


# Clearing


def live_lots(session: Session, payable_ids: Collection[str]) -> list[Lot]:
    """Lots of payables that still stand for money owed, by id."""
    query = select(Lot).where(Lot.payable_id.in_(payable_ids), Lot.exists, Lot.flags.op("&")(LOT_ENDED) == 0, Lot.amount > 0)
    return list(session.scalars(query.order_by(Lot.id)))


def indexed_block(session: Session) -> int:
    """The block the mirror is at. The table is the indexer's, above this context, so it is named by hand."""
    checkpoint = table("checkpoint", named("number", Integer))
    return session.execute(select(checkpoint.c.number)).scalars().first() or 0


def accounts(session: Session, owners: Collection[int]) -> dict[tuple[int, str], int]:
    """Ids of the accounts bound now, by owner and currency."""
    query = select(BankAccount.entity_id, BankAccount.currency, BankAccount.id)
    query = query.where(BankAccount.entity_id.in_(owners), BankAccount.closed_at.is_(None)).order_by(BankAccount.id)
    return {(owner, currency): number for owner, currency, number in session.execute(query)}


def pending_runs(session: Session, payable_ids: Collection[str]) -> dict[str, int]:
    """Clearing runs that have calls without an outcome, by payable."""
    query = select(ClearingRun.payable_id, ClearingRun.id).join(OutboxMessage, _is_pending(func.concat("clearing:", ClearingRun.id)))
    return dict(session.execute(query.where(ClearingRun.payable_id.in_(payable_ids)).distinct()).all())


def add_lines(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Stores lines in bulk."""
    repo_bulk.copy_rows(session, ClearingLine.__table__, rows)


def _sees_run(actor: Actor) -> ColumnElement[bool]:
    """The agent that ran it, the agent of today and the obligor; those who are paid by it see it with their own lines."""
    paid = select(ClearingLine.run_id).where(or_(ClearingLine.holder == actor.entity_id, ClearingLine.payee == actor.entity_id))
    return true() if sees_all(actor) else or_(_is_run_party(actor), ClearingRun.id.in_(paid))


def _is_run_party(actor: Actor) -> ColumnElement[bool]:
    return or_(ClearingRun.entity_id == actor.entity_id, ClearingRun.payable_id.in_(party_payables(actor)))


def runs_by_id(session: Session, actor: Actor, numbers: Collection[int]) -> dict[int, ClearingRun]:
    """The visible ones among clearing runs."""
    query = select(ClearingRun).where(ClearingRun.id.in_(numbers), _sees_run(actor))
    return {row.id: row for row in session.scalars(query)}


def runs(session: Session, actor: Actor, *, payable: str | None, after: int | None, limit: int) -> list[ClearingRun]:
    """Visible clearing runs, latest first."""
    query = select(ClearingRun).where(_sees_run(actor))
    if payable is not None:
        query = query.where(ClearingRun.payable_id == payable)
    if after is not None:
        query = query.where(ClearingRun.id < after)
    return list(session.scalars(query.order_by(ClearingRun.id.desc()).limit(limit)))


def lines(session: Session, actor: Actor, run_ids: Collection[int]) -> list[ClearingLine]:
    """Visible lines of runs by run and lot id: all for a run's parties, one's own for those who are paid."""
    query = select(ClearingLine).join(ClearingRun, ClearingRun.id == ClearingLine.run_id).where(ClearingLine.run_id.in_(run_ids))
    if not sees_all(actor):
        own = or_(ClearingLine.holder == actor.entity_id, ClearingLine.payee == actor.entity_id)
        query = query.where(or_(_is_run_party(actor), own))
    return list(session.scalars(query.order_by(ClearingLine.run_id, ClearingLine.lot_id)))


def latest_line(session: Session, lot_id: str) -> ClearingLine | None:
    """The latest pay-out on a lot."""
    return session.scalars(select(ClearingLine).where(ClearingLine.lot_id == lot_id).order_by(ClearingLine.run_id.desc()).limit(1)).first()
