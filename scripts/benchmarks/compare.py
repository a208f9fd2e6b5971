"""Gas of the same acts with other claim tokens and with this one, in one run of Foundry; the table of contracts/README.md.

The others are contracts/test/compare: OpenZeppelin's ERC-6909 and ERC-1155 as they come, and a version out of stock parts that has every
feature such parts give.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from scripts.benchmarks.figures import Figure, Values

CONTRACTS = Path(__file__).parents[2] / "contracts"
README = CONTRACTS / "README.md"
SNAPSHOT = CONTRACTS / "snapshots" / "Compare.json"
TOKENS = {
    "ERC-6909 bare": "OpenZeppelin's ERC-6909",
    "ERC-1155 bare": "OpenZeppelin's ERC-1155",
    "ERC-6909 from stock parts": "ERC-6909 from stock parts: roles, verification, freeze, limit, occupation",
    "Tallystick": "**Tallystick**: acceptance, paths, locks and all of that",
}
ACTS = ("create", "split to a new holder", "part to an existing holder", "whole", "offered and accepted", "lock part", "burn")
BASELINE, OURS = "ERC-6909 from stock parts", "Tallystick"
# Here a transfer is always offered and accepted.
_SAME = {f"{OURS}, offered and accepted": f"{OURS}, split to a new holder"}


def committed() -> dict[str, int]:
    """The figures in the repository."""
    return {name: int(value) for name, value in json.loads(SNAPSHOT.read_text()).items()}


def gas_of(found: Mapping[str, int], token: str, act: str) -> int | None:
    """What an act costs with a token; None where the token has no such act."""
    name = f"{token}, {act}"
    return found.get(_SAME.get(name, name))


def table(found: Mapping[str, int]) -> str:
    """The figures as Markdown."""
    rows = [[title, *(_number(gas_of(found, token, act)) for act in ACTS)] for token, title in TOKENS.items()]
    lines = [f"| {' | '.join(row)} |" for row in (["", *ACTS], *rows)]
    return "\n".join([lines[0], "|---|" + "---:|" * len(ACTS), *lines[1:]])


def run(_folder: Path) -> tuple[Values, list[Figure]]:
    """Measures, writes snapshot and README; CalledProcessError with Foundry's output when a test fails."""
    command = ["bash", str(CONTRACTS.parent / "scripts" / "forge"), "test", "--match-path", "test/compare/*"]
    subprocess.run(command, env={**os.environ, "FORGE_SNAPSHOT_CHECK": "false"}, check=True, capture_output=True, text=True)
    found = committed()
    README.write_text(written(README.read_text(), "compare", table(found)))
    return dict(found), figures(found)


def figures(found: Mapping[str, int]) -> list[Figure]:
    """Rows of the table, ours beside what stock parts need."""
    rows = []
    for act in ACTS:
        others = [f"{token} {_number(gas_of(found, token, act))}" for token in TOKENS if token not in (OURS, BASELINE)]
        rows.append(
            Figure(name=act, ours=gas_of(found, OURS, act), unit="gas", baseline=gas_of(found, BASELINE, act), beside="; ".join(others))
        )
    return rows


def written(text: str, name: str, made: str) -> str:
    """The text with what stands between the markers of that name made anew."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(begin)
    return f"{before}{begin}\n{made}\n{end}{rest.partition(end)[2]}"


def _number(gas: int | None) -> str:
    return "-" if gas is None else f"{gas:,}"
