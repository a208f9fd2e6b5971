"""Certificates on the command line: made beside the service, verified without it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.cli.conftest import Shell

FOLDER = Path(__file__).parents[1] / "data" / "certificates"


def verify(*words: str | Path, code: int = 0) -> Result:
    """`tallystick verify`, with no data folder anywhere."""
    found = CliRunner().invoke(app, ["verify", *map(str, words)], env={"COLUMNS": "300", "TALLYSTICK_DATA_DIR": "/nowhere"})
    assert found.exit_code == code, (found.output, found.exception)
    return found


def test_certificate_pin_and_verification(shell: Shell, tmp_path: Path) -> None:
    payable = shell.world.accepted()
    supplier, root = shell.world["supplier"], payable["root_lot"]
    file, pin = tmp_path / "lot.json", tmp_path / "pin.json"
    shell.run("certificate", root, "--out", str(file), who="supplier")
    pin.write_bytes(shell.run("pin").stdout_bytes)
    told = verify(file, "--pin", pin).stdout
    assert told.startswith("proven")
    assert f"participant {supplier.entity} holds 1000.00 EUR" in told
    # The command prints the same bytes that it writes, but for the time of the signature.
    printed = shell.run("certificate", root, who="supplier").stdout_bytes
    assert len(printed) == len(file.read_bytes())
    assert supplier.get(f"/v1/lots/{root}/certificate").content[:1] == printed[:1] == b"{"
    file.write_bytes(file.read_bytes().replace(b'"amount":"100000"', b'"amount":"900000"', 1))
    assert "certificate_refused" in verify(file, "--pin", pin, code=2).stderr
    assert "not_found" in shell.run("certificate", root, who="stranger", code=5).stderr


def test_exit_codes_of_verify(tmp_path: Path) -> None:
    file, pin = FOLDER / "whole.json", FOLDER / "pin.json"
    assert "proven" in verify(file, "--pin", pin).stdout
    assert "issuer not pinned" in verify(file, code=8).stdout
    assert '"consistent, issuer not pinned"' in verify(file, "--json", code=8).stdout
    assert "other_network" in verify(file, "--pin", FOLDER / "pin-qbft.json", code=2).stderr
    assert "certificate_refused" in verify(pin, "--pin", pin, code=2).stderr
    assert "certificate_refused" in verify(file, "--pin", file, code=2).stderr
    assert '"code":"other_network"' in verify(file, "--pin", FOLDER / "pin-qbft.json", "--json", code=2).stderr
    big = tmp_path / "big.json"
    big.write_bytes(b" " * 5_000_000)
    assert "larger than" in verify(big, code=2).stderr


@pytest.mark.parametrize(("content", "code"), [(b"contract", 0), (b"contract!", 2)])
def test_a_document_is_compared(tmp_path: Path, content: bytes, code: int) -> None:
    document = tmp_path / "contract.txt"
    document.write_bytes(content)
    verify(FOLDER / "whole.json", "--pin", FOLDER / "pin.json", "--document", document, code=code)


def test_a_pin_may_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALLYSTICK_PIN", str(FOLDER / "pin.json"))
    assert "proven" in verify(FOLDER / "whole.json").stdout
