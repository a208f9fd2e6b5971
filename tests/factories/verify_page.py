"""The verifier of the page at /verify, run by Node: the script is the one that stands in the page."""

import base64
import json
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scripts.build_verify import PAGE

RUNNER = Path(__file__).with_suffix(".cjs")


def ask(requests: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers of one run."""
    lines = "".join(json.dumps(each) + "\n" for each in requests)
    done = subprocess.run(["node", RUNNER, PAGE], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-1000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def to_verify(content: bytes, pin: bytes | None, *, now: int = 0) -> dict[str, Any]:
    """A request to verify a file."""
    return {"act": "verify", "file": _text(content), "pin": None if pin is None else _text(pin), "now": now}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
