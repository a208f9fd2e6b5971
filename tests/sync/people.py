"""Everybody a story needs, registered through the services, and how each acts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from chain.structs import ROLE_AGENT, ROLE_FUNDER, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER, Profile
from registry.identity import accounts, limits, service
from registry.identity.service import NewEntity
from registry.kernel.uow import Actor, Unit, Work
from registry.receivables import documents, intake, offers, payables
from registry.receivables.invoices.columns import ColumnMap
from registry.receivables.offers import NewOffer
from registry.receivables.payables import Confirmation
from tests.factories.receivables import PROFILE

Result = TypeVar("Result")
REGISTRAR = Actor(1, ROLE_REGISTRAR, "test")
OBLIGOR, AGENT, BANK = Actor(2, ROLE_OBLIGOR, "test"), Actor(3, ROLE_AGENT, "test"), Actor(4, ROLE_FUNDER, "test")
TIER1, TIER2, TIER3 = (Actor(number, ROLE_SUPPLIER, "test") for number in (5, 6, 7))
DAY = 86_400


@dataclass(frozen=True)
class Play:
    """One installation's stage."""

    work: Work

    def act(self, actor: Actor, do: Callable[[Unit], Result]) -> Result:
        """One use case, one transaction."""
        with self.work.begin(actor) as unit:
            return do(unit)

    def enrol(self) -> None:
        """Registers everybody; a profile in CNY, a limit of 100 million."""

        def register(unit: Unit) -> None:
            for actor in (OBLIGOR, AGENT, BANK, TIER1, TIER2, TIER3):
                until = unit.now + timedelta(days=700)
                service.register(unit, NewEntity(name=f"Entity {actor.entity_id}", country="CN", roles=actor.roles, verified_until=until))
            rules = Profile(0, 2**32 - 1, 365 * DAY, 10, 10, 40, DAY, 0, DAY, 30 * DAY, 1)
            limits.set_profile(unit, PROFILE, rules)
            limits.set_limit(unit, OBLIGOR.entity_id, currency="CNY", limit=10_000_000_000, agent=AGENT.entity_id)

        self.act(REGISTRAR, register)
        for actor in (OBLIGOR, AGENT, BANK, TIER1, TIER2, TIER3):
            self.act(
                actor, lambda unit: accounts.bind(unit, unit.actor.entity_id, currency="CNY", account=f"6222{unit.actor.entity_id:012d}")
            )

    def invoices(self, count: int, *, first: int = 1, amount: str = "1000.00") -> list[int]:
        """Imports an export of invoices of tier 1, due in 60 days."""
        issued = self.work.clock.now().date()
        due = issued + timedelta(days=60)
        rows = [f"INV-{first + n},{issued},{due},{amount},T1" for n in range(count)]
        data = "\n".join(["number,issued,due,amount,supplier", *rows]).encode()
        layout = ColumnMap(number="number", issue_date="issued", due_date="due", amount="amount", currency="CNY", seller_id="supplier")

        def take(unit: Unit) -> list[int]:
            found = intake.import_export(unit, data, name="export.csv", layout=layout, mode="all", sellers={"T1": TIER1.entity_id})
            assert not found.refused
            return found.accepted

        return self.act(OBLIGOR, take)

    def confirm(self, invoices: list[int]) -> str:
        """Confirms invoices as one payable."""
        return self.act(OBLIGOR, lambda unit: payables.confirm(unit, Confirmation(invoices=[(n, None) for n in invoices], profile=PROFILE)))

    def document(self, actor: Actor, subject: str) -> int:
        """Attaches a trade document."""

        def attach(unit: Unit) -> int:
            content = f"delivery note {subject}".encode()
            return documents.attach(unit, subject=subject, name="note.txt", media_type="text/plain", content=content).id

        return self.act(actor, attach)

    def offer(self, seller: Actor, lot: str, *, to: Actor, amount: int | None = None, kind: str = "sale", on_chain: bool = False) -> int:
        """Makes an offer for a lot or a part of it."""
        note = self.document(seller, f"lot:{lot}")
        deadline = self.work.clock.now() + timedelta(days=5)
        new = NewOffer(lot=lot, recipient=to.entity_id, deadline=deadline, documents=[note], amount=amount, kind=kind, on_chain=on_chain)
        return self.act(seller, lambda unit: offers.make(unit, new)).id
