"""Gas of whole transactions, measured by the contracts' own tests, beside the figures of other token contracts.

The others were measured with the same tools (isolated transactions, solc 0.8.37, 200 optimizer runs, steady state); most of them check
less. A star marks a mint without any data of the claim.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chain.abi import DEPLOYED, load
from scripts.benchmarks.figures import Figure, Values

CONTRACTS = Path(__file__).parents[2] / "contracts"
SNAPSHOT = Path("snapshots") / "Tallystick.json"


@dataclass(frozen=True)
class Act:
    """One act: its key in the JSON, its name in the snapshot of the tests, our target, what others need."""

    key: str
    measured: str
    target: int
    # The design's prototype with all checks of the hot path; the least that keeps the same promise elsewhere.
    prototype: int | None
    others: str


ACTS = (
    Act(
        "issue_one_invoice",
        "issue, one invoice",
        112_000,
        112_389,
        "ERC-6909 bare 118,376; with all features 178,076; CMTAT 3.1 70,886*; T-REX 4.1 220,252*; Huma v2 324,554",
    ),
    Act("extra_invoice", "issue, each further invoice", 24_500, 24_300, "one new storage word costs 22,100"),
    Act(
        "split_by_offer",
        "split by offer",
        76_000,
        76_824,
        "ERC-6909 approve + pull 112,669; TradeTrust nominate + endorse 142,584; T-REX DVA 741,736; floor 68,785",
    ),
    Act(
        "whole_by_offer",
        "whole lot by offer",
        54_000,
        53_662,
        "ERC-6909 bare 47,882; CMTAT 67,843; Huma v2 74,021; TradeTrust 108,715; T-REX 220,637",
    ),
    Act("lock", "lock", 38_000, 39_141, "ERC-6909 with all features 51,196; CMTAT 51,642; T-REX 63,505; ERC-3525 102,288"),
    Act("redeem", "redeem one lot", 40_000, 40_534, "ERC-6909 bare 24,944; ERC-4626 50,669; CMTAT 49,614; T-REX 65,555; Huma v2 71,713"),
    Act("record_payment", "record a payment", 39_500, 39_640, "none of the others records a debtor's payment"),
    Act("batch_leg", "batch, leg of ten offers", 40_000, None, "ten legs of ERC-6909 in one transaction: about 32,000 each"),
    Act("clearing_leg", "redeem, leg of a list", 8_000, None, "ERC-6909 bare, a burn of its own transaction: 24,944"),
)
CODE_LIMIT = 20_000


def snapshot(*, fresh: bool = True) -> dict[str, int]:
    """Gas by name of the act: measured now by Foundry, or as the snapshot in the repository has it. CalledProcessError with its output."""
    if not fresh:
        return _read(CONTRACTS / SNAPSHOT)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "FOUNDRY_SNAPSHOTS": folder}
        command = ["bash", str(CONTRACTS.parent / "scripts" / "forge"), "test", "--match-path", "test/Gas.t.sol"]
        subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return _read(Path(folder) / SNAPSHOT.name)


def values(found: Mapping[str, int]) -> Values:
    """The figures by key. None for an act that the contracts don't have."""
    result: Values = {act.key: found.get(act.measured) for act in ACTS}
    return {**result, "largest_contract_bytes": max(len(load(name).runtime) for name in DEPLOYED)}


def figures(found: Values) -> list[Figure]:
    """Rows of the table."""
    rows = [
        Figure(name=act.measured, ours=found[act.key], unit="gas", target=act.target, baseline=act.prototype, beside=act.others)
        for act in ACTS
    ]
    size = Figure(name="largest contract", ours=found["largest_contract_bytes"], unit="bytes", target=CODE_LIMIT, beside="EIP-170: 24,576")
    return [*rows, size]


def run(*, fresh: bool = True) -> tuple[Values, list[Figure]]:
    """Measures, and gives the figures as JSON and as rows."""
    found = values(snapshot(fresh=fresh))
    return found, figures(found)


def _read(path: Path) -> dict[str, int]:
    return {name: int(value) for name, value in json.loads(path.read_text()).items()}
