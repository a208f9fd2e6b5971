"""What a network on this machine consists of, and the file in its folder that remembers it."""

import json
import os
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
NAME = "network.json"


class NetworkFailed(Exception):
    """A network that can't be made, found or used as asked; the message says why and what to do."""


@dataclass
class Validator:
    """One node: its number from 1, sealing address, public key on the peer network, ports and process id (0: not running)."""

    number: int
    address: str
    enode: str
    p2p_port: int
    rpc_port: int
    pid: int = 0

    @property
    def url(self) -> str:
        """Its JSON-RPC address."""
        return f"http://{HOST}:{self.rpc_port}"

    @property
    def peer(self) -> str:
        """How other nodes reach it."""
        return f"enode://{self.enode}@{HOST}:{self.p2p_port}?discport=0"

    def folder(self, network: Path) -> Path:
        """Its data."""
        return network / f"validator-{self.number}"


@dataclass
class Layout:
    """The network of one folder. `period` in seconds between blocks, `epoch` in blocks between checkpoints."""

    folder: Path
    chain_id: int
    period: int
    epoch: int
    validators: list[Validator] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """JSON-RPC addresses of all nodes."""
        return [validator.url for validator in self.validators]

    @property
    def settings(self) -> dict[str, str]:
        """What a service on this network has in its environment."""
        return {
            "TALLYSTICK_CHAIN_RPC": ",".join(self.urls),
            "TALLYSTICK_CHAIN_SCHEME": "clique",
            "TALLYSTICK_CHAIN_EPOCH": str(self.epoch),
        }

    def of(self, number: int) -> Validator:
        """A node by its number. NetworkFailed."""
        for validator in self.validators:
            if validator.number == number:
                return validator
        raise NetworkFailed(f"there is no validator {number}; this network has 1 to {len(self.validators)}")

    def save(self) -> None:
        """Keeps it, whole or not at all."""
        content = {**asdict(self), "folder": ""}
        fresh = self.folder / f"{NAME}.new"
        fresh.write_text(json.dumps(content, indent=1) + "\n")
        fresh.replace(self.folder / NAME)

    @classmethod
    def load(cls, folder: Path) -> "Layout":
        """The network of a folder. NetworkFailed when there is none."""
        try:
            content = json.loads((folder / NAME).read_text())
        except FileNotFoundError as error:
            raise NetworkFailed(f"there is no network in {folder}; make one with `scripts/network up --data {folder}`") from error
        content["validators"] = [Validator(**each) for each in content["validators"]]
        return cls(**{**content, "folder": folder})


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody uses at the moment."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def geth() -> str:
    """The node program. NetworkFailed when `scripts/network` did not set it up."""
    found = os.environ.get("TALLYSTICK_GETH", "")
    if not Path(found).is_file():
        raise NetworkFailed("no node program; start through scripts/network, or set TALLYSTICK_GETH to geth 1.13.15")
    return found
