"""The readable end of the demo: tables of figures, where to look, and one key per role to go on with."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts.story.cast import PARTIES, TOKENS
from scripts.story.process import HOST


def show(console: Console, found: dict[str, Any], *, folder: Path, port: int | None) -> None:
    """Prints the figures, then the addresses and keys when the service goes on."""
    crash = found["crash"]
    console.print(_figures(found))
    console.print(_money(found["money"]))
    for line in (
        f"Checks  {len(found['checks'])} passes, {sum(found['checks'].values()):,} comparisons, {found['breaks']} differences",
        f"Crash   SIGKILL during the {crash['killed_at']}: lost {crash['lost']}, doubled {crash['doubled']}",
        f"Page    {folder / 'story.html'}",
    ):
        console.print(line, soft_wrap=True, highlight=False)
    if port is not None:
        _go_on(console, folder, f"http://{HOST}:{port}")


def _figures(found: dict[str, Any]) -> Table:
    table = Table(title="What happened", title_justify="left", show_header=False, box=None)
    roles, by_source = found["roles"], found["payables_by_source"]
    payables = found["payables"]
    parties = ", ".join(f"{count} {role}{'s' if count > 1 else ''}" for role, count in roles.items())
    table.add_row("Parties", f"{found['parties']}: {parties}")
    for name, what in (("documents", "E-invoices"), ("export_rows", "Rows of ERP exports")):
        counts = found["invoices_by_source"][name]
        table.add_row(what, f"{counts['read']:,} read, {counts['accepted']:,} accepted, {counts['refused']:,} refused")
    table.add_row("Payables", f"{payables['issued']:,}: {by_source['documents']} on e-invoices, {by_source['export_rows']} on export rows")
    table.add_row("", f"{payables['refused']} refused, {payables['cancelled']} cancelled")
    table.add_row("", f"{payables['paid_full']:,} paid in full, {payables['paid_short']} short")
    lots = [f"{'tier ' if tier.isdigit() else ''}{tier}: {count:,}" for tier, count in found["lots_by_tier"].items()]
    table.add_row("Lots by holder", ", ".join(lots))
    table.add_row("Pay-outs", f"{found['redeemed']:,} to holders and pledgees")
    table.add_row("Double financing", f"{found['double_financing_refused']} refused")
    table.add_row("Time", f"{found['seconds']} s")
    return table


def _money(money: dict[str, dict[str, str]]) -> Table:
    names = ("issued", "redeemed", "outstanding", "cancelled")
    table = Table(title="Money", title_justify="left", box=None)
    table.add_column("")
    for name in names:
        table.add_column(name, justify="right")
    for currency, row in money.items():
        table.add_row(currency, *(f"{Decimal(row[name]):,}" for name in names))
    return table


def _go_on(console: Console, folder: Path, url: str) -> None:
    """Where the service is, and one key per role to act with."""
    tokens = json.loads((folder / TOKENS).read_text())
    console.print("\n[bold]One sandbox key per role[/bold] (all of them: sandbox-keys.json in the data folder)")
    seen: set[str] = set()
    for key, token in tokens.items():
        role = PARTIES[key]["role"]
        if role not in seen:
            seen.add(role)
            console.print(f"{role:<10}{token}  {PARTIES[key]['name']['en']}", soft_wrap=True, highlight=False)
    console.print(f"\nConsole  {url}/   API docs  {url}/docs   Ethereum node  {url}/rpc", soft_wrap=True, highlight=False)
    console.print("Sign in with one of the keys. Ctrl-C stops the service; the same command goes on later.", soft_wrap=True)
