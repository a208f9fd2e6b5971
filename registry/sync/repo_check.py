"""SQL of the check: one snapshot of everything."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, FromClause, func, or_, select, text
from sqlalchemy.orm import Session

from registry.kernel.tables import Nonce, OutboxMessage
from registry.ledger.tables import Entry
from registry.receivables.tables import Document, DocumentSetItem, OfferRecord, PayableTerms
from registry.sync.tables import ChainBlock, ChainEvent, JournalBlock

Row = dict[str, Any]


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """A transaction that sees one moment of the database and changes nothing."""
    with Session(engine.execution_options(isolation_level="REPEATABLE READ")) as session:
        session.execute(text("select set_config('tallystick.entity', '0', true), set_config('transaction_read_only', 'on', true)"))
        yield session


def rows(session: Session, table: FromClause) -> list[Row]:
    """All rows of a table."""
    return [dict(row) for row in session.execute(select(table)).mappings()]


def blocks(session: Session, *, after: int = -1) -> dict[int, tuple[bytes, bytes]]:
    """Hash and parent hash of applied blocks."""
    query = select(ChainBlock.number, ChainBlock.hash, ChainBlock.parent_hash).where(ChainBlock.number > after)
    return {row.number: (row.hash, row.parent_hash) for row in session.execute(query)}


def digests(session: Session) -> dict[int, bytes]:
    """Digests of the index after the applied blocks."""
    return {row.number: row.digest for row in session.execute(select(ChainBlock.number, ChainBlock.digest))}


def journal(session: Session) -> dict[int, tuple[bytes | None, bytes | None]]:
    """Hash and state root of journalled blocks."""
    query = select(JournalBlock.number, JournalBlock.hash, JournalBlock.state_root)
    return {row.number: (row.hash, row.state_root) for row in session.execute(query)}


def events(session: Session, *, after: int = -1) -> dict[tuple[int, int], tuple[bytes, bytes, str, Row, str | None]]:
    """Stored events by block and log index: block hash, transaction, name, arguments, payable."""
    return {
        (row.block_number, row.log_index): (row.block_hash, row.tx_hash, row.name, row.args, row.payable_id)
        for row in session.scalars(select(ChainEvent).where(ChainEvent.block_number > after))
    }


def outbox(session: Session, *, after: int | None = None) -> list[Any]:
    """Every message that was signed: id, hash, state, block. `after`: of those with a result, the ones of blocks after it."""
    query = select(OutboxMessage.id, OutboxMessage.tx_hash, OutboxMessage.state, OutboxMessage.block_number)
    query = query.where(OutboxMessage.nonce.is_not(None)).order_by(OutboxMessage.id)
    if after is not None:
        query = query.where(or_(OutboxMessage.block_number > after, OutboxMessage.state == "signed"))
    return list(session.execute(query))


def nonces(session: Session) -> dict[str, int]:
    """Next nonce by address."""
    return {row.address: row.next for row in session.execute(select(Nonce.address, Nonce.next))}


def waiting(session: Session) -> dict[str, int]:
    """How many signed messages of each address have no receipt yet."""
    query = select(OutboxMessage.signer, func.count()).where(OutboxMessage.state == "signed").group_by(OutboxMessage.signer)
    return {row[0]: row[1] for row in session.execute(query)}


def reused_nonces(session: Session) -> list[tuple[str, int, int]]:
    """Address, nonce and how often it was given, where that is more than once."""
    query = select(OutboxMessage.signer, OutboxMessage.nonce, func.count()).where(OutboxMessage.nonce.is_not(None))
    rows = session.execute(query.group_by(OutboxMessage.signer, OutboxMessage.nonce).having(func.count() > 1))
    return [(signer, nonce or 0, count) for signer, nonce, count in rows]


def financing_prices(session: Session) -> dict[tuple[str, int], int]:
    """Pay-outs of completed financings by lot and the block that completed them."""
    query = text("select lot_id, settled_block, price from financings where state in ('completed', 'pledge_released')")
    return {(row.lot_id, row.settled_block): int(row.price) for row in session.execute(query)}


def entry_hashes(session: Session, numbers: Sequence[int]) -> dict[int, bytes]:
    """Hashes of ledger entries by number."""
    return {row[0]: row[1] for row in session.execute(select(Entry.id, Entry.hash).where(Entry.id.in_(numbers)))}


def documents(session: Session) -> dict[str, list[bytes]]:
    """Commitments of the documents kept under each root, in order, by subject ("offer:7", "payable:0x..")."""
    query = select(DocumentSetItem.subject, Document.commitment).join(Document, Document.id == DocumentSetItem.document_id)
    found: dict[str, list[bytes]] = {}
    for subject, commitment in session.execute(query.order_by(DocumentSetItem.subject, DocumentSetItem.position)):
        found.setdefault(subject, []).append(commitment)
    return found


def document_roots(session: Session) -> dict[str, bytes]:
    """The roots that offers and payables' terms carry, by subject."""
    offers = session.execute(select(OfferRecord.id, OfferRecord.documents))
    terms = session.execute(select(PayableTerms.payable_id, PayableTerms.documents).where(PayableTerms.documents.is_not(None)))
    return {f"offer:{number}": root for number, root in offers} | {f"payable:{name}": root or b"" for name, root in terms}
