"""An invoice has one fingerprint however its number is typed, and different numbers keep different ones."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.kernel.errors import Invalid
from registry.receivables.invoices.fingerprint import fingerprint, normal_number

KEY = bytes(range(32))
NUMBERS = st.text(max_size=60)
PLAIN = st.from_regex(r"[A-Z]{0,4}[0-9]{1,10}[A-Z]{0,2}", fullmatch=True)


def mark(number: str, *, seller: str = "entity:2", buyer: str = "entity:1", group: str = "invoice", key: bytes = KEY) -> bytes:
    return fingerprint(key, seller, buyer, number=number, type_group=group)


@pytest.mark.parametrize(
    ("number", "normal"),
    [
        ("INV-001", "inv001"),
        (" inv 001 ", "inv001"),
        ("INV/001", "inv001"),
        ("ＩＮＶ－００１", "inv001"),
        ("INV\u200b0\u200d01", "inv001"),
        ("1-23", "1-23"),
        ("1 / 23", "1-23"),
        ("12-3", "12-3"),
        ("0012", "0012"),
        ("12", "12"),
        ("2024.0815.R", "2024-0815r"),
        ("№ 7", "no7"),
        ("١٢٣", "123"),
        ("Straße 5", "strasse5"),
        ("25312000000012345678", "25312000000012345678"),
        ("发票（三）8", "发票三8"),
    ],
)
def test_normal_numbers(number: str, normal: str) -> None:
    assert normal_number(number) == normal


@pytest.mark.parametrize("number", ["", "   ", "---", "\u200b", "#/.", "1" * 201])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(Invalid):
        normal_number(number)


@given(NUMBERS)
def test_normalising_twice_changes_nothing(number: str) -> None:
    try:
        normal = normal_number(number)
    except Invalid:
        assert not any(character.isascii() and character.isalnum() for character in number)
    else:
        assert normal_number(normal) == normal
        assert not any(character.isspace() for character in normal)


@given(PLAIN, st.sampled_from(["", " ", "\t", "\u00a0", "\u3000", ".", "#", "\u200b"]), st.sampled_from(["", " ", "-", "\n"]))
def test_edges_and_case_do_not_matter(number: str, before: str, after: str) -> None:
    assert mark(before + number.lower() + after) == mark(number)


@given(
    st.text(alphabet="ABC", min_size=1, max_size=4),
    st.text(alphabet="0123456789", min_size=1, max_size=8),
    st.sampled_from([" ", "-", "/", ".", "_", " - "]),
)
def test_separators_between_letters_and_digits_do_not_matter(letters: str, digits: str, separator: str) -> None:
    assert mark(letters + separator + digits) == mark(letters + digits)


@given(
    st.lists(st.text(alphabet="0123456789", min_size=1, max_size=4), min_size=1, max_size=4),
    st.lists(st.text(alphabet="0123456789", min_size=1, max_size=4), min_size=1, max_size=4),
)
def test_groups_of_digits_stay_apart(first: list[str], second: list[str]) -> None:
    assert (mark("-".join(first)) == mark("/".join(second))) is (first == second)


@given(PLAIN, PLAIN)
def test_different_numbers_differ(first: str, second: str) -> None:
    assert (mark(first) == mark(second)) is (first == second)


@given(PLAIN)
def test_every_part_counts(number: str) -> None:
    prints = {
        mark(number),
        mark(number, seller="entity:3"),
        mark(number, buyer="entity:3"),
        mark(number, seller="entity:1", buyer="entity:2"),
        mark(number, group="credit"),
        mark(number, key=bytes(32)),
    }
    assert len(prints) == 6
    assert {len(found) for found in prints} == {32}


@given(
    st.text(alphabet="ab:1", min_size=1, max_size=6),
    st.text(alphabet="ab:1", min_size=1, max_size=6),
    st.text(alphabet="ab:1", min_size=1, max_size=6),
    st.text(alphabet="ab:1", min_size=1, max_size=6),
)
def test_parts_cannot_flow_into_each_other(seller: str, buyer: str, other_seller: str, other_buyer: str) -> None:
    assume(seller != buyer and other_seller != other_buyer)
    same = mark("1", seller=seller, buyer=buyer) == mark("1", seller=other_seller, buyer=other_buyer)
    assert same is ((seller, buyer) == (other_seller, other_buyer))


def test_a_known_answer() -> None:
    """Fixed for ever: a change would let every invoice be confirmed a second time."""
    assert mark("INV-001").hex() == "81c92693437936b57aa5072ebeaa587e0c1477a2176f6da6f55ccf3bbda9beda"


@pytest.mark.parametrize(
    "call",
    [
        lambda: mark("1", key=bytes(31)),
        lambda: mark("1", seller=""),
        lambda: mark("1", buyer=""),
        lambda: mark("1", seller="entity:1", buyer="entity:1"),
        lambda: mark("1", group="380"),
    ],
    ids=["short key", "no seller", "no buyer", "same party", "unknown group"],
)
def test_wrong_calls_are_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(Invalid):
        call()
