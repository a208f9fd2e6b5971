"""Requests go to a node in parts that it takes, whole and in order."""

from hypothesis import given
from hypothesis import strategies as st

from chain.rpc import _BATCH, _BYTES, _parts

sizes = st.lists(st.sampled_from([10, 1_000, 300_000, 3_000_000, 6_000_000]), max_size=60)


@given(sizes, st.integers(0, 2 * _BATCH))
def test_no_part_is_too_large_and_none_is_lost(lengths: list[int], small: int) -> None:
    # One text for each length: what counts is how long it is.
    texts = {length: "0" * length for length in set(lengths)}
    requests = [("eth_sendRawTransaction", [texts[length]]) for length in lengths] + [("eth_chainId", [])] * small
    parts = list(_parts(requests))
    assert [request for part in parts for request in part] == requests
    for part in parts:
        assert 0 < len(part) <= _BATCH
        assert len(part) == 1 or sum(len(item) for _, params in part for item in params) <= _BYTES
