"""Random calls on the real contract, many of them legal: chosen on the mirror, signed by everybody, sent through the outbox."""

import contextlib
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from sqlalchemy import select

from chain import ids, typed
from chain.structs import (
    LOT_ENDED,
    PAYABLE_ACTIVE,
    PAYABLE_ISSUED,
    PAYABLE_ROUND_OPEN,
    PAYABLE_STATE_MASK,
    WHOLE,
    Financing,
    Offer,
    Portion,
    Terms,
)
from registry.identity import keys, service
from registry.identity.service import NewEntity
from registry.identity.tables import CreditLimit, Participant
from registry.kernel import outbox
from registry.kernel.uow import SERVICE, Unit
from registry.receivables.tables import Lot, Payable
from tests.sync.people import REGISTRAR
from tests.sync.site import Site

CNY = 156
AGENT, FUNDER, OBLIGORS, SUPPLIERS = 2, 3, (4, 5), (6, 7, 8)
HOLDERS = (FUNDER, *OBLIGORS, *SUPPLIERS)


class Chaos:
    """Makes one round of calls after another. What the contract refuses is part of the game."""

    def __init__(self, site: Site, seed: int) -> None:
        self.site = site
        self.random = Random(seed)  # noqa: S311 - a seed replays a game
        # Preimages and consents that calls need again.
        self.issued: dict[int, tuple[Terms, list[Portion]]] = {}
        self.financings: dict[str, Financing] = {}
        self.offers: dict[str, Offer] = {}
        self.enrol()

    def enrol(self) -> None:
        """Everybody with every role but the agent's; short times, so that payables fall due during the game."""
        with self.site.work.begin(REGISTRAR) as unit:
            for number in (AGENT, *HOLDERS):
                roles = 8 if number == AGENT else 7
                until = unit.now.replace(year=unit.now.year + 2)
                service.register(unit, NewEntity(name=f"E{number}", country="CN", roles=roles, verified_until=until, entity_id=number))
            # The second one knows no reopening.
            for variant, reopen_period in enumerate((500, 0)):
                rules = (0, 2**32 - 1, 10_000, 12, 12, 40, 5, 0, 10, reopen_period, 1)
                self.call(unit, 1, "setProfile", [ids.profile_id(CNY, variant), rules])
            for obligor in OBLIGORS:
                self.call(unit, 1, "setLimit", [obligor, CNY, 10**9, AGENT])
        self.site.runtime.drain()

    def call(self, unit: Unit, who: int, function: str, args: Sequence[Any]) -> None:
        """Enqueues one call."""
        outbox.enqueue(unit, signer=keys.signer_for(unit, who), function=function, args=list(args), subject="chaos")

    def round(self, calls: int) -> None:
        """Enqueues random calls on what the mirror shows now, and lets them happen."""
        with self.site.work.begin(SERVICE) as unit:
            self.unit = unit
            self.payables = list(unit.session.scalars(select(Payable).order_by(Payable.issued_block.desc()).limit(30)))
            wanted = select(Lot).where(Lot.exists, Lot.payable_id.in_([row.id for row in self.payables]))
            self.lots = [row for row in unit.session.scalars(wanted.order_by(Lot.id)) if row.amount]
            self.epochs = {row.id: row.epoch for row in unit.session.execute(select(Participant.id, Participant.epoch))}
            self.limits = list(unit.session.scalars(select(CreditLimit)))
            for _ in range(calls):
                with contextlib.suppress(IndexError):
                    self.random.choice(ACTIONS)(self)
        self.site.runtime.drain()

    @property
    def now(self) -> int:
        return self.unit.timestamp

    def debt(self, *states: int) -> Payable:
        return self.random.choice([row for row in self.payables if not states or row.state & PAYABLE_STATE_MASK in states])

    def lot(self, test: Callable[[Lot], Any] = lambda _: True) -> Lot:
        return self.random.choice([row for row in self.lots if not row.flags & LOT_ENDED and test(row)])

    def mark(self) -> bytes:
        return self.random.randbytes(32)

    def digest(self, who: int, digest: bytes) -> bytes:
        return keys.sign_digest(self.unit, who, digest)


def issue(c: Chaos) -> None:
    obligor = c.random.choice(OBLIGORS)
    payee = c.random.choice([holder for holder in HOLDERS if holder != obligor])
    portions = sorted(
        (Portion(c.mark(), amount, amount + c.random.randrange(3)) for amount in (c.random.randrange(1, 90_000) for _ in range(2))),
        key=lambda portion: portion.fingerprint,
    )
    due = c.now + c.random.randrange(20, 120)
    profile = ids.profile_id(CNY, c.random.choice([0, 0, 1]))
    terms = Terms(obligor, payee, profile, due, sum(portion.amount for portion in portions), c.mark(), c.mark())
    c.issued[ids.payable_id(terms, portions)] = (terms, portions)
    c.call(c.unit, obligor, "issue", [terms.args(), [portion.args() for portion in portions]])


def accept(c: Chaos) -> None:
    row = c.debt(PAYABLE_ISSUED)
    c.call(c.unit, row.payee, "accept", [int(row.id, 16)])


def undo(c: Chaos) -> None:
    row = c.debt(c.random.choice([PAYABLE_ISSUED, PAYABLE_ISSUED, PAYABLE_ACTIVE]))
    terms, portions = c.issued[int(row.id, 16)]
    args: list[Any] = [terms.args(), [portion.args() for portion in portions]]
    if c.random.random() < 0.5:
        c.call(c.unit, row.payee, "refuse", args)
        return
    version = next((lot.version for lot in c.lots if lot.id == ids.lot_hex(ids.root(int(row.id, 16)))), 0)
    network = c.unit.network
    digest = typed.cancellation_digest(network.chain_id, network.contract, payable=int(row.id, 16), version=version)
    c.call(c.unit, row.obligor, "cancel", [*args, c.digest(row.payee, digest)])


def offer_of(c: Chaos, lot: Lot, *, kinds: Sequence[int] = (0, 0, 0, 1)) -> Offer:
    whole = c.random.random() < 0.3
    free = [index for index in range(40) if not lot.children >> index & 1]
    child = WHOLE if whole or not free else c.random.choice(free[:3])
    amount = lot.amount if child == WHOLE else c.random.randrange(1, lot.amount + 1)
    to = c.random.choice([holder for holder in HOLDERS if holder != lot.holder])
    kind = c.random.choice(kinds)
    if kind == 2 and lot.recourse_seller:
        to = lot.recourse_seller
    if kind > 1:
        child, amount = WHOLE, lot.amount
    epoch = c.epochs[lot.holder]
    return Offer(int(lot.id, 16), lot.version, child, amount, to, kind, c.mark(), c.now + c.random.randrange(5, 30), epoch)


def pass_on(c: Chaos) -> None:
    lot = c.lot()
    offer = offer_of(c, lot)
    network = c.unit.network
    signature = c.digest(lot.holder, typed.offer_digest(network.chain_id, network.contract, offer=offer))
    c.call(c.unit, offer.recipient, "acceptOffer", [offer.args(), signature])


def move_overdue(c: Chaos) -> None:
    late = {row.id for row in c.payables if row.state & 0x10}
    lot = c.lot(lambda row: row.payable_id in late)
    offer = offer_of(c, lot, kinds=(2, 3))
    network = c.unit.network
    signature = c.digest(lot.holder, typed.offer_digest(network.chain_id, network.contract, offer=offer))
    c.call(c.unit, offer.recipient, "acceptOffer", [offer.args(), signature])


def offer_on_chain(c: Chaos) -> None:
    offered = [lot for lot in c.lots if lot.flags & 32 and lot.id in c.offers]
    if offered and c.random.random() < 0.6:
        lot = c.random.choice(offered)
        c.call(c.unit, c.offers[lot.id].recipient, "acceptOffer", [c.offers[lot.id].args(), b""])
        return
    lot = c.lot()
    c.offers[lot.id] = offer_of(c, lot)
    c.call(c.unit, lot.holder, "makeOffer", [c.offers[lot.id].args()])


def split(c: Chaos) -> None:
    lot = c.lot(lambda row: row.amount > 4)
    free = [index for index in range(40) if not lot.children >> index & 1][: c.random.randrange(1, 4)]
    c.call(c.unit, lot.holder, "split", [int(lot.id, 16), free, [lot.amount // 4] * len(free)])


def merge(c: Chaos) -> None:
    lot = c.lot()
    alike = [row for row in c.lots if (row.payable_id, row.holder) == (lot.payable_id, lot.holder) and row.id != lot.id]
    others = c.random.sample(alike, min(len(alike), c.random.randrange(1, 4)))
    c.call(c.unit, lot.holder, "merge", [int(lot.id, 16), [int(row.id, 16) for row in others]])


def lock(c: Chaos) -> None:
    lot = c.lot()
    until = c.now + c.random.randrange(1, 60)
    if c.random.random() < 0.4:
        c.call(c.unit, lot.holder, "lock", [int(lot.id, 16), c.random.choice(HOLDERS), until])
    else:
        c.financings[lot.id] = financing = Financing(FUNDER, until, c.random.randrange(2), c.random.random() < 0.5, c.mark())
        c.call(c.unit, lot.holder, "lockForFinancing", [int(lot.id, 16), financing.args()])


def finance(c: Chaos) -> None:
    lot = c.lot(lambda row: row.flags & 4 and row.id in c.financings)
    c.call(c.unit, FUNDER, "finance", [int(lot.id, 16), c.financings[lot.id].args(), c.mark()])


def unlock(c: Chaos) -> None:
    lot = c.lot(lambda row: row.lock_party)
    who = c.random.choice([lot.lock_party, lot.holder])
    args = [int(lot.id, 16)]
    c.call(c.unit, who, "releasePledge" if lot.flags & 2 else "release", [*args, c.mark()] if lot.flags & 2 else args)


def by_law(c: Chaos) -> None:
    lot = c.lot()
    number = int(lot.id, 16)
    if c.random.random() < 0.5:
        c.call(c.unit, 1, "freeze", [number, c.random.choice([0, lot.amount // 2, lot.amount]), c.mark()])
        return
    whole = c.random.random() < 0.5
    free = next((index for index in range(40) if not lot.children >> index & 1), 0)
    amount = lot.amount if whole else c.random.randrange(1, lot.amount + 1)
    c.call(c.unit, 1, "forceTransfer", [number, WHOLE if whole else free, amount, c.random.choice(HOLDERS), c.mark()])


def administer(c: Chaos) -> None:
    what = c.random.randrange(4)
    if what == 0:
        c.call(c.unit, 1, "suspendRedemption", [int(c.debt(PAYABLE_ACTIVE).id, 16), c.random.random() < 0.3, c.mark()])
    elif what == 1:
        c.call(c.unit, c.random.choice(SUPPLIERS), "revokeOffers", [])
    elif what == 2:
        c.call(c.unit, 1, "pauseProfile", [ids.profile_id(CNY), c.random.random() < 0.2])
    else:
        c.call(c.unit, 1, "setLimit", [c.random.choice(OBLIGORS), CNY, c.random.randrange(10**6, 10**9), AGENT])


def pay(c: Chaos) -> None:
    row = c.debt(PAYABLE_ACTIVE)
    number, rest = int(row.id, 16), row.outstanding - row.available
    if row.available and c.random.random() < 0.3:
        values = {"payable": number, "sequence": row.sequence + 1, "amount": c.random.randrange(1, row.available + 1), "receipt": c.mark()}
        digest = typed.reversal_digest(c.unit.network.chain_id, c.unit.network.contract, **values)
        c.call(c.unit, 1, "reversePayment", [number, values["amount"], values["receipt"], c.digest(AGENT, digest)])
    elif rest:
        c.call(
            c.unit, AGENT, "recordPayment", [number, row.sequence + 1, c.random.choice([rest, c.random.randrange(1, rest + 1)]), c.mark()]
        )


def redeem(c: Chaos) -> None:
    row = c.random.choice([debt for debt in c.payables if debt.available and debt.due < c.now + 5])
    number = int(row.id, 16)
    live = [lot for lot in c.lots if lot.payable_id == row.id and not lot.flags & LOT_ENDED]
    if row.state & PAYABLE_ROUND_OPEN:
        rest = [lot for lot in live if lot.round != row.round]
        lines = [lot.amount * row.round_payment // row.round_base for lot in rest]
        missing = row.available - sum(lines)
        lines = [line + (place < missing) for place, line in enumerate(lines)]
        if rest:
            c.call(c.unit, AGENT, "redeemInRound", [[int(lot.id, 16) for lot in rest], lines, [c.mark() for _ in rest]])
        c.call(c.unit, AGENT, "closeRound", [number])
    elif row.available < row.outstanding:
        c.call(c.unit, AGENT, "openRound", [number])
    elif c.random.random() < 0.5:
        c.call(c.unit, AGENT, "redeem", [int(c.random.choice(live).id, 16), c.mark()])
    else:
        c.call(c.unit, AGENT, "redeemMany", [[int(lot.id, 16) for lot in live], [c.mark() for _ in live]])


def reopen(c: Chaos) -> None:
    lot = c.random.choice([row for row in c.lots if row.flags & LOT_ENDED])
    debt = next(row for row in c.payables if row.id == lot.payable_id)
    values = {"lot": int(lot.id, 16), "sequence": debt.sequence + 1, "amount": lot.amount, "receipt": c.mark()}
    digest = typed.reopening_digest(c.unit.network.chain_id, c.unit.network.contract, **values)
    c.call(c.unit, 1, "reopen", [values["lot"], values["amount"], values["receipt"], c.digest(AGENT, digest)])


def give_up(c: Chaos) -> None:
    own = [lot for lot in c.lots if lot.holder in OBLIGORS and not lot.flags & LOT_ENDED]
    if own and c.random.random() < 0.7:
        lot = c.random.choice(own)
        c.call(c.unit, lot.holder, "setOff", [int(lot.id, 16), c.mark()])
    else:
        lot = c.lot()
        c.call(c.unit, lot.holder, "discharge", [int(lot.id, 16), c.mark()])


def overdue(c: Chaos) -> None:
    late = [row for row in c.payables if row.due + 10 < c.now]
    c.call(c.unit, c.random.choice(SUPPLIERS), "markOverdue", [int(c.random.choice(late).id, 16)])


ACTIONS: list[Callable[[Chaos], None]] = [
    *[issue] * 3, *[accept] * 6, *[undo] * 2, *[pass_on] * 10, *[move_overdue] * 2, *[offer_on_chain] * 3, *[split] * 3, *[merge] * 3,
    *[lock] * 4, *[finance] * 4, *[unlock] * 3, by_law, administer, *[pay] * 3, *[redeem] * 6, reopen, give_up, *[overdue] * 2,
]  # fmt: skip
