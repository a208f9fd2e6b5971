"""SQL of anchors: what was enqueued last, and what the chain has."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.kernel.chaining import AnchorKind
from registry.kernel.tables import OutboxMessage
from registry.sync.tables import ChainEvent

FUNCTION = "anchor"


class Anchor(NamedTuple):
    """The head of a chain of records as the contract's event has it."""

    kind: AnchorKind
    number: int
    head: bytes
    block_number: int


def last_enqueued(session: Session) -> tuple[datetime | None, dict[AnchorKind, int]]:
    """When an anchor was enqueued last, and the highest number enqueued of each kind. Calls that the contract refused do not count."""
    sent = (OutboxMessage.function == FUNCTION, OutboxMessage.state.not_in(("reverted", "rejected")))
    at = session.scalar(select(func.max(OutboxMessage.created_at)).where(*sent))
    found: dict[AnchorKind, int] = {}
    for args in session.scalars(select(OutboxMessage.args).where(*sent).order_by(OutboxMessage.id.desc()).limit(2 * len(AnchorKind))):
        kind = AnchorKind(int(args[0]))
        found[kind] = max(found.get(kind, 0), int(args[1]))
    return at, found


def anchors(session: Session) -> list[Anchor]:
    """Every anchor in the applied blocks, oldest first; kinds that are none of ours are left out."""
    query = select(ChainEvent).where(ChainEvent.name == "Anchored").order_by(ChainEvent.block_number, ChainEvent.log_index)
    known = {str(int(kind)) for kind in AnchorKind}
    return [
        Anchor(AnchorKind(int(row.args["kind"])), int(row.args["sequence"]), bytes.fromhex(row.args["head"][2:]), row.block_number)
        for row in session.scalars(query)
        if row.args["kind"] in known
    ]
