"""Runs the story on a data folder, or goes on where it was; leaves figures, story.html and the running service."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from scripts.story import claims, council, grounds, maturity, onboarding, report
from scripts.story.cast import Stage
from scripts.story.process import Service, ServiceFailed, await_free, free_port
from scripts.story.state import State
from scripts.story.summary import show
from scripts.story_page import render
from scripts.validators.layout import NetworkFailed

Chapter = Callable[[Stage], None]


def chapters() -> list[tuple[str, Chapter]]:
    """Every chapter in the order of the story's calendar."""
    fixed: list[tuple[int, str, Chapter]] = [
        (0, "Parties, keys, accounts, profiles, limits", onboarding.onboard),
        (1, "XML invoices come in", onboarding.take_in),
        (2, "Payables are confirmed", claims.confirm),
        (2, "The same invoice a second time", claims.double_financing),
        (3, "Payees accept and refuse, one payable is cancelled", claims.answer),
        (12, "Claims are split over three tiers", claims.split),
        (20, "A bank verifies and buys, another takes a pledge", claims.finance),
        (maturity.DUE_DAY - 1, "The obligors pay, one of them short", maturity.pay),
        (maturity.DUE_DAY + 1, "Lots are redeemed, in full and pro rata", maturity.clear),
        (maturity.DUE_DAY + 8, "The rest is overdue", maturity.overdue),
    ]

    def month(number: int, day: int) -> Chapter:
        return lambda stage: council.run(stage, number, day)

    monthly = [(day, f"Council payables, month end {number} of {council.RUNS}", month(number, day)) for number, day in council.runs()]
    return [(name, chapter) for _, name, chapter in sorted([*fixed, *monthly], key=lambda item: item[0])]


def tell(stage: Stage, progress: Progress) -> None:
    """Plays the chapters that are not done yet; each is kept as done only when it is whole."""
    todo = [(name, chapter) for name, chapter in chapters() if name not in stage.state.done]
    task = progress.add_task("", total=len(todo))
    for name, chapter in todo:
        progress.update(task, description=name)
        stage.chapter = name
        began = time.monotonic()
        chapter(stage)
        stage.state.seconds += time.monotonic() - began
        stage.state.done.append(name)
        stage.state.save(stage.folder)
        progress.advance(task)
    progress.update(task, description="The story is told")


def play(folder: Path, port: int, console: Console, *, pace: float = 0.0) -> dict[str, Any]:
    """Starts the service under the story's clock, tells what is left of the story and writes the report; the figures.

    `pace`: seconds of a day on a network, 0 on the embedded engine.
    """
    state = State.load(folder, pace=pace)
    state.save(folder)
    if any(name not in state.done for name, _ in chapters()):
        await_free(folder)
    columns = (TextColumn("{task.description:<55}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        service = Service(folder, port, now=state.moment(0))
        stage = Stage(folder, state, service, tell=lambda text: progress.console.print(f"  {text}", style="dim", soft_wrap=True))
        try:
            tell(stage, progress)
            found = report.summary(stage)
            (folder / "story.html").write_text(render(report.page(stage, found)))
        finally:
            stage.service.stop()
    return found


def main() -> int:
    """Parses the command line; exit code 0 when the story holds, 1 when the check found a difference."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("tallystick-demo"), help="data folder (default: ./tallystick-demo)")
    parser.add_argument("--port", type=int, default=8000, help="port of the service (a free one when taken; default: 8000)")
    parser.add_argument("--exit", action="store_true", help="stop at the end instead of leaving the service running")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON")
    parser.add_argument("--network", action="store_true", help="on four validators of its own, in real time: eight minutes or more")
    parser.add_argument(
        "--pace", type=float, default=1.0, metavar="S", help="with --network: seconds that a day of the story lasts (default: 1)"
    )
    given = parser.parse_args()
    console = Console(stderr=True)
    folder = given.data.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with grounds.network(folder / "network", console, wanted=given.network):
            return run(folder, given, console)
    except (ServiceFailed, NetworkFailed) as error:
        console.print(f"error: {error}", style="red")
        return 7
    except KeyboardInterrupt:
        console.print("stopped; the same command goes on from here", style="yellow")
        return 130


def run(folder: Path, given: argparse.Namespace, console: Console) -> int:
    """Tells the story and shows what came of it; then the service goes on in this process, unless it is not to. The exit code."""
    found = play(folder, given.port, console, pace=given.pace if given.network else 0.0)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    port = free_port(given.port)
    show(console, found, folder=folder, port=None if given.exit else port)
    if not given.exit:
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, "-m", "api.cli", "up", "--data", str(folder), "--port", str(port)])  # noqa: S606 our own
    return 1 if found["breaks"] else 0


if __name__ == "__main__":
    sys.exit(main())
