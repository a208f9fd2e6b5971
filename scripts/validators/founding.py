"""Makes a network: a key per validator, the genesis block that names them, a folder per node."""

import json
import secrets
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coincurve

from chain import signing
from chain.alloc import alloc, cleaned, state_of
from chain.handover import STATE, STATEMENT, Handover
from scripts.validators.layout import NAME, Layout, NetworkFailed, Validator, free_ports, geth

CHAIN_ID = 77_177
GAS_LIMIT = 500_000_000
# Genesis lies so far ahead that all nodes have found each other before the first block may be sealed: signers that seal alone first end up
# on branches of equal difficulty, where each waits for the others for ever.
_AHEAD_SECONDS = 10
# Rules up to berlin: with london's base fee transactions at price 0 would stay out.
_FORKS = (
    "homesteadBlock",
    "eip150Block",
    "eip155Block",
    "eip158Block",
    "byzantiumBlock",
    "constantinopleBlock",
    "petersburgBlock",
    "istanbulBlock",
    "berlinBlock",
)


@dataclass(frozen=True)
class Beginning:
    """What a network begins with: nothing, or the chain that was handed over to it. `time`: of that chain's last block, UTC seconds."""

    chain_id: int = CHAIN_ID
    alloc: dict[str, Any] = field(default_factory=dict)
    parent: bytes = bytes(32)
    vanity: bytes = bytes(32)
    time: int = 0

    @classmethod
    def of(cls, folder: Path) -> "Beginning":
        """From what `tallystick chain export-genesis` wrote. BadHandover when it does not hold."""
        try:
            given = Handover.of((folder / STATEMENT).read_bytes())
            state = state_of(json.loads((folder / STATE).read_bytes()))
        except (OSError, ValueError) as error:
            raise NetworkFailed(f"{folder} is no handover: {error}") from error
        given.require_state(state)
        return cls(given.pin.chain_id, alloc(cleaned(state)), given.block, given.hash, given.time)


def found(folder: Path, *, validators: int, period: int = 1, epoch: int = 30_000, beginning: Beginning | None = None) -> Layout:
    """A new network in an empty folder; nothing runs yet. NetworkFailed when something stands there."""
    beginning = beginning or Beginning()
    if folder.exists() and any(folder.iterdir()):
        raise NetworkFailed(f"{folder} is not empty and holds no {NAME}; name another folder with --data")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    network = Layout(folder, beginning.chain_id, period, epoch)
    keys = [_new_node(network) for _ in range(validators)]
    signers = sorted(validator.address for validator in network.validators)
    # Time never goes back, also where the clock of the chain before was ahead of this one.
    begin = max(int(time.time()), beginning.time) + _AHEAD_SECONDS
    content = genesis(signers, period=period, epoch=epoch, begin=begin, beginning=beginning)
    (folder / "genesis.json").write_text(json.dumps(content, indent=1) + "\n")
    for validator, secret in zip(network.validators, keys, strict=True):
        _prepare(network, validator, secret=secret)
    network.save()
    return network


def join(network: Layout) -> Validator:
    """One more node with a key of its own, which follows until it is voted in."""
    secret = _new_node(network)
    _prepare(network, network.validators[-1], secret=secret)
    network.save()
    return network.validators[-1]


def genesis(signers: Sequence[str], *, period: int, epoch: int, begin: int, beginning: Beginning | None = None) -> dict[str, Any]:
    """The genesis block of a Clique network, as geth reads it.

    `signers` in ascending order; `begin`: its time in UTC seconds.
    """
    beginning = beginning or Beginning()
    config = {"chainId": beginning.chain_id, **dict.fromkeys(_FORKS, 0), "clique": {"period": period, "epoch": epoch}}
    extra = beginning.vanity + b"".join(bytes.fromhex(signer[2:]) for signer in signers) + bytes(65)
    return {
        "config": config,
        "difficulty": "0x1",
        "gasLimit": hex(GAS_LIMIT),
        "timestamp": hex(begin),
        "extraData": "0x" + extra.hex(),
        "parentHash": "0x" + beginning.parent.hex(),
        "alloc": beginning.alloc,
    }


def _new_node(network: Layout) -> bytes:
    """Gives the network one more node; its sealing key."""
    secret, peer_key = signing.new_secret(), coincurve.PrivateKey()
    number = len(network.validators) + 1
    p2p, rpc = free_ports(2)
    validator = Validator(number, signing.address_of(secret), peer_key.public_key.format(compressed=False)[1:].hex(), p2p, rpc)
    folder = validator.folder(network.folder)
    (folder / "geth").mkdir(mode=0o700, parents=True)
    _private(folder / "geth" / "nodekey", peer_key.secret.hex())
    network.validators.append(validator)
    return secret


def _prepare(network: Layout, validator: Validator, *, secret: bytes) -> None:
    """Writes the node's genesis and keystore."""
    folder = validator.folder(network.folder)
    _private(folder / "password", secrets.token_hex(16))
    key = folder / "sealing.key"
    _private(key, secret.hex())
    try:
        _run("init", "--datadir", str(folder), "--state.scheme", "hash", str(network.folder / "genesis.json"))
        _run("account", "import", "--datadir", str(folder), "--lightkdf", "--password", str(folder / "password"), str(key))
    finally:
        key.unlink()


def _private(path: Path, content: str) -> None:
    path.touch(mode=0o600)
    path.write_text(content)


def _run(*arguments: str) -> None:
    done = subprocess.run([geth(), *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise NetworkFailed(f"geth {arguments[0]} failed: {said[-1]}")
