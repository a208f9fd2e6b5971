"""The outbox: use cases enqueue contract calls in their own transaction; `registry.sync` signs and sends them."""

from collections.abc import Sequence
from typing import Any

from registry.kernel import repo
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Unit

# Wakes the submitter; PostgreSQL delivers it when the transaction commits.
CHANNEL = "tallystick_outbox"


def wire(value: Any) -> Any:
    """A contract argument as JSON keeps it exactly: integers as decimal strings, bytes as 0x hex, sequences as lists."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return [wire(item) for item in value]


def enqueue(unit: Unit, *, signer: tuple[int, str], function: str, args: Sequence[Any], subject: str) -> OutboxMessage:
    """Records that `signer` (entity id, address) calls `function`. Flushed, so that the message has its id.

    `subject` is what the call is about, such as "payable:0x..", "lot:0x..", "entity:7".
    """
    entity_id, address = signer
    message = OutboxMessage(
        entity_id=entity_id,
        signer=address,
        function=function,
        args=[wire(argument) for argument in args],
        subject=subject,
        state="queued",
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.session.add(message)
    unit.session.flush()
    if not unit.messages:
        repo.notify(unit.session, CHANNEL)
    unit.messages.append(message.id)
    return message
