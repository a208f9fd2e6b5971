"""Postings: whatever the event and the facts, an entry balances; an unbalanced one can't be built."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.events import Event
from registry.ledger import chain_hash
from registry.ledger.accounts import Kind
from registry.ledger.postings import Draft, Facts, Line, Unbalanced, held_back, moves_value, of_event

AT = datetime(2026, 1, 5, tzinfo=UTC)
amounts = st.integers(1, 2**72 - 1)
entities = st.integers(1, 2**32 - 1)
NAMES = ("Issued", "Refused", "Cancelled", "Transferred", "TransferForced", "Financed", "PaymentRecorded", "PaymentReversed")
NAMES += ("Redeemed", "Reopened", "Discharged", "SetOff")


@st.composite
def situations(draw: st.DrawFn) -> tuple[Event, Facts]:
    amount = draw(amounts)
    args = {
        "to": draw(entities),
        "from": draw(entities),
        "funder": draw(entities),
        "holder": draw(entities),
        "kind": draw(st.integers(0, 1)),
        "amount": amount,
    }
    facts = Facts(
        key="k",
        at=AT,
        block_number=1,
        subject="payable:0x",
        currency="CNY",
        obligor=draw(entities),
        payee=draw(entities),
        agent=draw(entities),
        face=draw(amounts),
        holder=args["holder"],
        amount=draw(st.integers(amount, 2**72)),
        frozen=draw(st.integers(0, 2**72)),
        pledgee=draw(st.one_of(st.just(0), entities)),
        price=draw(st.integers(0, 2**72)),
    )
    return Event(draw(st.sampled_from(NAMES)), args), facts


@given(situations())
def test_every_entry_balances_and_has_no_empty_line(situation: tuple[Event, Facts]) -> None:
    event, facts = situation
    assert moves_value(event.name)
    for draft in of_event(event, facts):
        assert sum(line.amount for line in draft.lines) == 0
        assert all(line.amount for line in draft.lines)
        assert len({(line.entity, line.kind) for line in draft.lines}) == len(draft.lines)


@given(st.lists(st.integers(-1000, 1000), max_size=6))
def test_an_unbalanced_entry_cannot_be_built(values: list[int]) -> None:
    lines = tuple(Line(number, Kind.BANK, "CNY", value) for number, value in enumerate(values))
    if values and all(values) and sum(values) == 0:
        assert Draft("k", "x", "s", AT, lines).lines == lines
    else:
        with pytest.raises(Unbalanced):
            Draft("k", "x", "s", AT, lines)


def test_currencies_balance_each_on_their_own() -> None:
    with pytest.raises(Unbalanced):
        Draft("k", "x", "s", AT, (Line(1, Kind.BANK, "CNY", 5), Line(2, Kind.BANK, "EUR", -5)))


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=8), st.integers(0, 3000))
def test_what_is_held_back_over_several_pay_outs_is_what_was_frozen(lines: list[int], frozen: int) -> None:
    amount = sum(lines)
    frozen = min(frozen, amount)
    left, held = amount, 0
    for line in lines:
        part = held_back(line, amount=left, frozen=frozen)
        assert 0 <= part <= line
        held += part
        left -= line
    assert held == frozen


def test_events_that_move_no_value_post_nothing() -> None:
    facts = Facts("k", AT, 1, "s", "CNY", obligor=1, payee=2, agent=3, face=4)
    for name in ("Split", "Merged", "Locked", "Accepted", "OverdueMarked"):
        assert not moves_value(name)
        assert of_event(Event(name, {}), facts) == []


def test_the_hash_covers_every_part_of_an_entry() -> None:
    lines = (Line(1, Kind.BANK, "CNY", 5), Line(2, Kind.BANK, "CNY", -5))
    head = ("k", "x", "s", AT, 1, None)
    one = chain_hash.entry_hash(bytes(32), 1, head=head, lines=lines)
    others = [
        chain_hash.entry_hash(b"\x01" * 32, 1, head=head, lines=lines),
        chain_hash.entry_hash(bytes(32), 2, head=head, lines=lines),
        *[
            chain_hash.entry_hash(bytes(32), 1, head=changed, lines=lines)
            for changed in (
                ("j", "x", "s", AT, 1, None),
                ("k", "y", "s", AT, 1, None),
                ("k", "x", "t", AT, 1, None),
                ("k", "x", "s", AT.replace(hour=1), 1, None),
                ("k", "x", "s", AT, 2, None),
                ("k", "x", "s", AT, 1, 1),
            )
        ],
        chain_hash.entry_hash(bytes(32), 1, head=head, lines=lines[::-1]),
        chain_hash.entry_hash(bytes(32), 1, head=head, lines=(Line(1, Kind.BANK, "CNY", 6), Line(2, Kind.BANK, "CNY", -6))),
    ]
    assert len({one, *others}) == 1 + len(others)
