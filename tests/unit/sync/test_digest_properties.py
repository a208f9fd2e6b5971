"""The digest as documented: a second reading of the formula gives the same, order does not matter, every value does."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.sync import digest

VALUES = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.binary(max_size=40) | st.text(max_size=12)
ROWS = st.fixed_dictionaries({"b": VALUES, "a": VALUES, "list": st.lists(st.lists(st.text(max_size=5), max_size=3), max_size=3)})
WEIGH = digest.encoder("lots", ["b", "a", "list"])


def as_documented(row: dict[str, Any]) -> int:
    values = ["0x" + value.hex() if isinstance(value, bytes) else value for _, value in sorted(row.items())]
    content = "lots\n" + json.dumps(values, separators=(",", ":"), ensure_ascii=False)
    return int(hashlib.sha256(content.encode()).hexdigest(), 16)


def test_a_row_by_hand() -> None:
    row = {"a": b"\x01\xff", "b": 2**72, "list": [["0xab", "7"]]}
    content = b'lots\n["0x01ff",4722366482869645213696,[["0xab","7"]]]'
    assert WEIGH(row) == int(hashlib.sha256(content).hexdigest(), 16)


@given(ROWS.filter(lambda row: "\x7f" not in str(row)))
def test_a_row_weighs_what_the_formula_says(row: dict[str, Any]) -> None:
    assert WEIGH(row) == as_documented(row)


@given(st.lists(ROWS, max_size=5), st.randoms(use_true_random=False))
def test_rows_have_no_order_and_what_goes_leaves_nothing(rows: list[dict[str, Any]], random: Any) -> None:
    weights = [WEIGH(row) for row in rows]
    shuffled = random.sample(weights, len(weights))
    assert digest.packed(sum(weights)) == digest.packed(sum(shuffled))
    assert digest.packed(sum(weights) - sum(shuffled)) == bytes(digest.SIZE)
    assert digest.sum_of(digest.packed(sum(weights))) == sum(weights) % digest.MODULUS


@given(ROWS, ROWS)
def test_another_value_is_another_digest(one: dict[str, Any], other: dict[str, Any]) -> None:
    same = as_documented(one) == as_documented(other)
    assert (WEIGH(one) == WEIGH(other)) == same


def test_a_value_that_no_row_holds_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        WEIGH({"a": 1.5j, "b": 0, "list": []})
