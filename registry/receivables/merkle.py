"""Merkle trees over salted commitments, as RFC 6962 section 2.1 builds them: one document can be opened without the others.

Leaves and nodes are hashed under different first bytes, so that a node never passes for a document. Pure.
"""

import hashlib
from collections.abc import Sequence

from registry.kernel.errors import Invalid


def leaf(commitment: bytes) -> bytes:
    """SHA-256(0x00 || commitment)."""
    return hashlib.sha256(b"\x00" + commitment).digest()


def node(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(commitments: Sequence[bytes]) -> bytes:
    """The root over commitments in order. Invalid for none: an empty set commits to nothing."""
    if not commitments:
        raise Invalid("a root needs at least one document")
    return _root([leaf(commitment) for commitment in commitments])


def path(commitments: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes beside the way from leaf `index` up to the root, lowest first."""
    if not 0 <= index < len(commitments):
        raise Invalid("there is no such document under the root", index=index)
    return _path([leaf(commitment) for commitment in commitments], index)


def root_of_path(commitment: bytes, *, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """The root that a path leads to; a verifier compares it with the one on-chain. Invalid when the path has the wrong length."""
    if not 0 <= index < size or len(hashes) != _depth(index, size):
        raise Invalid("the path does not fit the place and the number of documents", index=index, size=size)
    return _climb(leaf(commitment), index, size, hashes)


def sides(*, index: int, size: int) -> list[str]:
    """On which side each hash of a path stands, lowest first: "left" or "right" of the way up."""
    if size == 1:
        return []
    split = _split(size)
    if index < split:
        return [*sides(index=index, size=split), "right"]
    return [*sides(index=index - split, size=size - split), "left"]


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node(_root(leaves[:split]), _root(leaves[split:]))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*_path(leaves[:split], index), _root(leaves[split:])]
    return [*_path(leaves[split:], index - split), _root(leaves[:split])]


def _climb(start: bytes, index: int, size: int, hashes: Sequence[bytes]) -> bytes:
    if size == 1:
        return start
    split = _split(size)
    if index < split:
        return node(_climb(start, index, split, hashes[:-1]), hashes[-1])
    return node(hashes[-1], _climb(start, index - split, size - split, hashes[:-1]))


def _depth(index: int, size: int) -> int:
    if size == 1:
        return 0
    split = _split(size)
    return 1 + (_depth(index, split) if index < split else _depth(index - split, size - split))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
