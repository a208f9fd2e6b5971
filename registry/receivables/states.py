"""What the chain's state bits mean in words, and what an offer is worth now. Pure: the numbers of a word and the time come in.

| payable | next |
|---|---|
| issued | active (payee accepts), refused (payee), cancelled (obligor) |
| active | settled (nothing outstanding), cancelled (obligor with the payee's consent) |
| settled | active (a returned pay-out reopens a lot) |
| refused, cancelled | - |
"""

from chain.structs import (
    LOT_ENDED,
    LOT_FINANCING,
    LOT_FROZEN,
    LOT_OFFERED,
    LOT_PLEDGED,
    LOT_RECOURSE,
    PAYABLE_ACTIVE,
    PAYABLE_CANCELLED,
    PAYABLE_ISSUED,
    PAYABLE_OVERDUE,
    PAYABLE_REFUSED,
    PAYABLE_ROUND_OPEN,
    PAYABLE_SETTLED,
    PAYABLE_STATE_MASK,
    PAYABLE_SUSPENDED,
    WHOLE,
)

_PAYABLE = {
    PAYABLE_ISSUED: "issued",
    PAYABLE_ACTIVE: "active",
    PAYABLE_REFUSED: "refused",
    PAYABLE_CANCELLED: "cancelled",
    PAYABLE_SETTLED: "settled",
}
_PAYABLE_FLAGS = {PAYABLE_OVERDUE: "overdue", PAYABLE_SUSPENDED: "suspended", PAYABLE_ROUND_OPEN: "round_open"}
_LOT_FLAGS = {
    LOT_RECOURSE: "recourse",
    LOT_PLEDGED: "pledged",
    LOT_FINANCING: "financing",
    LOT_FROZEN: "frozen",
    LOT_ENDED: "ended",
    LOT_OFFERED: "offered",
}
# Kinds of offers by their number on-chain.
OFFER_KINDS = ("sale", "sale_recourse", "repurchase", "subrogation")
FINANCING_KINDS = ("assignment", "pledge")


def payable_state(word: int) -> str:
    """issued, active, refused, cancelled or settled: the low nibble of a payable's state."""
    return _PAYABLE[word & PAYABLE_STATE_MASK]


def payable_state_number(name: str) -> int | None:
    """The low nibble for a name; None when there is no such state."""
    return next((number for number, known in _PAYABLE.items() if known == name), None)


def payable_flags(word: int) -> list[str]:
    """overdue, suspended, round_open: what else a payable's state says."""
    return [name for flag, name in _PAYABLE_FLAGS.items() if word & flag]


def lot_flags(word: int) -> list[str]:
    """recourse, pledged, financing, frozen, ended, offered."""
    return [name for flag, name in _LOT_FLAGS.items() if word & flag]


def is_live(*, exists: bool, flags: int, amount: int) -> bool:
    """Whether a lot stands for money still owed."""
    return exists and not flags & LOT_ENDED and amount > 0


def is_locked(lock_party: int, lock_until: int, now: int) -> bool:
    """Whether a lock stands at `now` (UTC seconds); the contract counts the last second as locked."""
    return lock_party != 0 and now <= lock_until


def lot_state(*, exists: bool, flags: int, amount: int, locked: bool) -> str:
    """One word for what a lot is: gone, ended, empty, pledged, financing, offered, locked or free."""
    if not exists:
        return "gone"
    if flags & LOT_ENDED:
        return "ended"
    if amount == 0:
        return "empty"
    if not locked:
        return "free"
    held = {LOT_PLEDGED: "pledged", LOT_FINANCING: "financing", LOT_OFFERED: "offered"}
    return next((name for flag, name in held.items() if flags & flag), "locked")


def offer_status(state: str, *, child: int, versions: tuple[int, int], epochs: tuple[int, int], children: int, expired: bool) -> str:
    """open, accepted, withdrawn, expired or stale.

    `versions` and `epochs` are pairs (in the offer, of the lot or holder now); `children` are the lot's spent child bits.
    """
    if state != "open":
        return state
    if expired:
        return "expired"
    spent = child != WHOLE and children >> child & 1
    return "stale" if versions[0] != versions[1] or epochs[0] != epochs[1] or spent else "open"
