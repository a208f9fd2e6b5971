"""Compiles the contracts with py-solc-x over the pinned solc and writes one JSON artefact per deployed contract to chain/abi/.

An artefact holds ABI, creation code, runtime code with the places of its immutables, storage layout, and the hash of sources and
settings it was made from. Settings are those of contracts/foundry.toml.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import solcx
from solcx.exceptions import SolcError

from chain import sources as made_from

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
TARGET = ROOT / "chain" / "abi"
# The contracts of a deployment, in the order they are created.
DEPLOYED = {
    "AccessManager": made_from.OPENZEPPELIN,
    "Reads": "src/Reads.sol",
    "Registrar": "src/Registrar.sol",
    "Holdings": "src/Holdings.sol",
    "Settlement": "src/Settlement.sol",
    "Tallystick": "src/Tallystick.sol",
}
INTERFACE = ("ITallystick", "src/interfaces/ITallystick.sol")


def settings() -> dict[str, Any]:
    """Compiler settings of the contracts."""
    return made_from.settings(CONTRACTS)


def sources() -> dict[str, str]:
    """Our sources and the libraries they import, by the names they import them under."""
    return made_from.texts(CONTRACTS, Path(os.environ["NODE_MODULES"]))


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
    source_hash = made_from.fingerprint(texts, chosen)
    made = {name: artefact(name, compiled[path][name], source_hash) for name, path in DEPLOYED.items()}
    name, path = INTERFACE
    made[name] = {"name": name, "sourceHash": source_hash, "abi": compiled[path][name]["abi"], "sources": made_from.digests(texts)}
    return {f"{name}.json": json.dumps(content, indent=1, sort_keys=True) + "\n" for name, content in made.items()}


def main() -> int:
    """Writes the artefacts, or with --check compares the hash of the sources with theirs."""
    texts, chosen = sources(), settings()
    if "--check" in sys.argv[1:]:
        expected = made_from.fingerprint(texts, chosen)
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
