"""Who sees which payables and lots: each relation of the README's table, and nobody else."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from chain import ids
from chain.structs import LOT_PLEDGED, LOT_RECOURSE, ROLE_AGENT, ROLE_AUDITOR, ROLE_FUNDER, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Actor, Unit, Work
from registry.receivables import visibility
from registry.receivables.tables import Lot, LotMove, OfferRecord, Payable
from tests.factories import receivables as make

OBLIGOR = Actor(10, ROLE_OBLIGOR, "api:obligor")
OTHER_OBLIGOR = Actor(11, ROLE_OBLIGOR, "api:other")
TIER1, TIER2, TIER3 = (Actor(number, ROLE_SUPPLIER, "api:supplier") for number in (20, 21, 22))
BANK = Actor(30, ROLE_FUNDER, "api:bank")
AGENT = Actor(40, ROLE_AGENT, "api:agent")
REGISTRAR = Actor(1, ROLE_REGISTRAR, "api:registrar")
AUDITOR = Actor(50, ROLE_AUDITOR, "api:auditor")
STRANGER = Actor(99, ROLE_SUPPLIER | ROLE_FUNDER, "api:stranger")
FOREVER = 2**32 - 1


@dataclass(frozen=True)
class Claims:
    """root (tier 1) -> part (tier 2) -> leaf (tier 3), and a sibling of the leaf that tier 2 keeps apart; a payable of another obligor."""

    payable: str
    root: str
    part: str
    leaf: str
    sibling: str
    foreign: str


@pytest.fixture
def claims(work: Work) -> Claims:
    with work.begin(SERVICE) as unit:
        session = unit.session
        make.profile(session)
        make.limit(session, OBLIGOR.entity_id, AGENT.entity_id)
        make.limit(session, OTHER_OBLIGOR.entity_id, 41)
        debt = make.payable(session, obligor=OBLIGOR.entity_id, payee=TIER1.entity_id)
        root = make.root_of(session, debt)
        part = make.part(session, root, holder=TIER2.entity_id, amount=60_000)
        leaf = make.part(session, part, holder=TIER3.entity_id, amount=20_000)
        sibling = make.part(session, part, holder=TIER2.entity_id, amount=10_000)
        foreign = make.payable(session, obligor=OTHER_OBLIGOR.entity_id, payee=23)
        session.add(move(debt.id, 1, root.id, root.id, "Issued"))
        session.add(move(debt.id, 2, root.id, part.id, "Transferred"))
        session.add(move(debt.id, 3, part.id, leaf.id, "Transferred"))
        session.add(move(debt.id, 4, part.id, sibling.id, "Split"))
        return Claims(debt.id, root.id, part.id, leaf.id, sibling.id, foreign.id)


def move(payable: str, block: int, lot: str, child: str, kind: str) -> LotMove:
    return LotMove(
        block_number=block, log_index=0, payable_id=payable, lot_id=lot, child_id=child, kind=kind, sender=1, recipient=2, amount=1, at=1
    )


def seen(work: Work, actor: Actor, claims: Claims) -> set[str]:
    with work.begin(actor) as unit:
        rows = visibility.visible_lots(unit, payable=claims.payable)
        one_by_one = {name for name in names(claims) if found(unit, getattr(claims, name))}
    by_id = {claims_name for claims_name in names(claims) if getattr(claims, claims_name) in {row.id for row in rows}}
    assert one_by_one == by_id
    return by_id


def names(claims: Claims) -> tuple[str, ...]:
    return ("root", "part", "leaf", "sibling")


def found(unit: Unit, lot_id: str) -> bool:
    try:
        return visibility.lot(unit, lot_id).id == lot_id
    except NotFound:
        return False


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (OBLIGOR, {"root", "part", "leaf", "sibling"}),
        (AGENT, {"root", "part", "leaf", "sibling"}),
        (REGISTRAR, {"root", "part", "leaf", "sibling"}),
        (AUDITOR, {"root", "part", "leaf", "sibling"}),
        (TIER1, {"root"}),
        (TIER2, {"root", "part", "sibling"}),
        (TIER3, {"root", "part", "leaf"}),
        (BANK, set()),
        (OTHER_OBLIGOR, set()),
        (STRANGER, set()),
    ],
    ids=lambda value: value.via if isinstance(value, Actor) else "",
)
def test_lots_by_relation(work: Work, claims: Claims, actor: Actor, expected: set[str]) -> None:
    assert seen(work, actor, claims) == expected
    with work.begin(actor) as unit:
        mine = [row.id for row in visibility.visible_payables(unit)]
        if expected:
            assert claims.payable in mine
            assert visibility.payable(unit, claims.payable).id == claims.payable
            assert {row.id for row in visibility.tree(unit, claims.payable).lots} == {getattr(claims, name) for name in expected}
        else:
            assert claims.payable not in mine
            with pytest.raises(NotFound):
                visibility.payable(unit, claims.payable)
            with pytest.raises(NotFound):
                visibility.tree(unit, claims.payable)


def change(**values: object) -> Callable[[Lot], None]:
    def apply(row: Lot) -> None:
        for name, value in values.items():
            setattr(row, name, value)

    return apply


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (change(lock_party=BANK.entity_id, lock_until=make.NOW), {"root", "part", "leaf"}),
        (change(lock_party=BANK.entity_id, lock_until=make.NOW - 1), set()),
        (change(lock_party=BANK.entity_id, lock_until=FOREVER, flags=LOT_PLEDGED), {"root", "part", "leaf"}),
        (change(recourse_seller=BANK.entity_id, flags=LOT_RECOURSE), {"root", "part", "leaf"}),
    ],
    ids=["locked for it", "lock has ended", "pledged to it", "owes recourse"],
)
def test_a_lot_held_by_another(work: Work, claims: Claims, what: Callable[[Lot], None], expected: set[str]) -> None:
    with work.begin(SERVICE) as unit:
        what(unit.session.get_one(Lot, claims.leaf))
    assert seen(work, BANK, claims) == expected


@pytest.mark.parametrize(
    ("state", "deadline", "expected"),
    [
        ("open", make.NOW, {"root", "part", "leaf"}),
        ("open", make.NOW - 1, set()),
        ("withdrawn", FOREVER, set()),
        ("accepted", FOREVER, set()),
    ],
)
def test_the_recipient_of_an_open_offer(work: Work, claims: Claims, state: str, deadline: int, expected: set[str]) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.add(
            OfferRecord(
                entity_id=TIER3.entity_id,
                recipient=BANK.entity_id,
                lot_id=claims.leaf,
                payable_id=claims.payable,
                version=0,
                child=255,
                child_id=claims.leaf,
                amount=20_000,
                kind=0,
                documents=b"\1" * 32,
                deadline=deadline,
                epoch=0,
                signature=b"\1" * 65,
                on_chain=False,
                state=state,
                created_at=unit.now,
            )
        )
    assert seen(work, BANK, claims) == expected


def test_a_payee_that_passed_everything_on_still_sees_the_payable(work: Work, claims: Claims) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, claims.root).holder = STRANGER.entity_id
    with work.begin(TIER1) as unit:
        assert visibility.payable(unit, claims.payable).payee == TIER1.entity_id
        assert visibility.tree(unit, claims.payable).lots == []


def test_history_shows_only_moves_between_lots_one_sees(work: Work, claims: Claims) -> None:
    def kinds(actor: Actor, lot_id: str) -> list[int]:
        with work.begin(actor) as unit:
            return [item.block_number for item in visibility.history(unit, lot_id)]

    assert kinds(OBLIGOR, claims.part) == [2, 3, 4]
    assert kinds(TIER2, claims.part) == [2, 4]
    assert kinds(TIER3, claims.part) == [2, 3]
    assert kinds(TIER1, claims.root) == [1]
    with work.begin(TIER3) as unit:
        assert [item.block_number for item in visibility.tree(unit, claims.payable).moves] == [1, 2, 3]
    with work.begin(AUDITOR) as unit:
        assert [item.block_number for item in visibility.tree(unit, claims.payable).moves] == [1, 2, 3, 4]


def test_an_agent_of_another_currency_sees_nothing(work: Work, claims: Claims) -> None:
    with work.begin(SERVICE) as unit:
        make.limit(unit.session, OBLIGOR.entity_id, STRANGER.entity_id, currency=978)
    assert seen(work, STRANGER, claims) == set()


def test_only_the_holder_moves_a_lot(work: Work, claims: Claims) -> None:
    with work.begin(TIER3) as unit:
        assert visibility.own_lot(unit, claims.leaf).id == claims.leaf
        with pytest.raises(Forbidden):
            visibility.own_lot(unit, claims.part)
        with pytest.raises(NotFound):
            visibility.own_lot(unit, claims.sibling)


def test_ids_that_are_none_are_not_found(work: Work, claims: Claims) -> None:
    with work.begin(AUDITOR) as unit:
        for wrong in ("", "0x", "0x" + "zz" * 32, claims.payable, "' or 1=1 --"):
            with pytest.raises(NotFound):
                visibility.lot(unit, wrong)
        with pytest.raises(NotFound):
            visibility.payable(unit, claims.leaf)
        assert visibility.lot(unit, claims.leaf.upper().replace("0X", "0x")).id == claims.leaf


def test_pages_go_through_everything_once(work: Work) -> None:
    with work.begin(SERVICE) as unit:
        make.profile(unit.session)
        for block in (1, 1, 2, 3, 3, 3):
            make.payable(unit.session, obligor=OBLIGOR.entity_id, payee=TIER1.entity_id, issued_block=block)
    with work.begin(TIER1) as unit:
        pages, after = [], None
        while page := visibility.visible_payables(unit, after=after, limit=2):
            pages.append(page)
            after = page[-1].id
        rows = [row for page in pages for row in page]
        assert [row.issued_block for row in rows] == [3, 3, 3, 2, 1, 1]
        assert len({row.id for row in rows}) == 6
        lots = visibility.visible_lots(unit, limit=4)
        lots += visibility.visible_lots(unit, limit=4, after=lots[-1].id)
        assert [row.id for row in lots] == sorted(ids.lot_hex(int(row.id, 16) << 96) for row in rows)


def test_filters(work: Work, claims: Claims) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Payable, claims.foreign).state = 1
        unit.session.get_one(Lot, claims.sibling).flags = 16
    with work.begin(AUDITOR) as unit:
        assert [row.id for row in visibility.visible_payables(unit, state="issued")] == [claims.foreign]
        assert [row.id for row in visibility.visible_payables(unit, state="active")] == [claims.payable]
        assert [row.id for row in visibility.visible_payables(unit, obligor=OTHER_OBLIGOR.entity_id)] == [claims.foreign]
        assert [row.id for row in visibility.visible_payables(unit, payee=TIER1.entity_id)] == [claims.payable]
        assert [row.id for row in visibility.visible_lots(unit, holder=TIER2.entity_id, live=False)] == [claims.sibling]
        assert {row.id for row in visibility.visible_lots(unit, payable=claims.payable, live=True)} == {
            claims.root,
            claims.part,
            claims.leaf,
        }
        with pytest.raises(Invalid, match="no state"):
            visibility.visible_payables(unit, state="lost")
