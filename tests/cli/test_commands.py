"""The story through the command line, beside the running service."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Shell

SOON = (datetime.now(UTC) + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M:%S")


def _imported(shell: Shell, folder: Path) -> int:
    rows = folder / "export.csv"
    number = f"C-{len(shell.json('invoice', 'list', '--limit', '200', who='obligor')['items'])}"
    rows.write_text(f"number,date,total,vendor\n{number},{datetime.now(UTC):%Y-%m-%d},1000.00,S\n")
    layout, sellers = folder / "layout.json", folder / "sellers.json"
    names = {"number": "number", "issue_date": "date", "amount": "total", "seller_id": "vendor"}
    layout.write_text(json.dumps(names | {"currency": "EUR", "due_days": 30}))
    sellers.write_text(json.dumps({"S": shell.world["supplier"].entity}))
    found = shell.json("invoice", "import", str(rows), "--layout", str(layout), "--sellers", str(sellers), who="obligor")
    return int(found["accepted"][0])


def _payable(shell: Shell, folder: Path) -> str:
    invoice = _imported(shell, folder)
    made = shell.json("payable", "confirm", str(invoice), "--profile", "EUR/0", "--yes", who="obligor")
    assert made["state"] == "issued"
    accepted = shell.json("payable", "accept", made["id"], who="supplier")
    assert accepted["items"][0]["state"] == "active"
    return str(made["id"])


def test_invoice_to_financed_claim(shell: Shell, tmp_path: Path) -> None:
    payable = _payable(shell, tmp_path)
    root = shell.json("payable", "show", payable, who="supplier")["root_lot"]
    part = shell.json("lot", "split", root, "300.00", who="supplier")["items"][0]
    note = tmp_path / "note.pdf"
    note.write_bytes(b"delivery note")
    offer = shell.json("offer", "make", part["id"], str(shell.world["subsupplier"].entity), "--document", str(note), who="supplier")
    assert offer["status"] == "open"
    held = shell.json("offer", "accept", str(offer["id"]), who="subsupplier")
    assert held["holder"] == shell.world["subsupplier"].entity
    bank = str(shell.world["bank"].entity)
    financing = shell.json("financing", "lock", held["id"], bank, "--price", "290.00", "--until", SOON, who="subsupplier")
    done = shell.json("financing", "complete", str(financing["id"]), "--reference", "SEPA 1", "--yes", who="bank")
    assert done["state"] == "completed"
    payment = shell.json("payment", "record", payable, "400.00", "--reference", f"in {payable}", "--yes", who="agent")
    assert payment["state"] == "recorded"
    tree = shell.run("payable", "tree", payable, who="obligor").stdout
    assert "300.00 EUR held by" in tree
    plan = shell.json("clearing", "show", payable, who="agent")
    assert plan["payment"] == {"amount": "400.00", "currency": "EUR"}
    names = {event["name"] for event in shell.json("events", "--payable", payable, who="auditor")["items"]}
    assert {"Issued", "Accepted", "Split", "Transferred", "FinancingLocked", "Financed", "PaymentRecorded"} <= names
    assert shell.json("check")["clean"] is True


def test_lots_are_locked_released_and_merged(shell: Shell, tmp_path: Path) -> None:
    root = shell.json("payable", "show", _payable(shell, tmp_path), who="supplier")["root_lot"]
    part = shell.json("lot", "split", root, "10.00", "20.00", who="supplier")["items"][0]["id"]
    locked = shell.json("lot", "lock", part, str(shell.world["bank"].entity), SOON, who="supplier")
    assert locked["state"] == "locked"
    shell.run("lot", "release", part, who="bank")
    merged = shell.json("lot", "merge", root, part, "--yes", who="supplier")
    assert merged["amount"]["amount"] == "980.00"
    kinds = [move["kind"] for move in shell.json("lot", "history", part, who="supplier")["items"]]
    assert kinds == ["Split", "Locked", "Released", "Merged"]
    assert len(shell.json("lot", "list", "--payable", root[:42], "--live", who="supplier")["items"]) == 2


def test_parties_are_registered_and_get_keys(shell: Shell) -> None:
    made = shell.json("party", "add", "New Bank", "--country", "FR", "--role", "funder", "--verified-until", "2030-01-01", who="registrar")
    assert made["status"] == "active"
    number = str(made["id"])
    token = shell.json("party", "key", number)["token"]
    me = shell.world["anonymous"].get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["entity"], me["roles"]) == (made["id"], ["funder"])
    assert "New Bank" in shell.run("party", "list", "--limit", "200", who="registrar").stdout
    assert shell.json("party", "show", number, who="registrar")["country"] == "FR"
    limit = shell.json(
        "party", "limit", str(shell.world["obligor"].entity), "5.00", "USD", str(shell.world["agent"].entity), who="registrar"
    )
    assert limit["limit"] == {"amount": "5.00", "currency": "USD"}


def test_accepted_payable_is_cancelled_with_consent(shell: Shell, tmp_path: Path) -> None:
    payable = _payable(shell, tmp_path)
    assert "consent_missing" in shell.run("payable", "cancel", payable, "--yes", who="obligor", code=6).stderr
    assert shell.json("payable", "consent", payable, "--yes", who="supplier")["consented"] is True
    assert shell.json("payable", "cancel", payable, "--yes", who="obligor")["state"] == "cancelled"


def test_instruments_are_set_from_a_file(shell: Shell, tmp_path: Path) -> None:
    first = shell.json("profile", "list", who="registrar")["items"][0]
    rules = tmp_path / "profile.json"
    given = {name: value for name, value in first.items() if name not in {"id", "name", "paused"}}
    rules.write_text(json.dumps(given | {"variant": 7}))
    made = shell.json("profile", "set", str(rules), who="registrar")
    assert (made["id"], made["name"]) == (first["id"] + 7, "EUR/7")
    rules.write_text(json.dumps(given | {"variant": 8, "id": first["id"]}))
    assert (
        "is not EUR/8; profiles in EUR have the numbers 62592 to 62655"
        in shell.run("profile", "set", str(rules), who="registrar", code=2).stderr
    )
    rules.write_text("{}")
    assert "currency: Field required" in shell.run("profile", "set", str(rules), who="registrar", code=2).stderr
    bound = shell.json("party", "account", str(shell.world["supplier"].entity), "USD", "GB29NWBK60161331926819")
    assert bound["currency"] == "USD"


def test_state_of_the_service(shell: Shell) -> None:
    status = shell.json("status")
    assert (status["ready"], status["running"]) == (True, True)
    network = shell.json("network")
    assert network["engine"] == "embedded"
    assert shell.json("transaction", "list", who="registrar")["items"]
    assert shell.json("balance", who="registrar")["items"] is not None
    assert json.loads(shell.run("openapi").stdout)["openapi"].startswith("3.1")


def test_errors_end_with_the_code_of_their_kind(shell: Shell, tmp_path: Path) -> None:
    payable = _payable(shell, tmp_path)
    root = shell.json("payable", "show", payable, who="supplier")["root_lot"]
    assert "invalid_value" in shell.run("lot", "split", root, "abc", who="supplier", code=2).stderr
    assert "--as" in shell.run("payable", "list", code=3).stderr
    assert "forbidden" in shell.run("party", "limit", "1", "1.00", "EUR", "2", who="supplier", code=4).stderr
    assert "not_found" in shell.run("payable", "show", payable, who="stranger", code=5).stderr
    problem = json.loads(shell.run("lot", "split", root, "5000.00", "--json", who="supplier", code=6).stderr)
    assert (problem["code"], problem["status"]) == ("amount_out_of_range", 409)
    assert "another process" in shell.run("up", code=7).stderr


def test_what_cannot_be_undone_is_asked_first(shell: Shell, tmp_path: Path) -> None:
    payable = _payable(shell, tmp_path)
    shell.run("payment", "record", payable, "1.00", "--reference", "x", who="agent", typed="n\n", code=2)
    assert shell.json("payable", "show", payable, who="obligor")["paid"]["amount"] == "0.00"
    shell.run("payment", "record", payable, "1.00", "--reference", "x", who="agent", typed="y\n")
    assert shell.json("payable", "show", payable, who="obligor")["paid"]["amount"] == "1.00"
