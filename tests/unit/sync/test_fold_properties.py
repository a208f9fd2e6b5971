"""Whatever legal history the chain has: nothing is created or lost, and the ledger tells the same story."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chain.abi import INTERFACE, load
from chain.structs import LOT_ENDED, PAYABLE_CANCELLED, PAYABLE_OVERDUE, PAYABLE_REFUSED, PAYABLE_STATE_MASK
from registry.ledger.accounts import Kind
from registry.ledger.postings import of_event
from registry.sync import facts
from registry.sync.fold import EFFECTS, MemoryState, Place, State, apply
from tests.factories.histories import AGENT, CNY, OBLIGORS, History

seeds = st.integers(0, 2**32)


def rows(state: State, table: str) -> list[dict[str, Any]]:
    assert isinstance(state, MemoryState)
    return list(state.tables.get(table, {}).values())


def live(state: State) -> list[dict[str, Any]]:
    return [lot for lot in rows(state, "lots") if lot["exists"] and not lot["flags"] & LOT_ENDED]


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 250))
def test_conservation(seed: int, size: int) -> None:
    state = History(seed).grow(size).state
    held: Counter[str] = Counter()
    for lot in live(state):
        held[lot["payable_id"]] += lot["amount"]
    used: Counter[int] = Counter()
    overdue: Counter[int] = Counter()
    occupied: Counter[tuple[int, str]] = Counter()
    for payable in rows(state, "payables"):
        assert payable["outstanding"] == held[payable["id"]]
        assert 0 <= payable["available"] <= payable["outstanding"]
        assert payable["face"] == payable["outstanding"] + payable["redeemed"] + payable["released"] + payable["cancelled"]
        used[payable["obligor"]] += payable["outstanding"] - payable["available"]
        overdue[payable["obligor"]] += bool(payable["state"] & PAYABLE_OVERDUE)
        if payable["state"] & PAYABLE_STATE_MASK not in {PAYABLE_REFUSED, PAYABLE_CANCELLED}:
            occupied.update({(payable["obligor"], mark): int(amount) for mark, amount, _ in payable["portions"]})
    for obligor in OBLIGORS:
        limit = state.get("credit_limits", (obligor, CNY))
        assert limit is not None
        assert (limit["used"], limit["overdue"]) == (used[obligor], overdue[obligor])
    for row in rows(state, "invoice_occupations"):
        assert row["occupied"] == occupied[row["obligor"], "0x" + row["fingerprint"].hex()] <= row["total"]


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 250))
def test_ledger_mirrors_the_claims(seed: int, size: int) -> None:
    history = History(seed).grow(size)
    state, balances = MemoryState(), Counter[tuple[int, str]]()
    for number, call in enumerate(history.calls):
        for index, event in enumerate(call):
            place = Place(number, 1_700_000_000 + number, index, index > 0)
            found = facts.of(state, event, place, block_hash=b"\x01" * 32)
            for draft in of_event(event, found) if found else []:
                assert sum(line.amount for line in draft.lines) == 0
                balances.update({(line.entity, line.kind): line.amount for line in draft.lines})
            apply(state, event, place)
    claims: Counter[int] = Counter()
    for lot in live(state):
        claims[lot["holder"]] += lot["amount"]
    payables = rows(state, "payables")
    assert {e: a for (e, kind), a in balances.items() if kind == Kind.CLAIMS and a} == {e: a for e, a in claims.items() if a}
    for obligor in OBLIGORS:
        assert balances[obligor, Kind.PAYABLES] == -sum(p["outstanding"] for p in payables if p["obligor"] == obligor)
    assert balances[AGENT, Kind.COLLECTIONS] == sum(p["available"] for p in payables)
    assert sum(balances.values()) == 0


def test_every_event_of_the_contract_has_an_effect_or_says_none() -> None:
    names = {entry["name"] for contract in (INTERFACE, "Tallystick") for entry in load(contract).entries("event")}
    assert names == set(EFFECTS)


def test_histories_reach_every_event() -> None:
    seen = {event.name for seed in range(12) for event in History(seed).grow(300).events}
    assert set(EFFECTS) - seen == {"Anchored", "AuthorityUpdated", "EIP712DomainChanged", "ProfilePaused", "RedemptionSuspended"}
