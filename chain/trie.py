"""Roots of Merkle-Patricia tries: over a list, as headers hold it for transactions and receipts (keys are the RLP of the positions), and
over a map, as accounts and storage are held (keys are hashed)."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from chain import rlp
from chain.hashing import keccak

EMPTY_ROOT = keccak(b"\x80")
# Key (inside a trie as nibbles, one byte each) and value.
Pair = tuple[bytes, bytes]


def ordered_root(values: Sequence[bytes]) -> bytes:
    """Root hash of the trie that maps each position to its value."""
    if not values:
        return EMPTY_ROOT
    return keccak(_node([(key, values[position]) for key, position in _order(len(values))], 0))


def hashed_root(pairs: Iterable[Pair]) -> bytes:
    """Root hash of the trie that maps the hash of each key to its value; no key comes twice."""
    placed = sorted((nibbles(keccak(key)), value) for key, value in pairs)
    return keccak(_node(placed, 0)) if placed else EMPTY_ROOT


@lru_cache(maxsize=64)
def _order(count: int) -> list[tuple[bytes, int]]:
    """Keys of so many positions as nibbles, sorted, each with its position."""
    return sorted((nibbles(rlp.encode(rlp.number(position))), position) for position in range(count))


def nibbles(key: bytes) -> bytes:
    """A key as nibbles, one byte each."""
    return bytes(half for byte in key for half in (byte >> 4, byte & 15))


def _node(pairs: Sequence[Pair], depth: int) -> bytes:
    """RLP of the node over sorted pairs whose keys agree below `depth`. No key is a prefix of another, so branches hold no value."""
    first = pairs[0][0]
    if len(pairs) == 1:
        return rlp.encode([_path(first[depth:], leaf=True), pairs[0][1]])
    last, shared = pairs[-1][0], depth
    while first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        return rlp.joined((rlp.encode(_path(first[depth:shared], leaf=False)), _reference(pairs, shared)))
    branches, start = [b"\x80"] * 17, 0
    while start < len(pairs):
        nibble = pairs[start][0][depth]
        end = start + 1
        while end < len(pairs) and pairs[end][0][depth] == nibble:
            end += 1
        branches[nibble] = _reference(pairs[start:end], depth + 1)
        start = end
    return rlp.joined(branches)


def _reference(pairs: Sequence[Pair], depth: int) -> bytes:
    """A node inside another: itself when it is short, its hash otherwise."""
    node = _node(pairs, depth)
    return node if len(node) < 32 else b"\xa0" + keccak(node)


@lru_cache(maxsize=1024)
def _path(nibbles: bytes, *, leaf: bool) -> bytes:
    """Hex-prefix form of a piece of a key."""
    flag = 2 * leaf
    padded = bytes((flag + 1,)) + nibbles if len(nibbles) % 2 else bytes((flag, 0)) + nibbles
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))
