"""SQL of the check: one snapshot of everything, sums as the database computes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Engine, FromClause, select, text
from sqlalchemy.orm import Session

from registry.kernel.tables import Nonce, OutboxMessage
from registry.sync.tables import ChainBlock, ChainEvent, JournalBlock

Row = dict[str, Any]


class Sum(NamedTuple):
    """Two numbers that should be one."""

    subject: str
    expected: int
    found: int


@contextmanager
def snapshot(engine: Engine) -> Iterator[Session]:
    """A transaction that sees one moment of the database and changes nothing."""
    with Session(engine.execution_options(isolation_level="REPEATABLE READ")) as session:
        session.execute(text("select set_config('tallystick.entity', '0', true), set_config('transaction_read_only', 'on', true)"))
        yield session


def rows(session: Session, table: FromClause) -> list[Row]:
    """All rows of a table."""
    return [dict(row) for row in session.execute(select(table)).mappings()]


def blocks(session: Session) -> dict[int, tuple[bytes, bytes]]:
    """Hash and parent hash of applied blocks."""
    return {
        row.number: (row.hash, row.parent_hash)
        for row in session.execute(select(ChainBlock.number, ChainBlock.hash, ChainBlock.parent_hash))
    }


def journal(session: Session) -> dict[int, tuple[bytes | None, bytes | None]]:
    """Hash and state root of journalled blocks."""
    query = select(JournalBlock.number, JournalBlock.hash, JournalBlock.state_root)
    return {row.number: (row.hash, row.state_root) for row in session.execute(query)}


def events(session: Session) -> dict[tuple[int, int], tuple[bytes, bytes, str, Row, str | None]]:
    """Stored events by block and log index: block hash, transaction, name, arguments, payable."""
    return {
        (row.block_number, row.log_index): (row.block_hash, row.tx_hash, row.name, row.args, row.payable_id)
        for row in session.scalars(select(ChainEvent))
    }


def outbox(session: Session) -> list[Any]:
    """Every message that was signed: id, signer, nonce, hash, state, block, error."""
    columns = (OutboxMessage.id, OutboxMessage.signer, OutboxMessage.nonce, OutboxMessage.tx_hash, OutboxMessage.state)
    query = select(*columns, OutboxMessage.block_number, OutboxMessage.error).where(OutboxMessage.nonce.is_not(None))
    return list(session.execute(query.order_by(OutboxMessage.id)))


def nonces(session: Session) -> dict[str, int]:
    """Next nonce by address."""
    return {row.address: row.next for row in session.execute(select(Nonce.address, Nonce.next))}


def financing_prices(session: Session) -> dict[tuple[str, int], int]:
    """Pay-outs of completed financings by lot and the block that completed them."""
    query = text("select lot_id, settled_block, price from financings where state in ('completed', 'pledge_released')")
    return {(row.lot_id, row.settled_block): int(row.price) for row in session.execute(query)}


# Each gives subject, what it should be, what it is; only differences. 16 and 15: flags and mask of Types.sol.
_SUMS = {
    "conservation": """
        select 'payable:' || p.id, p.face, coalesce(l.live, 0) + p.redeemed + p.released + p.cancelled
        from payables p left join (select payable_id, sum(amount) live from lots where exists and flags & 16 = 0 group by payable_id) l
        on l.payable_id = p.id where p.face <> coalesce(l.live, 0) + p.redeemed + p.released + p.cancelled""",
    "outstanding": """
        select 'payable:' || p.id, coalesce(l.live, 0), p.outstanding
        from payables p left join (select payable_id, sum(amount) live from lots where exists and flags & 16 = 0 group by payable_id) l
        on l.payable_id = p.id where p.outstanding <> coalesce(l.live, 0)""",
    "available": """
        select 'payable:' || id, outstanding, available from payables where available > outstanding or available < 0""",
    "limit_used": """
        select 'entity:' || l.obligor || ':' || l.currency, coalesce(p.used, 0), l.used
        from credit_limits l left join (
            select p.obligor, r.currency, sum(p.outstanding - p.available) used
            from payables p join profiles r on r.id = p.profile group by 1, 2
        ) p on (p.obligor, p.currency) = (l.obligor, l.currency) where l.used <> coalesce(p.used, 0)""",
    "limit_overdue": """
        select 'entity:' || l.obligor || ':' || l.currency, coalesce(p.late, 0), l.overdue
        from credit_limits l left join (
            select p.obligor, r.currency, count(*) late
            from payables p join profiles r on r.id = p.profile where p.state & 16 <> 0 group by 1, 2
        ) p on (p.obligor, p.currency) = (l.obligor, l.currency) where l.overdue <> coalesce(p.late, 0)""",
    "occupation": """
        select 'invoice:' || i.obligor || ':' || encode(i.fingerprint, 'hex'), coalesce(p.used, 0), i.occupied
        from invoice_occupations i left join (
            select p.obligor, portion ->> 0 mark, sum((portion ->> 1)::numeric) used
            from payables p, jsonb_array_elements(p.portions) portion where p.state & 15 not in (3, 4) group by 1, 2
        ) p on p.obligor = i.obligor and p.mark = '0x' || encode(i.fingerprint, 'hex')
        where i.occupied <> coalesce(p.used, 0) or i.occupied > i.total""",
    "ledger_claims": """
        with held as (
            select l.holder entity, p.currency, sum(l.amount) amount from lots l join payables p on p.id = l.payable_id
            where l.exists and l.flags & 16 = 0 group by 1, 2),
        booked as (
            select a.entity_id entity, a.currency, sum(g.amount) amount from accounts a join postings g on g.account_id = a.id
            where a.kind = 'claims' group by 1, 2)
        select 'entity:' || entity || ':' || currency, coalesce(h.amount, 0), coalesce(b.amount, 0)
        from held h full join booked b using (entity, currency) where coalesce(h.amount, 0) <> coalesce(b.amount, 0)""",
    "ledger_payables": """
        with owed as (select obligor entity, currency, sum(outstanding) amount from payables group by 1, 2),
        booked as (
            select a.entity_id entity, a.currency, -sum(g.amount) amount from accounts a join postings g on g.account_id = a.id
            where a.kind = 'payables' group by 1, 2)
        select 'entity:' || entity || ':' || currency, coalesce(o.amount, 0), coalesce(b.amount, 0)
        from owed o full join booked b using (entity, currency) where coalesce(o.amount, 0) <> coalesce(b.amount, 0)""",
    "ledger_collections": """
        with paid as (select currency, sum(available) amount from payables group by 1),
        booked as (
            select a.currency, sum(g.amount) amount from accounts a join postings g on g.account_id = a.id
            where a.kind = 'collections' group by 1)
        select 'currency:' || currency, coalesce(p.amount, 0), coalesce(b.amount, 0)
        from paid p full join booked b using (currency) where coalesce(p.amount, 0) <> coalesce(b.amount, 0)""",
    # Records that follow the chain, against the event that must stand behind their state.
    "record_offer": """
        select 'offer:' || o.id, 1, 0 from offers o where o.state = 'accepted' and not exists (
            select from chain_events e where e.block_number = o.settled_block and e.name = 'Transferred' and e.payable_id = o.payable_id
            and e.args ->> 'to' = o.recipient::text and e.args ->> 'amount' = o.amount::text)""",
    "record_financing": """
        select 'financing:' || f.id, 1, 0 from financings f where f.state in ('completed', 'pledge_released') and not exists (
            select from chain_events e where e.payable_id = f.payable_id and e.name = 'Financed' and e.args ->> 'funder' = f.funder::text
            and e.args ->> 'amount' = f.amount::text and e.block_number <= f.settled_block)""",
    "record_payment": """
        select 'payment:' || p.id, 1, 0 from payments p where p.state in ('recorded', 'reversed') and not exists (
            select from chain_events e where e.block_number = p.recorded_block and e.name = 'PaymentRecorded'
            and e.args ->> 'receipt' = '0x' || encode(p.receipt, 'hex'))
        union all
        select 'payment:' || p.id, 0, 1 from payments p join chain_events e on e.name = 'PaymentRecorded'
        and e.args ->> 'receipt' = '0x' || encode(p.receipt, 'hex') where p.state not in ('recorded', 'reversed')""",
}
_COUNTED = {
    "conservation": "payables",
    "outstanding": "payables",
    "available": "payables",
    "limit_used": "credit_limits",
    "limit_overdue": "credit_limits",
    "occupation": "invoice_occupations",
    "ledger_claims": "accounts",
    "ledger_payables": "accounts",
    "ledger_collections": "accounts",
    "record_offer": "offers",
    "record_financing": "financings",
    "record_payment": "payments",
}
SUMS = tuple(_SUMS)


def differences(session: Session, name: str) -> list[Sum]:
    """Where a sum of the database is not what it should be."""
    return [Sum(subject, int(expected), int(found)) for subject, expected, found in session.execute(text(_SUMS[name]))]


def compared(session: Session, name: str) -> int:
    """How many rows a sum looks at."""
    return int(session.scalar(text(f"select count(*) from {_COUNTED[name]}")) or 0)
