"""The trie root and the bloom, against py-evm's libraries."""

import rlp as reference
from eth_bloom import BloomFilter
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from chain.headers import logs_bloom
from chain.trie import EMPTY_ROOT, ordered_root
from chain.types import Log

VALUES = st.lists(st.binary(min_size=1, max_size=90), max_size=300)


@given(values=VALUES)
def test_ordered_root(values: list[bytes]) -> None:
    trie = HexaryTrie({})
    for position, value in enumerate(values):
        trie[reference.encode(position)] = value
    assert ordered_root(values) == trie.root_hash


def test_the_empty_root() -> None:
    assert ordered_root([]) == EMPTY_ROOT == HexaryTrie({}).root_hash


@given(
    logs=st.lists(
        st.builds(
            Log,
            address=st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
            topics=st.lists(st.binary(min_size=32, max_size=32), max_size=4).map(tuple),
            data=st.binary(max_size=8),
            log_index=st.just(0),
        ),
        max_size=6,
    )
)
def test_bloom(logs: list[Log]) -> None:
    bloom = BloomFilter()
    for log in logs:
        bloom.add(bytes.fromhex(log.address[2:]))
        for topic in log.topics:
            bloom.add(topic)
    assert logs_bloom(logs) == int(bloom)
