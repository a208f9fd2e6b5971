"""Compiles the contracts with py-solc-x over the pinned solc and writes one JSON artefact per deployed contract to chain/abi/.

An artefact holds ABI, creation code, runtime code with the places of its immutables, storage layout, and the hash of sources and
settings it was made from. Settings are those of contracts/foundry.toml.
"""

import hashlib
import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
TARGET = ROOT / "chain" / "abi"
OPENZEPPELIN = "@openzeppelin/contracts/access/manager/AccessManager.sol"
# The contracts of a deployment, in the order they are created.
DEPLOYED = {
    "AccessManager": OPENZEPPELIN,
    "Reads": "src/Reads.sol",
    "Registrar": "src/Registrar.sol",
    "Holdings": "src/Holdings.sol",
    "Settlement": "src/Settlement.sol",
    "Tallystick": "src/Tallystick.sol",
}
INTERFACE = ("ITallystick", "src/interfaces/ITallystick.sol")


def settings() -> dict[str, Any]:
    """Compiler settings that foundry.toml gives to the contracts, as solc takes them."""
    profile = tomllib.loads((CONTRACTS / "foundry.toml").read_text())["profile"]["default"]
    (contracts,) = [part for part in profile["additional_compiler_profiles"] if part["name"] == "contracts"]
    return {
        "optimizer": {"enabled": contracts["optimizer"], "runs": contracts["optimizer_runs"]},
        "viaIR": contracts["via_ir"],
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


def sources() -> dict[str, str]:
    """Our sources and the libraries they import, by the names they import them under."""
    libraries = Path(os.environ["NODE_MODULES"])
    found = {str(path.relative_to(CONTRACTS)): path.read_text() for path in sorted((CONTRACTS / "src").rglob("*.sol"))}
    pending = [OPENZEPPELIN, *imports(found)]
    while pending:
        name = pending.pop()
        if name not in found:
            found[name] = (libraries / name).read_text()
            pending += imports({name: found[name]})
    return dict(sorted(found.items()))


def imports(texts: dict[str, str]) -> list[str]:
    """Names of library files that these files import, relative ones resolved."""
    names = []
    for name, text in texts.items():
        for line in text.replace("\n", " ").split(";"):
            if line.strip().startswith("import ") and '"' in line:
                target = line.split('"')[1]
                resolved = target if target.startswith("@") else os.path.normpath(f"{Path(name).parent}/{target}")
                if resolved.startswith("@"):
                    names.append(resolved)
    return names


def fingerprint(texts: dict[str, str], chosen: dict[str, Any]) -> str:
    """Hash of all sources and settings."""
    content = json.dumps({"sources": texts, "settings": chosen}, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def compile_all(texts: dict[str, str], chosen: dict[str, Any]) -> dict[str, Any]:
    """Standard JSON through the pinned compiler; its errors end the build."""
    request = {"language": "Solidity", "sources": {name: {"content": text} for name, text in texts.items()}, "settings": chosen}
    try:
        answer: dict[str, Any] = solcx.compile_standard(request, solc_binary=os.environ["TALLYSTICK_SOLC"])
    except SolcError as error:
        sys.exit(refusal(error))
    return answer["contracts"]  # type: ignore[no-any-return]


def refusal(error: SolcError) -> str:
    """What the compiler says is wrong, as it formats it; its whole answer would hold megabytes of sources and trees."""
    try:
        found = json.loads(error.stdout_data or "")["errors"]
    except (ValueError, KeyError):
        return f"the compiler failed: {(error.stderr_data or error.message)[:2000]}"
    return "\n".join(item["formattedMessage"] for item in found if item["severity"] == "error")


def layout(found: dict[str, Any]) -> list[dict[str, str]]:
    """Storage variables with slot and type name; compiler-internal numbers left out."""
    return [
        {"label": item["label"], "slot": item["slot"], "type": found["types"][item["type"]]["label"]} for item in found["storage"] or []
    ]


def artefact(name: str, found: dict[str, Any], source_hash: str) -> dict[str, Any]:
    """What Python needs of one contract."""
    runtime = found["evm"]["deployedBytecode"]
    places = sorted([place["start"], place["length"]] for part in runtime.get("immutableReferences", {}).values() for place in part)
    return {
        "name": name,
        "sourceHash": source_hash,
        "abi": found["abi"],
        "bytecode": "0x" + found["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + runtime["object"],
        "immutables": places,
        "storageLayout": layout(found["storageLayout"]),
    }


def build(texts: dict[str, str], chosen: dict[str, Any]) -> dict[str, str]:
    """File name -> JSON text of every artefact."""
    compiled = compile_all(texts, chosen)
    source_hash = fingerprint(texts, chosen)
    made = {name: artefact(name, compiled[path][name], source_hash) for name, path in DEPLOYED.items()}
    name, path = INTERFACE
    made[name] = {"name": name, "sourceHash": source_hash, "abi": compiled[path][name]["abi"]}
    return {f"{name}.json": json.dumps(content, indent=1, sort_keys=True) + "\n" for name, content in made.items()}


def main() -> int:
    """Writes the artefacts, or with --check compares the hash of the sources with theirs."""
    texts, chosen = sources(), settings()
    if "--check" in sys.argv[1:]:
        expected = fingerprint(texts, chosen)
        stale = [name for name in [*DEPLOYED, INTERFACE[0]] if recorded_hash(name) != expected]
        if stale:
            print(f"chain/abi is not made from these sources: {', '.join(stale)}; run scripts/build-contracts", file=sys.stderr)
        return 1 if stale else 0
    for name, text in build(texts, chosen).items():
        (TARGET / name).write_text(text)
        print(f"chain/abi/{name}: {len(text):,} bytes")
    return 0


def recorded_hash(name: str) -> str:
    """Source hash an artefact says it was made from; empty when there is none."""
    path = TARGET / f"{name}.json"
    return str(json.loads(path.read_text())["sourceHash"]) if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
