"""A measured figure beside its baseline and its target, as a row of a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

# What a benchmark gives as JSON.
Values = dict[str, int | float | None]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row. `least` says how to read the target: the figure is to reach it; otherwise it is not to pass it."""

    name: str
    ours: int | float | None
    unit: str
    target: int | float | None = None
    least: bool = False
    baseline: int | float | None = None
    # What the baseline is, or what others need.
    beside: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None or self.ours is None:
            return None
        return self.ours >= self.target if self.least else self.ours <= self.target


def show(console: Console, title: str, figures: Sequence[Figure]) -> None:
    """Prints figures as a table."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in ("ours", "target", "baseline", "ours / baseline"):
        table.add_column(column, justify="right")
    table.add_column("beside", overflow="fold")
    for figure in figures:
        ratio = f"{figure.ours / figure.baseline:.2f}" if figure.ours is not None and figure.baseline else ""
        style = {True: "green", False: "red", None: ""}[figure.holds]
        table.add_row(
            figure.name,
            f"[{style}]{_number(figure.ours)}[/] {figure.unit}" if style else f"{_number(figure.ours)} {figure.unit}",
            f"{'>=' if figure.least else '<='} {_number(figure.target)}" if figure.target is not None else "",
            _number(figure.baseline) if figure.baseline is not None else "",
            ratio,
            figure.beside,
        )
    console.print(table)


def _number(value: int | float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.2f}" if isinstance(value, float) and value < 100 else f"{value:,.0f}"
