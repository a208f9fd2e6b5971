"""Loads the contract artefacts that `scripts/build-contracts` wrote beside this file: ABI, code, storage layout."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# What one address answers to: the core and all its extensions.
INTERFACE = "ITallystick"
# Contracts that a deployment creates, in this order.
DEPLOYED = ("AccessManager", "Reads", "Registrar", "Holdings", "Settlement", "Tallystick")


@dataclass(frozen=True)
class Artefact:
    """One compiled contract. An interface has no code."""

    name: str
    source_hash: str
    abi: tuple[dict[str, Any], ...]
    # Creation code; constructor arguments follow it.
    bytecode: bytes
    # Code as it stands on the chain, with zeros where immutables go.
    runtime: bytes
    # Start and length, in bytes, of each immutable in `runtime`.
    immutables: tuple[tuple[int, int], ...]
    # Slot of each storage variable by its name.
    slots: dict[str, int]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """ABI entries of one kind: function, event, error or constructor."""
        return [entry for entry in self.abi if entry["type"] == kind]


@cache
def load(name: str) -> Artefact:
    """The artefact of a contract by its name. FileNotFoundError when it was never built."""
    raw = json.loads(resources.files(__package__).joinpath(f"{name}.json").read_text())
    return Artefact(
        name=raw["name"],
        source_hash=raw["sourceHash"],
        abi=tuple(raw["abi"]),
        bytecode=bytes.fromhex(raw.get("bytecode", "0x")[2:]),
        runtime=bytes.fromhex(raw.get("deployedBytecode", "0x")[2:]),
        immutables=tuple((start, length) for start, length in raw.get("immutables", [])),
        slots={item["label"]: int(item["slot"]) for item in raw.get("storageLayout", [])},
    )


@cache
def sources() -> dict[str, str]:
    """SHA-256 of every source file that the artefacts were made from, by the name it was compiled under."""
    raw = json.loads(resources.files(__package__).joinpath(f"{INTERFACE}.json").read_text())
    return dict(raw["sources"])
