"""The outbox: use cases enqueue contract calls in their own transaction; `registry.sync` signs and sends them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from registry.kernel import repo, repo_bulk
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import Unit

# Wakes the submitter; PostgreSQL delivers it when the transaction commits.
CHANNEL = "tallystick_outbox"


class ContractCall(NamedTuple):
    """A call that is to be made. `subject` is what it is about, such as "payable:0x..", "lot:0x..", "entity:7"."""

    function: str
    args: Sequence[Any]
    subject: str


def wire(value: Any) -> Any:
    """A contract argument as JSON keeps it exactly: integers as decimal strings, bytes as 0x hex, sequences as lists."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return [wire(item) for item in value]


def enqueue(unit: Unit, *, signer: tuple[int, str], function: str, args: Sequence[Any], subject: str) -> int:
    """Records that `signer` (entity id, address) calls `function`; gives the message's id."""
    return enqueue_many(unit, [ContractCall(function, args, subject)], signer=signer)[0]


def enqueue_many(unit: Unit, calls: Sequence[ContractCall], *, signer: tuple[int, str]) -> list[int]:
    """Records that `signer` makes these calls, in this order, by one statement; gives the messages' ids."""
    if not calls:
        return []
    entity_id, address = signer
    numbers = repo_bulk.insert(
        unit.session,
        OutboxMessage.__table__,
        [
            {
                "entity_id": entity_id,
                "signer": address,
                "function": call.function,
                "args": wire(call.args),
                "subject": call.subject,
                "state": "queued",
                "created_at": unit.now,
                "updated_at": unit.now,
            }
            for call in calls
        ],
    )
    if not unit.messages:
        repo.notify(unit.session, CHANNEL)
    unit.messages.extend(numbers)
    return numbers
