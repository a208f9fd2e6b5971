"""A lot in plain language: what it is and what may be done next."""

from datetime import timedelta
from typing import Any

import pytest

from api.console.viewmodels.lots import Case, lot_page, lot_row, next_steps
from api.console.viewmodels.writing import Writer
from chain import ids
from tests.console.answers import BANK, DUE, FIRST, LEAF, NAMES, NOW, PART, SECOND, eur, locked, lot, payable, profile, tree, writer

HELD = "Jiangcheng Castings holds 21,701.70 EUR of the 21,701.70 EUR that Hartwald Drives AG owes."


def steps(now: Any = NOW, *, rules: Any = None, debt: Any = None, **changes: Any) -> list[str]:
    say = writer()
    at = Writer(say.words, NAMES, now, say.reader)
    return next_steps(Case(lot(**changes), debt or payable(), rules or profile()), at)


def test_a_free_lot_may_be_offered_split_and_financed() -> None:
    assert steps() == [
        "Jiangcheng Castings may offer it, whole or in part, to anyone in the network.",
        "Jiangcheng Castings may split it; a claim has at most 40 parts over its life.",
        "Jiangcheng Castings may lock it for a bank that buys it or takes a pledge.",
    ]


def test_limits_of_the_rules_take_steps_away() -> None:
    assert steps(hops=8) == ["It was passed on as often as the rules allow; it waits for redemption."]
    assert not any("split" in step for step in steps(depth=6))


def test_from_the_record_time_only_redemption_is_left() -> None:
    redeem = "The payment agent redeems it as soon as the obligor's money is in."
    assert steps(DUE - timedelta(seconds=86400)) == [redeem]
    assert redeem not in steps(DUE - timedelta(seconds=86401))


@pytest.mark.parametrize(
    ("state", "start"),
    [
        ("locked", "The lock for Kestrel Bank ends 2027-01-14 09:00 UTC"),
        ("offered", "Kestrel Bank may take up the offer"),
        ("financing", "Kestrel Bank completes the financing"),
        ("pledged", "Kestrel Bank may release the pledge"),
    ],
)
def test_a_lock_says_who_lets_go(state: str, start: str) -> None:
    (only,) = steps(state=state, lock=locked(BANK))
    assert only.startswith(start)


@pytest.mark.parametrize(("state", "text"), [("gone", "Nothing more"), ("empty", "Follow its parts"), ("ended", "If the bank returns")])
def test_a_lot_that_is_over_has_no_steps(state: str, text: str) -> None:
    (only,) = steps(state=state)
    assert only.startswith(text)


def test_a_new_payable_waits_for_its_payee() -> None:
    assert steps(debt=payable(state="issued")) == [
        "Jiangcheng Castings accepts or refuses the payable.",
        "Hartwald Drives AG may still cancel it.",
    ]


def test_an_overdue_payable_moves_no_more() -> None:
    found = steps(DUE + timedelta(days=2), debt=payable(flags=["overdue", "suspended"]))
    assert found[0].startswith("The payable is overdue")
    assert found[-1] == "The registrar has suspended redemption."


def test_the_page_of_a_lot() -> None:
    leaf = next(item for item in tree().lots if item.id == ids.lot_hex(LEAF))
    page = lot_page(leaf, tree(), profile=profile(), writer=writer())
    assert [(place.holder, place.label, place.current) for place in page.path] == [
        ("Jiangcheng Castings", "root claim", False),
        ("Qingshi Coatings", "part no. 1", False),
        ("Xiaohe Fasteners", "part no. 1", True),
    ]
    assert [step.text for step in page.steps] == ["Qingshi Coatings passed 8,000.00 EUR to Xiaohe Fasteners"]
    assert dict(page.facts)["Times passed on"] == "2 of at most 8"
    assert page.live


def test_what_burdens_a_lot_is_said() -> None:
    burdened = lot(recourse_seller=SECOND, frozen=eur("120.00"), flags=["frozen", "recourse"])
    page = lot_page(burdened, tree(lots=[burdened]), profile=profile(), writer=writer())
    assert page.sentences[0] == HELD
    assert "If Hartwald Drives AG does not pay, Qingshi Coatings must take it back." in page.sentences
    assert any(sentence.startswith("120.00 EUR of it is frozen") for sentence in page.sentences)
    assert [badge.text for badge in page.row.badges] == ["free", "partly frozen", "with recourse"]


@pytest.mark.parametrize("state", ["ended", "empty", "gone"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_lot_that_is_over_says_so_in_one_sentence(state: str, language: str) -> None:
    over = lot(PART, holder=SECOND, state=state)
    page = lot_page(over, tree(lots=[over]), profile=profile(), writer=writer(language))
    assert len(page.sentences) == 1
    assert not page.live


def test_a_path_with_unseen_or_circling_parents_ends() -> None:
    alone = lot(LEAF, parent=ids.lot_hex(PART), holder=FIRST)
    page = lot_page(alone, tree(lots=[alone]), profile=profile(), writer=writer())
    assert [place.current for place in page.path] == [True]


def test_own_lots_are_marked() -> None:
    assert lot_row(lot(holder=SECOND), writer()).mine
    assert not lot_row(lot(holder=FIRST), writer()).mine
