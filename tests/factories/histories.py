"""Random legal histories: events as the contract would emit them, in its order, chosen on the state they lead to.

Nothing here knows the fold's rules for rows but through the rows themselves: preconditions are read from them, effects are the fold's.
"""

import copy
import random
from collections.abc import Callable
from typing import Any

from chain import ids
from chain.events import Event
from chain.structs import (
    LOT_ENDED,
    LOT_FINANCING,
    LOT_FROZEN,
    LOT_PLEDGED,
    PAYABLE_ACTIVE,
    PAYABLE_ISSUED,
    PAYABLE_OVERDUE,
    PAYABLE_ROUND_OPEN,
    PAYABLE_SETTLED,
    PAYABLE_STATE_MASK,
)
from registry.sync.fold import MemoryState, Place, apply, joined
from registry.sync.fold.state import Row, State

CNY = 156
PROFILE = ids.profile_id(CNY)
REGISTRAR, AGENT, FUNDERS, OBLIGORS, SUPPLIERS = 1, 2, (3, 4), (5, 6), (7, 8, 9, 10, 11)
HOLDERS = (*FUNDERS, *OBLIGORS, *SUPPLIERS)


def setup() -> list[Event]:
    """Participants, keys, a profile and limits."""
    events = []
    for number in (REGISTRAR, AGENT, *HOLDERS):
        roles = {REGISTRAR: 16, AGENT: 8}.get(number, 7)
        account = f"0x{number:040x}"
        args = {
            "participant": number,
            "roles": roles,
            "status": 1,
            "verifiedUntil": 2**32 - 1,
            "account": account,
            "dossier": bytes([number]) * 32,
        }
        events.append(Event("ParticipantSet", args))
        events.append(Event("KeySet", {"key": account, "participant": number, "from": 0, "until": 2**32 - 1}))
    rules = [0, 2**32 - 1, 31_536_000, 20, 20, 40, 86_400, 0, 86_400, 864_000, 1]
    events.append(Event("ProfileSet", {"profile": PROFILE, "rules": rules}))
    events += [Event("LimitSet", {"obligor": o, "currency": CNY, "limit": 2**60, "agent": AGENT}) for o in OBLIGORS]
    return events


class History:
    """Grows a history call by call. `calls` holds the events of each transaction."""

    def __init__(self, seed: int, state: State | None = None) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a seed replays a history
        self.state = state or MemoryState()
        self.calls: list[list[Event]] = []
        self.payables: list[int] = []
        self.lots: list[int] = []
        self.salt = 0
        # Kind of the financing a lot is locked for.
        self.pending: dict[int, int] = {}
        for event in setup():
            self.emit(event)

    def branch(self, seed: int) -> "History":
        """A copy that grows on its own. Rows are never changed in place, so the tables are copied shallowly."""
        fork = copy.copy(self)
        fork.random = random.Random(seed)  # noqa: S311
        assert isinstance(self.state, MemoryState)
        fork.state = state = MemoryState()
        state.tables = {name: dict(rows) for name, rows in self.state.tables.items()}
        state.moves = list(self.state.moves)
        fork.calls, fork.payables, fork.lots = list(self.calls), list(self.payables), list(self.lots)
        return fork

    @property
    def events(self) -> list[Event]:
        """All events in order."""
        return [event for call in self.calls for event in call]

    def emit(self, *events: Event) -> None:
        """One call: its events take effect."""
        before = None
        for event in events:
            number = len(self.calls) + 1
            apply(self.state, event, Place(number, 1_700_000_000 + number, 0, joined(event, before)))
            before = event
        self.calls.append(list(events))

    def grow(self, count: int) -> "History":
        """Adds `count` random calls."""
        while count > 0:
            if self.random.choice(ACTIONS)(self):
                count -= 1
        return self

    def payable(self, number: int) -> Row:
        row = self.state.get("payables", (ids.payable_hex(number),))
        assert row is not None
        return row

    def lot(self, number: int) -> Row:
        row = self.state.get("lots", (ids.lot_hex(number),))
        assert row is not None
        return row

    def pick_payable(self, *states: int) -> tuple[int, Row] | None:
        found = [(n, self.payable(n)) for n in self.random.sample(self.payables[-30:], len(self.payables[-30:]))]
        return next(((n, row) for n, row in found if row["state"] & PAYABLE_STATE_MASK in states), None)

    def pick_lot(self, test: Callable[[Row, Row], Any]) -> tuple[int, Row] | None:
        """A lot of an active payable that is live and passes the test (lot, payable)."""
        recent = self.lots[-60:]
        for number in self.random.sample(recent, len(recent)):
            lot, payable = self.lot(number), self.payable(number >> 96)
            live = lot["exists"] and not lot["flags"] & LOT_ENDED and payable["state"] & PAYABLE_STATE_MASK == PAYABLE_ACTIVE
            if live and lot["amount"] and test(lot, payable):
                return number, lot
        return None

    def other(self, *but: int) -> int:
        return self.random.choice([holder for holder in HOLDERS if holder not in but])

    def mark(self) -> bytes:
        return self.random.randbytes(32)


def _movable(lot: Row, payable: Row) -> bool:
    return payable["state"] == PAYABLE_ACTIVE and not lot["lock_party"] and lot["hops"] < 20


def issue(h: History) -> bool:
    obligor = h.random.choice(OBLIGORS)
    limit = h.state.get("credit_limits", (obligor, CNY))
    if limit and limit["overdue"]:
        return False
    portions = sorted([h.mark(), amount := h.random.randrange(1, 1_000_000), amount] for _ in range(h.random.randrange(1, 4)))
    h.salt += 1
    number = int.from_bytes(h.random.randbytes(20), "big")
    args = {"payableId": number, "obligor": obligor, "payee": h.other(obligor), "profile": PROFILE, "currency": CNY, "due": 1_800_000_000}
    args |= {"face": sum(p[1] for p in portions), "terms": h.mark(), "salt": h.salt.to_bytes(32, "big"), "portions": portions}
    h.emit(Event("Issued", args))
    h.payables.append(number)
    h.lots.append(ids.root(number))
    return True


def decide(h: History) -> bool:
    found = h.pick_payable(PAYABLE_ISSUED)
    if found is None:
        return False
    h.emit(Event(h.random.choice(["Accepted"] * 8 + ["Refused", "Cancelled"]), {"payableId": found[0]}))
    return True


def pass_on(h: History) -> bool:
    found = h.pick_lot(lambda lot, payable: _movable(lot, payable) and not lot["flags"] & LOT_FROZEN)
    if found is None:
        return False
    number, lot = found
    args = {"lot": number, "from": lot["holder"], "to": h.other(lot["holder"]), "kind": h.random.choice([0, 0, 1]), "documents": h.mark()}
    index = next((i for i in h.random.sample(range(40), 40) if not lot["children"] >> i & 1), None)
    if index is None or lot["depth"] >= 20 or h.random.random() < 0.3:
        h.emit(Event("Transferred", {**args, "child": number, "amount": lot["amount"]}))
    else:
        child = ids.child(number, index)
        h.emit(Event("Transferred", {**args, "child": child, "amount": h.random.randrange(1, lot["amount"] + 1)}))
        h.lots.append(child)
    return True


def split(h: History) -> bool:
    found = h.pick_lot(
        lambda lot, payable: _movable(lot, payable) and not lot["flags"] & LOT_FROZEN and lot["amount"] > 3 and lot["depth"] < 20
    )
    if found is None:
        return False
    number, lot = found
    free = [i for i in range(40) if not lot["children"] >> i & 1][:2]
    parts = [Event("Split", {"lot": number, "child": ids.child(number, i), "index": i, "amount": lot["amount"] // 3}) for i in free]
    if not parts:
        return False
    h.emit(*parts)
    h.lots += [part.args["child"] for part in parts]
    return True


def merge(h: History) -> bool:
    found = h.pick_lot(lambda lot, payable: _movable(lot, payable) and not lot["flags"])
    if found is None:
        return False
    into, lot = found
    alike = []
    for number in h.lots[-60:]:
        row = h.lot(number)
        same = number >> 96 == into >> 96 and number != into and row["holder"] == lot["holder"]
        if same and row["exists"] and not row["flags"] and not row["lock_party"]:
            alike.append(number)
    if not alike:
        return False
    h.emit(*[Event("Merged", {"into": into, "absorbed": other, "amount": h.lot(other)["amount"]}) for other in alike[:3]])
    return True


def lock(h: History) -> bool:
    found = h.pick_lot(_movable)
    if found is None:
        return False
    number, lot = found
    party = h.other(lot["holder"])
    kind = h.random.randrange(3)
    if kind == 0:
        h.emit(Event("Locked", {"lot": number, "party": party, "until": 1_790_000_000}))
    elif kind == 1:
        offer = [number, lot["version"], 255, lot["amount"], party, 0, h.mark(), 1_790_000_000, 0]
        h.emit(Event("OfferMade", {"lot": number, "offerHash": h.mark(), "offer": offer}))
    elif not lot["flags"] & LOT_FROZEN and lot["holder"] not in FUNDERS:
        args = {
            "funder": h.random.choice(FUNDERS),
            "until": 1_790_000_000,
            "kind": h.random.randrange(2),
            "recourse": h.random.random() < 0.5,
        }
        h.emit(Event("FinancingLocked", {"lot": number, **args, "commitment": h.mark()}))
        h.pending = {**h.pending, number: args["kind"]}
    return True


def unlock(h: History) -> bool:
    found = h.pick_lot(lambda lot, _: lot["lock_party"])
    if found is None:
        return False
    number, lot = found
    if lot["flags"] & LOT_PLEDGED:
        h.emit(Event("PledgeReleased", {"lot": number, "pledgee": lot["lock_party"], "registration": h.mark()}))
    elif lot["flags"] & LOT_FINANCING and h.random.random() < 0.8:
        args = {"lot": number, "funder": lot["lock_party"], "from": lot["holder"], "amount": lot["amount"]}
        h.emit(Event("Financed", {**args, "kind": h.pending[number], "receipt": h.mark()}))
    else:
        h.emit(Event("Released", {"lot": number, "by": lot["lock_party"]}))
    return True


def by_law(h: History) -> bool:
    found = h.pick_lot(lambda _, payable: not payable["state"] & PAYABLE_ROUND_OPEN)
    if found is None:
        return False
    number, lot = found
    if h.random.random() < 0.5:
        h.emit(Event("LotFrozen", {"lot": number, "amount": h.random.randrange(lot["amount"] + 1), "basis": h.mark()}))
        return True
    args = {"lot": number, "from": lot["holder"], "to": h.other(lot["holder"]), "basis": h.mark()}
    index = next((i for i in range(40) if not lot["children"] >> i & 1), None)
    if index is None or h.random.random() < 0.5:
        h.emit(Event("TransferForced", {**args, "child": number, "amount": lot["amount"]}))
    else:
        child = ids.child(number, index)
        h.emit(Event("TransferForced", {**args, "child": child, "amount": h.random.randrange(1, lot["amount"] + 1)}))
        h.lots.append(child)
    return True


def pay(h: History) -> bool:
    found = h.pick_payable(PAYABLE_ACTIVE)
    if found is None or found[1]["state"] & PAYABLE_ROUND_OPEN:
        return False
    number, row = found
    open_amount = row["outstanding"] - row["available"]
    args = {"payableId": number, "sequence": row["sequence"] + 1, "receipt": h.mark()}
    if row["available"] and h.random.random() < 0.2:
        h.emit(Event("PaymentReversed", {**args, "amount": h.random.randrange(1, row["available"] + 1)}))
    elif open_amount:
        amount = h.random.choice([open_amount, h.random.randrange(1, open_amount + 1)])
        cured = row["state"] & PAYABLE_OVERDUE and amount == open_amount
        h.emit(*([Event("OverdueCured", {"payableId": number})] if cured else []), Event("PaymentRecorded", {**args, "amount": amount}))
    return True


def redeem(h: History) -> bool:
    found = h.pick_payable(PAYABLE_ACTIVE)
    if found is None or not found[1]["available"] or found[1]["state"] & PAYABLE_ROUND_OPEN:
        return False
    number, row = found
    live = [n for n in h.lots if n >> 96 == number and h.lot(n)["exists"] and h.lot(n)["amount"] and not h.lot(n)["flags"] & LOT_ENDED]
    if row["available"] >= row["outstanding"]:
        some = live[: h.random.randrange(1, len(live) + 1)]
        h.emit(*[_line(h, n, h.lot(n)["amount"], 0) for n in some])
        return True
    if row["round"] == 255:
        return False
    base, payment, number_of_round = row["outstanding"], row["available"], row["round"] + 1
    h.emit(Event("RoundOpened", {"payableId": number, "round": number_of_round, "base": base, "payment": payment}))
    amounts = [h.lot(n)["amount"] * payment // base for n in live]
    for position in sorted(range(len(live)), key=lambda i: -(h.lot(live[i])["amount"] * payment % base))[: payment - sum(amounts)]:
        amounts[position] += 1
    for start in range(0, len(live), 3):
        h.emit(*[_line(h, n, a, number_of_round) for n, a in list(zip(live, amounts, strict=True))[start : start + 3]])
    h.emit(Event("RoundClosed", {"payableId": number, "round": number_of_round}))
    return True


def _line(h: History, lot: int, amount: int, number: int) -> Event:
    return Event("Redeemed", {"lot": lot, "holder": h.lot(lot)["holder"], "amount": amount, "round": number, "receipt": h.mark()})


def reopen(h: History) -> bool:
    found = h.pick_payable(PAYABLE_ACTIVE, PAYABLE_SETTLED)
    if found is None or found[1]["state"] & PAYABLE_ROUND_OPEN:
        return False
    number, row = found
    ended = [n for n in h.lots if n >> 96 == number and h.lot(n)["exists"] and h.lot(n)["flags"] & LOT_ENDED]
    if not ended:
        return False
    lot = h.lot(ended[0])
    args = {"lot": ended[0], "holder": lot["holder"], "amount": lot["amount"], "sequence": row["sequence"] + 1, "receipt": h.mark()}
    h.emit(Event("Reopened", args))
    return True


def give_up(h: History) -> bool:
    def test(lot: Row, payable: Row) -> bool:
        fits = lot["amount"] <= payable["outstanding"] - payable["available"]
        return fits and not lot["lock_party"] and not lot["flags"] & LOT_FROZEN and not payable["state"] & PAYABLE_ROUND_OPEN

    found = h.pick_lot(test)
    if found is None:
        return False
    number, lot = found
    payable = h.payable(number >> 96)
    cured = payable["state"] & PAYABLE_OVERDUE and payable["available"] >= payable["outstanding"] - lot["amount"]
    first = [Event("OverdueCured", {"payableId": number >> 96})] if cured else []
    own = lot["holder"] == payable["obligor"]
    who = {"obligor": lot["holder"]} if own else {"holder": lot["holder"]}
    h.emit(*first, Event("SetOff" if own else "Discharged", {"lot": number, **who, "amount": lot["amount"], "reason": h.mark()}))
    return True


def overdue(h: History) -> bool:
    found = h.pick_payable(PAYABLE_ACTIVE)
    if found is None or found[1]["state"] & PAYABLE_OVERDUE or found[1]["available"] >= found[1]["outstanding"]:
        return False
    h.emit(Event("OverdueMarked", {"payableId": found[0]}))
    return True


def administer(h: History) -> bool:
    who = h.random.choice(SUPPLIERS)
    row = h.state.get("participants", (who,))
    assert row is not None
    h.emit(Event("EpochRaised", {"participant": who, "epoch": row["epoch"] + 1}))
    return True


ACTIONS: list[Callable[[History], bool]] = [
    *[issue] * 6, *[decide] * 6, *[pass_on] * 10, *[split] * 3, *[merge] * 2, *[lock] * 4, *[unlock] * 4,
    by_law, *[pay] * 2, *[redeem] * 2, reopen, give_up, overdue, administer,
]  # fmt: skip
