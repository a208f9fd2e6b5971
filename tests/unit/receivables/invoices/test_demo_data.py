"""What NOTICE and manifest say of the demo's data is so."""

import csv
import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from stdnum import iban, lei
from stdnum.cn import uscc
from stdnum.eu import vat

from registry.receivables.invoices import xml
from registry.receivables.invoices.fingerprint import normal_number
from registry.receivables.invoices.rules import obstacles, violations
from tests.unit.receivables.invoices.official import DEMO

FOLDER = DEMO / "invoices"
with (FOLDER / "manifest.csv").open(newline="") as file:
    MANIFEST = list(csv.DictReader(file))
CAST: dict[str, Any] = json.loads((DEMO / "cast.json").read_text())
PARTIES: dict[str, dict[str, Any]] = {party["key"]: party for party in CAST["parties"]}
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
    assert len(accepted) == 68
    assert {entry["syntax"] for entry in accepted} == {"ubl-invoice", "cii"}
    assert {entry["currency"] for entry in accepted} == {"EUR", "DKK", "NOK", "SEK"}
    assert len(MANIFEST) - len(accepted) >= 5


def test_every_accepted_file_has_an_obligor_and_a_first_supplier() -> None:
    assert sorted(entry["file"] for entry in CAST["invoices"]) == sorted(
        entry["file"] for entry in MANIFEST if entry["file"].startswith("accepted/")
    )
    currency = {entry["file"]: entry["currency"] for entry in MANIFEST}
    for entry in CAST["invoices"]:
        supplier = PARTIES[entry["supplier"]]
        assert (supplier["tier"], supplier["obligor"]) == (1, entry["obligor"]), entry
        assert currency[entry["file"]] in supplier["accounts"], entry
        assert currency[entry["file"]] in PARTIES[entry["obligor"]]["limits"], entry


def test_no_supplier_sends_a_number_twice_but_as_a_marked_repeat() -> None:
    stated = {entry["file"]: (normal_number(entry["number"]), Decimal(entry["amount_due"])) for entry in MANIFEST}
    first: dict[tuple[str, str], str] = {}
    for entry in CAST["invoices"]:
        key = (entry["supplier"], stated[entry["file"]][0])
        assert entry.get("repeats") == first.get(key), entry
        if "repeats" in entry:
            assert stated[entry["file"]] == stated[entry["repeats"]]
        else:
            first[key] = entry["file"]
    assert len(first) == 37
    assert len([entry for entry in CAST["invoices"] if "repeats" in entry]) == 31


def test_the_cast_is_complete_and_its_identifiers_are_well_formed() -> None:
    roles = [party["role"] for party in CAST["parties"]]
    assert {role: roles.count(role) for role in set(roles)} == {
        "registrar": 1, "obligor": 3, "supplier": 17, "funder": 2, "agent": 1, "auditor": 1,
    }  # fmt: skip
    assert {party["tier"] for party in CAST["parties"] if party["role"] == "supplier"} == {1, 2, 3}
    assert {party["code"] for party in CAST["parties"] if "code" in party} == {"S00039", "S00097"}
    well_formed = {"lei": lei.is_valid, "uscc": uscc.is_valid, "vat": vat.is_valid}
    for party in CAST["parties"]:
        assert party["name"]["en"]
        assert party["name"]["zh"]
        assert all(well_formed[scheme](value) for scheme, value in party["identifiers"].items()), party
        assert all(iban.is_valid(account) for account in party["accounts"].values()), party
    values = [value for party in CAST["parties"] for value in (*party["identifiers"].values(), *party["accounts"].values())]
    assert len(values) == len(set(values))
