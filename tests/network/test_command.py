"""scripts/network as a person uses it: what it says, what it refuses, and that nothing is left behind."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def network(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.validators", *arguments, "--data", str(folder)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def processes(folder: Path) -> list[str]:
    shown = subprocess.run(["ps", "-ww", "-eo", "args="], check=True, capture_output=True, text=True).stdout
    return [line for line in shown.splitlines() if str(folder / "validator-") in line]


def test_up_status_kill_start_and_down(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    try:
        made = network("up", "--bare", "--validators", "2", folder=folder)
        assert made.returncode == 0, made.stderr
        assert len(processes(folder)) == 2
        assert network("up", "--bare", folder=folder).returncode == 0
        assert len(processes(folder)) == 2
        assert network("kill", "2", folder=folder).returncode == 0
        assert len(processes(folder)) == 1
        twice = network("kill", "2", folder=folder)
        assert (twice.returncode, twice.stderr) == (1, "error: validator 2 does not run\n")
        shown = network("status", folder=folder).stdout
        assert "does not run" in shown
        assert "seals" in shown
        assert network("start", "2", folder=folder).returncode == 0
        settings = network("env", folder=folder).stdout
        ports = [each["rpc_port"] for each in json.loads((folder / "network.json").read_text())["validators"]]
        assert f"TALLYSTICK_CHAIN_RPC=http://127.0.0.1:{ports[0]},http://127.0.0.1:{ports[1]}\n" in settings
    finally:
        gone = network("down", "--erase", folder=folder)
    assert gone.returncode == 0
    assert processes(folder) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["status"], 1, "there is no network in"),
        (["vote", "0x12", "add"], 2, "is no address"),
        (["kill"], 2, "the following arguments are required: N"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: list[str], code: int, why: str) -> None:
    found = network(*arguments, folder=tmp_path / "none")
    assert found.returncode == code
    assert why in found.stderr


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")
    found = network("up", "--bare", folder=tmp_path)
    assert (found.returncode, "is not empty" in found.stderr) == (1, True)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
