"""Heads of the log of acts and of the ledger's journal, told to the contract: what is anchored can't be written anew unseen."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from registry.identity import acts, keys
from registry.identity.acts import Damage
from registry.identity.errors import NoCustodialKey
from registry.kernel import outbox
from registry.kernel.chaining import AnchorKind
from registry.kernel.outbox import ContractCall
from registry.kernel.uow import SERVICE, Unit, Work
from registry.ledger import repo as ledger_repo
from registry.sync import repo_anchors
from registry.sync.repo_anchors import Anchor

log = logging.getLogger("tallystick.sync")
SUBJECT = "anchor:heads"


def heads(session: Session) -> dict[AnchorKind, tuple[int, bytes]]:
    """Number and hash of the latest record of each chain that has one."""
    found = {AnchorKind.ACTS: acts.head(session), AnchorKind.LEDGER: ledger_repo.last(session)}
    return {kind: head for kind, head in found.items() if head is not None and head[0] > 0}


def drop(unit: Unit) -> list[int]:
    """Enqueues an anchor of each head that has moved since the last one; gives the numbers of the contract calls."""
    _, sent = repo_anchors.last_enqueued(unit.session)
    moved = {kind: head for kind, head in heads(unit.session).items() if head[0] > sent.get(kind, 0)}
    calls = [
        ContractCall(repo_anchors.FUNCTION, [int(kind), number, head], f"anchor:{kind.name.lower()}:{number}")
        for kind, (number, head) in moved.items()
    ]
    return outbox.enqueue_many(unit, calls, signer=keys.signer_for(unit, keys.REGISTRAR)) if calls else []


def anchors(session: Session) -> list[Anchor]:
    """Every anchor in the applied blocks, oldest first."""
    return repo_anchors.anchors(session)


def damage(session: Session) -> Iterator[Damage]:
    """What does not hold in the log of acts, by itself and against its anchors in the applied blocks."""
    told = [(anchor.number, anchor.head) for anchor in anchors(session) if anchor.kind is AnchorKind.ACTS]
    return acts.verify(session, told)


class Schedule:
    """Drops anchors once per period of the service's clock. `every` zero: never."""

    def __init__(self, work: Work, every: timedelta) -> None:
        self._work = work
        self._every = every
        self._next: datetime | None = None

    def step(self) -> None:
        """Enqueues what is due; nearly free when nothing is."""
        now = self._work.clock.now()
        if not self._every or (self._next is not None and now < self._next):
            return
        with self._work.begin(SERVICE) as unit:
            last, _ = repo_anchors.last_enqueued(unit.session)
            if last is None or now >= last + self._every:
                self._drop(unit)
                last = now
        self._next = last + self._every

    def _drop(self, unit: Unit) -> None:
        try:
            drop(unit)
        except NoCustodialKey:
            log.warning("nothing is anchored: the registrar has no custodial key that is valid now")
