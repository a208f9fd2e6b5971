"""Amounts as text: one way to write them, exact both ways."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel import money
from registry.kernel.errors import Invalid


@given(st.integers(min_value=0, max_value=money.MAX_AMOUNT), st.sampled_from(["EUR", "CNY", "JPY", "BHD"]))
def test_text_and_minor_units_are_exact_both_ways(minor: int, code: str) -> None:
    assert money.to_minor(money.to_text(minor, code), code) == minor


def test_decimals_may_be_left_out() -> None:
    assert [money.to_minor(text, "EUR") for text in ("10", "10.5", "0010.50")] == [1000, 1050, 1050]


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", " 1", "1 ", "1e2", "1_0", ".5", "5.", "1,5", "1.2.3", "\uff11\uff10", "0x10", "NaN", "Infinity", "10.000"]
)
def test_other_spellings_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="is not an amount"):
        money.to_minor(text, "EUR")


def test_no_amount_is_larger_than_the_contract_keeps() -> None:
    largest = money.to_text(money.MAX_AMOUNT, "EUR")
    assert money.to_minor(largest, "EUR") == money.MAX_AMOUNT
    with pytest.raises(Invalid, match="is not an amount"):
        money.to_minor(money.to_text(money.MAX_AMOUNT + 1, "EUR"), "EUR")
    with pytest.raises(Invalid, match="ISO 4217"):
        money.to_minor("1", "ZZZ")
