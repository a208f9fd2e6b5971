"""Runs slither over the contracts and compares what it finds with the explanations of contracts/slither.toml.

Fails for a finding of high or medium impact that nobody has explained, and for an explanation that no finding needs any more.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).resolve().parent.parent / "contracts"
EXPLAINED = CONTRACTS / "slither.toml"
SERIOUS = ("High", "Medium")


@dataclass(frozen=True)
class Finding:
    """What slither says about one place, such as `State._validKey`."""

    check: str
    impact: str
    place: str
    text: str


def findings() -> list[Finding]:
    """All findings outside of libraries and tests."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "found.json"
        command = [f"{os.environ['TOOLS']}/bin/slither", ".", "--json", str(target), "--filter-paths", "node_modules|test/"]
        ran = subprocess.run(command, cwd=CONTRACTS, capture_output=True, text=True, check=False)
        if not target.exists():
            sys.exit(ran.stdout[-3000:] + ran.stderr[-3000:])
        content = json.loads(target.read_text())
    if not content["success"]:
        sys.exit(str(content["error"]))
    return [Finding(each["check"], each["impact"], place(each), " ".join(each["description"].split())) for each in found_in(content)]


def found_in(content: dict[str, Any]) -> list[dict[str, Any]]:
    """The list of findings, empty when slither left it out."""
    return list(content["results"].get("detectors", []))


def place(found: dict[str, Any]) -> str:
    """Contract and function or variable that a finding begins with, as in its text: `Tallystick.redeemMany`."""
    return str(found["description"]).strip().split(" (")[0].split("(")[0].split(" ")[-1]


def explanations() -> dict[tuple[str, str], str]:
    """(check, place) -> reason."""
    content = tomllib.loads(EXPLAINED.read_text())
    return {(each["check"], where): each["reason"] for each in content["finding"] for where in each["places"]}


def show(found: list[Finding], known: dict[tuple[str, str], str]) -> None:
    """One line for each check and place, one for each reason."""
    by_check: dict[tuple[str, str], set[str]] = {}
    for each in found:
        by_check.setdefault((each.impact, each.check), set()).add(each.place)
    for (impact, check), places in by_check.items():
        print(f"{impact} {check}: {', '.join(sorted(places))}")
        if impact in SERIOUS:
            for reason in sorted({known.get((check, where), f"NOT EXPLAINED at {where}") for where in places}):
                print(f"    {reason}")


def main() -> int:
    """Prints what was found; 1 when something is not explained, or explained for nothing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="print findings of low impact and remarks too")
    parser.add_argument("--json", type=Path, help="write counts and what is not explained to this file")
    chosen = parser.parse_args()
    found, known = findings(), explanations()
    serious = [each for each in found if each.impact in SERIOUS]
    open_ones = [each for each in serious if (each.check, each.place) not in known]
    needed = {(each.check, each.place) for each in serious}
    idle = sorted(f"{check} at {where}" for check, where in known if (check, where) not in needed)
    show(found if chosen.all else serious, known)
    counts = {impact: sum(each.impact == impact for each in found) for impact in ("High", "Medium", "Low", "Informational")}
    print(", ".join(f"{count} {impact.lower()}" for impact, count in counts.items()) + f"; not explained: {len(open_ones)}")
    for text in idle:
        print(f"explained, but not found any more: {text}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"counts": counts, "unexplained": [each.text for each in open_ones]}, indent=1) + "\n")
    return 1 if open_ones or idle else 0


if __name__ == "__main__":
    sys.exit(main())
