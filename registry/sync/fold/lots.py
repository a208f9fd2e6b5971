"""Effects of events on lots: passed on, split, merged, locked, financed, frozen, redeemed (Tallystick, Holdings, Settlement .sol)."""

from chain import ids
from chain.events import Event
from chain.structs import (
    FINANCE_ASSIGNMENT,
    LOT_ENDED,
    LOT_FINANCING,
    LOT_OFFERED,
    LOT_PLEDGED,
    LOT_RECOURSE,
    MAX_CHILDREN,
    OFFER_SALE_RECOURSE,
    Financing,
)
from registry.sync.fold import payables, words
from registry.sync.fold.state import PROFILES, MirrorBroken, Place, Row, State, lowered, need

FOREVER = 2**32 - 1


def transferred(state: State, event: Event, place: Place) -> None:
    """An offer was accepted: the whole lot moves, or a part becomes a child of it."""
    args = event.args
    lot, seller, to, amount = words.lot_of(state, args["lot"]), args["from"], args["to"], args["amount"]
    recourse = seller if args["kind"] == OFFER_SALE_RECOURSE else 0
    if args["child"] == args["lot"]:
        moved = _handed_over(lot, to, recourse)
        hop = 1 if args["kind"] <= OFFER_SALE_RECOURSE else 0
        words.put_lot(state, {**moved, "hops": moved["hops"] + hop})
        child = lot["id"]
    else:
        part = _part(state, args, holder=to, offered=True)
        words.put_lot(state, words.with_recourse({**part, "hops": lot["hops"] + 1}, recourse))
        child = part["id"]
    state.move(words.step(place, event.name, lot=lot, amount=amount, parties=(seller, to), child=child))


def _handed_over(lot: Row, to: int, recourse: int) -> Row:
    free = words.freed(lot)
    return words.with_recourse({**words.bumped(free), "holder": to}, recourse)


def _part(state: State, args: Row, *, holder: int, offered: bool = False) -> Row:
    """Takes the child's amount out of its parent and gives the fresh child, not yet written."""
    parent, number = words.lot_of(state, args["lot"]), args["child"]
    index = args["index"] if "index" in args else _index(args["lot"], number, parent)
    rest = {**parent, "amount": lowered(parent, "amount", args["amount"]), "children": words.spent(parent, index)}
    if offered and parent["flags"] & LOT_OFFERED:
        rest = words.bumped(words.unlocked(rest))
    words.put_lot(state, rest)
    return words.new_lot(number, parent=parent, index=index, holder=holder, amount=args["amount"])


def _index(lot: int, child: int, parent: Row) -> int:
    """Which child it is: the event does not say, the id does."""
    for index in range(MAX_CHILDREN):
        if not parent["children"] >> index & 1 and ids.child(lot, index) == child:
            return index
    raise MirrorBroken("an event names a child that no free number of its parent gives", lot=parent["id"], child=f"0x{child:064x}")


def split(state: State, event: Event, place: Place) -> None:
    """A portion for the holder itself; no hop, recourse goes along."""
    lot = words.freed(words.lot_of(state, event.args["lot"]))
    words.put_lot(state, lot)
    part = _part(state, event.args, holder=lot["holder"])
    words.put_lot(state, words.with_recourse(part, lot["recourse_seller"]) if lot["flags"] & LOT_RECOURSE else part)
    parties = (lot["holder"], lot["holder"])
    state.move(words.step(place, event.name, lot=lot, amount=event.args["amount"], parties=parties, child=part["id"]))


def merged(state: State, event: Event, place: Place) -> None:
    """One lot absorbs another. The version rises once per merge, however many were absorbed."""
    into = words.freed(words.lot_of(state, event.args["into"]))
    other = words.lot_of(state, event.args["absorbed"])
    changed = {"amount": into["amount"] + other["amount"], "hops": max(into["hops"], other["hops"])}
    words.put_lot(state, {**(into if place.joined else words.bumped(into)), **changed})
    parties = (into["holder"], into["holder"])
    state.move(words.step(place, event.name, lot=other, amount=other["amount"], parties=parties, child=into["id"]))
    words.put_lot(state, words.gone(other))


def locked(state: State, event: Event, place: Place) -> None:
    """Locked for a party until a time."""
    lot = words.locked(words.lot_of(state, event.args["lot"]), event.args["party"], event.args["until"])
    words.put_lot(state, lot)
    state.move(words.step(place, event.name, lot=lot, amount=lot["amount"], parties=(lot["holder"], event.args["party"])))


def offer_made(state: State, event: Event, place: Place) -> None:
    """An offer stored on-chain locks the lot for its recipient until the deadline."""
    _, _, _, amount, recipient, _, _, deadline, _ = event.args["offer"]
    lot = words.locked(words.lot_of(state, event.args["lot"]), recipient, deadline)
    words.put_lot(state, {**lot, "flags": lot["flags"] | LOT_OFFERED, "consent": event.args["offerHash"]})
    state.move(words.step(place, event.name, lot=lot, amount=amount, parties=(lot["holder"], recipient)))


def released(state: State, event: Event, place: Place) -> None:
    """A lock ended without a transfer."""
    lot = words.bumped(words.unlocked(words.lot_of(state, event.args["lot"])))
    words.put_lot(state, lot)
    state.move(words.step(place, event.name, lot=lot, amount=lot["amount"], parties=(event.args["by"], lot["holder"])))


def financing_locked(state: State, event: Event, place: Place) -> None:
    """The holder's binding consent to one assignment or pledge."""
    args = event.args
    lot = words.locked(words.lot_of(state, args["lot"]), args["funder"], args["until"])
    consent = ids.financing_hash(Financing(args["funder"], args["until"], args["kind"], args["recourse"], args["commitment"]))
    changed = {"flags": lot["flags"] | LOT_FINANCING, "consent": consent, "consent_recourse": args["recourse"]}
    words.put_lot(state, {**lot, **changed})
    state.move(words.step(place, event.name, lot=lot, amount=lot["amount"], parties=(lot["holder"], args["funder"])))


def financed(state: State, event: Event, place: Place) -> None:
    """The funder has paid out: it holds the lot now, or is its pledgee."""
    lot, funder, seller = words.lot_of(state, event.args["lot"]), event.args["funder"], event.args["from"]
    if event.args["kind"] == FINANCE_ASSIGNMENT:
        moved = _handed_over(lot, funder, seller if lot["consent_recourse"] else 0)
        words.put_lot(state, {**moved, "hops": moved["hops"] + 1})
    else:
        free = words.bumped(words.unlocked(lot))
        words.put_lot(state, {**free, "lock_party": funder, "lock_until": FOREVER, "flags": free["flags"] | LOT_PLEDGED})
    state.move(words.step(place, event.name, lot=lot, amount=event.args["amount"], parties=(seller, funder)))


def pledge_released(state: State, event: Event, place: Place) -> None:
    """The pledgee lets go."""
    lot = words.bumped(words.unlocked(words.lot_of(state, event.args["lot"])))
    words.put_lot(state, lot)
    state.move(words.step(place, event.name, lot=lot, amount=lot["amount"], parties=(event.args["pledgee"], lot["holder"])))


def frozen(state: State, event: Event, place: Place) -> None:
    """The frozen part of a lot, absolute."""
    lot = words.with_frozen(words.bumped(words.lot_of(state, event.args["lot"])), event.args["amount"])
    words.put_lot(state, lot)
    state.move(words.step(place, event.name, lot=lot, amount=event.args["amount"], parties=(lot["holder"], None)))


def transfer_forced(state: State, event: Event, place: Place) -> None:
    """Moved by force of law, out of any lock; a freeze goes along with what exceeds the free part."""
    args = event.args
    lot, to = words.lot_of(state, args["lot"]), args["to"]
    if args["child"] == args["lot"]:
        words.put_lot(state, {**words.bumped(words.unlocked(lot)), "holder": to})
        child = lot["id"]
    else:
        child = _force_part(state, args, lot)
    state.move(words.step(place, event.name, lot=lot, amount=args["amount"], parties=(args["from"], to), child=child))


def _force_part(state: State, args: Row, lot: Row) -> str:
    carried = max(0, args["amount"] - (lot["amount"] - lot["frozen"]))
    part = _part(state, args, holder=args["to"])
    part = words.with_recourse(part, lot["recourse_seller"]) if lot["flags"] & LOT_RECOURSE else part
    words.put_lot(state, words.with_frozen(part, carried))
    rest = words.bumped(words.unlocked(words.lot_of(state, args["lot"])))
    words.put_lot(state, words.with_frozen(rest, lot["frozen"] - carried))
    return str(part["id"])


def redeemed(state: State, event: Event, place: Place) -> None:
    """Paid out: its line of a round, or whole: then the word is marked and keeps its amount, or is deleted when nothing may reopen it."""
    args = event.args
    lot, payable, amount = words.lot_of(state, args["lot"]), words.payable_of_lot(state, args["lot"]), args["amount"]
    changed = {"outstanding": lowered(payable, "outstanding", amount), "available": lowered(payable, "available", amount)}
    payable = {**payable, **changed, "redeemed": payable["redeemed"] + amount}
    if args["round"]:
        words.put_lot(state, {**words.bumped(lot), "amount": lowered(lot, "amount", amount), "round": args["round"]})
        words.put_payable(state, {**payable, "round_seen": payable["round_seen"] + lot["amount"]})
    else:
        reopenable = need(state, PROFILES, (payable["profile"],))["reopen_period"] != 0
        ended = {**words.bumped(lot), "flags": lot["flags"] | LOT_ENDED}
        words.put_lot(state, ended if reopenable else words.gone(lot))
        words.put_payable(state, payables.settled(payable))
    state.move(words.step(place, event.name, lot=lot, amount=amount, parties=(args["holder"], payable["obligor"])))


def reopened(state: State, event: Event, place: Place) -> None:
    """The bank returned a pay-out: the lot lives again, exposure rises, even above the limit."""
    args = event.args
    lot, payable, amount = words.lot_of(state, args["lot"]), words.payable_of_lot(state, args["lot"]), args["amount"]
    if lot["flags"] & LOT_ENDED:
        words.put_lot(state, {**words.bumped(lot), "flags": lot["flags"] & ~LOT_ENDED})
    else:
        words.put_lot(state, {**words.bumped(lot), "amount": lot["amount"] + amount})
    words.use(state, payable, amount)
    changed = {
        "outstanding": payable["outstanding"] + amount,
        "redeemed": lowered(payable, "redeemed", amount),
        "sequence": args["sequence"],
    }
    words.put_payable(state, payables.revived({**payable, **changed}))
    state.move(words.step(place, event.name, lot=lot, amount=amount, parties=(payable["obligor"], args["holder"])))


def given_up(state: State, event: Event, place: Place) -> None:
    """Discharged or set off: ended without cash; the word is gone and can't be reopened."""
    lot, payable, amount = words.lot_of(state, event.args["lot"]), words.payable_of_lot(state, event.args["lot"]), event.args["amount"]
    words.use(state, payable, -amount)
    changed = {"outstanding": lowered(payable, "outstanding", amount), "released": payable["released"] + amount}
    words.put_payable(state, payables.settled({**payable, **changed}))
    words.put_lot(state, words.gone(lot))
    state.move(words.step(place, event.name, lot=lot, amount=amount, parties=(lot["holder"], payable["obligor"])))
