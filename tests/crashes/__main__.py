"""Kills the service, its node and its database at every crash point of the code, in every flow that comes by, and says what was lost."""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.crashes import matrix
from tests.crashes.cases import VICTIMS, Bench, Case, Outcome, cases
from tests.crashes.site import Site


class Benches:
    """One per job."""

    def __init__(self, folder: Path, jobs: int, seed: int) -> None:
        self.all = [Bench(Site(folder / f"job-{number}"), seed) for number in range(jobs)]
        self._free: SimpleQueue[Bench] = SimpleQueue()
        for bench in self.all:
            bench.references = self.all[0].references
            self._free.put(bench)

    def run(self, case: Case) -> Outcome:
        """On whichever is free."""
        bench = self._free.get()
        try:
            return bench.run(case)
        finally:
            self._free.put(bench)

    def close(self) -> None:
        for bench in self.all:
            bench.site.close()


def report(outcomes: list[Outcome], *, seed: int, seconds: float) -> dict[str, Any]:
    """The run as JSON. A run counts when what was to die has died."""
    counted = [outcome for outcome in outcomes if outcome.struck]
    return {
        "points": len({outcome.case.point for outcome in counted} & set(matrix.points())),
        "flows": len({outcome.case.flow for outcome in counted}),
        "runs": len(counted),
        "lost": sum(outcome.lost for outcome in outcomes),
        "doubled": sum(outcome.doubled for outcome in outcomes),
        "wrong": [{"case": str(outcome.case), "why": list(outcome.wrong)} for outcome in outcomes if outcome.wrong],
        "never_reached": sorted(set(matrix.points()) - {outcome.case.point for outcome in counted}),
        "seed": seed,
        "seconds": round(seconds),
        "matrix": [
            {"point": point, "flow": flow, **{victim: counter[victim] for victim in VICTIMS}}
            for (point, flow), counter in matrix.cells(counted).items()
        ],
    }


def show(console: Console, outcomes: list[Outcome]) -> None:
    """The matrix, as wide as it is."""
    table = Table(title="How often the service, the node and PostgreSQL were killed", title_justify="left", box=None, padding=(0, 1))
    done, wrong = matrix.cells(outcomes), Counter((outcome.case.point, outcome.case.flow) for outcome in outcomes if outcome.wrong)
    flows = [flow for flow in matrix.COLUMNS if any(key[1] == flow for key in done)]
    table.add_column("point")
    for flow in flows:
        table.add_column(flow, justify="right")
    for point in (row for row in matrix.ROWS if any(key[0] == row for key in done)):
        numbers = []
        for flow in flows:
            counter = done.get((point, flow))
            text = "-" if counter is None else "/".join(str(counter[victim]) for victim in VICTIMS)
            numbers.append(f"[red]{text} wrong: {wrong[point, flow]}[/]" if wrong[point, flow] else text)
        table.add_row(point, *numbers)
    console.print(table, soft_wrap=True)


def chosen(benches: Benches, given: argparse.Namespace, progress: Progress) -> list[Case]:
    """The cases that were asked for. Each flow is played once without any death first."""
    flows = [flow for flow in matrix.COLUMNS if not given.flow or flow in given.flow]
    task = progress.add_task("Flows without any death", total=len(flows))
    found: list[Case] = []
    for flow in flows:
        found += cases(benches.all[0], flow, moments=given.moments, seed=given.seed)
        progress.advance(task)
    return [
        case
        for case in found
        if not (given.once and case.again)
        and (not given.point or any(part in case.point for part in given.point))
        and (not given.victim or case.victim in given.victim)
    ]


def play(benches: Benches, given: argparse.Namespace, console: Console) -> list[Outcome]:
    """All of them, with what goes wrong told at once."""
    outcomes = []
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, ThreadPoolExecutor(given.jobs) as pool:
        wanted = chosen(benches, given, progress)
        task = progress.add_task("Killed and judged", total=len(wanted))
        for outcome in pool.map(benches.run, wanted):
            outcomes.append(outcome)
            progress.advance(task)
            if outcome.wrong:
                progress.console.print(f"[red]wrong[/] {outcome.case}: {'; '.join(outcome.wrong)}", soft_wrap=True)
            elif not console.is_terminal:
                console.print(f"{len(outcomes)}/{len(wanted)} {outcome.case}, {outcome.seconds:.1f} s", soft_wrap=True)
    return outcomes


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/crash-matrix",
        description=__doc__,
        epilog=f"Points: {', '.join(matrix.points())}. All of it takes about an hour on two cores.",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write the result as JSON: points, flows, runs, lost, doubled, matrix, .."
    )
    parser.add_argument("--flow", action="append", choices=list(matrix.COLUMNS), help="only this flow (may be repeated)")
    parser.add_argument("--point", action="append", metavar="PART", help="only points whose name contains this (may be repeated)")
    parser.add_argument("--victim", action="append", choices=VICTIMS, help="kill only this (may be repeated)")
    parser.add_argument("--once", action="store_true", help="kill the service at the first visit of a point only, not at a later one too")
    parser.add_argument("--moments", type=int, default=3, help="kills at moments of chance, per flow and victim (default: 3)")
    parser.add_argument("--seed", type=int, default=1, help="decides amounts, visits and moments (default: 1)")
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time (default: 2)")
    parser.add_argument("--write", action="store_true", help="bring registry/sync/CRASHES.md up to date, if nothing is wrong")
    return parser.parse_args()


def main() -> int:
    """0 when nothing was lost, doubled or otherwise wrong; 1 when something was, or nothing was killed."""
    given, console, began = parsed(), Console(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tallystick-crash-") as folder:
        benches = Benches(Path(folder), given.jobs, given.seed)
        try:
            outcomes = play(benches, given, console)
        finally:
            benches.close()
    found = report(outcomes, seed=given.seed, seconds=time.monotonic() - began)
    show(console, outcomes)
    console.print(
        f"{found['runs']} runs, {found['points']} points, {found['flows']} flows: {found['lost']} lost, {found['doubled']} doubled"
    )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    if found["wrong"] or not found["runs"]:
        return 1
    if given.write:
        matrix.PAGE.write_text(matrix.page(matrix.merged(matrix.kept(), matrix.cells(outcomes))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
