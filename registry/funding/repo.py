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
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Actor
from registry.receivables.repo.visibility import party_payables, sees_all
from registry.receivables.tables import Lot, Payable

_PENDING = ("queued", "signed")


def add(session: Session, row: FinancingRecord | PaymentRecord | ClearingRun) -> None:
    """Stores a record and gives it its id."""
    session.add(row)
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


def payment(session: Session, actor: Actor, number: int) -> PaymentRecord | None:
    """A visible payment."""
    return session.scalars(select(PaymentRecord).where(PaymentRecord.id == number, _sees_payment(actor))).first()


def payments(session: Session, actor: Actor, *, payable: str | None, after: int | None, limit: int) -> list[PaymentRecord]:
    """Visible payments, latest first."""
    query = select(PaymentRecord).where(_sees_payment(actor))
    if payable is not None:
        query = query.where(PaymentRecord.payable_id == payable)
    if after is not None:
        query = query.where(PaymentRecord.id < after)
    return list(session.scalars(query.order_by(PaymentRecord.id.desc()).limit(limit)))


def payments_blind(session: Session, blind: bytes) -> list[PaymentRecord]:
    """Payments with the same reference for the same payable."""
    return list(session.scalars(select(PaymentRecord).where(PaymentRecord.reference_blind == blind)))


def next_sequence(session: Session, payable_id: str) -> int:
    """The payable's next sequence number, after those of recordings and reversals that have no outcome yet. One statement: no block is
    indexed between its two halves."""
    pending = select(func.count()).select_from(PaymentRecord).join(OutboxMessage, _is_pending(func.concat("payment:", PaymentRecord.id)))
    asked = pending.where(PaymentRecord.payable_id == payable_id).scalar_subquery()
    return session.execute(select(Payable.sequence + 1 + asked).where(Payable.id == payable_id)).scalars().one()


def consent(session: Session, subject: str) -> AgentConsent | None:
    """The agent's latest consent about a subject."""
    return session.get(AgentConsent, subject, populate_existing=True)


def save_consent(session: Session, values: dict[str, Any]) -> None:
    """Stores a consent; a later one takes the place of an earlier."""
    session.execute(insert(AgentConsent).values(values).on_conflict_do_update(index_elements=["subject"], set_=values))


# Clearing


def live_lots(session: Session, payable_id: str) -> list[Lot]:
    """Lots of a payable that still stand for money owed."""
    query = select(Lot).where(Lot.payable_id == payable_id, Lot.exists, Lot.flags.op("&")(LOT_ENDED) == 0, Lot.amount > 0)
    return list(session.scalars(query.order_by(Lot.id)))


def indexed_block(session: Session) -> int:
    """The block the mirror is at. The table is the indexer's, above this context, so it is named by hand."""
    checkpoint = table("checkpoint", named("number", Integer))
    return session.execute(select(checkpoint.c.number)).scalars().first() or 0


def accounts(session: Session, owners: Collection[int], currency: str) -> dict[int, int]:
    """Ids of the accounts bound now, by owner."""
    query = select(BankAccount.entity_id, BankAccount.id).where(
        BankAccount.entity_id.in_(owners), BankAccount.currency == currency, BankAccount.closed_at.is_(None)
    )
    return dict(session.execute(query.order_by(BankAccount.id)).all())


def pending_run(session: Session, payable_id: str) -> int | None:
    """A clearing run of the payable that has calls without an outcome."""
    query = select(ClearingRun.id).join(OutboxMessage, _is_pending(func.concat("clearing:", ClearingRun.id)))
    return session.scalars(query.where(ClearingRun.payable_id == payable_id).limit(1)).first()


def add_lines(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Stores lines in bulk."""
    session.execute(insert(ClearingLine), rows)


def _sees_run(actor: Actor) -> ColumnElement[bool]:
    """The agent that ran it, the agent of today and the obligor; those who are paid by it see it with their own lines."""
    paid = select(ClearingLine.run_id).where(or_(ClearingLine.holder == actor.entity_id, ClearingLine.payee == actor.entity_id))
    return true() if sees_all(actor) else or_(_is_run_party(actor), ClearingRun.id.in_(paid))


def _is_run_party(actor: Actor) -> ColumnElement[bool]:
    return or_(ClearingRun.entity_id == actor.entity_id, ClearingRun.payable_id.in_(party_payables(actor)))


def run(session: Session, actor: Actor, number: int) -> ClearingRun | None:
    """A visible clearing run."""
    return session.scalars(select(ClearingRun).where(ClearingRun.id == number, _sees_run(actor))).first()


def runs(session: Session, actor: Actor, *, payable: str | None, after: int | None, limit: int) -> list[ClearingRun]:
    """Visible clearing runs, latest first."""
    query = select(ClearingRun).where(_sees_run(actor))
    if payable is not None:
        query = query.where(ClearingRun.payable_id == payable)
    if after is not None:
        query = query.where(ClearingRun.id < after)
    return list(session.scalars(query.order_by(ClearingRun.id.desc()).limit(limit)))


def lines(session: Session, actor: Actor, run_id: int) -> list[ClearingLine]:
    """Visible lines of a run by lot id: all for its parties, one's own for those who are paid."""
    query = select(ClearingLine).join(ClearingRun, ClearingRun.id == ClearingLine.run_id).where(ClearingLine.run_id == run_id)
    if not sees_all(actor):
        own = or_(ClearingLine.holder == actor.entity_id, ClearingLine.payee == actor.entity_id)
        query = query.where(or_(_is_run_party(actor), own))
    return list(session.scalars(query.order_by(ClearingLine.lot_id)))


def latest_line(session: Session, lot_id: str) -> ClearingLine | None:
    """The latest pay-out on a lot."""
    return session.scalars(select(ClearingLine).where(ClearingLine.lot_id == lot_id).order_by(ClearingLine.run_id.desc()).limit(1)).first()
