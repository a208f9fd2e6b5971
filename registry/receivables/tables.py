"""Invoices, payables, lots, offers, documents. Rows marked "mirror" are written by the indexer alone, from chain events."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from chain import ids
from registry.kernel.db import Base, big_id, minor


class Import(Base):
    """One file handed in by an obligor: an XML invoice or an ERP export."""

    __tablename__ = "imports"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str]
    name_sealed: Mapped[bytes]
    read: Mapped[int]
    accepted: Mapped[int]
    refused: Mapped[int]
    created_at: Mapped[datetime]


class ImportRefusal(Base):
    """A finding about a document or row that was refused: the rule and the value (sealed) that decided it."""

    __tablename__ = "import_refusals"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    # Findings are counted per import: a row may break several rules.
    finding: Mapped[int] = mapped_column(primary_key=True)
    # Line of the row in the file; 1 for a document.
    position: Mapped[int]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    rule: Mapped[str]
    value_sealed: Mapped[bytes]
    message_sealed: Mapped[bytes]


class InvoiceRecord(Base):
    """An accepted invoice of an obligor. Number and content are sealed under the obligor's key; the fingerprint finds repeats."""

    __tablename__ = "invoices"
    __table_args__ = (UniqueConstraint("entity_id", "fingerprint"),)

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    seller_id: Mapped[int] = mapped_column(BigInteger, index=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    syntax: Mapped[str]
    fingerprint: Mapped[bytes]
    number_sealed: Mapped[bytes]
    content_sealed: Mapped[bytes]
    issue_date: Mapped[date]
    due_date: Mapped[date]
    currency: Mapped[str]
    total: Mapped[minor]
    created_at: Mapped[datetime]


class InvoiceOccupation(Base):
    """Mirror: how much of an invoice backs payables, per (obligor, fingerprint)."""

    __tablename__ = "invoice_occupations"

    obligor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    occupied: Mapped[minor]
    total: Mapped[minor]
    currency: Mapped[int]


class Profile(Base):
    """Mirror: an instrument profile. Durations are seconds; rules never change, `paused` may."""

    __tablename__ = "profiles"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[int] = mapped_column(BigInteger)
    valid_until: Mapped[int] = mapped_column(BigInteger)
    tenor: Mapped[int] = mapped_column(BigInteger)
    hops: Mapped[int]
    depth: Mapped[int]
    children: Mapped[int]
    record_lead: Mapped[int]
    redeem_delay: Mapped[int]
    grace: Mapped[int]
    reopen_period: Mapped[int]
    smallest_lot: Mapped[int] = mapped_column(BigInteger)
    paused: Mapped[bool]

    @property
    def currency(self) -> int:
        """ISO 4217 number, which the profile's number says."""
        return ids.currency_of(self.id)


class PayableTerms(Base):
    """The preimage of a payable's id, written by the obligor's use case before the chain knows it. Needed again to refuse or cancel."""

    __tablename__ = "payable_terms"

    payable_id: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    payee: Mapped[int] = mapped_column(BigInteger, index=True)
    profile: Mapped[int]
    due: Mapped[int] = mapped_column(BigInteger)
    face: Mapped[minor]
    terms: Mapped[bytes]
    salt: Mapped[bytes]
    # [[fingerprint hex, amount, total], ..] sorted by fingerprint; amounts as strings.
    portions: Mapped[list[Any]]
    # Root of the trade documents that `terms` covers, if any.
    documents: Mapped[bytes | None]
    created_at: Mapped[datetime]


class CancellationConsent(Base):
    """The payee's signed consent to cancel an accepted payable: EIP-712 over the payable and its root lot's version."""

    __tablename__ = "cancellation_consents"

    payable_id: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    version: Mapped[int]
    signature: Mapped[bytes]
    created_at: Mapped[datetime]


class Payable(Base):
    """Mirror: the chain's payable word plus what its issuing event said. Ids are 0x + 40 hex digits."""

    __tablename__ = "payables"

    id: Mapped[str] = mapped_column(primary_key=True)
    obligor: Mapped[int] = mapped_column(BigInteger, index=True)
    payee: Mapped[int] = mapped_column(BigInteger, index=True)
    profile: Mapped[int]
    currency: Mapped[str]
    due: Mapped[int] = mapped_column(BigInteger, index=True)
    face: Mapped[minor]
    terms: Mapped[bytes]
    salt: Mapped[bytes]
    portions: Mapped[list[Any]]
    # The eight bits of the word: state in the low nibble, flags above.
    state: Mapped[int]
    outstanding: Mapped[minor]
    available: Mapped[minor]
    sequence: Mapped[int]
    round: Mapped[int]
    round_base: Mapped[minor]
    round_seen: Mapped[minor]
    round_payment: Mapped[minor]
    # Sums over life: conservation is face = live lots + redeemed + released + cancelled.
    paid: Mapped[minor]
    redeemed: Mapped[minor]
    released: Mapped[minor]
    cancelled: Mapped[minor]
    issued_at: Mapped[int] = mapped_column(BigInteger)
    issued_block: Mapped[int] = mapped_column(BigInteger)


class Lot(Base):
    """Mirror: the chain's lot word, its place in the tree, and the words that exist only while needed. Ids are 0x + 64 hex digits."""

    __tablename__ = "lots"
    __table_args__ = (
        Index("ix_lots_holder_payable_id", "holder", "payable_id"),
        Index("ix_lots_lock_party", "lock_party", postgresql_where=text("lock_party > 0")),
        Index("ix_lots_recourse_seller", "recourse_seller", postgresql_where=text("recourse_seller > 0")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    payable_id: Mapped[str] = mapped_column(index=True)
    parent_id: Mapped[str | None]
    child_index: Mapped[int | None]
    holder: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[minor]
    hops: Mapped[int]
    depth: Mapped[int]
    version: Mapped[int]
    flags: Mapped[int]
    round: Mapped[int]
    lock_party: Mapped[int] = mapped_column(BigInteger)
    lock_until: Mapped[int] = mapped_column(BigInteger)
    children: Mapped[int] = mapped_column(BigInteger)
    frozen: Mapped[minor]
    recourse_seller: Mapped[int] = mapped_column(BigInteger)
    # Hash of the stored offer or financing while its lock stands, and whether that financing is with recourse.
    consent: Mapped[bytes | None]
    consent_recourse: Mapped[bool]
    # False once merged into another, discharged, set off or cancelled: the chain has no word any more.
    exists: Mapped[bool]


class LotMove(Base):
    """Mirror: one step in a lot's life, for its history and the claim tree."""

    __tablename__ = "lot_moves"
    __table_args__ = (Index("ix_lot_moves_lot_id", "lot_id"), Index("ix_lot_moves_child_id", "child_id"))

    block_number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    log_index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    payable_id: Mapped[str] = mapped_column(index=True)
    lot_id: Mapped[str]
    child_id: Mapped[str | None]
    # Event name: Issued, Transferred, Split, Merged, Financed, Redeemed, ...
    kind: Mapped[str]
    sender: Mapped[int | None] = mapped_column(BigInteger)
    recipient: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[minor]
    at: Mapped[int] = mapped_column(BigInteger)


class OfferRecord(Base):
    """A signed offer on its way to its recipient.

    State: open (from the start), accepted (event Transferred of `lot_id` to `child_id`, recipient and amount), withdrawn. Expiry and
    staleness are computed.
    """

    __tablename__ = "offers"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    recipient: Mapped[int] = mapped_column(BigInteger, index=True)
    lot_id: Mapped[str] = mapped_column(index=True)
    payable_id: Mapped[str]
    version: Mapped[int]
    child: Mapped[int]
    # The lot the recipient gets: a child of `lot_id`, or `lot_id` itself when it moves whole.
    child_id: Mapped[str] = mapped_column(index=True)
    amount: Mapped[minor]
    kind: Mapped[int]
    documents: Mapped[bytes]
    deadline: Mapped[int] = mapped_column(BigInteger)
    epoch: Mapped[int] = mapped_column(BigInteger)
    # Empty for an offer made on-chain.
    signature: Mapped[bytes]
    on_chain: Mapped[bool]
    state: Mapped[str]
    # Block of the event that ended it.
    settled_block: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class Document(Base):
    """A trade document: content and salt sealed under its owner's key; only the salted commitment ever leaves."""

    __tablename__ = "documents"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    subject: Mapped[str] = mapped_column(index=True)
    media_type: Mapped[str]
    name_sealed: Mapped[bytes]
    content_sealed: Mapped[bytes]
    salt_sealed: Mapped[bytes]
    commitment: Mapped[bytes]
    created_at: Mapped[datetime]


class DocumentShare(Base):
    """An entity that may read a document beside its owner: the recipient of an offer, the payee of a payable."""

    __tablename__ = "document_shares"

    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class DocumentSetItem(Base):
    """A document's place under a root: the leaves of "offer:7" or "payable:0x..", in order."""

    __tablename__ = "document_sets"

    subject: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), index=True)
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)


class Statement(Base):
    """A reason or a legal basis in words, sealed under its author's key; only the salted commitment goes on-chain."""

    __tablename__ = "statements"

    id: Mapped[big_id]
    entity_id: Mapped[int] = mapped_column(BigInteger, index=True)
    subject: Mapped[str] = mapped_column(index=True)
    # discharge, set_off, freeze, force_transfer, suspend_redemption, release_pledge, reverse, reopen
    kind: Mapped[str]
    text_sealed: Mapped[bytes]
    salt_sealed: Mapped[bytes]
    commitment: Mapped[bytes]
    created_at: Mapped[datetime]
