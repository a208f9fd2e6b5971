"""Where the boxes and bands of a claim tree stand. Pure geometry over texts that are ready to print; SVG markup is the template's.

Columns run from the obligor on the left to the last tier on the right; a band's width follows its share of the face.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

# Language code to text.
Texts = Mapping[str, str]

BOX_WIDTH = 236
BOX_HEIGHT = 76
COLUMN = 316
ROW = 92
MARGIN = 8
# Width of the band that carries the whole face, and of the thinnest one, in pixels.
WIDEST = 34
THINNEST = 2
# Wider bands are not dashed: stripes would be all one sees.
DASHED = 6
# A holder with more portions than this has the smallest ones drawn as one box.
MOST_CHILDREN = 10
# Half-width characters that fit into a line of a box.
LINE = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One box: who, how much (minor units), in which condition (`tone` is a class of the style sheet)."""

    id: str
    parent: str | None
    name: Texts
    amount: int
    tone: str
    badge: Texts
    note: Texts = field(default_factory=dict)
    href: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place; `lines` are the name broken to fit, per language."""

    node: Node
    x: int
    y: int
    amount: str
    lines: Mapping[str, Sequence[str]]
    column: int

    @property
    def two_lines(self) -> bool:
        """Whether the name takes two lines in some language."""
        return any(len(lines) > 1 for lines in self.lines.values())


@dataclass(frozen=True, slots=True)
class Band:
    """The way of an amount from one box to another, as an SVG path."""

    path: str
    width: int
    tone: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A placed tree."""

    width: int
    height: int
    boxes: Sequence[Box]
    bands: Sequence[Band]
    columns: int


def draw(nodes: Sequence[Node], *, money: Callable[[int], str], folded: Texts) -> Drawing:
    """Places the nodes. Parents come before or after their children; a node whose parent is unknown starts a tree of its own.

    `money` writes an amount; `folded` names the box that stands for many small portions, "{count}" in it is replaced by their number.
    """
    children: dict[str | None, list[Node]] = {}
    known = {node.id for node in nodes}
    for node in nodes:
        children.setdefault(node.parent if node.parent in known and node.parent != node.id else None, []).append(node)
    folded_children = {parent: _fold(found, folded) for parent, found in children.items()}
    placed: dict[str, Box] = {}
    row = 0
    for root in folded_children.get(None, []):
        row = _place(root, 0, row, children=folded_children, placed=placed)
    placed = {key: replace(box, amount=money(box.node.amount)) for key, box in placed.items()}
    boxes = list(placed.values())
    widest = max((node.amount for node in nodes), default=0)
    columns = max((box.column for box in boxes), default=0) + 1
    return Drawing(
        width=(columns - 1) * COLUMN + BOX_WIDTH + 2 * MARGIN,
        height=max(row, 1) * ROW - (ROW - BOX_HEIGHT) + 2 * MARGIN,
        boxes=boxes,
        bands=list(_bands(boxes, placed, widest)),
        columns=columns,
    )


def lines_of(name: str) -> list[str]:
    """A name in at most two lines of a box, cut with an ellipsis. Breaks at spaces where there are any, else anywhere (Chinese)."""
    words = name.split(" ") if " " in name else [name]
    lines = [""]
    for word in words:
        joined = f"{lines[-1]} {word}".strip()
        if columns_of(joined) <= LINE or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) == 1 and columns_of(lines[0]) > LINE:
        head = _head(lines[0], LINE)
        lines = [head, lines[0][len(head) :]]
    kept = [lines[0], " ".join(lines[1:])] if len(lines) > 1 else lines
    return [line if columns_of(line) <= LINE else f"{_head(line, LINE - 1)}…" for line in kept]


def columns_of(text: str) -> int:
    """Width of a text in half-width characters."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _head(text: str, limit: int) -> str:
    end = 0
    while end < len(text) and columns_of(text[: end + 1]) <= limit:
        end += 1
    return text[:end]


def _fold(nodes: list[Node], folded: Texts) -> list[Node]:
    if len(nodes) <= MOST_CHILDREN:
        return nodes
    ranked = sorted(nodes, key=lambda node: -node.amount)
    kept = {node.id for node in ranked[: MOST_CHILDREN - 1]}
    rest = [node for node in nodes if node.id not in kept]
    names = {language: text.replace("{count}", str(len(rest))) for language, text in folded.items()}
    box = replace(rest[0], id=f"{rest[0].id}+", name=names, amount=sum(n.amount for n in rest), tone="quiet", badge={}, note={}, href="")
    return [node for node in nodes if node.id in kept] + [box]


def _place(node: Node, column: int, row: int, *, children: Mapping[str | None, list[Node]], placed: dict[str, Box]) -> int:
    """Puts the node and all below it; the next free row. A circle in the data ends where it closes."""
    if node.id in placed:
        return row
    lines = {language: lines_of(text) for language, text in node.name.items()}
    placed[node.id] = Box(node, MARGIN + column * COLUMN, MARGIN + row * ROW, "", lines, column)
    after = row
    for child in children.get(node.id, []):
        after = _place(child, column + 1, after, children=children, placed=placed)
    after = max(after, row + 1)
    middle = MARGIN + ((row + after - 1) * ROW) // 2
    placed[node.id] = replace(placed[node.id], y=middle)
    return after


def _bands(boxes: Sequence[Box], placed: Mapping[str, Box], widest: int) -> Iterator[Band]:
    # Bands leave a box one below the other, in the order of its children.
    leaving: dict[str, list[tuple[Box, int]]] = {}
    for box in boxes:
        if box.node.parent is not None and box.node.parent in placed and box.column:
            width = max(THINNEST, box.node.amount * WIDEST // widest) if widest else THINNEST
            leaving.setdefault(box.node.parent, []).append((box, width))
    for parent_id, bands in leaving.items():
        parent = placed[parent_id]
        top = parent.y + (BOX_HEIGHT - min(BOX_HEIGHT, sum(width for _, width in bands))) // 2
        for box, width in sorted(bands, key=lambda item: item[0].y):
            start, end = top + width // 2, box.y + BOX_HEIGHT // 2
            left, right = parent.x + BOX_WIDTH, box.x
            bend = (right - left) // 2
            path = f"M{left} {start}C{left + bend} {start} {right - bend} {end} {right} {end}"
            yield Band(path, width, box.node.tone, box.node.dashed and width <= DASHED)
            top += width
