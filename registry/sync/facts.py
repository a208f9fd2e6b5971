"""What postings need to know beside an event, read from the mirror as it was before the event. Pure."""

from datetime import UTC, datetime

from chain.events import Event
from chain.structs import LOT_ENDED, LOT_PLEDGED
from registry.ledger.postings import Facts, moves_value
from registry.sync.fold import words
from registry.sync.fold.state import LIMITS, Place, Row, State, need

_NO_LOT: Row = {"holder": 0, "amount": 0, "frozen": 0, "flags": 0, "lock_party": 0}


def of(state: State, event: Event, place: Place, *, block_hash: bytes, price: int = 0) -> Facts | None:
    """Facts for the postings of an event; None when its kind moves no value. `price`: the pay-out of a financing, if known here."""
    if not moves_value(event.name):
        return None
    args = event.args
    if event.name == "Issued":
        payable: Row = {name: args[name] for name in ("obligor", "payee", "face", "profile")}
        payable["currency"] = words.letters(args["currency"])
        number = args["payableId"]
    else:
        number = args["payableId"] if "payableId" in args else args["lot"] >> 96
        payable = words.payable_of(state, number)
    lot = words.lot_of(state, args["lot"]) if "lot" in args else _NO_LOT
    returned = args["amount"] if event.name == "Reopened" and not lot["flags"] & LOT_ENDED else 0
    return Facts(
        key=f"chain:{block_hash.hex()}:{place.log_index}",
        at=datetime.fromtimestamp(place.timestamp, UTC),
        block_number=place.number,
        subject=f"payable:0x{number:040x}",
        currency=payable["currency"],
        obligor=payable["obligor"],
        payee=payable["payee"],
        agent=need(state, LIMITS, words.limit_key(payable))["agent"],
        face=payable["face"],
        holder=lot["holder"],
        amount=lot["amount"] + returned,
        frozen=lot["frozen"],
        pledgee=lot["lock_party"] if lot["flags"] & LOT_PLEDGED else 0,
        price=price,
    )
