"""Decisions on claims that the service must take to build a correct call: portions, due time, terms, child numbers. Pure.

What the contract enforces (limits, tenor, occupation, locks) is not repeated here.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from chain.structs import Portion
from registry.kernel.errors import Invalid
from registry.receivables.errors import InvoiceOccupied, NoFreeChild

# The contract keeps times in 32 bits.
MAX_TIME = 2**32 - 1

# What the obligor promises. The hash of these words and the conditions is the payable's `terms`; new words need a new version.
PROMISE_VERSION = "tallystick.promise.v1"
PROMISE = (
    "The obligor promises to pay the face amount in the stated currency on the due time to whoever then holds the claim, in whole or in "
    "parts. Once the payee has accepted, the promise is unconditional: it is not reduced by set-off, counterclaim, credit note or "
    "dispute about the underlying trade. Payment to the payment agent named for the obligor and redemption by it discharge the debt."
)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """How much of an invoice a payable takes; `amount` None takes what is free. Amounts in minor units."""

    invoice_id: int
    fingerprint: bytes
    total: int
    occupied: int
    amount: int | None


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What the promise is about. `documents` is the root of the trade documents, if any."""

    obligor: int
    payee: int
    profile: int
    currency: str
    face: int
    due: int
    documents: bytes | None


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces, in UTF-8: RFC 8785 for objects of strings, integers, booleans and null."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def promise(conditions: Conditions) -> bytes:
    """The canonical promise and conditions; amounts as decimal strings, the root as hex."""
    content = {
        "version": PROMISE_VERSION,
        "promise": PROMISE,
        "obligor": conditions.obligor,
        "payee": conditions.payee,
        "profile": conditions.profile,
        "currency": conditions.currency,
        "face": str(conditions.face),
        "due": conditions.due,
        "documents": None if conditions.documents is None else "0x" + conditions.documents.hex(),
    }
    return canonical(content)


def terms_hash(conditions: Conditions) -> bytes:
    """SHA-256 of the promise: what the contract keeps of it."""
    return hashlib.sha256(promise(conditions)).digest()


def portions(draws: Iterable[Draw]) -> list[Portion]:
    """One portion per invoice, strictly sorted by fingerprint as the contract wants them. InvoiceOccupied when nothing is free."""
    found = [Portion(draw.fingerprint, _drawn(draw), draw.total) for draw in draws]
    if not found:
        raise Invalid("a payable stands on at least one invoice; name its id")
    if len({portion.fingerprint for portion in found}) != len(found):
        raise Invalid("the same invoice is named twice; name each once")
    return sorted(found, key=lambda portion: portion.fingerprint)


def _drawn(draw: Draw) -> int:
    if draw.amount is not None:
        if draw.amount <= 0:
            raise Invalid(f"invoice {draw.invoice_id}: the amount is above zero", invoice=draw.invoice_id)
        return draw.amount
    free = draw.total - draw.occupied
    if free <= 0:
        message = f"invoice {draw.invoice_id} backs other payables with its whole total; cancel one of them or name another invoice"
        raise InvoiceOccupied(message, invoice=draw.invoice_id)
    return free


def due_time(dates: Iterable[date], given: datetime | None) -> int:
    """Due time in UTC seconds: as given, or the last second of the day the invoices are due. Invalid when they differ."""
    if given is not None:
        return seconds(given)
    days = set(dates)
    if len(days) != 1:
        shown = ", ".join(str(day) for day in sorted(days))
        raise Invalid(f"the invoices are due on different days ({shown}); name the payable's due time", dates=shown)
    return seconds(datetime.combine(days.pop(), time(23, 59, 59), UTC))


def seconds(moment: datetime) -> int:
    """Whole UTC seconds as the contract stores them. Invalid without a zone, before 1970 or beyond 32 bits."""
    if moment.tzinfo is None:
        raise Invalid(f"{moment.isoformat()} has no time zone; write 2026-11-30T23:59:59Z or +08:00", time=moment.isoformat())
    value = int(moment.timestamp())
    if not 0 <= value <= MAX_TIME:
        raise Invalid(f"{moment.isoformat()} is out of the range of times; the last is 2106-02-07", time=moment.isoformat())
    return value


def free_children(spent: int, promised: Iterable[int], *, limit: int, count: int) -> list[int]:
    """The lowest `count` child numbers below `limit` that are neither spent (a bit each) nor promised. NoFreeChild when too few."""
    taken = set(promised)
    free = [index for index in range(limit) if not spent >> index & 1 and index not in taken]
    if len(free) < count:
        message = f"{count} parts are asked for and {len(free)} are left of this lot; withdraw open offers, or pass the lot on whole"
        raise NoFreeChild(message, asked=count, left=len(free))
    return free[:count]


def stored_portions(rows: Sequence[Sequence[str]]) -> list[Portion]:
    """Portions from [fingerprint hex, amount, total] rows as tables keep them."""
    return [Portion(bytes.fromhex(mark.removeprefix("0x")), int(amount), int(total)) for mark, amount, total in rows]


def portion_rows(items: Iterable[Portion]) -> list[list[str]]:
    """Portions as tables keep them."""
    return [["0x" + item.fingerprint.hex(), str(item.amount), str(item.total)] for item in items]
