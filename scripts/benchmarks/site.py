"""What the other benchmarks run on: a real database and node in a folder of their own, a few parties, a profile, invoices."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from api.bootstrap import Platform
from chain.structs import ROLE_AGENT, ROLE_OBLIGOR, ROLE_REGISTRAR, ROLE_SUPPLIER, Profile
from registry.identity import api_keys, limits, service
from registry.identity.rules import profile_number
from registry.identity.service import NewEntity
from registry.kernel.settings import Settings
from registry.kernel.uow import Actor, Unit
from registry.receivables import intake
from registry.receivables.invoices.columns import COUNCIL_PAYMENTS

T = TypeVar("T")
DAY = 86_400
START = datetime(2030, 1, 1, 9, tzinfo=UTC)
# Invoices of the council's layout are due that many days after their date.
DUE_DAYS = 60
REGISTRAR = Actor(1, ROLE_REGISTRAR, "bench")
PROFILE = profile_number("GBP")
SELLER = "S1"
_HEADER = "transaction_no,paid_date,date_flag,amount_pence,supplier,category,department\n"
_PATIENCE = 600.0


class StillClock:
    """A clock that stands still, so that a benchmark's days don't depend on the calendar."""

    def now(self) -> datetime:
        """The benchmark's present."""
        return START


@dataclass(frozen=True)
class Site:
    """A platform with parties that can act. `tokens` are their API keys by role."""

    folder: Path
    platform: Platform
    obligor: Actor
    supplier: Actor
    agent: Actor
    tokens: dict[str, str]

    def act(self, actor: Actor, use_case: Callable[[Unit], T]) -> T:
        """Runs a use case and waits until its calls are in an indexed block; every one of them has to be confirmed."""
        with self.platform.work.begin(actor) as unit:
            result = use_case(unit)
            numbers = list(unit.messages)
        found = self.platform.runtime.wait_for(numbers, _PATIENCE)
        failed = [message.error for message in found.values() if message.state != "confirmed"]
        if failed:
            raise AssertionError(f"{len(failed)} contract calls were not confirmed, such as {failed[0]}")
        return result

    def take_in(self, count: int, *, first: int = 0) -> list[int]:
        """New invoices of the supplier to the obligor; their ids. `first` tells their numbers apart from those taken in before."""
        sellers = {SELLER: self.supplier.entity_id}
        taken = self.act(
            self.obligor,
            lambda unit: intake.import_export(
                unit, export(count, first=first), name=f"{first}.csv", layout=COUNCIL_PAYMENTS, mode="all", sellers=sellers
            ),
        )
        return taken.accepted


def export(count: int, *, first: int = 0) -> bytes:
    """An ERP export of so many invoices, dated today."""
    rows = (f"{number},{START.date()},,{1000 + number},{SELLER},Services,City\n" for number in range(first, first + count))
    return (_HEADER + "".join(rows)).encode()


@contextmanager
def opened(folder: Path) -> Iterator[Site]:
    """Starts database, node and sync in an empty folder and registers the parties."""
    settings = Settings(data_dir=folder, anvil=os.environ["TALLYSTICK_ANVIL"])
    with Platform.open(settings, clock=StillClock()) as platform:
        roles = {"obligor": ROLE_OBLIGOR, "supplier": ROLE_SUPPLIER, "agent": ROLE_AGENT}
        actors = {name: Actor(100 + place, role, "bench") for place, (name, role) in enumerate(roles.items())}
        site = Site(folder, platform, actors["obligor"], actors["supplier"], actors["agent"], {})
        site.act(REGISTRAR, lambda unit: _enrol(unit, actors, site.tokens))
        site.act(REGISTRAR, lambda unit: _allow(unit, site))
        yield site


def _enrol(unit: Unit, actors: dict[str, Actor], tokens: dict[str, str]) -> None:
    until = START + timedelta(days=3650)
    for name, actor in actors.items():
        new = NewEntity(name=name.title(), country="GB", roles=actor.roles, verified_until=until, entity_id=actor.entity_id)
        service.register(unit, new)
        tokens[name] = api_keys.issue(unit, actor.entity_id, label="bench")[1]


def _allow(unit: Unit, site: Site) -> None:
    limits.set_profile(unit, PROFILE, Profile(0, 2**32 - 1, 365 * DAY, 10, 10, 40, DAY, 0, DAY, 30 * DAY, 1))
    limits.set_limit(unit, site.obligor.entity_id, currency="GBP", limit=10**15, agent=site.agent.entity_id)


def seconds(work: Callable[[], object]) -> float:
    """How long something takes, by the wall."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def chunks(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Items in groups."""
    return [items[start : start + size] for start in range(0, len(items), size)]
