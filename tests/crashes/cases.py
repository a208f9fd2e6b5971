"""Cases: one flow, one death. Each is played to its end, judged by the checker, by a replay of its journal, and by the run that was never
killed."""

import contextlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from api.bootstrap import CHAIN_ID
from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from registry.kernel import installation
from registry.kernel.clock import SystemClock
from registry.kernel.uow import Network, Work
from registry.sync import check
from registry.sync.journal import DatabaseJournal
from tests.crashes import state, turn
from tests.crashes.drive import Death, Drive
from tests.crashes.flows import FLOWS, Flow
from tests.crashes.service import Node
from tests.crashes.site import Place, Site
from tests.crashes.state import State

SERVICE, NODE, DATABASE = "service", "node", "database"
VICTIMS = (SERVICE, NODE, DATABASE)
# A row of the matrix that is no point: killed at a moment of chance.
MOMENT = "any moment"


@dataclass(frozen=True)
class Case:
    """What dies where. `visit` counts the point's visits in one life of the service; a moment is so many seconds into a step."""

    flow: str
    point: str
    victim: str = SERVICE
    visit: int = 1
    life: int = 1
    step: int = 0
    seconds: float = 0.0
    # The same point was killed at its first visit already.
    again: bool = False

    def __str__(self) -> str:
        where = f"step {self.step} + {self.seconds:.3f} s" if self.step else f"{self.point}:{self.visit} of life {self.life}"
        return f"{self.flow}: {self.victim} killed at {where}"


@dataclass(frozen=True)
class Outcome:
    """What became of a case. `wrong` in words; empty when all is well. `struck`: whether the moment came at all."""

    case: Case
    struck: bool
    lost: int = 0
    doubled: int = 0
    wrong: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Reference:
    """A flow that was never killed: its final state, its points visited per life of the service, its steps."""

    state: State
    visits: tuple[Counter[str], ...]
    steps: int


@dataclass
class Bench:
    """Plays cases, one at a time, on a site of its own."""

    site: Site
    seed: int = 1
    prepared: Place | None = None
    references: dict[str, Reference] = field(default_factory=dict)

    def reference(self, flow: Flow) -> Reference:
        """The flow without any death."""
        if flow.name not in self.references:
            place = self._place(flow)
            self.references[flow.name] = self._unharmed(flow, place)
            self.site.drop(place)
        return self.references[flow.name]

    def visits(self, name: str) -> tuple[Counter[str], ...]:
        """Points that a flow visits, per life of the service."""
        if name == turn.NAME:
            return (turn.visits(self.site, self.site.folder, self.seed),)
        return self.reference(flow_named(name)).visits

    def run(self, case: Case) -> Outcome:
        """Plays one case; what goes wrong is told, never raised. A late visit that does not come this time is looked for earlier."""
        outcome = self._turn(case) if case.flow == turn.NAME else self._run(case)
        if not outcome.struck and not outcome.wrong and case.visit > 1:
            return self.run(replace(case, visit=case.visit // 2))
        return outcome

    def _turn(self, case: Case) -> Outcome:
        struck, lost, doubled, wrong, seconds = turn.run(self.site, self.seed, point=case.point, visit=case.visit)
        return Outcome(case, struck, lost, doubled, tuple(wrong), seconds)

    def _unharmed(self, flow: Flow, place: Place) -> Reference:
        drive = Drive(place, self.seed, trace=True)
        with _closing(drive):
            flow.play(drive)
            drive.stop()
        found, wrong = judge(place, drive)
        if wrong:
            raise AssertionError(f"{flow.name} goes wrong without any death: {wrong}")
        visits = tuple(_visits(place.folder / f"trace-{life}") for life in range(1, drive.lives + 1))
        return Reference(found, visits, drive.steps)

    def _run(self, case: Case) -> Outcome:
        began = time.monotonic()
        flow = flow_named(case.flow)
        expected = self.reference(flow)
        place = self._place(flow)
        victim = {SERVICE: None, NODE: Node(), DATABASE: self.site.postgres}[case.victim]
        point = "" if case.step else case.point
        wrong: list[str] = []
        found: State = Counter()
        struck = False
        try:
            drive = Drive(place, self.seed, Death(point, case.visit, case.life, victim=victim, step=case.step, seconds=case.seconds))
            with _closing(drive):
                flow.play(drive)
                drive.stop()
                struck = drive.struck
            found, wrong = judge(place, drive)
        except Exception as error:
            wrong.append(f"{type(error).__name__}: {error}")
        difference = state.compare(expected.state, found)
        for name, things in (("lost", difference.lost), ("doubled", difference.doubled)):
            wrong += [f"{name}: {thing} x {count}" for thing, count in sorted(things.items(), key=str)[:5]]
        if not wrong or not os.environ.get("TALLYSTICK_KEEP_CRASHES"):
            self.site.drop(place)
        seconds = time.monotonic() - began
        return Outcome(case, struck, difference.lost.total(), difference.doubled.total(), tuple(wrong), seconds)

    def _place(self, flow: Flow) -> Place:
        if not flow.prepared:
            return self.site.empty()
        if self.prepared is None:
            self.prepared = self.site.empty()
            self._unharmed(FLOWS[0], self.prepared)
        return self.site.copy(self.prepared)


def _visits(trace: Path) -> Counter[str]:
    found = Counter(trace.read_text().split())
    trace.unlink()
    return found


@contextlib.contextmanager
def _closing(drive: Drive) -> Iterator[None]:
    try:
        yield
    finally:
        drive.close()


def judge(place: Place, drive: Drive) -> tuple[State, list[str]]:
    """Replays the journal from genesis on a new node, which compares every block's hash; runs the checker; reads the final state."""
    engine = place.engine()
    folder = place.folder / "replay"
    try:
        clock = SystemClock()
        row = installation.load_or_create(engine, place.master_key, now=clock.now(), chain_id=CHAIN_ID)
        network = Network(CHAIN_ID, row.contract or "", installation.network_key(row, place.master_key))
        work = Work(engine, clock, network, place.master_key)
        journal = DatabaseJournal(engine)
        wrong = [f"block {entry.number} of the journal has no hash" for entry in journal.blocks(1) if entry.hash is None]
        binary = Path(os.environ["TALLYSTICK_ANVIL"])
        node = EmbeddedEngine(journal, binary=binary, folder=folder, chain_id=CHAIN_ID, genesis_time=int(row.genesis_time.timestamp()))
        node.start()
        try:
            gateway = EmbeddedGateway(node)
            wrong += state.breaks(check.run(work, gateway))
            found = state.collect(engine, gateway, network.contract)
        finally:
            node.stop()
    finally:
        engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)
    found.update(drive.facts)
    return found, wrong


def cases(bench: Bench, flow: str, *, moments: int, seed: int) -> list[Case]:
    """Every point that the flow visits, for each victim, at its first visit and at one of chance; and moments of chance."""
    visited = bench.visits(flow)
    random = Random(f"{seed}:{flow}")  # noqa: S311 - a seed replays a matrix
    found = []
    for point in sorted(set().union(*visited)):
        lives = [life for life, visits in enumerate(visited, 1) if visits[point]]
        first = Case(flow, point, life=lives[0])
        life = random.choice(lives)
        other = Case(flow, point, visit=random.randint(1, visited[life - 1][point]), life=life, again=True)
        found += [first] if (other.visit, other.life) == (first.visit, first.life) else [first, other]
        if flow != turn.NAME:
            found += [Case(flow, point, victim, random.randint(1, visited[life - 1][point]), life) for victim in (NODE, DATABASE)]
    if flow != turn.NAME:
        steps = bench.reference(flow_named(flow)).steps
        for victim in VICTIMS:
            found += [Case(flow, MOMENT, victim, step=random.randint(1, steps), seconds=random.random() / 20) for _ in range(moments)]
    return found


def flow_named(name: str) -> Flow:
    """A flow by its name."""
    return next(flow for flow in FLOWS if flow.name == name)
