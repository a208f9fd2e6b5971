"""Checks, breaks and the live status on the command line."""

import json
import os
import pty
import signal
import subprocess
import sys

from tests.cli.conftest import Shell
from tests.factories.planting import planted


def test_breaks_from_the_check_to_the_explanation(shell: Shell) -> None:
    assert shell.json("check")["clean"] is True
    with planted(shell.world.platform) as code:
        found = shell.run("check", "--json", code=1)
        assert {item["code"] for item in json.loads(found.stdout)["breaks"]} == {code, "index_row", "index_digest"}
        items = {item["code"]: item for item in shell.json("breaks", "list", who="auditor")["items"]}
        assert set(items) == {code, "index_row", "index_digest"}
        number = str(items[code]["id"])
        assert shell.json("breaks", "list", "--code", code, "--state", "open", who="auditor")["items"] == [items[code]]
        assert shell.json("breaks", "list", "--severity", "minor", who="auditor")["items"] == []
        assert "forbidden" in shell.run("breaks", "explain", number, "--reason", "no", who="auditor", code=4).stderr
        assert shell.json("breaks", "own", number, "--name", "Li Wei", who="registrar")["owner"]["name"] == "Li Wei"
        assert shell.json("breaks", "explain", number, "--reason", "a drill", who="registrar")["state"] == "explained"
        shown = shell.run("breaks", "show", number, who="auditor").stdout
        assert all(word in shown for word in (code, "Li Wei", "a drill", "explained"))
        status = shell.json("sync", "status")
        assert (status["ready"], status["running"], status["breaks"]) == (False, True, {"serious": 2, "minor": 0, "explained": 1})
        assert [alarm["name"] for alarm in status["alarms"]] == ["breaks_open"]
        text = shell.run("sync", "status").stdout
        assert all(word in text for word in ("not ready", "2 serious, 0 minor, 1 explained", "breaks_open", "in step"))
    assert shell.json("check")["clean"] is True
    run = shell.json("checks", "list", who="auditor")["items"][0]
    assert shell.json("checks", "show", str(run["id"]), who="auditor")["passes"]
    assert shell.json("sync", "status")["ready"] is True


def command(shell: Shell, *words: str) -> list[str]:
    return [sys.executable, "-m", "api.cli", "sync", "status", "--watch", *words, "--data", str(shell.world.platform.settings.data_dir)]


def test_the_live_view_goes_on_until_it_is_interrupted(shell: Shell) -> None:
    terminal, theirs = pty.openpty()
    with subprocess.Popen(command(shell, "--every", "0.1"), stdout=theirs, stderr=subprocess.PIPE, env=os.environ) as process:
        os.close(theirs)
        seen = b""
        while seen.count(b"indexed") < 3:
            seen += os.read(terminal, 65_536)
        process.send_signal(signal.SIGINT)
        # The terminal is given back as it was.
        while b"\x1b[?1049l" not in seen:
            seen += os.read(terminal, 65_536)
        assert process.wait() == 0
    os.close(terminal)
    assert b"in step" in seen


def test_the_live_view_is_a_line_per_look_for_programs(shell: Shell) -> None:
    with subprocess.Popen(command(shell, "--every", "0.1", "--json"), stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        looks = [json.loads(process.stdout.readline()) for _ in range(3)]
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait() == 0
    assert {look["running"] for look in looks} == {True}
    assert "terminal" in shell.run("sync", "status", "--watch", code=2).stderr
