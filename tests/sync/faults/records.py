"""Records of the service that follow the chain: made for the story's events before they are mined, and what must become of them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from chain.events import Event
from chain.structs import LOT_FINANCING
from registry.funding.tables import FinancingRecord, PaymentRecord
from registry.receivables.tables import OfferRecord
from tests.sync.faults.node import Mined

Row = dict[str, Any]
TABLES = ("offers", "financings", "payments")
PRICE = 777
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_OFFER = {"version": 0, "child": 0, "deadline": 2**32 - 1, "signature": b"", "on_chain": False, "state": "open", "created_at": _NOW}
_FINANCING = {"currency": "CNY", "salt_sealed": b"", "account_id": 1, "state": "requested", "created_at": _NOW, "price": PRICE}
_PAYMENT = {"currency": "CNY", "reference_sealed": b"", "reference_blind": b"", "state": "requested", "created_at": _NOW}


def prepare(session: Session, block: Mined) -> None:
    """Stores what the service would have decided before this block: offers, financings and payments that its events are about."""
    for event in (event for call in block.calls for _, event in call):
        args = event.args
        if event.name == "Transferred":
            maker = block.history.state.get("participants", (args["from"],)) or {}
            # As the maker's epoch was when it signed; the same block may have raised it since, so it is one that is good in any case.
            epoch = max(0, maker["epoch"])
            row = {"entity_id": args["from"], "recipient": args["to"], "lot_id": _lot(args["lot"]), "child_id": _lot(args["child"])}
            row |= {"payable_id": _lot(args["lot"])[:42], "amount": args["amount"], "kind": args["kind"], "documents": args["documents"]}
            session.execute(insert(OfferRecord).values({**_OFFER, **row, "epoch": epoch}))
        elif event.name == "FinancingLocked":
            row = {"entity_id": 1, "funder": args["funder"], "lot_id": _lot(args["lot"]), "payable_id": _lot(args["lot"])[:42], "amount": 1}
            row |= {name: args[name] for name in ("kind", "recourse", "until", "commitment")}
            session.execute(insert(FinancingRecord).values({**_FINANCING, **row}))
        elif event.name == "PaymentRecorded":
            row = {"entity_id": 2, "obligor": 5, "payable_id": f"0x{args['payableId']:040x}"}
            row |= {name: args[name] for name in ("sequence", "amount", "receipt")}
            session.execute(insert(PaymentRecord).values({**_PAYMENT, **row}))


class Records:
    """What must become of the records, event by event."""

    def __init__(self, session: Session) -> None:
        offers = session.execute(select(OfferRecord.__table__).order_by(OfferRecord.id)).mappings()
        self.offers: list[Row] = [{**row, "state": "open", "settled_block": None} for row in offers]
        self.payments = {row["receipt"]: ("requested", None) for row in session.execute(select(PaymentRecord.__table__)).mappings()}
        rows = session.execute(select(FinancingRecord.__table__)).mappings()
        self.financings: dict[bytes, tuple[str, int | None, int | None]] = {row["commitment"]: ("requested", None, None) for row in rows}
        # The financing behind each lot's present lock or pledge.
        self._locks: dict[int, bytes] = {}
        self.cash: Counter[tuple[int, str]] = Counter()

    def before(self, number: int, event: Event) -> None:
        """An event of a block, before the oracle takes it in."""
        args = event.args
        if event.name == "Transferred":
            found = next((row for row in self.offers if row["documents"] == args["documents"] and row["state"] == "open"), None)
            if found is not None:
                found.update(state="accepted", settled_block=number)
        elif event.name == "EpochRaised":
            for row in self.offers:
                if row["state"] == "open" and row["entity_id"] == args["participant"] and row["epoch"] < args["epoch"]:
                    row.update(state="withdrawn", settled_block=number)
        elif event.name == "PaymentRecorded":
            self.payments[args["receipt"]] = ("recorded", number)
        elif event.name == "Financed":
            self.cash[args["from"], "bank"] += PRICE
            self.cash[args["funder"], "bank"] -= PRICE

    def after(self, number: int, event: Event, flags: dict[int, tuple[int, int]]) -> None:
        """The same event, after it; flags of the lots it names before and after."""
        if event.name == "FinancingLocked":
            self._end_lock(number, event, event.args["lot"], flags)
            self._locks[event.args["lot"]] = event.args["commitment"]
            self.financings[event.args["commitment"]] = ("locked", number, None)
            return
        for lot in flags:
            self._end_lock(number, event, lot, flags)
        if event.name == "PledgeReleased":
            commitment = self._locks.pop(event.args["lot"])
            _, locked, settled = self.financings[commitment]
            self.financings[commitment] = ("pledge_released", locked, settled)

    def _end_lock(self, number: int, event: Event, lot: int, flags: dict[int, tuple[int, int]]) -> None:
        was, now = flags[lot]
        if was & LOT_FINANCING and (not now & LOT_FINANCING or event.name == "FinancingLocked"):
            commitment = self._locks[lot]
            _, locked, _ = self.financings[commitment]
            done = event.name == "Financed"
            self.financings[commitment] = ("completed" if done else "released", locked, number)
            if not done:
                del self._locks[lot]


def stored(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """What the database holds of them."""
    offers = session.execute(select(OfferRecord.id, OfferRecord.state, OfferRecord.settled_block).order_by(OfferRecord.id))
    columns = (FinancingRecord.commitment, FinancingRecord.state, FinancingRecord.locked_block, FinancingRecord.settled_block)
    payments = session.execute(select(PaymentRecord.receipt, PaymentRecord.state, PaymentRecord.recorded_block))
    return {
        "offers": [tuple(row) for row in offers],
        "financings": sorted(tuple(row) for row in session.execute(select(*columns))),
        "payments": sorted(tuple(row) for row in payments),
    }


def expected(records: Records) -> dict[str, list[tuple[Any, ...]]]:
    """What it must hold."""
    return {
        "offers": [(row["id"], row["state"], row["settled_block"]) for row in records.offers],
        "financings": sorted((commitment, *values) for commitment, values in records.financings.items()),
        "payments": sorted((receipt, *values) for receipt, values in records.payments.items()),
    }


def _lot(number: int) -> str:
    return f"0x{number:064x}"
