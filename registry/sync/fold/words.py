"""Changes that several events share, as State.sol has them: lots, locks, versions, the limit behind a payable."""

from functools import cache

from chain import ids
from chain.structs import LOT_FINANCING, LOT_FROZEN, LOT_OFFERED, LOT_PLEDGED, LOT_RECOURSE
from registry.kernel import money
from registry.sync.fold.state import LIMITS, LOTS, PAYABLES, MirrorBroken, Place, Row, State, lowered, need

# Asked for with every issued debt; the catalogue of currencies answers slowly.
letters = cache(money.alpha_code)
VERSION_MAX = 2**16 - 1
_LOCK_FLAGS = LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED


def lot_of(state: State, number: int) -> Row:
    """The row of a lot that the chain has."""
    return need(state, LOTS, (f"0x{number:064x}",))


def payable_of_lot(state: State, number: int) -> Row:
    """The row of the payable a lot belongs to."""
    return need(state, PAYABLES, (f"0x{number >> 96:040x}",))


def payable_of(state: State, number: int) -> Row:
    """The row of a payable."""
    return need(state, PAYABLES, (f"0x{number:040x}",))


def put_lot(state: State, row: Row) -> None:
    """Writes a lot."""
    state.put(LOTS, (row["id"],), row)


def put_payable(state: State, row: Row) -> None:
    """Writes a payable."""
    state.put(PAYABLES, (row["id"],), row)


def limit_key(payable: Row) -> tuple[int, int]:
    """Which limit a payable counts against: obligor and ISO 4217 number."""
    return payable["obligor"], ids.currency_of(payable["profile"])


def use(state: State, payable: Row, amount: int) -> None:
    """Adds to the used part of the obligor's limit; a negative amount gives back."""
    key = limit_key(payable)
    limit = need(state, LIMITS, key)
    state.put(LIMITS, key, {**limit, "used": lowered(limit, "used", -amount)})


def count_overdue(state: State, payable: Row, change: int) -> None:
    """Adds to the number of the obligor's overdue payables."""
    key = limit_key(payable)
    limit = need(state, LIMITS, key)
    state.put(LIMITS, key, {**limit, "overdue": lowered(limit, "overdue", -change)})


def new_lot(number: int, *, parent: Row | None, index: int | None, holder: int, amount: int) -> Row:
    """A fresh lot, one level below its parent and with its hops."""
    return {
        "id": f"0x{number:064x}",
        "payable_id": f"0x{number >> 96:040x}",
        "parent_id": parent["id"] if parent else None,
        "child_index": index,
        "holder": holder,
        "amount": amount,
        "hops": parent["hops"] if parent else 0,
        "depth": parent["depth"] + 1 if parent else 0,
        "version": 0,
        "flags": 0,
        "round": 0,
        "lock_party": 0,
        "lock_until": 0,
        "children": 0,
        "frozen": 0,
        "recourse_seller": 0,
        "consent": None,
        "consent_recourse": False,
        "exists": True,
    }


def bumped(lot: Row) -> Row:
    """The next version; never beyond the maximum (acts of law go on there, others can't have happened)."""
    return {**lot, "version": min(lot["version"] + 1, VERSION_MAX)}


def unlocked(lot: Row) -> Row:
    """Without its lock, offer, financing lock or pledge."""
    return {**lot, "lock_party": 0, "lock_until": 0, "flags": lot["flags"] & ~_LOCK_FLAGS, "consent": None, "consent_recourse": False}


def freed(lot: Row) -> Row:
    """Before the holder's own acts, a lock that has run out is cleared; one that stands would have been refused."""
    return unlocked(lot) if lot["lock_party"] else lot


def locked(lot: Row, party: int, until: int) -> Row:
    """Locked anew for a party until a time."""
    return {**bumped(freed(lot)), "lock_party": party, "lock_until": until}


def with_frozen(lot: Row, amount: int) -> Row:
    """With this part frozen; 0 lifts the freeze."""
    flags = lot["flags"] | LOT_FROZEN if amount else lot["flags"] & ~LOT_FROZEN
    return {**lot, "frozen": amount, "flags": flags}


def with_recourse(lot: Row, seller: int) -> Row:
    """With recourse against this seller; 0: without recourse."""
    flags = lot["flags"] | LOT_RECOURSE if seller else lot["flags"] & ~LOT_RECOURSE
    return {**lot, "recourse_seller": seller, "flags": flags}


def gone(lot: Row) -> Row:
    """The chain has deleted the word. Its place in the tree and its last holder stay known."""
    return {**unlocked(with_recourse(with_frozen(lot, 0), 0)), "amount": 0, "flags": 0, "round": 0, "exists": False}


def spent(parent: Row, index: int) -> int:
    """The parent's child bits with `index` used. MirrorBroken when it was used before."""
    bit = 1 << index
    if parent["children"] & bit:
        raise MirrorBroken("a child of a lot was used twice; rebuild the mirror from the chain", lot=parent["id"], child=index)
    return int(parent["children"]) | bit


def step(place: Place, kind: str, *, lot: Row, amount: int, parties: tuple[int | None, int | None], child: str | None = None) -> Row:
    """A step in a lot's history; `parties` are who gives and who gets."""
    return {
        "block_number": place.number,
        "log_index": place.log_index,
        "payable_id": lot["payable_id"],
        "lot_id": lot["id"],
        "child_id": child,
        "kind": kind,
        "sender": parties[0],
        "recipient": parties[1],
        "amount": amount,
        "at": place.timestamp,
    }
