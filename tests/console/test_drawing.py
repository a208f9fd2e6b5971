"""The geometry of claim trees."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.drawing import BOX_HEIGHT, BOX_WIDTH, LINE, MOST_CHILDREN, ROW, WIDEST, Drawing, Node, columns_of, draw, lines_of

FOLDED = {"en": "{count} more"}


def node(number: int, parent: int | None, amount: int = 100) -> Node:
    return Node(
        id=str(number), parent=None if parent is None else str(parent), name={"en": f"party {number}"}, amount=amount, tone="live", badge={}
    )


def drawn(*nodes: Node) -> Drawing:
    return draw(nodes, money=str, folded=FOLDED)


@st.composite
def forests(draw: st.DrawFn) -> list[Node]:
    """Nodes in any order, each below an earlier one, an unknown one or none."""
    count = draw(st.integers(1, 40))
    parents = [draw(st.none() | st.integers(0, i - 1) | st.just(999)) if i else None for i in range(count)]
    amounts = draw(st.lists(st.integers(0, 10**12), min_size=count, max_size=count))
    return draw(st.permutations([node(i, parents[i], amounts[i]) for i in range(count)]))


@given(forests())
def test_no_two_boxes_touch_and_all_stand_on_the_page(nodes: list[Node]) -> None:
    drawing = drawn(*nodes)
    for box in drawing.boxes:
        assert 0 <= box.x <= drawing.width - BOX_WIDTH
        assert 0 <= box.y <= drawing.height - BOX_HEIGHT
    for one, other in combinations(drawing.boxes, 2):
        assert one.x != other.x or abs(one.y - other.y) >= ROW


@given(forests())
def test_every_amount_is_drawn_once(nodes: list[Node]) -> None:
    drawing = drawn(*nodes)
    known = {n.id for n in nodes}
    fans = Counter(n.parent if n.parent in known else None for n in nodes)
    if max(fans.values()) <= MOST_CHILDREN:
        assert sorted(box.node.id for box in drawing.boxes) == sorted(known)
    assert len(drawing.bands) == sum(box.column > 0 for box in drawing.boxes)
    assert all(0 < band.width <= WIDEST for band in drawing.bands)


def test_small_portions_are_folded_into_one_box_with_their_sum() -> None:
    drawing = drawn(node(0, None, 1000), *(node(i, 0, i) for i in range(1, 15)))
    last = drawing.boxes[-1]
    assert len(drawing.boxes) == 1 + MOST_CHILDREN
    assert (last.node.name["en"], last.amount) == ("5 more", str(1 + 2 + 3 + 4 + 5))


def test_columns_follow_the_tiers_and_bands_the_share() -> None:
    drawing = drawn(node(0, None, 1000), node(1, 0, 1000), node(2, 1, 500), node(3, 2, 1))
    assert [box.column for box in drawing.boxes] == [0, 1, 2, 3]
    assert [band.width for band in drawing.bands] == [WIDEST, WIDEST // 2, 2]


def test_a_circle_ends_where_it_closes() -> None:
    assert drawn(node(1, 2), node(2, 1)).boxes == []
    assert len(drawn(node(0, 0), node(1, 0)).boxes) == 2


def test_no_nodes_make_an_empty_drawing() -> None:
    drawing = drawn()
    assert (drawing.boxes, drawing.bands, drawing.columns) == ([], [], 1)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("Short", ["Short"]),
        ("Jiangcheng Precision Castings Co., Ltd.", ["Jiangcheng Precision", "Castings Co., Ltd."]),
        ("江澄精密铸造有限公司", ["江澄精密铸造有限公司"]),
        ("东岚商业银行股份有限公司江城高新区支行", ["东岚商业银行股份有限公司江", "城高新区支行"]),
        ("W" * 70, ["W" * 26, "W" * 25 + "…"]),
    ],
)
def test_names_fit_into_two_lines(name: str, lines: list[str]) -> None:
    assert lines_of(name) == lines


@given(st.text())
def test_no_name_is_wider_than_its_box(name: str) -> None:
    lines = lines_of(name)
    assert 1 <= len(lines) <= 2
    assert all(columns_of(line) <= LINE for line in lines)
