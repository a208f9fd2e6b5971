"""The long tier: `scripts/fault-sim [--seed N] [--runs N] [--blocks N] [--json FILE]`."""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from sqlalchemy import Engine, create_engine

from registry.kernel.postgres import OWNER_ROLE, SERVICE_ROLE, EmbeddedPostgres
from registry.kernel.schema import prepare_embedded
from tests.sync.faults.simulation import BLOCKS, Outcome, engine_of, simulate


@contextmanager
def databases() -> Iterator[tuple[Engine, Engine]]:
    """A server of one's own: the owner's engine, and the one that breaks."""
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=False)
        server.start()
        prepare_embedded(server, "faults")
        owner, engine = create_engine(server.url(OWNER_ROLE, "faults")), engine_of(server.url(SERVICE_ROLE, "faults"))
        try:
            yield owner, engine
        finally:
            owner.dispose()
            engine.dispose()
            server.stop()


def told(outcome: Outcome) -> str:
    """A failed run in words."""
    return "\n".join((f"SEED={outcome.climate.seed} failed: {outcome.climate.described()}", *(f"  {line:.600}" for line in outcome.wrong)))


def main() -> int:
    """Runs seeds one after the other; 1 when one fails."""
    parser = argparse.ArgumentParser(prog="scripts/fault-sim", description="Seeded fault simulation of the sync.")
    parser.add_argument("--seed", type=int, default=0, help="the first seed; a seed replays exactly")
    parser.add_argument("--runs", type=int, default=0, help="how many seeds; one when --seed is given, else 1000")
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="blocks before the weather clears up")
    parser.add_argument("--json", type=Path, help="writes the figures to this file")
    options = parser.parse_args()
    runs = options.runs or (1 if "--seed" in sys.argv else 1000)
    logging.disable(logging.CRITICAL)
    began, failed, happened, sums = time.monotonic(), [], Counter[str](), Counter[str]()
    with databases() as (owner, engine):
        for seed in range(options.seed, options.seed + runs):
            outcome = simulate(seed, owner, engine, blocks=options.blocks)
            happened.update(outcome.happened)
            sums.update({name: value for name, value in asdict(outcome).items() if isinstance(value, int)})
            sums["halted"] += bool(outcome.halted)
            if outcome.wrong:
                failed.append(seed)
                print(told(outcome), flush=True)
            elif runs == 1:
                print(f"SEED={seed} holds: {outcome.climate.described()}\n  {outcome}")
    figures = {"runs": runs, "failed": failed, "seconds": round(time.monotonic() - began, 1), "happened": dict(happened), **sums}
    print(json.dumps(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
