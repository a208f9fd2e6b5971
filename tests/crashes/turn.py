"""The flow in which the chain turns: blocks are indexed, taken back and read anew. Only a network's chain does that, so it stands on a
chain of random histories (`tests.sync.branches`); the oracle is the fold of the branch that stays."""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from chain import crash
from registry.kernel.engine import make_engine
from registry.kernel.postgres import SERVICE_ROLE
from registry.kernel.uow import Work
from registry.sync import mirror
from registry.sync.indexer import Indexer
from tests.conftest import MASTER_KEY, NETWORK
from tests.crashes.service import DEAD
from tests.crashes.site import Site
from tests.fakes.clock import SimulatedClock
from tests.sync.branches import BranchingChain, turned
from tests.sync.test_reorg import assert_equal_to_replay, replay, stored

NAME = "turn"
TELLS = "Blocks are indexed, the chain turns within finality, its new branch is indexed; no client takes part."
ROOT = Path(__file__).resolve().parents[2]
DEPTH = 3


def visits(site: Site, folder: Path, seed: int) -> Counter[str]:
    """Points that the flow visits when nothing is killed."""
    database, trace = site.database("prepared"), folder / "trace-turn"
    code = _play(site.postgres.server.url(SERVICE_ROLE, database), seed, {crash.TRACE: str(trace)})
    site.drop_database(database)
    if code != 0:
        raise AssertionError(f"the flow goes wrong without any death: it ended with code {code}")
    found = Counter(trace.read_text().split())
    trace.unlink()
    return found


def run(site: Site, seed: int, *, point: str, visit: int) -> tuple[bool, int, int, list[str], float]:
    """Killed at a visit of a point, then followed to the end: whether it was, lost, doubled, what is wrong, seconds."""
    began = time.monotonic()
    database = site.database("prepared")
    url = site.postgres.server.url(SERVICE_ROLE, database)
    code = _play(url, seed, {crash.ENVIRONMENT: f"{point}:{visit}"})
    chain = turned(seed)
    chain.turn(DEPTH)
    engine = make_engine(url)
    try:
        work = Work(engine=engine, clock=SimulatedClock(), network=NETWORK, master_key=MASTER_KEY)
        Indexer(work, chain).catch_up()  # type: ignore[arg-type]
        lost, doubled, wrong = _judged(work, chain)
    finally:
        engine.dispose()
    site.drop_database(database)
    if code not in DEAD | {0}:
        wrong.append(f"it ended with code {code}")
    return code in DEAD, lost, doubled, wrong, time.monotonic() - began


def _judged(work: Work, chain: BranchingChain) -> tuple[int, int, list[str]]:
    kept = replay(chain)[0].tables
    expected = Counter((table, str(sorted(row.items()))) for table in mirror.TABLES for row in kept.get(table, {}).values())
    found = Counter((table, str(sorted(row.items()))) for table in mirror.TABLES for row in stored(work, table))
    try:
        assert_equal_to_replay(work, chain)
    except AssertionError as error:
        return (expected - found).total(), (found - expected).total(), [f"AssertionError: {error}"]
    return (expected - found).total(), (found - expected).total(), []


def _play(url: str, seed: int, environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "tests.sync.branches", url, str(seed)]
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(command, env=given, cwd=ROOT, check=False, timeout=120).returncode
