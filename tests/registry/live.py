"""A real node under a real database, brought up to date by hand: what a use case enqueues is mined and indexed before the next line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from chain.structs import ROLE_REGISTRAR, Profile
from registry.identity import limits, service
from registry.identity.service import NewEntity
from registry.kernel.repo import message
from registry.kernel.uow import SERVICE, Actor, Unit, Work
from registry.receivables import documents, offers
from registry.receivables.offers import NewOffer
from registry.sync.deployment import ensure_deployed
from registry.sync.journal import DatabaseJournal
from registry.sync.runtime import Runtime
from tests.factories.receivables import PROFILE
from tests.fakes.clock import START, SimulatedClock

T = TypeVar("T")
DAY = 86_400
REGISTRAR = Actor(1, ROLE_REGISTRAR, "api:registrar")
RULES = Profile(0, 2**32 - 1, 365 * DAY, 10, 10, 40, DAY, 0, DAY, 30 * DAY, 1)


class Refused(Exception):
    """The contract refused a call of a use case."""


@dataclass(frozen=True)
class Live:
    """The registry on a chain of its own."""

    work: Work
    runtime: Runtime
    clock: SimulatedClock

    def act(self, actor: Actor, use_case: Callable[[Unit], T]) -> T:
        """Runs a use case, waits for its calls. Raises Refused with the contract's error."""
        with self.work.begin(actor) as unit:
            result = use_case(unit)
            numbers = list(unit.messages)
        self.runtime.drain()
        with self.work.begin(SERVICE) as unit:
            for number in numbers:
                found = message(unit.session, number)
                if found is None or found.state != "confirmed":
                    raise Refused("lost" if found is None else f"{found.function}: {found.error} {found.detail}")
        return result

    def wait_until(self, moment: int) -> None:
        """Moves the clock to a time in UTC seconds."""
        self.clock.advance(datetime.fromtimestamp(moment, START.tzinfo) - self.clock.now())

    def enrol(self, number: int, roles: int) -> Actor:
        """A registered entity with a custodial key."""
        new = NewEntity(name=f"Entity {number}", country="CN", roles=roles, verified_until=START + timedelta(days=3650), entity_id=number)
        self.act(REGISTRAR, lambda unit: service.register(unit, new))
        return Actor(number, roles, f"api:{number}")

    def pass_on(
        self, seller: Actor, buyer: Actor, lot: str, *, amount: int | None = None, kind: str = "sale", on_chain: bool = False
    ) -> str:
        """An offer that is made and accepted; the id of the lot the buyer holds."""

        def make(unit: Unit) -> int:
            note = documents.attach(unit, subject=f"lot:{lot}", name="note", media_type="text/plain", content=b"delivered")
            deadline = self.clock.now() + timedelta(days=1)
            values = {"lot": lot, "recipient": buyer.entity_id, "deadline": deadline, "documents": [note.id]}
            return offers.make(unit, NewOffer(**values, amount=amount, kind=kind, on_chain=on_chain)).id  # type: ignore[arg-type]

        number = self.act(seller, make)
        return self.act(buyer, lambda unit: offers.accept(unit, number))


@contextmanager
def live(work: Work, clock: SimulatedClock, *, anvil: Path, folder: Path) -> Iterator[Live]:
    """Starts the node, deploys the contracts, sets a profile in CNY."""
    engine = EmbeddedEngine(
        DatabaseJournal(work.engine), binary=anvil, folder=folder, chain_id=work.network.chain_id, genesis_time=int(START.timestamp()) - DAY
    )
    engine.start()
    try:
        with work.begin(SERVICE) as unit:
            service.ensure_registrar(unit)
        gateway = EmbeddedGateway(engine)
        work = replace(work, network=replace(work.network, contract=ensure_deployed(work, gateway)))
        runtime = Runtime(work, gateway)
        runtime.drain()
        made = Live(work, runtime, clock)
        made.act(REGISTRAR, lambda unit: limits.set_profile(unit, PROFILE, RULES))
        yield made
    finally:
        engine.stop()
