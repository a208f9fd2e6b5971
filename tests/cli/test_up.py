"""`tallystick` as its users start it: a process of its own, alone on its data folder."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx

COMMAND = [sys.executable, "-m", "api.cli"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, check=False, env=os.environ)


def test_a_mistyped_folder_is_not_made(tmp_path: Path) -> None:
    done = run("party", "list", "--as", "1", "--data", str(tmp_path / "typo"))
    assert done.returncode == 5
    assert "there is no installation in" in done.stderr
    assert not (tmp_path / "typo").exists()


def test_up_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    words = ["up", "--data", str(tmp_path / "data"), "--port", "0"]
    with subprocess.Popen([*COMMAND, *words], stderr=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stderr is not None
        shown = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", shown)
        assert found is not None, shown
        assert httpx.get(f"{found.group()}/ready").json()["ready"] is True
        page = httpx.get(found.group(), follow_redirects=True)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        process.send_signal(signal.SIGTERM)
        process.stderr.read()
    assert process.returncode == 0
    status = json.loads(run("status", "--json", "--data", str(tmp_path / "data")).stdout)
    assert (status["ready"], status["running"]) == (True, False)
