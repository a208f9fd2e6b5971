"""Payables and claim trees as pages show them."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.viewmodels import claims
from api.console.viewmodels.writing import short
from api.schemas.chain import EventOut
from chain import ids
from tests.console.answers import BANK, DUE, LEAF, NOW, PART, ROOT, SOLD, THIRD, eur, lot, move, payable, tree, writer

MONEY = st.integers(0, 10**9).map(lambda cents: eur(f"{cents // 100}.{cents % 100:02d}"))


def test_a_payable_in_a_list() -> None:
    row = claims.payable_row(payable(flags=["overdue"], due=NOW - timedelta(days=12)), writer())
    assert (row.obligor, row.payee) == ("Hartwald Drives AG", "Jiangcheng Castings")
    assert (row.face, row.outstanding) == ("21,701.70 EUR", "15,701.70 EUR")
    assert (row.due, row.days) == ("2026-12-24", "12 days ago")
    assert [(badge.text, badge.tone) for badge in row.badges] == [("active", "live"), ("overdue", "stop")]
    assert claims.payable_row(payable(state="settled"), writer()).days == ""


def test_parties_without_a_known_name_are_shown_by_number() -> None:
    assert claims.payable_row(payable(obligor=77), writer("zh")).obligor == "参与方 77"


def test_the_tree_begins_at_the_obligor_and_shows_what_each_claim_began_with() -> None:
    drawing = claims.payable_page(tree(), writer()).drawing
    shown = [(box.node.name["en"], box.column, box.amount, box.node.badge.get("en", ""), box.node.note["en"]) for box in drawing.boxes]
    assert shown == [
        ("Hartwald Drives AG", 0, "21,701.70 EUR", "", "Obligor"),
        ("Jiangcheng Castings", 1, "21,701.70 EUR", "free", "Tier 1 · keeps 7,701.70"),
        ("Qingshi Coatings", 2, "8,000.00 EUR", "passed on", "Tier 2"),
        ("Xiaohe Fasteners", 3, "8,000.00 EUR", "free", "Tier 3"),
        ("Kestrel Bank", 2, "6,000.00 EUR", "redeemed", "financed"),
    ]
    assert drawing.boxes[3].node.href == f"/lots/{ids.lot_hex(LEAF)}"


def test_holders_are_those_of_live_lots_largest_first() -> None:
    holdings = claims.payable_page(tree(), writer()).holdings
    assert [(row.holder, row.amount, row.share, row.mine) for row in holdings] == [
        ("Xiaohe Fasteners", "8,000.00 EUR", "36.9 %", False),
        ("Jiangcheng Castings", "7,701.70 EUR", "35.5 %", False),
    ]


def test_a_reader_of_some_branches_is_told_so() -> None:
    assert not claims.payable_page(tree(), writer()).partial
    assert claims.payable_page(tree(lots=[lot(ROOT, amount=eur("7701.70"))]), writer()).partial


@pytest.mark.parametrize(
    ("kind", "state"), [("Merged", "merged"), ("Discharged", "released"), ("SetOff", "set_off"), ("Transferred", "gone")]
)
def test_how_a_lot_ended_is_told_by_its_last_step(kind: str, state: str) -> None:
    gone = tree(lots=[lot(PART, state="gone")], moves=[move(1, kind, PART, ROOT, sender=3, recipient=3, amount="1.00")])
    assert claims.endings(gone) == {ids.lot_hex(PART): state}


def test_lots_of_a_refused_payable_are_refused_and_of_a_new_one_wait() -> None:
    assert list(claims.endings(tree(payable=payable(state="refused"), lots=[lot(state="gone")], moves=[])).values()) == ["refused"]
    assert list(claims.endings(tree(payable=payable(state="issued"), lots=[lot()], moves=[])).values()) == ["waiting"]


def test_a_lot_paid_in_a_round_is_told_from_one_passed_on() -> None:
    redeemed = move(50, "Redeemed", PART, None, sender=4, recipient=2, amount="1.00")
    assert claims.endings(tree(moves=[*tree().moves, redeemed]))[ids.lot_hex(PART)] == "in_part"
    assert claims.endings(tree())[ids.lot_hex(PART)] == "empty"


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("en", ["Kestrel Bank was paid 6,000.00 EUR", "Qingshi Coatings passed 8,000.00 EUR to Xiaohe Fasteners"]),
        ("zh", ["Kestrel Bank 获兑付 6,000.00 EUR", "Qingshi Coatings 向 Xiaohe Fasteners 转让 8,000.00 EUR"]),
    ],
)
def test_history_is_told_in_sentences_latest_first(language: str, sentences: list[str]) -> None:
    steps = claims.timeline(tree().moves, writer(language))
    assert [step.text for step in steps[:2]] == sentences
    assert [step.block for step in steps] == sorted((step.block for step in steps), reverse=True)


def test_events_about_the_whole_payable_join_the_history() -> None:
    paid = EventOut(block=45, log_index=7, tx_hash="0x" + "cd" * 32, name="PaymentRecorded", args={}, payable=None)
    step = EventOut(block=45, log_index=8, tx_hash="0x" + "cd" * 32, name="Transferred", args={}, payable=None)
    page = claims.payable_page(tree(), writer(), events=[step, paid])
    assert [(found.block, found.text) for found in page.steps[:3]] == [
        (46, "Kestrel Bank was paid 6,000.00 EUR"),
        (45, "Payment recorded"),
        (45, "Qingshi Coatings passed 8,000.00 EUR to Xiaohe Fasteners"),
    ]
    assert page.steps[1].at == page.steps[2].at


@given(outstanding=MONEY, redeemed=MONEY, released=MONEY, cancelled=MONEY)
def test_a_bar_is_filled_without_gaps(**parts: object) -> None:
    cents = {key: value.minor() for key, value in parts.items()}  # type: ignore[attr-defined]
    found = claims.slices("EUR", parts=cents, writer=writer())
    edges = [(piece.start, piece.start + piece.width) for piece in found]
    assert all(left[1] == right[0] for left, right in pairwise(edges))
    if sum(cents.values()):
        assert (edges[0][0], edges[-1][1]) == (0, 1000)
    else:
        assert found == []


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_shares_are_rounded_to_a_tenth(part: int, whole: int) -> None:
    text = claims.percent(part, whole).removesuffix(" %")
    assert abs(float(text) - part * 100 / whole) <= 0.0500001
    assert claims.percent(part, 0) == "0.0 %"


def test_days_and_ids_are_short() -> None:
    assert writer().days(NOW) == "today"
    assert writer("zh").days(DUE) == "60 天后"
    assert short("0x" + "ab" * 32) == "0xabababab…ababab"
    assert short("0xab") == "0xab"


def test_the_sold_lot_is_the_banks() -> None:
    sold = next(item for item in tree().lots if item.id == ids.lot_hex(SOLD))
    assert claims.standing(sold, tree().moves, writer()) == "financed"
    assert claims.standing(sold, [], writer()) == "Tier 2"
    pledged = [move(44, "Financed", SOLD, None, sender=BANK, recipient=THIRD, amount="1.00")]
    assert claims.standing(sold, pledged, writer()) == "Tier 2"
