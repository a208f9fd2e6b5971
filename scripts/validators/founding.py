"""Makes a network: a key per validator, the genesis block that names them, a folder per node."""

import json
import secrets
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import coincurve

from chain import signing
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


def found(folder: Path, *, validators: int, period: int = 1, epoch: int = 30_000) -> Layout:
    """A new network in an empty folder; nothing runs yet. NetworkFailed when something stands there."""
    if folder.exists() and any(folder.iterdir()):
        raise NetworkFailed(f"{folder} is not empty and holds no {NAME}; name another folder with --data")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    network = Layout(folder, CHAIN_ID, period, epoch)
    keys = [_new_node(network) for _ in range(validators)]
    signers = sorted(validator.address for validator in network.validators)
    begin = int(time.time()) + _AHEAD_SECONDS
    (folder / "genesis.json").write_text(json.dumps(genesis(signers, period=period, epoch=epoch, begin=begin), indent=1) + "\n")
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


def genesis(signers: Sequence[str], *, period: int, epoch: int, begin: int, alloc: dict[str, Any] | None = None) -> dict[str, Any]:
    """The genesis block of a Clique network, as geth reads it.

    `signers` in ascending order; `begin`: its time in UTC seconds; `alloc`: state to begin with.
    """
    config = {"chainId": CHAIN_ID, **dict.fromkeys(_FORKS, 0), "clique": {"period": period, "epoch": epoch}}
    extra = bytes(32) + b"".join(bytes.fromhex(signer[2:]) for signer in signers) + bytes(65)
    return {
        "config": config,
        "difficulty": "0x1",
        "gasLimit": hex(GAS_LIMIT),
        "timestamp": hex(begin),
        "extraData": "0x" + extra.hex(),
        "alloc": alloc or {},
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
