"""What NOTICE and manifest say of the demo's data is so."""

import csv
from datetime import date

import pytest

from registry.receivables.invoices import xml
from registry.receivables.invoices.rules import obstacles, violations
from tests.unit.receivables.invoices.official import DEMO

FOLDER = DEMO / "invoices"
with (FOLDER / "manifest.csv").open(newline="") as file:
    MANIFEST = list(csv.DictReader(file))
# Stands for the due date that is agreed where the document states none.
AGREED = date(2099, 1, 1)


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["file"])
def test_manifest_is_true(entry: dict[str, str]) -> None:
    invoice = xml.read((FOLDER / entry["file"]).read_bytes())
    found = violations(invoice) or obstacles(invoice, due=None if invoice.due_date else AGREED)
    totals, seller, buyer = invoice.totals, invoice.seller, invoice.buyer
    assert entry == {
        "file": entry["file"],
        "syntax": invoice.syntax.value,
        "number": invoice.number or "",
        "type": invoice.type_code or "",
        "issued": str(invoice.issue_date or ""),
        "due": str(invoice.due_date or ""),
        "amount_due": str(totals.due.value) if totals and totals.due else "",
        "currency": invoice.currency or "",
        "seller": (seller.name if seller else None) or "",
        "buyer": (buyer.name if buyer else None) or "",
        "refused_by": " ".join(sorted({violation.rule for violation in found})),
    }
    assert entry["file"].startswith("refused/" if found else "accepted/")


def test_manifest_is_complete() -> None:
    assert {entry["file"] for entry in MANIFEST} == {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*.xml")}


def test_there_is_enough_for_the_demo() -> None:
    accepted = [entry for entry in MANIFEST if not entry["refused_by"]]
    assert len(accepted) >= 30
    assert {entry["syntax"] for entry in accepted} == {"ubl-invoice", "cii"}
    assert len({entry["number"] for entry in accepted}) == 14
    assert len(MANIFEST) - len(accepted) >= 5
