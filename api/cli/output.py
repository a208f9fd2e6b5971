"""What commands print: tables for people, the API's JSON for programs; and the exit code of each kind of error."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from api.errors import problem_of
from api.schemas.payables import TreeOut
from registry.kernel.errors import DomainError, Kind

EXIT: dict[Kind, int] = {
    Kind.INVALID: 2,
    Kind.UNAUTHENTICATED: 3,
    Kind.FORBIDDEN: 4,
    Kind.NOT_FOUND: 5,
    Kind.CONFLICT: 6,
    Kind.UNAVAILABLE: 7,
    Kind.LIMITED: 9,
}
# `check` found breaks.
EXIT_BREAKS = 1


def show(body: bytes, *, as_json: bool, columns: Sequence[str] = ()) -> None:
    """Prints an answer: its bytes, or a table with the named columns (all that are short, when none is named)."""
    if as_json:
        sys.stdout.write(body.decode() + "\n")
        return
    found = json.loads(body)
    console = Console()
    rows = found["items"] if isinstance(found, dict) and isinstance(found.get("items"), list) else None
    if rows is None:
        _print_one(console, found)
    elif rows:
        console.print(_table(rows, columns or [name for name, value in rows[0].items() if not isinstance(value, list)]))
    else:
        console.print("nothing to show")
    if rows is not None and found.get("next"):
        console.print(f"more: --after {found['next']}", style="dim")


def _print_one(console: Console, found: dict[str, Any]) -> None:
    table = Table(show_header=False, box=None)
    lists = {name: value for name, value in found.items() if _is_rows(value)}
    for name, value in found.items():
        if name not in lists:
            table.add_row(name, text(value), style=None)
    console.print(table)
    for name, value in lists.items():
        console.print(_table(value, list(value[0]), title=name))


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _table(rows: Sequence[dict[str, Any]], columns: Sequence[str], *, title: str | None = None) -> Table:
    table = Table(*columns, title=title, title_justify="left", box=None, header_style="bold")
    for row in rows:
        table.add_row(*(text(row.get(name)) for name in columns))
    return table


def text(value: Any) -> str:
    """A value in a cell: money as "12.34 CNY", lists joined, nothing for null."""
    if value is None:
        return ""
    if isinstance(value, dict):
        if set(value) == {"amount", "currency"}:
            return f"{value['amount']} {value['currency']}"
        return ", ".join(f"{name} {text(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(text(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def draw(found: TreeOut) -> None:
    """Draws a claim tree: each lot below the one it was split off."""
    debt = found.payable
    tree = Tree(f"[bold]{debt.id}[/] {debt.state}: entity {debt.obligor} owes {text(debt.face.model_dump())}, due {debt.due:%Y-%m-%d}")
    places: dict[str | None, Tree] = {None: tree}
    for lot in found.lots:
        label = f"{text(lot.amount.model_dump())} held by {lot.holder}, {lot.state} [dim]…{lot.id[-24:]}[/]"
        places[lot.id] = places.get(lot.parent, tree).add(label)
    Console().print(tree)


def refuse(error: DomainError, *, as_json: bool) -> int:
    """Prints an error to stderr, as a problem with --json; its exit code."""
    found = problem_of(error)
    if as_json:
        sys.stderr.write(found.model_dump_json() + "\n")
    else:
        Console(stderr=True).print(f"[bold red]{found.code}[/]: {error.message}", highlight=False)
    return EXIT[error.kind]
