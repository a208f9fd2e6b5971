"""SQL of the submitter: messages to sign and to send, nonces, results from receipts, what waits."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from registry.kernel import repo_bulk
from registry.kernel.tables import Installation, Nonce, OutboxMessage

# Held by the one transaction that signs.
_SIGN_LOCK = 0x7411_0003


class Result(NamedTuple):
    """What came of a transaction. `detail` as JSON text."""

    tx_hash: bytes
    block_number: int
    state: str
    error: str | None
    detail: str | None


class Signed(NamedTuple):
    """A message that got its nonce and bytes."""

    id: int
    signer: str
    nonce: int
    tx_hash: bytes
    raw: bytes


class Rejected(NamedTuple):
    """A message that never reaches the chain. `detail` as JSON text."""

    id: int
    error: str
    detail: str


class Queue(NamedTuple):
    """How much waits: not signed yet, signed and without a receipt, and since when the oldest."""

    queued: int
    signed: int
    oldest: datetime | None

    @property
    def pending(self) -> int:
        """All that has no result yet."""
        return self.queued + self.signed


def queued(session: Session, limit: int) -> Sequence[OutboxMessage]:
    """The oldest messages without a nonce; none while another transaction signs. This one is the one that signs until it ends.

    Rows are locked too: a row that another signer committed while this query waited for its turn is looked at again and left out.
    """
    free = select(func.pg_try_advisory_xact_lock(_SIGN_LOCK)).scalar_subquery()
    query = select(OutboxMessage).where(OutboxMessage.state == "queued", free).order_by(OutboxMessage.id).limit(limit)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def take_nonces(session: Session, counts: Mapping[str, int]) -> dict[str, int]:
    """Allocates this many nonces to each address; gives the first of each. An address that never sent starts at 0."""
    addresses = sorted(counts)
    query = text(
        "insert into nonces (address, next) select * from unnest(cast(:addresses as varchar[]), cast(:counts as bigint[]))"
        " on conflict (address) do update set next = nonces.next + excluded.next returning address, next"
    )
    rows = session.execute(query, {"addresses": addresses, "counts": [counts[address] for address in addresses]})
    return {row.address: row.next - counts[row.address] for row in rows}


def next_nonces(session: Session, addresses: Collection[str]) -> dict[str, int]:
    """Next nonces of the addresses that have sent."""
    rows = session.execute(select(Nonce.address, Nonce.next).where(Nonce.address.in_(addresses)))
    return {row.address: row.next for row in rows}


def raise_nonce(session: Session, address: str, least: int) -> None:
    """The next nonce of an address is `least` at least."""
    query = "insert into nonces values (:address, :least) on conflict (address) do update set next = greatest(nonces.next, excluded.next)"
    session.execute(text(query), {"address": address, "least": least})


def store_signed(session: Session, messages: Sequence[Signed], now: datetime) -> None:
    """Fixes nonces and bytes."""
    rows = [((each.id,), ("signed", each.nonce, each.tx_hash, each.raw, now)) for each in messages]
    repo_bulk.update(session, OutboxMessage.__table__, ("state", "nonce", "tx_hash", "raw", "updated_at"), rows=rows)


def store_rejected(session: Session, messages: Sequence[Rejected], now: datetime) -> None:
    """Ends messages that can't be sent."""
    rows = [((each.id,), ("rejected", each.error, each.detail, now)) for each in messages]
    repo_bulk.update(session, OutboxMessage.__table__, ("state", "error", "detail", "updated_at"), rows=rows)


def signed(session: Session) -> list[Signed]:
    """Messages with bytes and no receipt, oldest first."""
    columns = (OutboxMessage.id, OutboxMessage.signer, OutboxMessage.nonce, OutboxMessage.tx_hash, OutboxMessage.raw)
    rows = session.execute(select(*columns).where(OutboxMessage.state == "signed").order_by(OutboxMessage.id))
    return [Signed(number, signer, nonce or 0, tx_hash or b"", raw or b"") for number, signer, nonce, tx_hash, raw in rows]


def requeue(session: Session, numbers: Sequence[int], now: datetime) -> int:
    """Takes nonce and bytes away: another transaction has used the nonce, so these bytes can never be mined. Gives how many it were."""
    values: dict[str, Any] = {"state": "queued", "nonce": None, "tx_hash": None, "raw": None, "updated_at": now}
    stale = update(OutboxMessage).where(OutboxMessage.id.in_(numbers), OutboxMessage.state == "signed").values(values)
    return len(session.scalars(stale.returning(OutboxMessage.id)).all())


def awaits_results(session: Session) -> bool:
    """Whether any message has bytes and no result."""
    return bool(session.scalar(select(select(OutboxMessage.id).where(OutboxMessage.state == "signed").exists())))


def settle(session: Session, results: Sequence[Result], *, now: datetime) -> list[int]:
    """Records results of the messages that these transactions carried, and gives them; other transactions are nobody's here."""
    if not results:
        return []
    # One text costs a tenth of an array of the driver's.
    hashes, numbers, states = (
        " ".join(each)
        for each in (
            [result.tx_hash.hex() for result in results],
            [str(result.block_number) for result in results],
            [result.state for result in results],
        )
    )
    source = "string_to_array(%s, ' '), string_to_array(%s, ' '), string_to_array(%s, ' '), %s::varchar[], %s::jsonb[]"
    rows = session.connection().exec_driver_sql(
        "update outbox o set state = w.state, block_number = w.number::bigint, error = w.error, detail = w.detail, updated_at = %s"
        f" from unnest({source}) w(hash, number, state, error, detail)"
        " where o.tx_hash = decode(w.hash, 'hex') and o.state = 'signed' returning o.id",
        (now, hashes, numbers, states, [result.error for result in results], [result.detail for result in results]),
    )
    return list(rows.scalars())


def unsettle(session: Session, above: int, *, now: datetime) -> None:
    """Results of blocks above a number are void: the messages wait for a receipt again."""
    values: dict[str, Any] = {"state": "signed", "block_number": None, "error": None, "detail": None, "updated_at": now}
    session.execute(update(OutboxMessage).where(OutboxMessage.block_number > above).values(values))


def queue(session: Session) -> Queue:
    """How much waits."""
    waiting = OutboxMessage.state.in_(("queued", "signed"))
    counts = session.execute(
        select(OutboxMessage.state, func.count(), func.min(OutboxMessage.created_at)).where(waiting).group_by(OutboxMessage.state)
    )
    found = {state: (count, oldest) for state, count, oldest in counts}
    ages = [oldest for _, oldest in found.values()]
    return Queue(found.get("queued", (0, None))[0], found.get("signed", (0, None))[0], min(ages, default=None))


def messages(session: Session, numbers: Collection[int]) -> dict[int, OutboxMessage]:
    """Messages by number."""
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(numbers)))
    return {row.id: row for row in rows}


def manifest(session: Session) -> dict[str, Any] | None:
    """Manifest of the contracts this installation has deployed; None before."""
    return session.scalar(select(Installation.manifest))


def handover(session: Session) -> str | None:
    """The statement by which this installation moved to a network; None when it did not."""
    return session.scalar(select(Installation.handover))


def set_handover(session: Session, statement: str) -> None:
    """Records the move."""
    session.execute(update(Installation).values(handover=statement))


def set_manifest(session: Session, contract: str, content: dict[str, Any]) -> None:
    """Records the deployment."""
    session.execute(update(Installation).values(contract=contract, manifest=content))
