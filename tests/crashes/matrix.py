"""The matrix: points x flows, how often each was killed, and what came of it; as a table for the docs, and read back from there."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.crashes import turn
from tests.crashes.cases import MOMENT, VICTIMS, Outcome
from tests.crashes.flows import FLOWS
from tests.crashes.points import ROOT, Place, meanings, points, visits

PAGE = ROOT / "registry" / "sync" / "CRASHES.md"
ROWS = [*points(), MOMENT]
COLUMNS = {flow.name: flow.tells for flow in FLOWS} | {turn.NAME: turn.TELLS}
_NONE = "-"
_BEGIN, _END = "<!-- matrix -->", "<!-- end of matrix -->"
_HEAD = """# Crash points

Written by `scripts/crash-matrix --write`; `scripts/crash-matrix --help` says how to run parts of it.

The process, the node or PostgreSQL is killed (SIGKILL, `os._exit`) at a point, in the middle of a flow that a client plays through the API.
Whoever ran it starts it again, the client repeats what was not answered, and the flow goes on to its end. Then

- the checker compares chain, index and ledger: no break;
- the journal is replayed from genesis on a new node: every block has the hash that was recorded;
- the final state (parties, claims, records, ledger, the contract's storage words) is compared with that of a run with the same seed that
  was never killed, thing by thing: what is missing is lost, what is too many is doubled.

## Matrix

Each cell: how often the service, the node and PostgreSQL were killed there. All of these runs ended with nothing lost, nothing doubled
and nothing else wrong; the page is not written otherwise. `-`: the flow does not come by. "any moment": after a time of chance in a step
of chance.

"""


Cells = dict[tuple[str, str], Counter[str]]


def cells(outcomes: Iterable[Outcome]) -> Cells:
    """How often what was killed where."""
    found: Cells = {}
    for outcome in outcomes:
        if outcome.struck:
            found.setdefault((outcome.case.point, outcome.case.flow), Counter())[outcome.case.victim] += 1
    return found


def page(done: Cells) -> str:
    """The docs' page."""
    head = f"| point | {' | '.join(COLUMNS)} |\n|---|{'---|' * len(COLUMNS)}\n"
    rows = "".join(f"| {_named(row)} | {' | '.join(_cell(done.get((row, flow))) for flow in COLUMNS)} |\n" for row in ROWS)
    counted = sum((counter.total() for counter in done.values()), 0)
    total = f"\n{len(points())} points, {len(COLUMNS)} flows, {counted:,} runs: 0 lost, 0 doubled.\n"
    flows = "".join(f"| `{name}` | {tells} |\n" for name, tells in COLUMNS.items())
    said, places = meanings(), visits()
    where = "".join(f"| `{point}` | {said[point]} | {_places(places, point)} |\n" for point in points())
    return (
        f"{_HEAD}{_BEGIN}\n{head}{rows}{_END}\n{total}\n## Flows\n\n| flow | what happens |\n|---|---|\n{flows}\n"
        f"## Points\n\n| point | what has just been done | where |\n|---|---|---|\n{where}"
    )


def read(text: str) -> Cells:
    """The cells of a page."""
    lines = text[text.index(_BEGIN) : text.index(_END)].splitlines()[1:]
    flows = [name.strip() for name in lines[0].strip("|").split("|")][1:]
    found: Cells = {}
    for line in lines[2:]:
        point, *values = [value.strip() for value in line.strip("|").split("|")]
        for flow, value in zip(flows, values, strict=True):
            if value != _NONE:
                numbers = map(int, re.findall(r"\d+", value))
                found[point.strip("`"), flow] = Counter(dict(zip(VICTIMS, numbers, strict=True)))
    return found


def kept(path: Path = PAGE) -> Cells:
    """What the page says now, without points and flows that are no more."""
    if not path.exists():
        return {}
    return {key: value for key, value in read(path.read_text()).items() if key[0] in ROWS and key[1] in COLUMNS}


def merged(before: Cells, after: Cells) -> Cells:
    """What was run now in place of what was run before, of each victim at each place."""
    found = dict(before)
    for key, counter in after.items():
        found[key] = Counter({**before.get(key, Counter()), **counter})
    return found


def _cell(counter: Counter[str] | None) -> str:
    return _NONE if counter is None else " + ".join(str(counter[victim]) for victim in VICTIMS)


def _named(row: str) -> str:
    return row if row == MOMENT else f"`{row}`"


def _places(places: list[Place], point: str) -> str:
    member = point.upper().replace(".", "_")
    return ", ".join(f"`{file}`" for file in dict.fromkeys(place.file for place in places if place.member == f"crash.Point.{member}"))
