"""Effects of events on payables: issued, accepted, undone, paid, in rounds, overdue (Tallystick.sol, Settlement.sol, Registrar.sol)."""

from chain.events import Event
from chain.structs import (
    PAYABLE_ACTIVE,
    PAYABLE_CANCELLED,
    PAYABLE_ISSUED,
    PAYABLE_OVERDUE,
    PAYABLE_REFUSED,
    PAYABLE_ROUND_OPEN,
    PAYABLE_SETTLED,
    PAYABLE_STATE_MASK,
    PAYABLE_SUSPENDED,
)
from registry.sync.fold import words
from registry.sync.fold.state import OCCUPATIONS, Place, Row, State, lowered, need


def issued(state: State, event: Event, place: Place) -> None:
    """A debt is confirmed: invoices and limit are used, the payee holds the root lot."""
    args = event.args
    number, currency = args["payableId"], args["currency"]
    row = {
        "id": f"0x{number:040x}",
        "obligor": args["obligor"],
        "payee": args["payee"],
        "profile": args["profile"],
        "currency": words.letters(currency),
        "due": args["due"],
        "face": args["face"],
        "terms": args["terms"],
        "salt": args["salt"],
        "portions": [["0x" + mark.hex(), str(amount), str(total)] for mark, amount, total in args["portions"]],
        "state": PAYABLE_ISSUED,
        "outstanding": args["face"],
        **dict.fromkeys(("available", "sequence", "round", "round_base", "round_seen", "round_payment"), 0),
        **dict.fromkeys(("paid", "redeemed", "released", "cancelled"), 0),
        "issued_at": place.timestamp,
        "issued_block": place.number,
    }
    words.put_payable(state, row)
    for mark, amount, total in args["portions"]:
        _occupy(state, (args["obligor"], mark), amount=amount, total=total, currency=currency)
    words.use(state, row, args["face"])
    lot = words.new_lot(number << 96, parent=None, index=None, holder=args["payee"], amount=args["face"])
    words.put_lot(state, lot)
    state.move(words.step(place, event.name, lot=lot, amount=args["face"], parties=(args["obligor"], args["payee"])))


def _occupy(state: State, key: tuple[int, bytes], *, amount: int, total: int, currency: int) -> None:
    before = state.get(OCCUPATIONS, key)
    fresh: Row = {"obligor": key[0], "fingerprint": key[1], "occupied": 0, "total": total, "currency": currency}
    row = before or fresh
    state.put(OCCUPATIONS, key, {**row, "occupied": row["occupied"] + amount})


def accepted(state: State, event: Event, place: Place) -> None:
    """The payee has accepted: the promise is unconditional."""
    row = words.payable_of(state, event.args["payableId"])
    words.put_payable(state, {**row, "state": PAYABLE_ACTIVE})
    lot = words.lot_of(state, event.args["payableId"] << 96)
    state.move(words.step(place, event.name, lot=lot, amount=lot["amount"], parties=(row["payee"], None)))


def undone(state: State, event: Event, place: Place) -> None:
    """Refused or cancelled: invoices and limit are free again, the root lot is gone, the id is spent."""
    row = words.payable_of(state, event.args["payableId"])
    for mark, amount, _ in row["portions"]:
        key = (row["obligor"], bytes.fromhex(mark[2:]))
        before = need(state, OCCUPATIONS, key)
        state.put(OCCUPATIONS, key, {**before, "occupied": lowered(before, "occupied", int(amount))})
    words.use(state, row, -row["face"])
    ended = PAYABLE_REFUSED if event.name == "Refused" else PAYABLE_CANCELLED
    words.put_payable(state, {**row, "state": ended, "outstanding": 0, "cancelled": row["face"]})
    lot = words.lot_of(state, event.args["payableId"] << 96)
    state.move(words.step(place, event.name, lot=lot, amount=row["face"], parties=(row["payee"], row["obligor"])))
    words.put_lot(state, words.gone(lot))


def payment_recorded(state: State, event: Event, _: Place) -> None:
    """Money has reached the agent: exposure ends for that part."""
    row, amount = words.payable_of(state, event.args["payableId"]), event.args["amount"]
    words.use(state, row, -amount)
    changed = {"available": row["available"] + amount, "sequence": event.args["sequence"], "paid": row["paid"] + amount}
    words.put_payable(state, {**row, **changed})


def payment_reversed(state: State, event: Event, _: Place) -> None:
    """Money went back before it was paid out: exposure rises again, even above the limit."""
    row, amount = words.payable_of(state, event.args["payableId"]), event.args["amount"]
    words.use(state, row, amount)
    changed = {
        "available": lowered(row, "available", amount),
        "sequence": event.args["sequence"],
        "paid": lowered(row, "paid", amount),
    }
    words.put_payable(state, {**row, **changed})


def round_opened(state: State, event: Event, _: Place) -> None:
    """A pro-rata round over what is available."""
    args = event.args
    row = words.payable_of(state, args["payableId"])
    changed = {
        "round": args["round"],
        "state": row["state"] | PAYABLE_ROUND_OPEN,
        "round_base": args["base"],
        "round_seen": 0,
        "round_payment": args["payment"],
    }
    words.put_payable(state, {**row, **changed})


def round_closed(state: State, event: Event, _: Place) -> None:
    """Every lot has had its line."""
    row = words.payable_of(state, event.args["payableId"])
    words.put_payable(state, {**row, "state": row["state"] & ~PAYABLE_ROUND_OPEN, "round_base": 0, "round_seen": 0, "round_payment": 0})


def overdue_marked(state: State, event: Event, _: Place) -> None:
    """Late beyond grace: the obligor can't issue."""
    row = words.payable_of(state, event.args["payableId"])
    words.count_overdue(state, row, 1)
    words.put_payable(state, {**row, "state": row["state"] | PAYABLE_OVERDUE})


def overdue_cured(state: State, event: Event, _: Place) -> None:
    """The money covers the debt. Comes before the event that cured it, in the same call."""
    row = words.payable_of(state, event.args["payableId"])
    words.count_overdue(state, row, -1)
    words.put_payable(state, {**row, "state": row["state"] & ~PAYABLE_OVERDUE})


def redemption_suspended(state: State, event: Event, _: Place) -> None:
    """The registrar stops redemption, or lets it go on."""
    row = words.payable_of(state, event.args["payableId"])
    flagged = row["state"] | PAYABLE_SUSPENDED if event.args["suspended"] else row["state"] & ~PAYABLE_SUSPENDED
    words.put_payable(state, {**row, "state": flagged})


def settled(row: Row) -> Row:
    """Nothing outstanding: settled; flags stay."""
    if row["outstanding"]:
        return row
    return {**row, "state": (row["state"] & ~PAYABLE_STATE_MASK) | PAYABLE_SETTLED}


def revived(row: Row) -> Row:
    """A lot of it lives again: active; flags stay."""
    return {**row, "state": (row["state"] & ~PAYABLE_STATE_MASK) | PAYABLE_ACTIVE}
