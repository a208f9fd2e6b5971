"""Records that follow the chain, where one event ends one thing and begins another."""

from typing import Any

from sqlalchemy import insert, select

from chain.events import Event
from registry.funding.tables import FinancingRecord
from registry.kernel.uow import SERVICE, Work
from registry.sync.indexer import Indexer
from tests.factories.histories import History
from tests.sync.branches import BranchingChain


def test_a_lock_that_has_run_out_and_is_given_anew_releases_the_earlier_financing(work: Work) -> None:
    """The holder may lock a lot anew once the funder's time is over; the contract then says nothing of the earlier lock."""
    chain = BranchingChain(21, finality=2)
    indexer = Indexer(work, chain)  # type: ignore[arg-type]
    history = chain.tips[-1].history.branch(1)
    number = int.from_bytes(b"\x07" * 20, "big")
    terms: dict[str, Any] = {
        "payableId": number,
        "obligor": 5,
        "payee": 7,
        "profile": profile_of(history),
        "currency": 156,
        "due": 1_800_000_000,
    }
    terms |= {"face": 900, "terms": b"\x01" * 32, "salt": b"\x02" * 32, "portions": [[b"\x03" * 32, 900, 900]]}
    history.emit(Event("Issued", terms))
    history.emit(Event("Accepted", {"payableId": number}))
    lot = number << 96
    locks = [{"lot": lot, "funder": 3, "until": until, "kind": 0, "recourse": False, "commitment": bytes([until]) * 32} for until in (1, 2)]
    with work.begin(SERVICE) as unit:
        for lock in locks:
            row = {"entity_id": 7, "funder": 3, "lot_id": f"0x{lot:064x}", "payable_id": f"0x{number:040x}", "kind": 0, "recourse": False}
            row |= {"until": 1, "currency": "CNY", "amount": 900, "price": 880, "commitment": lock["commitment"], "salt_sealed": b""}
            unit.session.execute(insert(FinancingRecord).values({**row, "account_id": 1, "state": "requested", "created_at": unit.now}))
    before = len(history.calls) - 2
    for lock in locks:
        history.emit(Event("FinancingLocked", lock))
    for call in history.calls[before:]:
        chain._add(history, [call])
    indexer.catch_up()
    with work.begin(SERVICE) as unit:
        columns = (FinancingRecord.state, FinancingRecord.locked_block, FinancingRecord.settled_block)
        found = [tuple(row) for row in unit.session.execute(select(*columns).order_by(FinancingRecord.id))]
    head = chain.head().number
    assert found == [("released", head - 1, head), ("locked", head, None)]


def profile_of(history: History) -> int:
    """The profile that the history has set."""
    return next(event.args["profile"] for event in history.events if event.name == "ProfileSet")
