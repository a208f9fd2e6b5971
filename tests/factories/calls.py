"""What a unit has asked the chain for, as the contract will read it: every call is encoded and decoded again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from chain import calldata
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Unit


@dataclass(frozen=True)
class Sent:
    """One contract call of the outbox."""

    id: int
    entity: int
    signer: str
    function: str
    args: tuple[Any, ...]
    subject: str


def sent(unit: Unit) -> list[Sent]:
    """The calls that this unit has enqueued, in order."""
    rows = unit.session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(unit.messages)).order_by(OutboxMessage.id))
    return [_sent(row) for row in rows]


def conclude(unit: Unit, state: str) -> None:
    """Marks every call without an outcome as confirmed or reverted."""
    for row in unit.session.scalars(select(OutboxMessage).where(OutboxMessage.state.in_(("queued", "signed")))):
        row.state = state
    unit.session.flush()


def _sent(row: OutboxMessage) -> Sent:
    function, args = calldata.decode_call(calldata.encode_wire(row.function, row.args))
    assert function == row.function
    return Sent(row.id, row.entity_id, row.signer, function, tuple(args), row.subject)
