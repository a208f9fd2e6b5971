"""The log of acts on the command line: verified, exported so that anybody can recompute it, anchored."""

import hashlib
import json
from datetime import datetime
from pathlib import Path

from tests.cli.conftest import Shell


def test_the_export_recomputes_and_the_log_verifies(shell: Shell, tmp_path: Path) -> None:
    shell.world.accepted()
    shell.run("audit", "anchor", who="registrar")
    found = json.loads(shell.run("audit", "verify", "--json", who="auditor").stdout)
    assert found["clean"]
    assert found["anchors"] >= 1
    assert 0 < found["anchored"] < found["acts"]
    file = tmp_path / "acts.ndjson"
    shell.run("audit", "export", "--out", str(file), who="auditor")
    previous = bytes(32)
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        act = json.loads(line)
        names = ("id", "at", "entity", "via", "act", "subject", "outcome", "request_id", "detail")
        content = [act[name] if name != "at" else datetime.fromisoformat(act["at"]).isoformat() for name in names]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(previous + text.encode()).digest()
        assert (act["id"], act["hash"]) == (number, "0x" + previous.hex())
    assert number >= found["acts"]
    assert "this file exists" in shell.run("audit", "export", "--out", str(file), who="auditor", code=2).stderr


def test_the_log_is_for_oversight(shell: Shell, tmp_path: Path) -> None:
    for words in (("verify",), ("export", "--out", str(tmp_path / "x")), ("anchor",)):
        assert "forbidden" in shell.run("audit", *words, who="supplier", code=4).stderr
