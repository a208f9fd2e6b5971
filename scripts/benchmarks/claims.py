"""A council's month through the HTTP API: 1,420 payments come in, 500 become payables, are accepted, paid and cleared. Seconds each."""

import csv
import io
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from scripts.benchmarks.figures import Figure, Values
from scripts.benchmarks.site import DUE_DAYS, PROFILE, START, opened, seconds
from scripts.story.client import Party
from scripts.story.process import Service

PAYMENTS = Path(__file__).parents[1] / "demo_data" / "payables.csv"
ROWS, PAYABLES = 1420, 500
# Seconds that the import of all rows may take.
IMPORT_TARGET = 2.0


def run(folder: Path, *, rows: int = ROWS, payables: int = PAYABLES) -> tuple[Values, list[Figure]]:
    """Measures on an empty folder, and gives the figures as JSON and as rows."""
    with opened(folder) as site:
        supplier = site.supplier.entity_id
    service = Service(folder, 0, now=START)
    try:
        found = measure(service, site.tokens, supplier=supplier, rows=rows, payables=payables)
    finally:
        service.stop()
    return found, figures(found)


def measure(service: Service, tokens: dict[str, str], *, supplier: int, rows: int, payables: int) -> Values:
    """Seconds of each step."""
    with ExitStack() as stack:
        names = ("obligor", "supplier", "agent")
        people = {name: stack.enter_context(closing(Party(service.url, tokens[name], name))) for name in names}
        return _measure(service, people, _export(rows, supplier), payables)


def _measure(service: Service, people: dict[str, Party], export: dict[str, Any], payables: int) -> Values:
    obligor = people["obligor"]
    spent: dict[str, float] = {}

    def timed(name: str, step: Callable[[], Any]) -> Any:
        answer: list[Any] = []
        spent[name] = round(seconds(lambda: answer.append(step())), 3)
        return answer[0]

    taken = timed("import_s", lambda: obligor.post("import", "/imports/export", export))
    chosen = {"invoices": taken["accepted"][:payables], "profile": PROFILE}
    confirmed = timed("confirm_s", lambda: obligor.post("confirm", "/payables/batch", chosen))["items"]
    ids = [payable["id"] for payable in confirmed]
    timed("accept_s", lambda: people["supplier"].post("accept", "/payables/accept", {"payables": ids}))
    due = START + timedelta(days=DUE_DAYS)
    service.set_clock(due)
    items = [{"payable": item["id"], "amount": item["face"], "reference": f"BACS {number}"} for number, item in enumerate(confirmed)]
    timed("pay_s", lambda: people["agent"].post("pay", "/payments/batch", {"items": items}))
    service.set_clock(due + timedelta(days=1))
    timed("clear_s", lambda: people["agent"].post("clear", "/clearings/batch", {"payables": ids}))
    settled = {item["id"] for item in obligor.every("/payables", state="settled")}
    if settled != set(ids):
        raise AssertionError(f"{len(settled)} of {len(ids)} payables are settled")
    return {"rows": export["content"].count("\n") - 1, "accepted": len(taken["accepted"]), "payables": len(ids), **spent}


def _export(rows: int, supplier: int) -> dict[str, Any]:
    """The first rows of the council's payments, dated today."""
    with PAYMENTS.open(newline="") as source:
        reader = csv.DictReader(source)
        text = io.StringIO()
        writer = csv.DictWriter(text, reader.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        chosen = [row for row, _ in zip(reader, range(rows), strict=False)]
    writer.writerows({**row, "paid_date": START.date().isoformat()} for row in chosen)
    sellers = {row["supplier"]: supplier for row in chosen}
    return {"name": "payments.csv", "content": text.getvalue(), "layout": "council-payments", "mode": "skip", "sellers": sellers}


def figures(found: Values) -> list[Figure]:
    """Rows of the table."""
    count = found["payables"]
    return [
        Figure(name=f"import of {found['rows']:,} rows", ours=found["import_s"], unit="s", target=IMPORT_TARGET),
        *(
            Figure(name=f"{name} {count:,} payables, one request", ours=found[key], unit="s")
            for name, key in (("confirm", "confirm_s"), ("accept", "accept_s"), ("pay", "pay_s"), ("clear", "clear_s"))
        ),
    ]
