"""What the artefacts in chain/abi were made from: sources, libraries and compiler settings, and whether files at hand are the same."""

import hashlib
import json
import os
import tomllib
from pathlib import Path
from typing import Any

from chain.abi import DEPLOYED, INTERFACE, load, sources

# The contract of a library that is deployed too.
OPENZEPPELIN = "@openzeppelin/contracts/access/manager/AccessManager.sol"


def settings(contracts: Path) -> dict[str, Any]:
    """Compiler settings that foundry.toml gives to the contracts, as solc takes them."""
    profile = tomllib.loads((contracts / "foundry.toml").read_text())["profile"]["default"]
    (own,) = [part for part in profile["additional_compiler_profiles"] if part["name"] == "contracts"]
    return {
        "optimizer": {"enabled": own["optimizer"], "runs": own["optimizer_runs"]},
        "viaIR": own["via_ir"],
        "evmVersion": profile["evm_version"],
        "metadata": {"bytecodeHash": "none", "appendCBOR": False},
        "outputSelection": {
            "*": {
                "*": [
                    "abi",
                    "evm.bytecode.object",
                    "evm.deployedBytecode.object",
                    "evm.deployedBytecode.immutableReferences",
                    "storageLayout",
                ]
            }
        },
    }


def texts(contracts: Path, libraries: Path) -> dict[str, str]:
    """Our sources and the libraries they import, by the names they import them under. `libraries` is a node_modules folder."""
    found = {str(path.relative_to(contracts)): path.read_text() for path in sorted((contracts / "src").rglob("*.sol"))}
    pending = [OPENZEPPELIN, *imports(found)]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = (libraries / name).read_text()
            pending += imports({name: found[name]})
    return dict(sorted(found.items()))


def imports(found: dict[str, str]) -> list[str]:
    """Names of library files that these files import, relative ones resolved."""
    names = []
    for name, text in found.items():
        for line in text.replace("\n", " ").split(";"):
            if line.strip().startswith("import ") and '"' in line:
                target = line.split('"')[1]
                resolved = target if target.startswith("@") else os.path.normpath(f"{Path(name).parent}/{target}")
                if resolved.startswith("@"):
                    names.append(resolved)
    return names


def fingerprint(found: dict[str, str], chosen: dict[str, Any]) -> str:
    """Hash of all sources and settings."""
    content = json.dumps({"sources": found, "settings": chosen}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def digests(found: dict[str, str]) -> dict[str, str]:
    """SHA-256 of each source by its name."""
    return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in found.items()}


def differences(contracts: Path, libraries: Path) -> list[str]:
    """How the sources in these folders differ from those that the artefacts were made from, one sentence each.

    OSError when one can't be read.
    """
    found, chosen = texts(contracts, libraries), settings(contracts)
    recorded, present = sources(), digests(found)
    wrong = [f"{name}: not there, the artefacts were made with it" for name in sorted(set(recorded) - set(present))]
    wrong += [f"{name}: the artefacts were made without it" for name in sorted(set(present) - set(recorded))]
    wrong += [
        f"{name}: changed since the artefacts were made" for name in sorted(recorded) if present.get(name, recorded[name]) != recorded[name]
    ]
    expected = fingerprint(found, chosen)
    if not wrong:
        wrong = [f"{name}: made with other settings" for name in (*DEPLOYED, INTERFACE) if load(name).source_hash != expected]
    return wrong
