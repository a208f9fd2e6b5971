"""What a bank does on its own: reads a claim from the node through /rpc with a public Ethereum library, trusting nothing else."""

import json
from pathlib import Path
from typing import Any

from eth_utils import keccak
from web3 import HTTPProvider, Web3

from scripts.story.client import Party

ABI = json.loads((Path(__file__).parents[2] / "chain" / "abi" / "ITallystick.json").read_text())["abi"]


def claim(bank: Party, *, lot: str, holder: int, funder: int) -> dict[str, Any]:
    """Reads the lot, its lock and its payable, and checks that the lot's id grew out of the payable's root. Raises AssertionError."""
    contract_address = bank.get("/network")["contract"]
    node = Web3(HTTPProvider(f"{bank.url}/rpc"))
    contract = node.eth.contract(address=Web3.to_checksum_address(contract_address), abi=ABI)
    number = int(lot, 16)
    found = contract.functions.lotOf(number).call()
    if found[0] != holder or found[7] != funder:
        raise AssertionError(f"the node says holder {found[0]}, locked for {found[7]}")
    payable = number >> 96
    debt = contract.functions.payableOf(payable).call()
    path = _path(contract, number)
    return {"block": node.eth.block_number, "amount": found[1], "outstanding": debt[4], "path": [hex(step) for step in path]}


def _path(contract: Any, lot: int) -> list[int]:
    """The lots from the root to this one, found in the events and checked by hashing."""
    born: dict[int, int] = {}
    for event in (contract.events.Transferred, contract.events.Split):
        for log in event.get_logs(from_block=0, argument_filters={}):
            child, parent = log["args"]["child"], log["args"]["lot"]
            if child != parent:
                born[child] = parent
    path = [lot]
    while path[-1] != (lot >> 96) << 96:
        parent = born[path[-1]]
        if path[-1] not in {_child(parent, index) for index in range(40)}:
            raise AssertionError("a lot's id does not follow from its parent's")
        path.append(parent)
    return path[::-1]


def _child(parent: int, index: int) -> int:
    low = int.from_bytes(keccak(parent.to_bytes(32, "big") + index.to_bytes(32, "big")), "big") & (2**96 - 1)
    return (parent >> 96 << 96) | low
