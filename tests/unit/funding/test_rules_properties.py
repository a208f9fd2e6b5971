"""Clearing shares: exact, fair to one unit, the same for everybody who computes them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.funding import rules
from registry.funding.rules import Claim
from registry.kernel.errors import Invalid

amounts = st.integers(1, 2**72 - 1)


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    sizes = draw(st.lists(amounts | st.integers(1, 10), min_size=1, max_size=30))
    lots = draw(st.lists(st.integers(0, 2**32), min_size=len(sizes), max_size=len(sizes), unique=True))
    frozen = [draw(st.integers(0, size) | st.just(0)) for size in sizes]
    return [
        Claim(lot=f"0x{lot:064x}", holder=1, payee=2, amount=size, frozen=part) for lot, size, part in zip(lots, sizes, frozen, strict=True)
    ]


@given(claims(), st.data())
def test_shares_add_up_and_round_by_less_than_a_unit(items: list[Claim], data: st.DataObject) -> None:
    base = sum(item.amount for item in items)
    payment = data.draw(st.integers(1, base))
    lines = rules.pro_rata(items, payment)
    assert sum(line.amount for line in lines) == payment
    assert sum(line.base for line in lines) == base
    for line in lines:
        share = Fraction(line.base * payment, base)
        floor = line.base * payment // base
        assert line.amount in ({floor} if share == floor else {floor, floor + 1})
        assert line.amount <= line.base


@given(claims(), st.data())
def test_the_largest_remainders_are_raised_first(items: list[Claim], data: st.DataObject) -> None:
    base = sum(item.amount for item in items)
    payment = data.draw(st.integers(1, base))
    remainder = {line.lot: line.base * payment % base for line in rules.pro_rata(items, payment)}
    raised = {line.lot for line in rules.pro_rata(items, payment) if line.amount != line.base * payment // base}
    worst_raised = min(((remainder[lot], -int(lot, 16)) for lot in raised), default=None)
    best_left = max(((remainder[lot], -int(lot, 16)) for lot in remainder.keys() - raised), default=None)
    if worst_raised and best_left:
        assert worst_raised > best_left


@given(claims(), st.data())
def test_a_round_is_paced_so_that_it_can_always_be_closed(items: list[Claim], data: st.DataObject) -> None:
    base = sum(claim.amount for claim in items)
    payment = data.draw(st.integers(1, base))
    lines = rules.pro_rata(items, payment)
    cut = data.draw(st.integers(0, len(lines)))
    first = rules.paced(lines, base=base, payment=payment)[:cut]
    rest = rules.paced([line for line in lines if line not in first], base=base, payment=payment, done=first)
    ahead = 0
    for line in [*first, *rest]:
        ahead += line.amount * base - line.base * payment
        assert abs(ahead) < base
    assert sorted(line.lot for line in [*first, *rest]) == [line.lot for line in lines]


@given(claims(), st.data())
def test_the_order_that_claims_come_in_does_not_matter(items: list[Claim], data: st.DataObject) -> None:
    payment = data.draw(st.integers(1, sum(item.amount for item in items)))
    shuffled = data.draw(st.permutations(items))
    assert rules.pro_rata(items, payment) == rules.pro_rata(shuffled, payment)


@given(claims())
def test_a_payment_of_everything_pays_every_lot_whole(items: list[Claim]) -> None:
    base = sum(item.amount for item in items)
    assert rules.pro_rata(items, base) == rules.in_full(items)


@given(claims(), st.data())
def test_what_was_frozen_is_deposited_or_stays_frozen(items: list[Claim], data: st.DataObject) -> None:
    payment = data.draw(st.integers(1, sum(item.amount for item in items)))
    frozen = {item.lot: item.frozen for item in items}
    for line in rules.pro_rata(items, payment):
        assert 0 <= line.deposit <= line.amount
        assert line.deposit + min(frozen[line.lot], line.base - line.amount) == frozen[line.lot]


def test_equal_remainders_go_by_lot_id() -> None:
    items = [Claim(lot=f"0x{lot:064x}", holder=lot, payee=lot, amount=100, frozen=0) for lot in (3, 1, 2)]
    assert [(line.holder, line.amount) for line in rules.pro_rata(items, 200)] == [(1, 67), (2, 67), (3, 66)]


def test_a_lot_may_get_nothing() -> None:
    items = [Claim(lot=f"0x{lot:064x}", holder=lot, payee=lot, amount=amount, frozen=0) for lot, amount in ((1, 1), (2, 1_000_000))]
    assert [line.amount for line in rules.pro_rata(items, 3)] == [0, 3]


@pytest.mark.parametrize("payment", [0, -1, 101])
def test_a_payment_out_of_bounds_is_refused(payment: int) -> None:
    with pytest.raises(Invalid, match="above zero and at most"):
        rules.pro_rata([Claim(lot="0x1", holder=1, payee=1, amount=100, frozen=0)], payment)


def test_calls_hold_a_hundred_lots() -> None:
    assert [len(chunk) for chunk in rules.chunks(range(250))] == [100, 100, 50]
