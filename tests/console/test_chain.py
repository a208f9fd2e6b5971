"""Events, parties, limits and the first page's figures."""

from typing import Any

import pytest

from api.console.reads import parties_in
from api.console.viewmodels import chain, overview
from api.paging import Page
from api.schemas.chain import EventOut
from api.schemas.identity import EntityOut
from api.schemas.instruments import LimitOut
from api.schemas.ledger import BalanceOut
from registry.receivables.totals import Money, Totals
from tests.console.answers import BANK, FIRST, NOW, OBLIGOR, READER, SECOND, THIRD, eur, locked, lot, tree, writer


def event(name: str, **args: Any) -> EventOut:
    return EventOut(block=41, log_index=0, tx_hash="0x" + "cd" * 32, name=name, args=args, payable="0x" + "9c" * 20)


def test_an_event_says_who_and_keeps_its_arguments() -> None:
    row = chain.event_row(event("Transferred", **{"from": "3", "to": "4", "amount": "800000", "rules": ["1", "2"]}), writer())
    assert (row.title, row.about) == ("Claim passed on", "Jiangcheng Castings → Qingshi Coatings")
    assert row.args == [("from", "3 (Jiangcheng Castings)"), ("to", "4 (Qingshi Coatings)"), ("amount", "800000"), ("rules", "1, 2")]
    assert (row.payable_short, row.tx_short) == ("0x9c9c9c9c…9c9c9c", "0xcdcdcdcd…cdcdcd")


def test_an_event_without_parties_or_with_a_new_name_is_shown() -> None:
    assert chain.event_row(event("PaymentRecorded", amount="1"), writer("zh")).about == ""
    assert chain.event_row(event("SomethingNew"), writer()).title == "SomethingNew"


def test_a_party_shows_identifiers_only_where_there_are_some() -> None:
    values: dict[str, Any] = {
        "id": READER, "name": "Qingshi", "country": "CN", "roles": ["supplier", "funder"], "status": "suspended",
        "verified_until": NOW, "dossier": "0x" + "ab" * 32, "created_at": NOW,
    }  # fmt: skip
    row = chain.party_row(EntityOut(**values, identifiers={"vat": "DE1", "lei": "X"}), writer())
    assert (row.roles, row.status.tone, row.you) == ("supplier · funder", "stop", True)
    assert row.identifiers == [("LEI", "X"), ("VAT", "DE1")]
    assert chain.party_row(EntityOut(**values, identifiers=None), writer()).identifiers == []


@pytest.mark.parametrize(
    ("limit", "used", "filled"), [("100.00", "25.00", 250), ("100.00", "140.00", 1000), ("0.00", "1.00", 1000), ("0.00", "0.00", 0)]
)
def test_a_limit_is_filled_as_far_as_it_is_used(limit: str, used: str, filled: int) -> None:
    row = chain.limit_row(LimitOut(obligor=OBLIGOR, limit=eur(limit), used=eur(used), agent=BANK, overdue=0), writer())
    assert (row.filled, row.agent) == (filled, "Kestrel Bank")


def test_figures_lead_to_their_lists() -> None:
    found = overview.figures(Totals({"active": 1538, "issued": 2, "settled": 1}, 3, [], {1: 1500, 2: 14}))
    assert [(figure.value, figure.href, figure.tone) for figure in found] == [
        ("1,538", "/payables?state=active", ""),
        ("2", "/payables?state=issued", ""),
        ("3", "/payables?state=active", "bad"),
        ("1,514", "/lots?which=live", ""),
    ]
    assert dict(found[3].values) == {"tiers": "1: 1,500 · 2: 14"}
    assert [figure.value for figure in overview.figures(Totals())] == ["0", "0", "0", "0"]


def test_money_and_own_books() -> None:
    row = overview.currency_row(Money("EUR", face=1000, outstanding=250, redeemed=750, paid=750), writer())
    assert (row.face, [(piece.label, piece.amount, piece.width) for piece in row.bar]) == (
        "10.00",
        [("Redeemed", "7.50 EUR", 750), ("Outstanding", "2.50 EUR", 250)],
    )
    books = [
        BalanceOut(entity=4, account="claims", side="debit", balance=eur("8.00")),
        BalanceOut(entity=4, account="bank", side="debit", balance=eur("0.00")),
    ]
    assert overview.balance_rows(books, writer()) == [("claims held", "debit", "8.00 EUR")]


def test_parties_are_found_wherever_an_answer_names_them() -> None:
    assert set(parties_in(tree())) == {OBLIGOR, FIRST, SECOND, THIRD, BANK}
    burdened = lot(lock=locked(40), recourse_seller=41)
    assert set(parties_in(Page(items=[burdened], next=None))) == {FIRST, 40, 41}
    assert set(parties_in((event("Transferred", **{"from": "7", "to": "8", "amount": "9"}), [event("LimitSet", agent="5")]))) == {5, 7, 8}
