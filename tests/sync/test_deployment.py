"""A deployment that is killed after each of its steps goes on where it was, at the addresses that were known before it began."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chain import deploy
from chain.abi import DEPLOYED
from chain.node import AnvilNode, NodeSettings
from tests.chain.nodes import Mining
from tests.conftest import Database
from tests.sync.site import CHAIN_ID

ROOT = Path(__file__).resolve().parents[2]
GENESIS = 1_767_000_000


def run(database: Database, folder: Path, node_url: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tests.sync.deployer", database.service_url, str(folder), node_url]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[AnvilNode]:
    """A node that belongs to others and outlives the process that deploys."""
    node = AnvilNode(NodeSettings(Path(os.environ["TALLYSTICK_ANVIL"]), tmp_path / "outside", CHAIN_ID, GENESIS))
    node.start()
    yield node
    node.stop()


def killed_after_each_step(database: Database, folder: Path, node_url: str = "") -> dict[str, object]:
    """The manifest of a deployment that was killed as often as it has steps."""
    died = []
    while (found := run(database, folder, node_url)).returncode == -signal.SIGKILL:
        died.append(found.returncode)
    assert found.returncode == 0, found.stderr
    manifest: dict[str, object] = json.loads(found.stdout)
    plan = deploy.plan(str(manifest["deployer"]), chain_id=CHAIN_ID)
    assert manifest == deploy.manifest(plan)
    assert len(died) == len(plan.steps) == len(DEPLOYED) + 2
    # Once more changes nothing.
    assert run(database, folder, node_url).stdout == found.stdout
    return manifest


def test_on_the_embedded_engine(database: Database, tmp_path: Path) -> None:
    killed_after_each_step(database, tmp_path / "node")


def test_on_a_node_of_others(database: Database, tmp_path: Path, outside: AnvilNode) -> None:
    manifest = killed_after_each_step(database, tmp_path / "node", outside.rpc.url)
    gateway = Mining(outside.rpc, finality=0)
    assert deploy.verify_code(gateway, manifest) == []
    # Every step once: no nonce was spent twice and no block holds a second try.
    assert gateway.nonce(str(manifest["deployer"])) == gateway.head().number == len(DEPLOYED) + 2
