"""The readable end of the demo: tables of figures, where to look, and one key per role to go on with."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.story.cast import PARTIES, TOKENS
from scripts.story.process import HOST


def show(console: Console, found: dict[str, Any], *, folder: Path, port: int | None) -> None:
    """Prints the figures, then the addresses and keys when the service goes on."""
    console.print(_figures(found))
    console.print(_money(found["money"]))
    console.print(f"Checks: {len(found['checks'])} passes, {sum(found['checks'].values()):,} comparisons, {found['breaks']} breaks")
    crash = found["crash"]
    console.print(f"Crash: SIGKILL during {crash['killed_at']}; lost {crash['lost']}, doubled {crash['doubled']}")
    console.print(f"The page to forward: {folder / 'story.html'}")
    if port is not None:
        console.print(_keys(folder))
        console.print(
            f"Console  http://{HOST}:{port}/       API docs  http://{HOST}:{port}/docs       Ethereum node  http://{HOST}:{port}/rpc"
        )
        console.print("Sign in with one of the keys above. Ctrl-C stops the service; the same command goes on later.\n")


def _figures(found: dict[str, Any]) -> Table:
    table = Table(title="What happened", show_header=False, title_justify="left")
    invoices, payables = found["invoices"], found["payables"]
    table.add_row("Parties", str(found["parties"]))
    table.add_row("Invoices", f"{invoices['read']:,} read, {invoices['accepted']:,} accepted, {invoices['refused']:,} refused")
    parts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in payables.items())
    table.add_row("Payables", parts)
    table.add_row(
        "Lots", ", ".join(f"{'tier ' if tier.isdigit() else ''}{tier}: {count:,}" for tier, count in found["lots_by_tier"].items())
    )
    table.add_row("Redeemed", f"{found['redeemed']:,} pay-outs to holders")
    table.add_row("Double financing refused", str(found["double_financing_refused"]))
    table.add_row("Time", f"{found['seconds']} s")
    return table


def _money(money: dict[str, dict[str, str]]) -> Table:
    table = Table(title="Money", title_justify="left")
    table.add_column("")
    for name in ("issued", "redeemed", "outstanding", "cancelled"):
        table.add_column(name, justify="right")
    for currency, row in money.items():
        amounts = [f"{row[name]:>}" for name in ("issued", "redeemed", "outstanding", "cancelled")]
        table.add_row(currency, *amounts)
    return table


def _keys(folder: Path) -> Table:
    tokens = json.loads((folder / TOKENS).read_text())
    table = Table(title="Sandbox keys (all of them: sandbox-keys.json in the data folder)", title_justify="left")
    table.add_column("role")
    table.add_column("party")
    table.add_column("API key", no_wrap=True)
    seen: set[str] = set()
    for key, token in tokens.items():
        role = PARTIES[key]["role"]
        if role not in seen:
            seen.add(role)
            table.add_row(role, PARTIES[key]["name"]["en"], token)
    return table
