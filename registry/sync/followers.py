"""Service records that follow the chain: offers accepted or withdrawn, financings and payments by event. Decisions are pure.

A record changes only by an event of an applied block, in the transaction that applies it; a rewind takes it back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from chain.events import Event
from chain.structs import LOT_FINANCING
from registry.sync import repo
from registry.sync.fold.state import Place, Row

# Columns of each table that follow the chain.
FOLLOWED: dict[str, tuple[str, ...]] = {
    "offers": ("state", "settled_block"),
    "financings": ("state", "locked_block", "settled_block"),
    "payments": ("state", "recorded_block", "settled_block"),
}


@dataclass
class Records:
    """The records that a batch of events may concern, as rows with their id."""

    offers: list[Row] = field(default_factory=list)
    financings: list[Row] = field(default_factory=list)
    payments: dict[bytes, Row] = field(default_factory=dict)


class Followers:
    """Applies events to records, and remembers what each block changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._records = Records()
        self._undo: dict[tuple[str, int], Row] = {}
        self._dirty: dict[str, dict[int, Row]] = {name: {} for name in FOLLOWED}
        self._rules = {
            "Transferred": self._transferred,
            "EpochRaised": self._epoch_raised,
            "FinancingLocked": self._financing_locked,
            "PledgeReleased": self._pledge_released,
            "PaymentRecorded": self._payment,
            "PaymentReversed": self._payment,
        }

    def prefetch(self, events: Iterable[Event]) -> None:
        """Loads the records that these events may concern."""
        children, lots, receipts, raised = set(), set(), set(), set()
        for event in events:
            args = event.args
            if event.name == "Transferred":
                children.add(f"0x{args['child']:064x}")
            if event.name in {"PaymentRecorded", "PaymentReversed"}:
                receipts.add(args["receipt"])
            elif event.name == "EpochRaised":
                raised.add(args["participant"])
            elif event.name != "Redeemed":
                lots |= {f"0x{args[name]:064x}" for name in ("lot", "into", "absorbed") if name in args}
        self._records = Records(
            offers=repo.open_offers(self._session, children=children, makers=raised),
            financings=repo.live_financings(self._session, lots),
            payments={row["receipt"]: row for row in repo.payments_by_receipt(self._session, receipts)},
        )

    def price(self, event: Event) -> int:
        """What the funder pays out by a Financed event, where the financing was agreed here; else 0."""
        found = self._financing(event.args["lot"], "locked") if event.name == "Financed" else None
        return 0 if found is None else int(found["price"])

    def follow(self, event: Event, place: Place) -> None:
        """Takes one event in."""
        rule = self._rules.get(event.name)
        if rule is not None:
            rule(event, place)

    def lock_ended(self, event: Event, place: Place, *, before: Row, after: Row) -> None:
        """A financing lock ends by completion, release, or the holder's next act once it has run out, such as locking it anew.

        Rows of the lot around the event.
        """
        if before["flags"] & LOT_FINANCING and (not after["flags"] & LOT_FINANCING or event.name == "FinancingLocked"):
            ended = "completed" if event.name == "Financed" else "released"
            self._change("financings", self._financing(int(before["id"], 16), "locked"), state=ended, settled_block=place.number)

    @property
    def watches_locks(self) -> bool:
        """Whether a financing of this batch may end."""
        return bool(self._records.financings)

    def take_undo(self, *, keep: bool) -> list[list[Any]]:
        """What the events since the last call have changed, as it was before: [table, key, columns]. Nothing, unless to keep."""
        undo: list[list[Any]] = [[table, {"id": number}, row] for (table, number), row in self._undo.items()] if keep else []
        self._undo = {}
        return undo

    def flush(self) -> None:
        """Writes what has changed."""
        for table, rows in self._dirty.items():
            repo.update_records(self._session, table, FOLLOWED[table], rows=list(rows.values()))
        self._dirty = {name: {} for name in FOLLOWED}

    def _transferred(self, event: Event, place: Place) -> None:
        args = event.args
        child, lot = f"0x{args['child']:064x}", f"0x{args['lot']:064x}"
        wanted = (lot, child, args["to"], args["amount"], args["kind"], args["documents"])
        for offer in self._records.offers:
            names = ("lot_id", "child_id", "recipient", "amount", "kind", "documents")
            if offer["state"] == "open" and tuple(offer[name] for name in names) == wanted:
                self._change("offers", offer, state="accepted", settled_block=place.number)
                return

    def _epoch_raised(self, event: Event, place: Place) -> None:
        for offer in self._records.offers:
            void = offer["entity_id"] == event.args["participant"] and offer["epoch"] < event.args["epoch"]
            if void and offer["state"] == "open":
                self._change("offers", offer, state="withdrawn", settled_block=place.number)

    def _financing_locked(self, event: Event, place: Place) -> None:
        lot = f"0x{event.args['lot']:064x}"
        for record in self._records.financings:
            if record["state"] == "requested" and (record["lot_id"], record["commitment"]) == (lot, event.args["commitment"]):
                self._change("financings", record, state="locked", locked_block=place.number)
                return

    def _pledge_released(self, event: Event, _place: Place) -> None:
        # `settled_block` stays the one of the pay-out: that is where its posting comes from.
        self._change("financings", self._financing(event.args["lot"], "completed"), state="pledge_released")

    def _payment(self, event: Event, place: Place) -> None:
        record = self._records.payments.get(event.args["receipt"])
        if event.name == "PaymentRecorded":
            self._change("payments", record, state="recorded", recorded_block=place.number)
        else:
            self._change("payments", record, state="reversed", settled_block=place.number)

    def _financing(self, lot: int, state: str) -> Row | None:
        name = f"0x{lot:064x}"
        return next((row for row in self._records.financings if (row["lot_id"], row["state"]) == (name, state)), None)

    def _change(self, table: str, record: Row | None, **values: Any) -> None:
        if record is None:
            return
        self._undo.setdefault((table, record["id"]), {name: record[name] for name in FOLLOWED[table]})
        record.update(values)
        self._dirty[table][record["id"]] = record
