"""Measures the product on real parts, beside a baseline in the same run. Without a name: everything there is."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.benchmarks import certificate, claims, compare, gas, history, index, submit
from scripts.benchmarks.figures import Figure, Values, show

Benchmark = tuple[str, Callable[[Path], tuple[Values, list[Figure]]]]
BENCHMARKS: dict[str, Benchmark] = {
    "gas": ("Gas per act; the baseline is the design's prototype", lambda _folder: gas.run()),
    "compare": ("Gas of the same acts with other tokens; the baseline is the version out of stock parts", compare.run),
    "submit": ("Transactions submitted and indexed", submit.run),
    "index": ("Events indexed", index.run),
    "claims": ("Payables in bulk, through the API", claims.run),
    "certificate": ("Certificates made and verified", certificate.run),
}


def measure(name: str, benchmark: Benchmark, console: Console) -> Values:
    """Runs one benchmark in a folder that is gone afterwards, and prints its table; its figures."""
    title, run = benchmark
    with tempfile.TemporaryDirectory(prefix="tallystick-bench-") as folder, console.status(f"{name}: {title}"):
        found, figures = run(Path(folder))
    show(console, f"{name}: {title}", figures)
    return found


def _chosen(name: str | None, most: int | None) -> dict[str, Benchmark]:
    if most:
        return {"history": ("Events indexed as history grows", lambda folder: history.run(folder, most=most))}
    return {name: BENCHMARKS[name]} if name else BENCHMARKS


def main() -> int:
    """Parses the command line; exit code 1 when a benchmark can't be run."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=__doc__,
        epilog="JSON: one object per benchmark, and `machine`. Absolute times need a quiet machine.",
    )
    parser.add_argument("name", nargs="?", choices=list(BENCHMARKS), help="one benchmark (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument(
        "--history",
        nargs="?",
        type=int,
        const=max(history.MARKS),
        metavar="EVENTS",
        help="with `index`, instead: made-up blocks up to so many events (default: a million), rate and memory on the way",
    )
    given = parser.parse_args()
    if given.history and given.name != "index":
        parser.error("--history belongs to `index`")
    console = Console()
    machine: dict[str, Any] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2), "python": sys.version.split()[0]}
    console.print(f"{machine['cores']} cores, load {machine['load']}, Python {machine['python']}", style="dim")
    found: dict[str, Any] = {"machine": machine}
    try:
        for name, benchmark in _chosen(given.name, given.history).items():
            found[name] = measure(name, benchmark, console)
    except subprocess.CalledProcessError as error:
        console.print(f"error: {' '.join(error.cmd)} failed\n{error.stdout}{error.stderr}", style="red", markup=False)
        return 1
    finally:
        if given.json:
            given.json.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
