"""Starts, stops and kills the nodes of a network, and asks them. A node is a process of its own that outlives the command."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from chain.errors import NodeRefused, NodeUnavailable
from chain.rpc import Rpc
from scripts.validators.founding import GAS_LIMIT
from scripts.validators.layout import HOST, Layout, NetworkFailed, Validator, geth

START_SECONDS = 60
END_SECONDS = 20
_APIS = "eth,net,web3,clique,admin,debug,miner,txpool"
_POLL = 0.1
# Nodes that this process has started, by process id.
_children: dict[int, subprocess.Popen[bytes]] = {}


def running(network: Layout, validator: Validator) -> bool:
    """Whether the process that was started is this node still."""
    if not validator.pid:
        return False
    shown = ["ps", "-ww", "-o", "stat=,command=", "-p", str(validator.pid)]
    said = subprocess.run(shown, check=False, capture_output=True, text=True).stdout
    return str(validator.folder(network.folder)) in said and not said.lstrip().startswith("Z")


def start(network: Layout, validators: Iterable[Validator]) -> None:
    """Starts those that don't run, and waits until each answers. NetworkFailed with the log's last words when one ends."""
    begun = [validator for validator in validators if not running(network, validator)]
    for validator in begun:
        _launch(network, validator)
    network.save()
    deadline = time.monotonic() + START_SECONDS
    for validator in begun:
        while ask(validator, "eth_chainId") is None:
            if not running(network, validator) or time.monotonic() > deadline:
                raise NetworkFailed(f"validator {validator.number} did not start: {_last_words(network, validator)}")
            time.sleep(_POLL)
        # The flag can't say so: geth takes 0 there for a mistake, and then passes no transaction on that pays nothing.
        ask(validator, "miner_setGasPrice", "0x0")


def kill(network: Layout, validator: Validator) -> None:
    """SIGKILL, as a power cut would. NetworkFailed when it does not run."""
    if not running(network, validator):
        raise NetworkFailed(f"validator {validator.number} does not run")
    os.kill(validator.pid, signal.SIGKILL)
    _await_end(network, [validator])


def stop(network: Layout, validators: Sequence[Validator]) -> None:
    """SIGTERM to those that run, SIGKILL to what does not end by it."""
    ending = [validator for validator in validators if running(network, validator)]
    for validator in ending:
        os.kill(validator.pid, signal.SIGTERM)
    _await_end(network, ending)


def ask(validator: Validator, method: str, *params: Any) -> Any:
    """A node's answer; None when it gives none. NetworkFailed when it refuses."""
    with Rpc(validator.url, timeout=10.0) as rpc:
        try:
            return rpc.call(method, *params)
        except NodeUnavailable:
            return None
        except NodeRefused as error:
            raise NetworkFailed(f"validator {validator.number}: {error}") from error


def await_that(what: str, holds: Callable[[], bool], *, seconds: float) -> None:
    """Waits for a condition. NetworkFailed when it does not come true in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise NetworkFailed(f"{what} did not happen within {seconds:.0f} seconds; see `scripts/network status`")
        time.sleep(_POLL)


def height(validator: Validator) -> int:
    """Number of its latest block; -1 when it does not answer."""
    found = ask(validator, "eth_blockNumber")
    return -1 if found is None else int(found, 16)


def peers(validator: Validator) -> int:
    """How many other nodes it is connected to."""
    return int(ask(validator, "net_peerCount") or "0x0", 16)


def signers(network: Layout) -> list[str]:
    """Who may seal, as the first node that answers says."""
    for validator in network.validators:
        found = ask(validator, "clique_getSigners", "latest")
        if found is not None:
            return [str(each).lower() for each in found]
    raise NetworkFailed("no validator answers; start them with `scripts/network up`")


def heal(network: Layout) -> bool:
    """Ends a standstill of branches that wait for each other: all but the heaviest are taken back to where they part from it.

    They follow it then within seconds. False when there is nothing to heal.
    """
    heads = {validator.number: ask(validator, "eth_getBlockByNumber", "latest", False) for validator in network.validators}
    heads = {number: head for number, head in heads.items() if head is not None}
    if len({head["hash"] for head in heads.values()}) < 2:
        return False
    best = network.of(max(heads, key=lambda number: int(heads[number]["totalDifficulty"], 16)))
    for number, head in heads.items():
        common = _common(best, network.of(number), int(head["number"], 16))
        if common < int(head["number"], 16):
            ask(network.of(number), "debug_setHead", hex(common))
    return True


def _common(one: Validator, other: Validator, number: int) -> int:
    """Number of the newest block that both have."""
    while number > 0:
        blocks = [ask(each, "eth_getBlockByNumber", hex(number), False) for each in (one, other)]
        if None not in blocks and blocks[0]["hash"] == blocks[1]["hash"]:
            break
        number -= 1
    return number


def _launch(network: Layout, validator: Validator) -> None:
    folder = validator.folder(network.folder)
    peers = ", ".join(f'"{other.peer}"' for other in network.validators if other is not validator)
    (folder / "config.toml").write_text(f"[Node.P2P]\nStaticNodes = [{peers}]\nTrustedNodes = [{peers}]\n")
    with (folder / "node.log").open("ab") as log:
        process = subprocess.Popen(
            _command(network, validator, folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=folder
        )
    validator.pid = process.pid
    _children[process.pid] = process


def _command(network: Layout, validator: Validator, folder: Path) -> list[str]:
    flags = {
        "--config": str(folder / "config.toml"),
        "--datadir": str(folder),
        "--networkid": str(network.chain_id),
        "--syncmode": "full",
        "--gcmode": "archive",
        "--state.scheme": "hash",
        "--history.transactions": "0",
        "--cache": "128",
        "--port": str(validator.p2p_port),
        "--nat": "none",
        "--http.addr": HOST,
        "--http.port": str(validator.rpc_port),
        "--http.api": _APIS,
        "--authrpc.port": "0",
        "--rpc.gascap": "0",
        "--rpc.batch-response-max-size": "200000000",
        "--miner.etherbase": validator.address,
        "--miner.gaslimit": str(GAS_LIMIT),
        "--txpool.accountslots": "4096",
        "--txpool.globalslots": "32768",
        "--txpool.accountqueue": "4096",
        "--txpool.globalqueue": "16384",
        "--unlock": validator.address,
        "--password": str(folder / "password"),
        "--bootnodes": "",
    }
    switches = ("--nodiscover", "--ipcdisable", "--http", "--mine", "--allow-insecure-unlock", "--snapshot=false")
    return [geth(), *(part for flag in flags.items() for part in flag), *switches]


def _await_end(network: Layout, ending: Sequence[Validator]) -> None:
    deadline = time.monotonic() + END_SECONDS
    for validator in ending:
        while running(network, validator):
            _reap(validator.pid)
            if time.monotonic() > deadline:
                os.kill(validator.pid, signal.SIGKILL)
                deadline += END_SECONDS
            time.sleep(_POLL)
        _reap(validator.pid)
        validator.pid = 0
    network.save()


def _reap(pid: int) -> None:
    """Takes note of the end of a node that this very process has started."""
    if pid in _children and _children[pid].poll() is not None:
        del _children[pid]


def _last_words(network: Layout, validator: Validator) -> str:
    log = validator.folder(network.folder) / "node.log"
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return f"{lines[-1] if lines else 'it printed nothing'} (see {log})"
