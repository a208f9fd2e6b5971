"""SQL of the indexer: checkpoint, applied blocks, events, records that follow, rewinding."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import FromClause, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from registry.funding.tables import FinancingRecord, PaymentRecord
from registry.kernel import repo_bulk
from registry.receivables.tables import OfferRecord
from registry.sync.digest import SIZE
from registry.sync.tables import ChainBlock, ChainEvent, Checkpoint

Row = dict[str, Any]
INDEXED = "tallystick_indexed"
# A notification holds 8,000 bytes.
_MOST_NAMED = 400

_RECORDS: dict[str, FromClause] = {model.__tablename__: model.__table__ for model in (OfferRecord, FinancingRecord, PaymentRecord)}


class Applied(NamedTuple):
    """A block the index has applied."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int


def checkpoint(session: Session, *, lock: bool = False) -> tuple[int, bytes] | None:
    """Number and hash of the last applied block. `lock`: until this transaction ends, nobody else moves it."""
    query = select(Checkpoint.number, Checkpoint.hash)
    row = session.execute(query.with_for_update() if lock else query).first()
    return None if row is None else (row.number, row.hash)


def start_checkpoint(session: Session, block: Applied) -> None:
    """Sets the first checkpoint on a block that is not indexed itself, unless there is one."""
    row = {"id": 1, "number": block.number, "hash": block.hash, "final": block.number}
    if session.execute(insert(Checkpoint).values(row).on_conflict_do_nothing().returning(Checkpoint.id)).first() is not None:
        add_blocks(session, [(block, [], bytes(SIZE))])


def final(session: Session) -> int:
    """The highest applied block that is final; -1 before there is a checkpoint."""
    found = session.scalar(select(Checkpoint.final))
    return -1 if found is None else found


def move_checkpoint(session: Session, number: int, block_hash: bytes, *, final: int, settled: Collection[int] | None) -> None:
    """Moves the checkpoint. `final`: up to which block none can change any more; that never falls.

    Listeners are told when this transaction commits; `settled`: messages with a result, None: any may have.
    """
    moved = (
        "with moved as (update checkpoint set number = :number, hash = :hash, final = greatest(final, :final))"
        " select pg_notify(:channel, :payload)"
    )
    values = {"number": number, "hash": block_hash, "final": final, "channel": INDEXED, "payload": payload(number, settled)}
    session.execute(text(moved), values)


def payload(number: int, settled: Collection[int] | None) -> str:
    """What a notification says: block number, and the messages that have a result by it ("*" when they are too many to name)."""
    if settled is None or len(settled) > _MOST_NAMED:
        return f"{number} *"
    return f"{number} {','.join(map(str, settled))}"


def add_blocks(session: Session, blocks: Sequence[tuple[Applied, list[Any], bytes]]) -> None:
    """Stores applied blocks with their undo and the digest of the index after each."""
    columns = ("number", "hash", "parent_hash", "timestamp", "undo", "digest")
    rows = ((*block, orjson.dumps(undo).decode(), digest) for block, undo, digest in blocks)
    repo_bulk.copy(session, ChainBlock.__table__, columns, rows=rows)


def event_stream(session: Session) -> repo_bulk.Stream:
    """Takes events in: block number, log index, block hash, transaction hash, name, arguments as JSON, payable id."""
    columns = ("block_number", "log_index", "block_hash", "tx_hash", "name", "args", "payable_id")
    return repo_bulk.Stream(session, ChainEvent.__tablename__, columns)


def announce(session: Session, channel: str, payload: str) -> None:
    """Tells listeners, when this transaction commits."""
    session.execute(text("select pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload})


def digest(session: Session, number: int) -> bytes:
    """The digest of the index after an applied block."""
    return session.scalars(select(ChainBlock.digest).where(ChainBlock.number == number)).one()


def applied(session: Session, number: int) -> Applied | None:
    """An applied block by number."""
    row = session.execute(
        select(ChainBlock.number, ChainBlock.hash, ChainBlock.parent_hash, ChainBlock.timestamp).where(ChainBlock.number == number)
    ).first()
    return None if row is None else Applied(*row)


def forget_undo(session: Session, up_to: int) -> None:
    """Blocks up to this number are final: what they replaced is needed no more."""
    session.execute(
        text("update chain_blocks set undo = '[]' where number <= :last and number > :first and undo <> '[]'"),
        {"last": up_to, "first": up_to - 1000},
    )


# Records that follow the chain.


def open_offers(session: Session, *, children: Collection[str], makers: Collection[int]) -> list[Row]:
    """Open offers that give one of these lots, or were made by one of these participants; oldest first."""
    if not children and not makers:
        return []
    query = text(
        "select id, entity_id, recipient, lot_id, child_id, amount, kind, documents, epoch, state, settled_block from offers"
        " where state = 'open' and (child_id = any(:children) or entity_id = any(cast(:makers as bigint[]))) order by id"
    )
    rows = session.execute(query, {"children": list(children), "makers": list(makers)}).mappings()
    return [{**row, "amount": int(row["amount"])} for row in rows]


def live_financings(session: Session, lots: Collection[str]) -> list[Row]:
    """Financings of these lots that an event may still change; newest first."""
    if not lots:
        return []
    query = text(
        "select id, lot_id, commitment, price, state, locked_block, settled_block from financings"
        " where lot_id = any(:lots) and state in ('requested', 'locked', 'completed') order by id desc"
    )
    return [dict(row) for row in session.execute(query, {"lots": list(lots)}).mappings()]


def payments_by_receipt(session: Session, receipts: Collection[bytes]) -> list[Row]:
    """Payments with one of these receipts."""
    if not receipts:
        return []
    query = text("select id, receipt, state, recorded_block, settled_block from payments where receipt = any(cast(:receipts as bytea[]))")
    return [dict(row) for row in session.execute(query, {"receipts": list(receipts)}).mappings()]


def update_records(session: Session, table: str, columns: Sequence[str], *, rows: Sequence[Row]) -> None:
    """Writes the columns that follow."""
    changed = [((row["id"],), [row[column] for column in columns]) for row in rows]
    repo_bulk.update(session, _RECORDS[table], columns, rows=changed)


# Rewinding.


def undo_above(session: Session, number: int) -> list[list[Any]]:
    """[table, key, row or null] of all blocks above a number, newest block first."""
    rows = session.scalars(select(ChainBlock.undo).where(ChainBlock.number > number).order_by(ChainBlock.number.desc()))
    return [item for undo in rows for item in undo]


def restore(session: Session, table: str, key: Sequence[str], *, rows: Sequence[Row]) -> None:
    """Writes whole rows as an undo holds them."""
    shape = repo_bulk.shape(_model(table))
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in shape.columns if column not in key)
    names, match = ", ".join(f'"{column}"' for column in shape.columns), ", ".join(f'"{column}"' for column in key)
    session.connection().exec_driver_sql(
        f"insert into {shape.name} ({names}) select {names} from jsonb_populate_recordset(null::{shape.name}, %s::jsonb)"
        f" on conflict ({match}) do update set {changes}",
        (orjson.dumps(list(rows)).decode(),),
    )


def restore_columns(session: Session, table: str, columns: Sequence[str], *, rows: Sequence[Row]) -> None:
    """Writes some columns of rows, found by id, as an undo holds them."""
    shape = repo_bulk.shape(_RECORDS[table])
    changes = ", ".join(f'"{column}" = w."{column}"' for column in columns)
    session.connection().exec_driver_sql(
        f"update {shape.name} t set {changes} from jsonb_populate_recordset(null::{shape.name}, %s::jsonb) w where t.id = w.id",
        (orjson.dumps(list(rows)).decode(),),
    )


def remove(session: Session, table: str, key: Sequence[str], *, rows: Sequence[Row]) -> None:
    """Deletes rows by the key columns that an undo holds."""
    shape = repo_bulk.shape(_model(table))
    match = " and ".join(f't."{column}" = w."{column}"' for column in key)
    session.connection().exec_driver_sql(
        f"delete from {shape.name} t using jsonb_populate_recordset(null::{shape.name}, %s::jsonb) w where {match}",
        (orjson.dumps(list(rows)).decode(),),
    )


def drop_above(session: Session, number: int) -> None:
    """Deletes blocks above a number with their events and history."""
    for table, column in (("lot_moves", "block_number"), ("chain_events", "block_number"), ("chain_blocks", "number")):
        session.execute(text(f"delete from {table} where {column} > :number"), {"number": number})


def _model(table: str) -> FromClause:
    return Checkpoint.metadata.tables[table]
