"""Totals count what an actor sees, and nothing else."""

from chain.structs import LOT_ENDED, PAYABLE_ISSUED, PAYABLE_OVERDUE, PAYABLE_REFUSED, ROLE_AUDITOR, ROLE_OBLIGOR, ROLE_SUPPLIER
from registry.kernel.uow import SERVICE, Actor, Work
from registry.receivables.totals import Money, Totals, totals
from tests.factories import receivables as make

OBLIGOR = Actor(10, ROLE_OBLIGOR, "api:obligor")
TIER2 = Actor(21, ROLE_SUPPLIER, "api:supplier")
AUDITOR = Actor(50, ROLE_AUDITOR, "api:auditor")


def seen(work: Work, actor: Actor) -> Totals:
    with work.begin(actor) as unit:
        return totals(unit)


def test_totals_of_each_reader(work: Work) -> None:
    with work.begin(SERVICE) as unit:
        session = unit.session
        make.profile(session)
        make.limit(session, 10, 40)
        debt = make.payable(session, obligor=10, payee=20, face=1_000, outstanding=700, redeemed=300, paid=300)
        root = make.root_of(session, debt)
        make.part(session, root, holder=21, amount=250)
        ended = make.part(session, root, holder=22, amount=300)
        ended.flags |= LOT_ENDED
        late = make.payable(session, obligor=11, payee=20, face=50)
        late.state |= PAYABLE_OVERDUE
        refused = make.payable(session, obligor=11, payee=20, face=5, outstanding=0, cancelled=5)
        refused.state = PAYABLE_REFUSED
        make.payable(session, obligor=11, payee=20, face=7).state = PAYABLE_ISSUED

    shared = Money("CNY", face=1_000, outstanding=700, paid=300, redeemed=300)
    assert seen(work, OBLIGOR) == Totals({"active": 1}, 0, [shared], {1: 1, 2: 1})
    assert seen(work, TIER2) == Totals({"active": 1}, 0, [shared], {1: 1, 2: 1})
    every = seen(work, AUDITOR)
    assert (every.payables, every.overdue) == ({"issued": 1, "active": 2, "refused": 1}, 1)
    assert every.money == [Money("CNY", face=1_062, outstanding=757, paid=300, redeemed=300, cancelled=5)]


def test_nothing_comes_to_nothing(work: Work) -> None:
    assert seen(work, AUDITOR) == Totals()
