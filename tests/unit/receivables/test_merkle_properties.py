"""Roots over documents: each opens alone, nothing else opens."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.kernel.errors import Invalid
from registry.receivables import merkle

commitments = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


@given(commitments, st.data())
def test_every_document_opens_alone(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.path(leaves, index)
    assert merkle.root_of_path(leaves[index], index=index, size=len(leaves), hashes=path) == merkle.root(leaves)
    # ceil(log2(n)) hashes at most.
    assert len(path) <= (len(leaves) - 1).bit_length()


@given(commitments, st.data())
def test_another_document_does_not_open(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    forged = data.draw(st.binary(min_size=32, max_size=32).filter(lambda value: value != leaves[index]))
    assert merkle.root_of_path(forged, index=index, size=len(leaves), hashes=merkle.path(leaves, index)) != merkle.root(leaves)


@given(commitments)
def test_a_root_depends_on_order_and_number(leaves: list[bytes]) -> None:
    root = merkle.root(leaves)
    assert merkle.root([*leaves, leaves[-1]]) != root
    if len(leaves) > 1:
        assert merkle.root(leaves[::-1]) != root
        assert merkle.root(leaves[:-1]) != root


def test_the_tree_is_that_of_rfc_6962() -> None:
    a, b, c = (hashlib.sha256(bytes([number])).digest() for number in range(3))
    pair = hashlib.sha256(b"\x01" + hashlib.sha256(b"\x00" + a).digest() + hashlib.sha256(b"\x00" + b).digest()).digest()
    assert merkle.root([a]) == hashlib.sha256(b"\x00" + a).digest()
    assert merkle.root([a, b, c]) == hashlib.sha256(b"\x01" + pair + hashlib.sha256(b"\x00" + c).digest()).digest()


def test_a_node_never_passes_for_a_document() -> None:
    a, b = b"a" * 32, b"b" * 32
    assert merkle.root([merkle.leaf(a) + merkle.leaf(b)]) != merkle.root([a, b])


def test_an_empty_set_and_a_path_that_does_not_fit_are_refused() -> None:
    leaves = [bytes([number]) * 32 for number in range(5)]
    with pytest.raises(Invalid, match="at least one"):
        merkle.root([])
    with pytest.raises(Invalid, match="no such document"):
        merkle.path(leaves, 5)
    for hashes in (merkle.path(leaves, 1)[:-1], [*merkle.path(leaves, 1), b"x" * 32]):
        with pytest.raises(Invalid, match="does not fit"):
            merkle.root_of_path(leaves[1], index=1, size=5, hashes=hashes)


@given(commitments, st.data())
def test_a_way_with_sides_needs_neither_place_nor_number(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    found = merkle.leaf(leaves[index])
    for side, other in zip(merkle.sides(index=index, size=len(leaves)), merkle.path(leaves, index), strict=True):
        found = merkle.node(other, found) if side == "left" else merkle.node(found, other)
    assert found == merkle.root(leaves)
