"""Payables and their claim trees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.console.drawing import Drawing, Node, draw
from api.console.viewmodels.writing import TONES, Badge, Writer, short
from api.schemas.chain import EventOut
from api.schemas.lots import LotOut, MoveOut
from api.schemas.payables import PayableOut, TreeOut
from api.schemas.values import Money
from registry.identity.rules import profile_name

# How a lot that the chain no longer has came to its end, by the last step in its life.
_ENDS = {"Merged": "merged", "Discharged": "released", "SetOff": "set_off", "Cancelled": "cancelled", "Refused": "refused"}

# Events about a payable as a whole, which are no step of a lot.
_WHOLE = frozenset(
    {"PaymentRecorded", "PaymentReversed", "OverdueMarked", "OverdueCured", "RoundOpened", "RoundClosed", "RedemptionSuspended"}
)
_PARTS = (("paid", "redeemed"), ("live", "outstanding"), ("quiet", "released"), ("stop", "cancelled"))


@dataclass(frozen=True, slots=True)
class PayableRow:
    """A payable in a list."""

    id: str
    short: str
    obligor: str
    payee: str
    face: str
    outstanding: str
    due: str
    days: str
    badges: Sequence[Badge]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a bar, in thousandths of its width."""

    tone: str
    label: str
    amount: str
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline."""

    at: str
    block: int
    text: str
    lot: str
    short: str


@dataclass(frozen=True, slots=True)
class Holding:
    """What one party holds of a payable now."""

    holder: str
    lot: str
    short: str
    amount: str
    share: str
    tier: str
    badges: Sequence[Badge]
    mine: bool


@dataclass(frozen=True, slots=True)
class PayablePage:
    """Everything on a payable's page."""

    row: PayableRow
    facts: Sequence[tuple[str, str]]
    bar: Sequence[Slice]
    drawing: Drawing
    # Whether the reader sees only some branches.
    partial: bool
    holdings: Sequence[Holding]
    steps: Sequence[Step]


def payable_row(payable: PayableOut, writer: Writer) -> PayableRow:
    """A payable in a list."""
    return PayableRow(
        id=payable.id,
        short=short(payable.id),
        obligor=writer.name(payable.obligor),
        payee=writer.name(payable.payee),
        face=writer.money(payable.face),
        outstanding=writer.money(payable.outstanding),
        due=writer.day(payable.due),
        days=writer.days(payable.due) if payable.state in {"issued", "active"} else "",
        badges=[writer.state(payable.state), *(writer.flag(flag) for flag in payable.flags)],
    )


def payable_page(tree: TreeOut, writer: Writer, *, events: Sequence[EventOut] = ()) -> PayablePage:
    """A payable with its claim tree, holders and history; `events` add what is about the payable as a whole."""
    payable, row = tree.payable, payable_row(tree.payable, writer)
    facts = [
        ("obligor", writer.name(payable.obligor)),
        ("payee", writer.name(payable.payee)),
        ("due", f"{writer.day(payable.due)} ({row.days})" if row.days else writer.day(payable.due)),
        ("issued_at", f"{writer.minute(payable.issued_at)}, {writer.words('block')} {payable.issued_block}"),
        ("paid", writer.money(payable.paid)),
        ("available", writer.money(payable.available)),
        ("profile", writer.words("profile_no", name=profile_name(payable.profile))),
        ("word_id", payable.id),
    ]
    known = sum((Decimal(lot.amount.amount) for lot in tree.lots if is_live(lot)), Decimal(0))
    return PayablePage(
        row=row,
        facts=[(writer.words(key), value) for key, value in facts],
        bar=bar(payable, writer),
        drawing=draw_tree(tree, writer),
        partial=payable.state == "active" and known < Decimal(payable.outstanding.amount),
        holdings=_holdings(tree, writer),
        steps=timeline(tree.moves, writer, events=events),
    )


def is_live(lot: LotOut) -> bool:
    """Whether a lot still stands for money owed."""
    return lot.state not in {"gone", "ended", "empty"}


def bar(payable: PayableOut, writer: Writer) -> list[Slice]:
    """What became of the face so far."""
    parts = {key: getattr(payable, key).minor() for _, key in _PARTS}
    return slices(payable.face.currency, parts=parts, writer=writer)


def slices(currency: str, *, parts: Mapping[str, int], writer: Writer) -> list[Slice]:
    """A bar of outstanding, redeemed, released and cancelled money (minor units), cut so that it is filled."""
    whole, seen, found = sum(parts.values()), 0, []
    for tone, key in _PARTS:
        start, seen = seen, seen + parts.get(key, 0)
        if whole and parts.get(key):
            left, right = start * 1000 // whole, seen * 1000 // whole
            found.append(Slice(tone, writer.words(key), writer.money(Money.of(parts[key], currency)), left, right - left))
    return found


def timeline(moves: Sequence[MoveOut], writer: Writer, *, events: Sequence[EventOut] = ()) -> list[Step]:
    """Steps in the lives of lots, and events about the whole payable, as sentences, latest first."""
    found = [(move.block, move.log_index, _step(move, writer)) for move in moves]
    times = {move.block: writer.minute(move.at) for move in moves}
    for event in events:
        if event.name in _WHOLE:
            text = writer.words(f"event:{event.name}")
            found.append((event.block, event.log_index, Step(times.get(event.block, ""), event.block, text, "", "")))
    return [step for _, _, step in sorted(found, key=lambda item: item[:2], reverse=True)]


def _step(move: MoveOut, writer: Writer) -> Step:
    lot = move.child or move.lot
    return Step(writer.minute(move.at), move.block, sentence(move, writer), lot, short(lot)[-6:])


def sentence(move: MoveOut, writer: Writer) -> str:
    """One step as a sentence."""
    values = {"sender": writer.name(move.sender), "recipient": writer.name(move.recipient), "amount": writer.money(move.amount)}
    text = writer.words(f"move:{move.kind}", **values)
    return text[:1].upper() + text[1:]


def draw_tree(tree: TreeOut, writer: Writer) -> Drawing:
    """The obligor, its root lot and all lots below, each with the amount it began with."""
    payable, language = tree.payable, writer.words.language
    began, ends = births(tree), endings(tree)
    nodes = [
        Node(
            id="obligor", parent=None, name={language: writer.name(payable.obligor)}, amount=payable.face.minor(),
            tone="origin", badge={}, note={language: writer.words("obligor")},
        )
    ]  # fmt: skip
    for lot in tree.lots:
        state = ends[lot.id]
        nodes.append(
            Node(
                id=lot.id,
                parent=lot.parent or "obligor",
                name={language: writer.name(lot.holder)},
                amount=began[lot.id],
                tone=TONES.get(state, "quiet"),
                badge={language: writer.words(f"state:{state}")},
                note={language: _note(lot, began[lot.id], tier=standing(lot, tree.moves, writer), writer=writer)},
                href=f"/lots/{lot.id}",
                dashed=state == "pledged",
            )
        )
    currency = payable.face.currency

    def written(minor: int) -> str:
        return writer.money(Money.of(minor, currency))

    return draw(nodes, money=written, folded={language: writer.words("tree_folded")})


def births(tree: TreeOut) -> Mapping[str, int]:
    """What each lot began with, in minor units: the face, or what came out of its parent. Where no step is known, what it has now."""
    found = {lot.id: lot.amount.minor() for lot in tree.lots}
    for move in tree.moves:
        if move.child in found and move.child != move.lot and move.kind in {"Split", "Transferred", "TransferForced"}:
            found[move.child] = move.amount.minor()
    if tree.payable.root_lot in found:
        found[tree.payable.root_lot] = tree.payable.face.minor()
    return found


def endings(tree: TreeOut) -> Mapping[str, str]:
    """One word for what each lot is: its state, told apart by how it ended where the state alone does not say."""
    last: dict[str, str] = {}
    for move in tree.moves:
        last[move.lot] = move.kind
    redeemed = {move.lot for move in tree.moves if move.kind == "Redeemed"}
    found = {}
    for lot in tree.lots:
        state = lot.state
        if state == "gone":
            state = _ENDS.get(last.get(lot.id, ""), tree.payable.state if tree.payable.state in {"refused", "cancelled"} else "gone")
        elif state == "empty" and lot.id in redeemed:
            state = "in_part"
        elif state == "free" and tree.payable.state == "issued":
            state = "waiting"
        found[lot.id] = state
    return found


def tier_of(lot: LotOut) -> int:
    """Tier of a lot's holder: the first payee is tier 1, each hop adds one."""
    return lot.hops + 1


def standing(lot: LotOut, moves: Iterable[MoveOut], writer: Writer) -> str:
    """Where a holder stands: a tier, or as the bank that financed the lot."""
    financed = any(move.kind == "Financed" and (move.lot, move.recipient) == (lot.id, lot.holder) for move in moves)
    return writer.words("financed") if financed else writer.words("tier", tier=tier_of(lot))


def _note(lot: LotOut, began: int, *, tier: str, writer: Writer) -> str:
    if is_live(lot) and lot.amount.minor() != began:
        return f"{tier} · {writer.words('keeps', amount=writer.amount(lot.amount))}"
    return tier


def _holdings(tree: TreeOut, writer: Writer) -> list[Holding]:
    face = tree.payable.face.minor()
    live = sorted((lot for lot in tree.lots if is_live(lot)), key=lambda lot: -lot.amount.minor())
    return [
        Holding(
            holder=writer.name(lot.holder),
            lot=lot.id,
            short=short(lot.id),
            amount=writer.money(lot.amount),
            share=percent(lot.amount.minor(), face),
            tier=standing(lot, tree.moves, writer),
            badges=[writer.state(lot.state), *(writer.flag(flag) for flag in lot.flags if flag in {"recourse", "frozen"})],
            mine=lot.holder == writer.reader,
        )
        for lot in live
    ]


def percent(part: int, whole: int) -> str:
    """A share with one decimal: 12.5 %."""
    tenths = (part * 2000 + whole) // (2 * whole) if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"
