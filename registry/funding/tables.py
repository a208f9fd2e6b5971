"""Financings, payments and clearing: what the service decided and the bank did, beside what the chain recorded."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from registry.kernel.db import Base, big_id, minor


class FinancingRecord(Base):
    """One assignment or pledge of a whole lot to one funder.

    State: requested (the lock is on its way), then by event: locked (FinancingLocked, found by `commitment`), completed (Financed),
    released (Released while locked), pledge_released (PledgeReleased of a completed pledge).
    """

    __tablename__ = "financings"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    funder: Mapped[int] = mapped_column(BigInteger, index=True)
    lot_id: Mapped[str] = mapped_column(index=True)
    payable_id: Mapped[str]
    kind: Mapped[int]
    recourse: Mapped[bool]
    until: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    amount: Mapped[minor]
    # What the funder pays out for the lot, fixed by the commitment.
    price: Mapped[minor]
    commitment: Mapped[bytes]
    salt_sealed: Mapped[bytes]
    account_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    receipt: Mapped[bytes | None]
    # Salt and reference: what opens `receipt`.
    reference_sealed: Mapped[bytes | None]
    # Blocks of the events behind `state`: FinancingLocked, and the one that ended the lock.
    locked_block: Mapped[int | None] = mapped_column(BigInteger)
    settled_block: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class PaymentRecord(Base):
    """Money an agent says has come in for a payable; the bank's reference is sealed under the agent's key.

    State: requested, then by event: recorded (PaymentRecorded, found by `receipt`), reversed (PaymentReversed with the same `receipt`).
    """

    __tablename__ = "payments"
    __table_args__ = (Index("ix_payments_payable_id_sequence", "payable_id", "sequence"),)

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    obligor: Mapped[int] = mapped_column(BigInteger, index=True)
    payable_id: Mapped[str]
    sequence: Mapped[int]
    currency: Mapped[str]
    amount: Mapped[minor]
    receipt: Mapped[bytes] = mapped_column(unique=True)
    # Salt and reference: what opens `receipt`.
    reference_sealed: Mapped[bytes]
    # Keyed hash of the reference: one bank movement counts once.
    reference_blind: Mapped[bytes] = mapped_column(index=True)
    state: Mapped[str]
    recorded_block: Mapped[int | None] = mapped_column(BigInteger)
    settled_block: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class AgentConsent(Base):
    """The payment agent's EIP-712 consent to a reversal ("payment:7") or a reopening ("lot:0x.."); the registrar submits it."""

    __tablename__ = "agent_consents"

    subject: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    payable_id: Mapped[str] = mapped_column(index=True)
    sequence: Mapped[int]
    amount: Mapped[minor]
    receipt: Mapped[bytes]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]


class ClearingRun(Base):
    """One clearing list: full redemption (round 0) or a pro-rata round, computed from the chain's state at a block."""

    __tablename__ = "clearing_runs"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    obligor: Mapped[int] = mapped_column(BigInteger, index=True)
    payable_id: Mapped[str] = mapped_column(index=True)
    block_number: Mapped[int] = mapped_column(BigInteger)
    round: Mapped[int]
    currency: Mapped[str]
    base: Mapped[minor]
    payment: Mapped[minor]
    created_at: Mapped[datetime]


class ClearingLine(Base):
    """One pay-out of a clearing run. The receipt is the salted commitment to the bank's reference."""

    __tablename__ = "clearing_lines"

    run_id: Mapped[int] = mapped_column(ForeignKey("clearing_runs.id"), primary_key=True)
    lot_id: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    holder: Mapped[int] = mapped_column(BigInteger, index=True)
    # Who is paid: the holder, or the pledgee of a pledged lot; and the account bound to it when the list was run.
    payee: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    base: Mapped[minor]
    amount: Mapped[minor]
    # The part of `amount` that is frozen: it goes to a deposit account, the rest to the payee.
    deposit: Mapped[minor]
    receipt: Mapped[bytes]
    # Salt and reference: what opens `receipt`.
    reference_sealed: Mapped[bytes]
