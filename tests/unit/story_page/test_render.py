"""The story page: self-contained, in two languages, nothing in it that the story could have smuggled in."""

import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from scripts.story_page import render
from scripts.story_page.page import MOST_ROWS, money, page
from tests.unit.story_page.stories import NAMES, node, story

HOSTILE = "<script>alert('&')</script>\"'><img src=x onerror=y>"


def parsed(found: str) -> Any:
    return html.fromstring(found)


def said(found: str, language: str) -> str:
    """What a reader of one language sees."""
    other = {"en": "zh", "zh": "en"}[language]
    tree = parsed(found)
    for element in tree.xpath(f"//*[contains(concat(' ', @class, ' '), ' in-{other} ')] | //style | //title"):
        element.drop_tree()
    return " ".join(tree.text_content().split())


def test_it_needs_nothing_from_elsewhere() -> None:
    tree = parsed(render(story()))
    assert tree.xpath("//script | //link | //iframe | //img | //object") == []
    assert [value for value in tree.xpath("//@href | //@src") if not value.startswith("#")] == []
    assert "url(" not in tree.xpath("//style")[0].text
    assert "@import" not in tree.xpath("//style")[0].text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_everything_is_told_in_both_languages(language: str) -> None:
    text = said(render(story()), language)
    for name in ("maker", "second", "bank"):
        assert NAMES[name][language] in text
    for fact in ("1,496", "541", "538 · 14 · 6", "21,701.70 EUR", "12,000.00 EUR", "R123456789", "BR-01", "38.4", "0x" + "9c" * 20):
        assert fact in text, fact
    words = {"en": ["while issuing", "Tier 2", "pledged", "1,203 compared"], "zh": ["签发途中", "2 级", "已质押", "比对 1,203 项"]}
    for word in words[language]:
        assert word in text, word


def test_chinese_readers_see_no_english_sentences() -> None:
    text = said(render(story(refusals=[], network=None, parties=[], trees=[], checks=[])), "zh")
    assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{3,}", text.replace("English", "")) == []


def test_all_that_comes_from_the_story_is_escaped() -> None:
    def poison(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: value[key] if key in {"amount", "face", "kept", "id", "parent"} else poison(value[key]) for key in value}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return HOSTILE if isinstance(value, str) else value

    spoiled = {key: value if key == "money" else poison(value) for key, value in story().items()}
    found = render(spoiled)
    assert HOSTILE not in found
    tree = parsed(found)
    assert tree.xpath("//script | //img") == []
    assert tree.xpath("//@onerror") == []
    assert HOSTILE in tree.text_content()


def test_an_empty_story_says_so() -> None:
    text = said(render({}), "en")
    assert text.count("None in this run.") == 5
    assert "The story of a claim" in text


def test_trees_begin_at_the_obligor() -> None:
    (tree,) = page(story())["trees"]
    first, *others = tree["drawing"].boxes
    assert (first.node.name, first.amount, first.column) == (NAMES["maker"], "21,701.70 EUR", 0)
    assert [(box.node.name["en"], box.column, box.amount) for box in others] == [
        (NAMES["first"]["en"], 1, "21,701.70 EUR"),
        (NAMES["second"]["en"], 2, "12,000.00 EUR"),
        (NAMES["bank"]["en"], 2, "3,000.00 EUR"),
    ]
    assert [band.dashed for band in tree["drawing"].bands] == [False, False, True]
    assert others[0].node.note == {"en": "Tier 1 · keeps 3,701.70", "zh": "1 级 · 留存 3,701.70"}
    assert others[2].node.note == {"en": "pledge", "zh": "质押融资"}


def test_unknown_states_parties_and_parents_are_shown_as_they_are() -> None:
    odd = [node(1, None, "nobody", state="in_dispute", kind="miracle"), node(2, 7, "first")]
    (tree,) = page(story(trees=[story()["trees"][0] | {"nodes": odd}]))["trees"]
    boxes = {box.node.id: box for box in tree["drawing"].boxes}
    assert boxes["n1"].node.name == {"en": "nobody", "zh": "nobody"}
    assert (boxes["n1"].node.badge["en"], boxes["n1"].node.note["en"]) == ("in dispute", "miracle")
    assert boxes["n2"].column == 0


def test_answers_of_the_api_are_taken_as_they_are() -> None:
    network = {"chain_id": 77077, "contract": "0x" + "5f" * 20, "engine": "embedded", "node": {"number": 412, "hash": "0x" + "4b" * 32}}
    found = page(story(network=network, lots_by_tier={"1": 1538, "funder": 2, "2": 14}, checks=[{"name": "outstanding", "ok": True}]))
    assert (found["network"]["block"], found["network"]["hash"][:6]) == ("412", "0x4b4b")
    tiers = next(figure for figure in found["figures"] if figure["label"]["en"] == "claims held, by tier")
    assert (tiers["value"], tiers["more"]["zh"]) == ("1,538 · 14", "资金方 2")
    assert found["checks"][0]["name"]["en"] == "Outstanding = sum of live claims"


def test_long_lists_are_cut_and_counted() -> None:
    movement = story()["cash"][0]
    found = page(story(cash=[movement] * (MOST_ROWS + 5)))
    assert (len(found["cash"]), found["more_cash"]["en"]) == (MOST_ROWS, "and 5 more")
    assert page(story())["more_cash"] is None


def test_a_failed_check_and_losses_stand_out() -> None:
    found = render(
        story(
            breaks=2,
            checks=[{"name": "limits", "ok": False, "found": ["used 5, expected 4"]}],
            crash={"killed_at": "t", "lost": 1, "doubled": 0},
        )
    )
    tree = parsed(found)
    assert "used 5, expected 4" in tree.xpath("//li[@class='bad']")[0].text_content()
    assert len(tree.xpath("//li[@class='figure bad']")) == 2


@given(st.dictionaries(st.sampled_from(["outstanding", "redeemed", "released", "cancelled"]), st.integers(0, 10**9), min_size=1))
def test_the_parts_of_a_bar_fill_it(parts: dict[str, int]) -> None:
    row = {"issued": f"{sum(parts.values())}.00", **{key: f"{value}.00" for key, value in parts.items()}}
    (shown,) = page({"money": {"EUR": row}})["money"]
    widths = [Decimal(str(piece["width"])) for piece in shown["slices"]]
    assert sum(parts.values()) == 0 or abs(sum(widths) - 1000) < Decimal("0.03")


def test_amounts_are_grouped_and_keep_their_decimals() -> None:
    assert money("1234567.80", "EUR") == "1,234,567.80 EUR"
    assert money("1000") == "1,000"
    assert money("0.005", "BHD") == "0.005 BHD"
