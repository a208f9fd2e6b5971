"""`tallystick chain verify-deployment`: chain, artefacts and sources are compared; whatever was tampered with is named."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from chain.abi import DEPLOYED, load
from chain.node import AnvilNode, NodeSettings
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.nodes import Mining
from tests.chain.world import World
from tests.cli.conftest import Shell

CONTRACTS = Path(__file__).parents[2] / "contracts"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mining, Path]]:
    """A node of others with a deployment, and its manifest as a file."""
    folder = tmp_path_factory.mktemp("outside")
    node = AnvilNode(NodeSettings(Path(os.environ["TALLYSTICK_ANVIL"]), folder, CHAIN_ID, GENESIS))
    world = World(Mining(node.start(), finality=0), GENESIS)
    world.deploy()
    file = folder / "manifest.json"
    file.write_text(json.dumps(world.manifest))
    assert isinstance(world.gateway, Mining)
    yield world.gateway, file
    node.stop()


def ended(*words: str, code: int) -> Result:
    found = CliRunner().invoke(app, ["chain", "verify-deployment", *words], env={"COLUMNS": "200"})
    assert found.exit_code == code, (found.output, found.exception)
    return found


@pytest.fixture
def verify(deployed: tuple[Mining, Path]) -> Callable[..., Any]:
    """The command on that node; it must end with `code`."""
    gateway, file = deployed

    def run(*words: str, code: int = 0, manifest: Path = file) -> Any:
        return json.loads(ended("--rpc", gateway.rpc.url, "--manifest", str(manifest), *words, "--json", code=code).stdout)

    return run


@pytest.fixture
def untouched(deployed: tuple[Mining, Path]) -> Iterator[Mining]:
    """The node, put back afterwards to what it was."""
    gateway, _ = deployed
    taken = gateway.rpc.call("evm_snapshot")
    yield gateway
    assert gateway.rpc.call("evm_revert", taken)


def names(sentences: list[str]) -> list[str]:
    return [sentence.split(":")[0] for sentence in sentences]


def test_the_installation_s_own_deployment(shell: Shell, tmp_path: Path) -> None:
    found = shell.json("chain", "verify-deployment")
    assert (found["on_chain"], found["sources"], found["differences"]) == ("as built", "as built", [])
    assert [(each["name"], each["as_built"]) for each in found["contracts"]] == [(name, True) for name in DEPLOYED]
    assert all(0 < each["bytes"] < 20_000 for each in found["contracts"])
    file = tmp_path / "manifest.json"
    shell.run("chain", "manifest", "--out", str(file))
    assert json.loads(file.read_text())["addresses"] == {each["name"]: each["address"] for each in found["contracts"]}
    assert json.loads(shell.run("chain", "manifest").stdout)["contract"] == found["contract"]


def test_a_node_of_others(verify: Callable[..., Any]) -> None:
    found = verify()
    assert (found["on_chain"], found["sources"], found["differences"]) == ("as built", "as built", [])


@pytest.mark.parametrize("name", DEPLOYED)
def test_changed_code_is_named(name: str, verify: Callable[..., Any], deployed: tuple[Mining, Path], untouched: Mining) -> None:
    address = json.loads(deployed[1].read_text())["addresses"][name]
    code = bytearray(untouched.code(address))
    code[-1] ^= 1
    untouched.rpc.call("anvil_setCode", address, "0x" + code.hex())
    found = verify(code=1)
    assert (found["on_chain"], names(found["differences"])) == ("different", [name])
    assert [each["name"] for each in found["contracts"] if not each["as_built"]] == [name]


def test_missing_code_is_named(verify: Callable[..., Any], deployed: tuple[Mining, Path], untouched: Mining) -> None:
    address = json.loads(deployed[1].read_text())["addresses"]["Holdings"]
    untouched.rpc.call("anvil_setCode", address, "0x")
    assert verify(code=1)["differences"] == [f"Holdings: no code at {address}"]


def test_another_extension_behind_the_core_is_named(verify: Callable[..., Any], deployed: tuple[Mining, Path], untouched: Mining) -> None:
    addresses = json.loads(deployed[1].read_text())["addresses"]
    own, other = (bytes.fromhex(addresses[name][2:]) for name in ("Settlement", "Holdings"))
    code = untouched.code(addresses["Tallystick"])
    assert own in code
    untouched.rpc.call("anvil_setCode", addresses["Tallystick"], "0x" + code.replace(own, other).hex())
    assert verify(code=1)["differences"] == [f"Tallystick: an immutable at {addresses['Tallystick']} is not this deployment's"]


def test_another_authority_is_named(verify: Callable[..., Any], deployed: tuple[Mining, Path], untouched: Mining) -> None:
    contract = json.loads(deployed[1].read_text())["contract"]
    slot = load("Tallystick").slots["_authority"]
    untouched.rpc.call("anvil_setStorageAt", contract, f"0x{slot:064x}", "0x" + "00" * 12 + "66" * 20)
    (sentence,) = verify(code=1)["differences"]
    assert sentence.startswith(f"Tallystick: its authority is 0x{'66' * 20}")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The contracts' sources, to be changed."""
    folder = tmp_path / "contracts"
    folder.mkdir()
    shutil.copy(CONTRACTS / "foundry.toml", folder)
    shutil.copytree(CONTRACTS / "src", folder / "src")
    return folder


def test_changed_sources_are_named(verify: Callable[..., Any], copied: Path) -> None:
    assert verify("--sources", str(copied))["sources"] == "as built"
    core, ids = copied / "src" / "Tallystick.sol", copied / "src" / "libraries" / "Ids.sol"
    core.write_text(core.read_text() + "\n")
    ids.rename(ids.with_name("Idents.sol"))
    found = verify("--sources", str(copied), code=10)
    assert (found["on_chain"], found["sources"]) == ("as built", "different")
    assert found["differences"] == [
        "src/libraries/Ids.sol: not there, the artefacts were made with it",
        "src/libraries/Idents.sol: the artefacts were made without it",
        "src/Tallystick.sol: changed since the artefacts were made",
    ]


def test_other_settings_are_named(verify: Callable[..., Any], copied: Path) -> None:
    settings = copied / "foundry.toml"
    settings.write_text(settings.read_text().replace("optimizer_runs = 200", "optimizer_runs = 1"))
    found = verify("--sources", str(copied), code=10)
    assert set(names(found["differences"])) == {*DEPLOYED, "ITallystick"}


def test_without_libraries_sources_are_not_compared(deployed: tuple[Mining, Path]) -> None:
    words = ["chain", "verify-deployment", "--rpc", deployed[0].rpc.url, "--manifest", str(deployed[1]), "--json"]
    found = CliRunner().invoke(app, words, env={"NODE_MODULES": None})
    assert (found.exit_code, json.loads(found.stdout)["sources"]) == (0, "not at hand")


def test_each_kind_of_failure_ends_with_its_code(deployed: tuple[Mining, Path], verify: Callable[..., Any], tmp_path: Path) -> None:
    gateway, file = deployed
    given = json.loads(file.read_text())
    other = tmp_path / "other.json"
    # Of another chain: 6.
    other.write_text(json.dumps({**given, "chain_id": 1}))
    ended("--rpc", gateway.rpc.url, "--manifest", str(other), code=6)
    # No manifest, or half of one: 2.
    for content in ("", "{}", json.dumps({**given, "addresses": {**given["addresses"], "Reads": "nowhere"}})):
        other.write_text(content)
        ended("--rpc", gateway.rpc.url, "--manifest", str(other), code=2)
    renamed = {("Core" if name == "Tallystick" else name): address for name, address in given["addresses"].items()}
    other.write_text(json.dumps({**given, "addresses": renamed}))
    ended("--rpc", gateway.rpc.url, "--manifest", str(other), code=2)
    # One without the other: 2. No node: 7. No installation: 5.
    ended("--manifest", str(file), code=2)
    ended("--rpc", "http://127.0.0.1:1", "--manifest", str(file), code=7)
    ended("--data", str(tmp_path / "nothing"), code=5)
    # What stands there isn't what the manifest says: 1.
    other.write_text(json.dumps({**given, "contract": given["addresses"]["Reads"]}))
    assert names(verify(code=1, manifest=other)["differences"]) == ["Tallystick"]
