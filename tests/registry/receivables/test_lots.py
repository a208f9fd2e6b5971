"""What holders, lock parties and the registrar do with lots: the calls they make, the child numbers they get, and who may not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from chain import ids
from chain.structs import STATUS_SUSPENDED, WHOLE
from registry.identity.tables import Participant
from registry.kernel import sealing
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Unit, Work
from registry.receivables import lots, statements
from registry.receivables.errors import NoFreeChild, PartyInactive
from registry.receivables.tables import Lot, OfferRecord, Payable
from tests.factories import receivables as make
from tests.factories.calls import conclude, sent
from tests.factories.cast import Cast

UNTIL = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def lot(work: Work, cast: Cast) -> str:
    """A root lot of tier 1."""
    with work.begin(SERVICE) as unit:
        debt = make.payable(unit.session, obligor=cast.obligor.entity_id, payee=cast.tier1.entity_id)
        return make.root_of(unit.session, debt).id


def offered(work: Work, cast: Cast, lot: str, child: int, *, deadline: int = make.DUE) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.add(
            OfferRecord(
                entity_id=cast.tier1.entity_id,
                recipient=cast.tier2.entity_id,
                lot_id=lot,
                payable_id=lot[:42],
                version=0,
                child=child,
                child_id=lots.child_id(lot, child),
                amount=1,
                kind=0,
                documents=b"\1" * 32,
                deadline=deadline,
                epoch=0,
                signature=b"\1" * 65,
                on_chain=False,
                state="open",
                created_at=unit.now,
            )
        )


def test_a_split_takes_numbers_that_nothing_else_uses(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).children = 0b1
    offered(work, cast, lot, 2)
    offered(work, cast, lot, 4, deadline=make.NOW - 1)
    with work.begin(cast.tier1) as unit:
        first = lots.split(unit, lot, [100, 200])
        (call,) = sent(unit)
        assert (call.function, call.subject) == ("split", f"lot:{lot}")
        assert call.args == (int(lot, 16), [1, 3], [100, 200])
        assert first == [ids.lot_hex(ids.child(int(lot, 16), index)) for index in (1, 3)]
    with work.begin(cast.tier1) as unit:
        # The first split is still on its way.
        assert lots.split(unit, lot, [5, 5]) == [lots.child_id(lot, 4), lots.child_id(lot, 5)]


def test_requests_at_the_same_time_get_different_numbers(work: Work, cast: Cast, lot: str) -> None:
    def one(_: int) -> str:
        with work.begin(cast.tier1) as unit:
            return lots.split(unit, lot, [1])[0]

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, range(8)))) == 8


def test_a_refused_split_gives_its_numbers_back(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        first = lots.split(unit, lot, [10])
        conclude(unit, "reverted")
        assert lots.split(unit, lot, [10]) == first


def test_when_no_number_is_left_it_says_what_to_do(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit:
        with pytest.raises(NoFreeChild, match="9 parts are asked for and 8 are left"):
            lots.split(unit, lot, [1] * 9)
        with pytest.raises(Invalid, match="above zero"):
            lots.split(unit, lot, [])
        with pytest.raises(Invalid, match="above zero"):
            lots.split(unit, lot, [5, 0])
        assert unit.messages == []


def test_a_forced_part_ignores_the_profile_but_not_the_word(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).children = 2**39 - 1
    with work.begin(cast.registrar) as unit:
        child = lots.force_transfer(unit, lot, to=cast.tier3.entity_id, amount=700, basis="court order 12/2026")
        assert child == lots.child_id(lot, 39)
        whole = lots.force_transfer(unit, lot, to=cast.tier3.entity_id, basis="court order 13/2026")
        assert whole == lot
        part, rest = sent(unit)
        assert part.args[:4] == (int(lot, 16), 39, 700, cast.tier3.entity_id)
        assert rest.args[:4] == (int(lot, 16), WHOLE, 100_000, cast.tier3.entity_id)
        with pytest.raises(NoFreeChild):
            lots.force_transfer(unit, lot, to=cast.tier3.entity_id, amount=1, basis="court order 14/2026")


def test_a_legal_basis_is_sealed_and_its_commitment_goes_on_chain(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.registrar) as unit:
        lots.freeze(unit, lot, amount=40_000, basis="court order 12/2026")
        lots.suspend_redemption(unit, lot[:42], suspended=True, basis="insolvency 3/2026")
        frozen, suspended = sent(unit)
        assert (frozen.function, frozen.args[:2]) == ("freeze", (int(lot, 16), 40_000))
        assert (suspended.function, suspended.args[:2]) == ("suspendRedemption", (int(lot[:42], 16), True))
        (row,) = statements.about(unit, f"lot:{lot}")
        salt = unit.vault.open(row.entity_id, "statements.salt_sealed", row.salt_sealed)
        assert statements.text_of(unit, row) == "court order 12/2026"
        assert frozen.args[2] == row.commitment == sealing.commitment(salt, b"court order 12/2026")
        with pytest.raises(Invalid, match="say why"):
            lots.freeze(unit, lot, amount=0, basis="  ")
    with work.begin(cast.tier1) as unit:
        assert statements.about(unit, f"lot:{lot}") == []
    with work.begin(cast.auditor) as unit:
        assert [item.kind for item in statements.about(unit, f"lot:{lot}")] == ["freeze"]


def test_holders_act_on_their_own_lots(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(SERVICE) as unit:
        parent = unit.session.get_one(Lot, lot)
        part = make.part(unit.session, parent, holder=cast.tier1.entity_id, amount=10).id
    with work.begin(cast.tier1) as unit:
        lots.merge(unit, lot, [part])
        lots.lock(unit, lot, party=cast.bank.entity_id, until=UNTIL)
        lots.discharge(unit, part, "goods returned")
        assert [(call.function, *call.args[:3]) for call in sent(unit)[:2]] == [
            ("merge", int(lot, 16), [int(part, 16)]),
            ("lock", int(lot, 16), cast.bank.entity_id, int(UNTIL.timestamp())),
        ]
        assert [call.function for call in sent(unit)] == ["merge", "lock", "discharge"]
        for into, others in ((lot, []), (lot, [lot]), (lot, [part, part])):
            with pytest.raises(Invalid, match="each once"):
                lots.merge(unit, into, others)


def test_a_lock_is_for_a_party_that_is_active_on_the_chain(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit, pytest.raises(NotFound, match="no participant 99"):
        lots.lock(unit, lot, party=99, until=UNTIL)
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Participant, cast.bank.entity_id).status = STATUS_SUSPENDED
    with work.begin(cast.tier1) as unit, pytest.raises(PartyInactive, match="suspended"):
        lots.lock(unit, lot, party=cast.bank.entity_id, until=UNTIL)


def test_the_obligor_sets_off_a_lot_it_holds(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.obligor) as unit, pytest.raises(Forbidden):
        lots.set_off(unit, lot, "early payment at a discount")
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).holder = cast.obligor.entity_id
    with work.begin(cast.obligor) as unit:
        lots.set_off(unit, lot, "early payment at a discount")
        assert sent(unit)[0].function == "setOff"


def test_a_lock_is_released_by_its_party_or_its_holder(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(cast.tier1) as unit, pytest.raises(Conflict, match="is not locked"):
        lots.release(unit, lot)
    with work.begin(SERVICE) as unit:
        row = unit.session.get_one(Lot, lot)
        row.lock_party, row.lock_until = cast.bank.entity_id, make.DUE
    for actor in (cast.bank, cast.tier1):
        with work.begin(actor) as unit:
            lots.release(unit, lot)
            assert [(call.function, call.entity) for call in sent(unit)] == [("release", actor.entity_id)]
    with work.begin(cast.obligor) as unit, pytest.raises(Forbidden):
        lots.release(unit, lot)
    with work.begin(cast.stranger) as unit, pytest.raises(NotFound):
        lots.release(unit, lot)


def test_nobody_acts_on_lots_of_another(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(SERVICE) as unit:
        part = make.part(unit.session, unit.session.get_one(Lot, lot), holder=cast.tier1.entity_id, amount=10).id
    acts: list[Callable[[Unit], object]] = [
        lambda unit: lots.split(unit, lot, [1]),
        lambda unit: lots.merge(unit, lot, [part]),
        lambda unit: lots.lock(unit, lot, party=1, until=UNTIL),
        lambda unit: lots.discharge(unit, lot, "why"),
        lambda unit: lots.set_off(unit, lot, "why"),
    ]
    for actor, error in ((cast.obligor, Forbidden), (cast.agent, Forbidden), (cast.tier2, NotFound), (cast.stranger, NotFound)):
        with work.begin(actor) as unit:
            for act in acts:
                with pytest.raises(error):
                    act(unit)
            assert unit.messages == []


def test_a_lot_that_is_gone_moves_no_more(work: Work, cast: Cast, lot: str) -> None:
    with work.begin(SERVICE) as unit:
        unit.session.get_one(Lot, lot).exists = False
    with work.begin(cast.tier1) as unit:
        assert unit.session.get_one(Payable, lot[:42]).payee == cast.tier1.entity_id
        with pytest.raises(Forbidden):
            lots.split(unit, lot, [1])
