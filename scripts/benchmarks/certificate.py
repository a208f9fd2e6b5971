"""Certificates: how large one is, how long it takes to make on a live service, and to verify, in Python and by the page at /verify.

Of a lot three splits below its root, locked, with the holder's key disclosed, on a contract that holds a thousand other payables.
Verification counts from the bytes of the file to the verdict, without the start of the interpreter.
"""

import json
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from chain.certificate import check
from registry.receivables import lots, payables
from registry.sync import certificates
from scripts.benchmarks.figures import Figure, Values
from scripts.benchmarks.site import PROFILE, START, Site, opened, seconds
from scripts.build_verify import PAGE

OTHERS, REPEATS = 1000, 200
# Milliseconds.
VERIFY_TARGET = 50
# Verifies with the script that stands in the page; prints the milliseconds of each time.
_BROWSER = """
const { readFileSync } = require("node:fs");
const [page, file, pin, repeats] = process.argv.slice(1);
require("node:vm").runInThisContext(readFileSync(page, "utf8").match(/<script>([^]*)<\\/script>/)[1]);
const [content, trusted] = [file, pin].map((path) => new Uint8Array(readFileSync(path)));
const spent = [];
for (let turn = 0; turn < Number(repeats); turn += 1) {
  const began = performance.now();
  if (tallystick.verify(content, trusted).verdict !== "proven") throw new Error("refused");
  spent.push(performance.now() - began);
}
console.log(JSON.stringify(spent));
"""


def run(folder: Path, *, others: int = OTHERS, repeats: int = REPEATS) -> tuple[Values, list[Figure]]:
    """Measures on an empty folder, and gives the figures as JSON and as rows."""
    with opened(folder) as site:
        found = measure(site, others=others, repeats=repeats)
    return found, figures(found)


def measure(site: Site, *, others: int, repeats: int, first: int = 0) -> Values:
    """Bytes, and the median and the slowest hundredth of each in milliseconds. `first`: see take_in."""
    lot, work, gateway = _locked(site, others, first), site.platform.work, site.platform.gateway

    def build() -> bytes:
        with work.begin(site.supplier) as unit:
            wanted = certificates.draft(unit, lot)
        return certificates.issue(work, gateway, wanted)

    content, pin = build(), certificates.pin(work, gateway)
    found = check.verify(content, pin)
    if not (found.pinned and found.lock and found.keys and len(found.certificate.path) == 3):
        raise AssertionError("the certificate proves something else")
    file, trusted = site.folder / "certificate.json", site.folder / "pin.json"
    file.write_bytes(content)
    trusted.write_bytes(pin.encode())
    command = ["node", "-e", _BROWSER, PAGE, file, trusted, str(repeats)]
    browser = subprocess.run(command, check=True, capture_output=True, text=True)
    return {
        "payables": others + 1,
        "bytes": len(content),
        **_spread("build", _times(build, repeats)),
        **_spread("verify", _times(lambda: check.verify(content, pin), repeats)),
        **_spread("page", json.loads(browser.stdout)),
    }


def _locked(site: Site, others: int, first: int) -> str:
    """A lot of the supplier's three splits down, locked; beside so many other payables."""
    invoices = site.take_in(others + 1, first=first)
    ids = site.act(site.obligor, lambda unit: payables.confirm_many(unit, profile=PROFILE, invoice_ids=invoices))
    site.act(site.supplier, lambda unit: payables.accept(unit, ids[:1]))
    lot = f"{ids[0]}{0:024x}"
    for amount in (900, 800, 700):
        (lot,) = site.act(site.supplier, lambda unit, parent=lot, amount=amount: lots.split(unit, parent, [amount]))  # type: ignore[misc]
    site.act(site.supplier, lambda unit: lots.lock(unit, lot, party=site.agent.entity_id, until=START + timedelta(days=7)))
    return lot


def _times(work: Callable[[], object], repeats: int) -> list[float]:
    return [1000 * seconds(work) for _ in range(repeats)]


def _spread(name: str, milliseconds: list[float]) -> Values:
    ordered = sorted(milliseconds)
    return {f"{name}_{mark}_ms": round(ordered[int(share * (len(ordered) - 1))], 2) for mark, share in (("p50", 0.5), ("p99", 0.99))}


def figures(found: Values) -> list[Figure]:
    """Rows of the table."""
    return [
        Figure(name="size of the file", ours=found["bytes"], unit="bytes"),
        Figure(name="made by the service, median", ours=found["build_p50_ms"], unit="ms"),
        Figure(name="made by the service, slowest of 100", ours=found["build_p99_ms"], unit="ms"),
        Figure(name="verified in Python, median", ours=found["verify_p50_ms"], unit="ms", target=VERIFY_TARGET),
        Figure(name="verified in Python, slowest of 100", ours=found["verify_p99_ms"], unit="ms", target=VERIFY_TARGET),
        Figure(name="verified by the page, median", ours=found["page_p50_ms"], unit="ms", target=VERIFY_TARGET),
        Figure(name="verified by the page, slowest of 100", ours=found["page_p99_ms"], unit="ms", target=VERIFY_TARGET),
    ]
