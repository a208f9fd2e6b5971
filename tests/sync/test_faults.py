"""Whatever node, database and processes do, the database ends as a plain fold of the final chain; a seed replays exactly.

`SEED=7 scripts/test tests/sync/test_faults.py` replays one run; `scripts/fault-sim --runs 1000` is the long tier.
"""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from registry.kernel.postgres import SERVICE_ROLE, EmbeddedPostgres
from tests.conftest import DATABASE, Database
from tests.sync.faults.__main__ import told
from tests.sync.faults.simulation import engine_of, simulate

QUICK, PART = 200, 20
# Seeds that once failed, and what they found.
FOUND = {
    7: "a trace that failed once left the refusal's name unknown for ever",
    43: "a node that hid a receipt had a call signed anew, with a nonce that left a gap",
    230: "a block that was left and came back could not be posted again, and the sync halted",
    54: "a turn within the depth below the checkpoint, but below what was final, was taken back without undo instead of halting",
}


@pytest.fixture
def breaking(postgres: EmbeddedPostgres, database: Database) -> Iterator[Engine]:
    """The service's pool, whose connections break when the weather says so."""
    engine = engine_of(postgres.url(SERVICE_ROLE, DATABASE))
    yield engine
    engine.dispose()


def seeds() -> list[range]:
    given = os.environ.get("SEED")
    return [range(int(given), int(given) + 1)] if given else [range(start, start + PART) for start in range(0, QUICK, PART)]


@pytest.mark.parametrize("part", seeds(), ids=lambda part: f"{part.start}-{part.stop - 1}")
def test_the_database_ends_as_the_final_chain_says(owner: Engine, breaking: Engine, part: range) -> None:
    outcomes = [simulate(seed, owner, breaking) for seed in part]
    failed = [told(outcome) for outcome in outcomes if outcome.wrong]
    assert not failed, "\n".join(failed)
    assert all(outcome.rows > 50 and outcome.events > 20 for outcome in outcomes)


@pytest.mark.parametrize("seed", FOUND)
def test_what_once_failed_holds(owner: Engine, breaking: Engine, seed: int) -> None:
    outcome = simulate(seed, owner, breaking)
    assert not outcome.wrong, told(outcome)


def test_a_seed_replays_exactly(owner: Engine, breaking: Engine) -> None:
    first, second = simulate(43, owner, breaking), simulate(43, owner, breaking)
    assert first.happened
    assert (first.digest, first.happened, first.rows) == (second.digest, second.happened, second.rows)
