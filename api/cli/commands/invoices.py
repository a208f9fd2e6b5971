"""`tallystick invoice`: invoices in."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import frame
from api.cli.frame import After, Here, Limit, paging
from api.schemas.invoices import IntakeOut
from api.views import invoices as views
from registry.kernel.errors import Invalid
from registry.kernel.uow import Unit
from registry.receivables import intake
from registry.receivables.invoices.csvfile import Mode

app = typer.Typer(help="Invoices: hand in UBL, CII or an ERP export.", no_args_is_help=True)
_COLUMNS = ("id", "obligor", "seller", "number", "issue_date", "due_date", "total", "occupied")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XML invoice, or CSV export with --layout")]
Layout = Annotated[str | None, typer.Option("--layout", help="CSV: name of a preset, or a JSON file with the column map")]
Sellers = Annotated[Path | None, typer.Option("--sellers", exists=True, help="CSV: JSON file, vendor code to entity")]


@frame.command(app, "list")
def list_invoices(
    here: Here, import_id: Annotated[int | None, typer.Option("--import")] = None, *, after: After = None, limit: Limit = 50
) -> None:
    """Invoices the entity is buyer or seller of, latest first."""
    here.read("invoice.list", lambda unit: views.invoices(unit, paging(after, limit), import_id=import_id), columns=_COLUMNS)


@frame.command(app, "import")
def import_file(
    here: Here,
    file: File,
    *,
    seller: Annotated[int | None, typer.Option(help="XML: the seller, where its identifiers don't name it")] = None,
    due: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="XML: the due date, where the invoice states none")] = None,
    layout: Layout = None,
    sellers: Sellers = None,
    skip: Annotated[bool, typer.Option("--skip", help="CSV: take the good rows; default: all or nothing")] = False,
) -> None:
    """Hands in an invoice or an ERP export; the entity is the buyer."""
    content = file.read_bytes()

    def decide(unit: Unit) -> intake.Intake:
        if layout is None:
            return intake.import_document(unit, content, name=file.name, seller=seller, due=due.date() if due else None)
        codes = _json(sellers) if sellers else {}
        mode: Mode = "skip" if skip else "all"
        return intake.import_export(unit, content, name=file.name, layout=views.layout_of(_layout(layout)), mode=mode, sellers=codes)

    here.write("invoice.import", decide, lambda _unit, found: IntakeOut.of(found), subject=lambda found: f"import:{found.import_id}")


def _layout(given: str) -> str | dict[str, Any]:
    return _json(Path(given)) if given.endswith(".json") else given


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Invalid(f"{path} is not readable as JSON: {error}", file=str(path)) from error
    if not isinstance(found, dict):
        raise Invalid(f"{path} does not hold a JSON object", file=str(path))
    return found
