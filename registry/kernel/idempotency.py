"""Every write is done once: the key and the hash of its input are kept with the first answer, sealed under the caller's key.

A key is claimed in the transaction of the write itself: when that rolls back the key is free again, and while it is in flight a repeat
waits for it.
"""

from dataclasses import dataclass

from registry.kernel import repo
from registry.kernel.errors import IdempotencyConflict, Invalid
from registry.kernel.uow import Unit

LONGEST_KEY = 200
_COLUMN = "idempotency_records.response_sealed"


@dataclass(frozen=True)
class Known:
    """The first answer to a key. Status 202 while its contract calls were not final."""

    status: int
    body: bytes


def begin(unit: Unit, key: str, request_hash: bytes) -> Known | None:
    """Claims a key of the acting entity. None: the write is new, go on. Known: it was done; give this answer again.

    Raises IdempotencyConflict when the key came with another request, Invalid for an empty or very long key.
    """
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(f"an Idempotency-Key has 1 to {LONGEST_KEY} printable characters", length=len(key))
    record = repo.claim_idempotency(unit.session, unit.actor.entity_id, key, request_hash=request_hash, now=unit.now)
    if record is None:
        return None
    if record.request_hash != request_hash:
        raise IdempotencyConflict("this Idempotency-Key came before with another request; use a new key for a new request", key=key)
    if record.status is None or record.response_sealed is None:
        raise IdempotencyConflict("the first request with this Idempotency-Key has left no answer; use a new key", key=key)
    return Known(record.status, unit.vault.open(unit.actor.entity_id, _COLUMN, record.response_sealed))


def finish(unit: Unit, key: str, *, status: int, body: bytes) -> None:
    """Keeps the answer to a claimed key; a later call replaces it, when the outcome is known better."""
    owner = unit.actor.entity_id
    sealed = unit.vault.seal(owner, _COLUMN, body)
    if not repo.keep_answer(unit.session, owner, key, status=status, sealed=sealed):
        raise Invalid("this Idempotency-Key was not claimed", key=key)
