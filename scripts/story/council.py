"""The council's payables, month by month: an ERP export comes in, is confirmed and accepted; what is due is paid and cleared.

The source's dates are moved by one offset, so that its first month used here (November 2014) begins on the story's first day.
"""

import csv
import io
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scripts.story import crash
from scripts.story.cast import DATA, PROFILES, Stage, having
from scripts.story.onboarding import count

FIRST = date(2014, 11, 1)
MONTHS = 8
# Payables are paid in the runs until the last one is due.
RUNS = 11
# The run whose confirmation is cut off by SIGKILL.
CRASH_RUN = 3
# What the layout of the council's exports gives its suppliers.
TERM_DAYS = 60
CODES = {"S00039": "brightwater", "S00097": "cotterdale"}


def runs() -> list[tuple[int, int]]:
    """(number, day of the story) of every month-end run."""
    days, month, found = 0, FIRST, []
    for number in range(1, RUNS + 1):
        length = monthrange(month.year, month.month)[1]
        days += length
        found.append((number, days))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return found


def run(stage: Stage, number: int, day: int) -> None:
    """One month end: export, confirm, accept, pay what falls due in the next month, clear what is due."""
    stage.at(day)
    stage.facts["offset_days"] = (date.fromisoformat(stage.state.first_day) - FIRST).days
    payables = stage.facts.setdefault("council", {})
    if number <= MONTHS:
        invoices = _export(stage, number)
        if number == CRASH_RUN:
            confirmed = crash.confirm_through_a_kill(stage, confirmation(stage, invoices, day), step=f"council:{number}")
        else:
            confirmed = _confirm(stage, confirmation(stage, invoices, day), number)
        payables.update({payable["id"]: _kept(payable) for payable in confirmed})
        _accept(stage, confirmed, number)
    _pay(stage, payables, until=stage.state.moment(day + 31), step=f"pay:{number}")
    _clear(stage, payables, until=stage.state.moment(day), step=f"clear:{number}")


def _export(stage: Stage, number: int) -> list[int]:
    """The month's rows as the council's ERP would export them; ids of the invoices taken in."""
    offset = timedelta(days=stage.facts["offset_days"])
    month = (FIRST.month - 1 + number - 1) % 12 + 1
    year = FIRST.year + (FIRST.month - 1 + number - 1) // 12
    with (DATA / "payables.csv").open(newline="") as source:
        reader = csv.DictReader(source)
        text = io.StringIO()
        writer = csv.DictWriter(text, reader.fieldnames or [], lineterminator="\n")
        writer.writeheader()
        for row in reader:
            if row["paid_date"].startswith(f"{year}-{month:02}"):
                writer.writerow({**row, "paid_date": (date.fromisoformat(row["paid_date"]) + offset).isoformat()})
    sellers = {code: stage.number(key) for code, key in CODES.items()}
    body = {
        "name": f"payments-{number}.csv",
        "content": text.getvalue(),
        "layout": "council-payments",
        "mode": "skip",
        "sellers": sellers,
    }
    found = stage["council"].post(f"export:{number}", "/imports/export", body)
    count(stage.facts["invoice_counts"]["export_rows"], found)
    for item in found["refused"][:1]:
        row = {
            "what": f"payments-{number}.csv, line {item['position']}",
            "code": item["rule"],
            "why": item["message"],
            "value": item["value"],
        }
        stage.facts["refusals"].append(row)
    return list(found["accepted"])


def confirmation(stage: Stage, invoices: list[int], day: int) -> dict[str, Any]:
    """A payable per invoice, due when the invoices say; on a network, where days are short, all at once after their 60 days."""
    body: dict[str, Any] = {"invoices": invoices, "profile": PROFILES["GBP"]}
    return body | ({"due": stage.state.moment(day + TERM_DAYS).isoformat()} if stage.state.pace else {})


def _confirm(stage: Stage, body: dict[str, Any], number: int) -> list[Any]:
    return list(stage["council"].post(f"council:{number}", "/payables/batch", body)["items"])


def _kept(payable: Any) -> dict[str, Any]:
    return {"due": payable["due"], "face": payable["face"], "payee": payable["payee"], "paid": False, "cleared": False}


def _accept(stage: Stage, confirmed: list[Any], number: int) -> None:
    for supplier in CODES.values():
        mine = [payable["id"] for payable in confirmed if payable["payee"] == stage.number(supplier)]
        if mine:
            stage[supplier].post(f"council:accept:{number}:{supplier}", "/payables/accept", {"payables": mine})


def _pay(stage: Stage, payables: dict[str, Any], *, until: datetime, step: str) -> None:
    due = {key: row for key, row in payables.items() if not row["paid"] and _time(row["due"]) <= until}
    items = [{"payable": key, "amount": row["face"], "reference": f"BACS {key[2:14]}"} for key, row in due.items()]
    if items:
        stage[having("agent")[0]].post(step, "/payments/batch", {"items": items})
        for row in due.values():
            row["paid"] = True


def _clear(stage: Stage, payables: dict[str, Any], *, until: datetime, step: str) -> None:
    due = [key for key, row in payables.items() if row["paid"] and not row["cleared"] and _time(row["due"]) < until]
    if due:
        stage[having("agent")[0]].post(step, "/clearings/batch", {"payables": due})
        for key in due:
            payables[key]["cleared"] = True


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
