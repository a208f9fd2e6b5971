"""State bits in words, and what an offer is worth."""

import pytest

from chain.structs import LOT_ENDED, LOT_FINANCING, LOT_OFFERED, LOT_PLEDGED, PAYABLE_ACTIVE, PAYABLE_OVERDUE, PAYABLE_ROUND_OPEN, WHOLE
from registry.receivables import states


def test_payable_words() -> None:
    word = PAYABLE_ACTIVE | PAYABLE_OVERDUE | PAYABLE_ROUND_OPEN
    assert states.payable_state(word) == "active"
    assert states.payable_flags(word) == ["overdue", "round_open"]
    assert [states.payable_state_number(name) for name in ("issued", "active", "refused", "cancelled", "settled", "?")] == [
        1,
        2,
        3,
        4,
        5,
        None,
    ]


@pytest.mark.parametrize(
    ("expected", "word"),
    [
        ("gone", {"exists": False, "flags": 0, "amount": 0, "locked": False}),
        ("ended", {"exists": True, "flags": LOT_ENDED, "amount": 5, "locked": False}),
        ("empty", {"exists": True, "flags": 0, "amount": 0, "locked": False}),
        ("free", {"exists": True, "flags": LOT_OFFERED, "amount": 5, "locked": False}),
        ("locked", {"exists": True, "flags": 0, "amount": 5, "locked": True}),
        ("offered", {"exists": True, "flags": LOT_OFFERED, "amount": 5, "locked": True}),
        ("financing", {"exists": True, "flags": LOT_FINANCING, "amount": 5, "locked": True}),
        ("pledged", {"exists": True, "flags": LOT_PLEDGED, "amount": 5, "locked": True}),
    ],
)
def test_lot_words(expected: str, word: dict[str, bool | int]) -> None:
    assert states.lot_state(**word) == expected  # type: ignore[arg-type]


def test_a_lock_stands_to_its_last_second() -> None:
    assert states.is_locked(7, 100, 100)
    assert not states.is_locked(7, 100, 101)
    assert not states.is_locked(0, 100, 50)


def test_only_what_is_owed_is_live() -> None:
    assert states.is_live(exists=True, flags=LOT_PLEDGED, amount=1)
    assert not states.is_live(exists=True, flags=LOT_ENDED, amount=1)
    assert not states.is_live(exists=True, flags=0, amount=0)
    assert not states.is_live(exists=False, flags=0, amount=1)


@pytest.mark.parametrize(
    ("expected", "change"),
    [
        ("open", {}),
        ("accepted", {"state": "accepted", "expired": True}),
        ("withdrawn", {"state": "withdrawn"}),
        ("expired", {"expired": True}),
        ("stale", {"versions": (3, 4)}),
        ("stale", {"epochs": (0, 1)}),
        ("stale", {"children": 0b100}),
        ("open", {"children": 0b011}),
        ("open", {"child": WHOLE, "children": 2**40 - 1}),
    ],
)
def test_offer_status(expected: str, change: dict[str, object]) -> None:
    offer = {"state": "open", "child": 2, "versions": (3, 3), "epochs": (0, 0), "children": 0, "expired": False} | change
    assert states.offer_status(offer.pop("state"), **offer) == expected  # type: ignore[arg-type]
