"""Ponder as the indexer beside ours: the same contract, node and events, a database of its own on the same server.

What it stores is in `ponder/`: every event as a row, payables, lots, their history, invoices' use and limits. That is less than our index
keeps: no ledger, no undo, no results of transactions, and Ponder recomputes no header, receipts root or bloom.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from registry.kernel.postgres import OWNER_ROLE, EmbeddedPostgres
from scripts.benchmarks.site import Site

APP = Path(__file__).with_name("ponder")
ABI = Path(__file__).parents[2] / "chain" / "abi" / "ITallystick.json"
# Blocks that Ponder holds back as not final on a chain that it doesn't know.
FINALITY = 30
# The lines of its log between which it reads and stores; what comes before is its start, what comes after are its secondary indexes.
_BEGIN, _END = "Started fetching backfill JSON-RPC data", "Completed backfill indexing across all chains"
_PATIENCE = 900


def installed() -> Path | None:
    """The folder into which scripts/bench has put Ponder, or None."""
    found = os.environ.get("TALLYSTICK_PONDER")
    return Path(found) if found else None


def run(site: Site, home: Path, *, last: int, name: str = "bench_ponder") -> tuple[int, float]:
    """Ponder from an empty database to block `last`: how many events it has stored, and in how many seconds. AssertionError otherwise."""
    with _database(site, name) as url, tempfile.TemporaryDirectory(prefix="run-", dir=home) as run_folder:
        root = Path(run_folder)
        shutil.copytree(APP, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("package*.json", "node_modules"))
        seconds = _backfill(root, home, _environment(site, url, last))
        with psycopg.connect(url) as connection:
            row = connection.execute("select count(*) from public.event").fetchone()
    return (row[0] if row else 0), seconds


def _environment(site: Site, url: str, last: int) -> dict[str, str]:
    platform = site.platform
    return os.environ | {
        "BENCH_DATABASE": url,
        "BENCH_NODE": json.loads((site.folder / "node.json").read_text())["url"],
        "BENCH_CHAIN": str(platform.gateway.chain_id),
        "BENCH_CONTRACT": platform.work.network.contract,
        "BENCH_ABI": str(ABI),
        "BENCH_LAST": str(last),
        "PONDER_TELEMETRY_DISABLED": "true",
    }


def _backfill(root: Path, home: Path, environment: dict[str, str]) -> float:
    """Seconds between the two lines of its log."""
    program = home / "node_modules" / "ponder" / "dist" / "esm" / "bin" / "ponder.js"
    flags = ["--root", str(root), "--log-format", "json", "--log-level", "info"]
    command = ["node", str(program), *flags, "start", "--schema", "public", "--port", "0", "--hostname", "127.0.0.1"]
    process = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    told: list[str] = []
    began: int | None = None
    try:
        for line in process.stdout or ():
            told.append(line)
            said = _parsed(line)
            if said.get("msg") == _BEGIN and began is None:
                began = int(said["time"])
            if said.get("msg") == _END and began is not None:
                return (int(said["time"]) - began) / 1000
    finally:
        process.kill()
        process.wait()
    raise AssertionError("Ponder ended before it was done:\n" + "".join(told[-20:]))


def _parsed(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


@contextmanager
def _database(site: Site, name: str) -> Iterator[str]:
    """URL of an empty database for a role that may make schemas, on the site's server."""
    url = make_url(EmbeddedPostgres(site.folder / "postgres").url(OWNER_ROLE, name)).set(drivername="postgresql")
    with psycopg.connect(url.set(database="postgres").render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(f'create database "{name}"')  # type: ignore[arg-type]
        try:
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(f'drop database "{name}" with (force)')  # type: ignore[arg-type]
