"""Breaks the contracts on purpose and lists the breaks that no test notices.

Each mutant of contracts/mutants/*.toml is one replaced text in one source file. It is compiled in a copy and run against the tests that
should notice (`tests`, globs below contracts/test), then against all others, and at last against the invariants. The gas tests don't count.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
# Run last, because they are slow; or never, because they prove other things.
INVARIANTS = "test/invariant/*"
# Twice as fast to compile. The core is then larger than a chain takes, which Foundry's tests don't mind.
OPTIMIZED, PLAIN = '"contracts", optimizer = true', '"contracts", optimizer = false'
APART = "test/{Gas.t.sol,invariant/*,symbolic/*,compare/*}"
KILLED, SURVIVED, INVALID = "killed", "survived", "invalid"


@dataclass(frozen=True)
class Mutant:
    """One change of one source file. `breaks` says what the change would allow."""

    name: str
    file: str
    find: str
    replace: str
    breaks: str
    tests: tuple[str, ...]
    occurrence: int = 0

    def applied(self, text: str) -> str | None:
        """The source with the change; None when the text to find is missing, or stands there more than once and no place is named."""
        parts = text.split(self.find)
        place = self.occurrence or 1
        if len(parts) <= place or (not self.occurrence and len(parts) != 2):
            return None
        return self.find.join(parts[:place]) + self.replace + self.find.join(parts[place:])


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant, and what the tools said last."""

    mutant: Mutant
    result: str
    seconds: float
    words: str


def mutants() -> list[Mutant]:
    """All mutants of the repository, in the order of their files. Names are unique."""
    found = []
    for path in sorted((CONTRACTS / "mutants").glob("*.toml")):
        content = tomllib.loads(path.read_text())
        for entry in content["mutant"]:
            tests = tuple(entry.pop("tests", content.get("tests", ())))
            name, file = f"{path.stem}/{entry.pop('name')}", entry.pop("file", content.get("file"))
            found.append(Mutant(name=name, file=file, tests=tests, **entry))
    names = [each.name for each in found]
    if twice := {name for name in names if names.count(name) > 1}:
        sys.exit(f"mutants with the same name: {', '.join(sorted(twice))}")
    return found


def stale(found: list[Mutant]) -> list[str]:
    """Names of mutants whose text doesn't stand in the sources any more, or changes nothing."""
    texts = {each.file: (CONTRACTS / each.file).read_text() for each in found}
    return [each.name for each in found if each.applied(texts[each.file]) in {None, texts[each.file]}]


class Bench:
    """Folders with a compiled copy of the contracts, one per worker."""

    def __init__(self, folder: Path, workers: int) -> None:
        base = folder / "base"
        ignored = shutil.ignore_patterns("out", "cache", "node_modules")
        shutil.copytree(CONTRACTS, base / "contracts", ignore=ignored)
        settings = base / "contracts" / "foundry.toml"
        if OPTIMIZED not in settings.read_text():
            sys.exit(f"{settings.name} has no {OPTIMIZED}")
        settings.write_text(settings.read_text().replace(OPTIMIZED, PLAIN))
        built = self.forge(base, "build")
        if built.returncode:
            sys.exit(built.stdout + built.stderr)
        self._places: SimpleQueue[Path] = SimpleQueue()
        self._base = base
        for number in range(workers):
            self._places.put(folder / f"worker{number}")

    def forge(self, place: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """Foundry on the copy in `place`."""
        environment = os.environ | {
            "FOUNDRY_SOLC": os.environ["TALLYSTICK_SOLC"],
            # Below the project, so that Foundry takes a copied cache for its own.
            "FOUNDRY_OUT": "out",
            "FOUNDRY_CACHE_PATH": "cache",
            "FOUNDRY_REMAPPINGS": f"@openzeppelin/={os.environ['NODE_MODULES']}/@openzeppelin/",
            "FOUNDRY_OFFLINE": "true",
            "FOUNDRY_DENY": "never",
            "NO_COLOR": "1",
        }
        command = [os.environ["TALLYSTICK_FORGE"], *words]
        return subprocess.run(command, cwd=place / "contracts", env=environment, capture_output=True, text=True, check=False)

    def fails(self, place: Path, *selection: str) -> str:
        """Name of a test that fails; empty when all of the selection pass or there are none."""
        ran = self.forge(place, "test", "--fail-fast", "--fuzz-seed", "1", *selection)
        failed = [line for line in ran.stdout.splitlines() if line.startswith("[FAIL")]
        if ran.returncode and not failed and "No tests" not in ran.stdout + ran.stderr:
            raise RuntimeError(ran.stdout[-2000:] + ran.stderr[-2000:])
        return failed[0].strip() if failed else ""

    def check_sound(self) -> None:
        """The tests must pass before anything is broken."""
        if failed := self.fails(self._base, "--no-match-path", APART):
            sys.exit(f"the tests fail without any mutant: {failed}")

    def run(self, mutant: Mutant) -> Outcome:
        """Compiles and tests one mutant in a fresh copy."""
        start = time.monotonic()
        place = self._places.get()
        try:
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(self._base, place)
            source = place / "contracts" / mutant.file
            source.write_text(mutant.applied(source.read_text()) or "")
            result, words = self._judged(place, mutant)
        finally:
            self._places.put(place)
        return Outcome(mutant, result, time.monotonic() - start, words)

    def _judged(self, place: Path, mutant: Mutant) -> tuple[str, str]:
        built = self.forge(place, "build")
        if built.returncode:
            return INVALID, (built.stdout + built.stderr)[-1500:]
        for selection in self._selections(mutant):
            if failed := self.fails(place, *selection):
                return KILLED, failed
        return SURVIVED, ""

    def _selections(self, mutant: Mutant) -> Iterator[tuple[str, ...]]:
        for glob in mutant.tests:
            yield ("--match-path", f"test/{glob}")
        yield ("--no-match-path", APART)
        if (CONTRACTS / "test" / "invariant").exists():
            yield ("--match-path", INVARIANTS)


def report(outcomes: list[Outcome], seconds: float) -> dict[str, object]:
    """The run as JSON. Mutants that don't compile are no mutants."""
    valid = [each for each in outcomes if each.result != INVALID]
    return {
        "mutants": len(valid),
        "killed": sum(each.result == KILLED for each in valid),
        "survivors": [{"name": each.mutant.name, "breaks": each.mutant.breaks} for each in valid if each.result == SURVIVED],
        "invalid": [each.mutant.name for each in outcomes if each.result == INVALID],
        "killed_by": {each.mutant.name: each.words for each in valid if each.result == KILLED},
        "seconds": round(seconds),
    }


def part(text: str) -> tuple[int, int]:
    """K/N as numbers, 1 <= K <= N."""
    first, _, parts = text.partition("/")
    if not (first.isdecimal() and parts.isdecimal() and 1 <= int(first) <= int(parts)):
        raise argparse.ArgumentTypeError("write it as 1/3: the first of three parts")
    return int(first), int(parts)


def main() -> int:
    """0 when at least 95 % are killed and every mutant compiles."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the result to this file")
    parser.add_argument("--only", action="append", default=[], help="run only mutants whose name contains this")
    parser.add_argument("--part", type=part, default=(1, 1), metavar="K/N", help="run every Nth mutant from the Kth on, to share the work")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="print names and what each would allow, and end")
    chosen = parser.parse_args()
    found = mutants()
    if old := stale(found):
        sys.exit(f"not in the sources any more, bring contracts/mutants up to date: {', '.join(old)}")
    first, parts = chosen.part
    wanted = [each for each in found if not chosen.only or any(text in each.name for text in chosen.only)][first - 1 :: parts]
    if chosen.list:
        print("\n".join(f"{each.name}: {each.breaks}" for each in wanted))
        return 0
    start = time.monotonic()
    outcomes = []
    with tempfile.TemporaryDirectory(prefix="tallystick-mutants-") as folder, ThreadPoolExecutor(chosen.jobs) as pool:
        bench = Bench(Path(folder), chosen.jobs)
        bench.check_sound()
        for number, outcome in enumerate(pool.map(bench.run, wanted), 1):
            outcomes.append(outcome)
            print(f"{number}/{len(wanted)} {outcome.result:9}{outcome.seconds:4.0f} s  {outcome.mutant.name}  {outcome.words}", flush=True)
    found_out = report(outcomes, time.monotonic() - start)
    if chosen.json:
        chosen.json.write_text(json.dumps(found_out, indent=1) + "\n")
    count, killed = len(outcomes), sum(each.result == KILLED for each in outcomes)
    print(f"{killed} of {count} mutants killed in {found_out['seconds']} s")
    for outcome in outcomes:
        if outcome.result == SURVIVED:
            print(f"survived: {outcome.mutant.name}: {outcome.mutant.breaks}")
    return 0 if killed * 100 >= count * 95 and not found_out["invalid"] else 1


if __name__ == "__main__":
    sys.exit(main())
