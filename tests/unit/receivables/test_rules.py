"""What the service decides before it calls the contract."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from chain.structs import Portion
from registry.kernel.errors import Invalid
from registry.receivables import rules
from registry.receivables.errors import InvoiceOccupied, NoFreeChild

CONDITIONS = rules.Conditions(obligor=2, payee=3, profile=1, currency="CNY", face=12345, due=1_800_000_000, documents=None)


def draw(number: int, *, total: int = 100, occupied: int = 0, amount: int | None = None) -> rules.Draw:
    return rules.Draw(invoice_id=number, fingerprint=bytes([number]) * 32, total=total, occupied=occupied, amount=amount)


def test_portions_take_what_is_free_in_order_of_fingerprints() -> None:
    found = rules.portions([draw(9, occupied=30), draw(2, amount=7), draw(5)])
    assert found == [Portion(b"\x02" * 32, 7, 100), Portion(b"\x05" * 32, 100, 100), Portion(b"\x09" * 32, 70, 100)]


def test_an_invoice_used_whole_is_refused_by_name() -> None:
    with pytest.raises(InvoiceOccupied, match="invoice 4 backs other payables"):
        rules.portions([draw(4, occupied=100)])


def test_a_named_amount_above_what_is_free_is_left_to_the_contract() -> None:
    assert rules.portions([draw(4, occupied=100, amount=50)])[0].amount == 50


@pytest.mark.parametrize(
    ("draws", "message"),
    [
        ([], "at least one invoice"),
        ([draw(1), draw(1)], "named twice"),
        ([draw(1, amount=0)], "above zero"),
        ([draw(1, amount=-5)], "above zero"),
    ],
)
def test_portions_that_make_no_debt_are_refused(draws: list[rules.Draw], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        rules.portions(draws)


def test_due_is_the_last_second_of_the_day_in_utc() -> None:
    assert rules.due_time([date(2026, 11, 30)], None) == int(datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC).timestamp())


def test_a_given_due_time_wins_whatever_its_zone() -> None:
    shanghai = datetime(2026, 12, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    assert rules.due_time([date(2026, 11, 30), date(2026, 10, 1)], shanghai) == int(datetime(2026, 12, 1, tzinfo=UTC).timestamp())


def test_invoices_due_on_different_days_need_a_due_time() -> None:
    with pytest.raises(Invalid, match="2026-10-01, 2026-11-30"):
        rules.due_time([date(2026, 11, 30), date(2026, 10, 1)], None)


@pytest.mark.parametrize("year", [1969, 2107])
def test_times_that_32_bits_cannot_hold_are_refused(year: int) -> None:
    with pytest.raises(Invalid, match="out of the range"):
        rules.seconds(datetime(year, 1, 1, tzinfo=UTC))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="no time zone"):
        rules.seconds(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the case


def test_terms_cover_words_and_every_condition() -> None:
    marks = {rules.terms_hash(CONDITIONS)}
    for change in (
        {"obligor": 9},
        {"payee": 9},
        {"profile": 9},
        {"currency": "EUR"},
        {"face": 9},
        {"due": 9},
        {"documents": b"\x01" * 32},
    ):
        marks.add(rules.terms_hash(replace(CONDITIONS, **change)))  # type: ignore[arg-type]
    assert len(marks) == 8


def test_terms_can_be_recomputed_by_anybody() -> None:
    content = {
        "version": "tallystick.promise.v1",
        "promise": rules.PROMISE,
        "obligor": 2,
        "payee": 3,
        "profile": 1,
        "currency": "CNY",
        "face": "12345",
        "due": 1_800_000_000,
        "documents": None,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    assert rules.terms_hash(CONDITIONS) == hashlib.sha256(text.encode()).digest()


def test_free_children_skip_spent_and_promised_ones() -> None:
    assert rules.free_children(0b1011, [4, 255], limit=8, count=3) == [2, 5, 6]


def test_too_many_children_are_refused_with_what_is_left() -> None:
    with pytest.raises(NoFreeChild, match="3 parts are asked for and 2 are left"):
        rules.free_children(0b0011, [], limit=4, count=3)


def test_portions_survive_their_stored_form() -> None:
    items = [Portion(b"\xab" * 32, 2**72 - 1, 2**72 - 1), Portion(b"\xcd" * 32, 1, 2)]
    assert rules.stored_portions(rules.portion_rows(items)) == items
