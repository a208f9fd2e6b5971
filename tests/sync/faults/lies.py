"""Answers that are not true: each looks like an answer, and none may reach the database."""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from chain.hashing import keccak

if TYPE_CHECKING:
    from tests.sync.faults.node import Node

LIES = ("eth_getBlockByNumber", "eth_getBlockReceipts", "eth_getTransactionReceipt", "eth_getTransactionCount", "eth_getProof")


def told(node: "Node", method: str, params: list[Any], *, result: Any) -> Any:
    """Something else than the true result."""
    choice = node.weather.choice("lies", f"{method}{params}", among=5)
    if result is None:
        return None
    result = deepcopy(result)
    if method == "eth_getBlockReceipts":
        return _receipts(result, choice)
    if method == "eth_getTransactionReceipt":
        return None if choice < 3 else {**result, "status": "0x1" if result["status"] == "0x0" else "0x0"}
    if method == "eth_getTransactionCount":
        return hex(max(0, int(result, 16) + choice - 2))
    if method == "eth_getProof":
        return {"accountProof": result["accountProof"][:-1] if choice else []}
    return _latest(node, result, choice) if params[0] == "latest" else _block(node, result, choice)


def _receipts(result: list[Any], choice: int) -> Any:
    """Too few, too many, altered."""
    if choice == 0 or not result:
        return result[:-1] if result else [{}]
    if choice == 1:
        return []
    if choice == 2:
        return [*result, result[0]]
    item = result[choice % len(result)]
    if not item["logs"]:
        item["status"] = "0x1" if item["status"] == "0x0" else "0x0"
    elif choice == 3:
        item["logs"].pop()
    else:
        item["logs"][0]["data"] = item["logs"][0]["data"][:-2] + ("00" if item["logs"][0]["data"][-2:] != "00" else "01")
    return result


def _latest(node: "Node", result: Any, choice: int) -> Any:
    """A head that is old, one of a branch that was left, or nonsense."""
    blocks = node.chain.blocks
    if choice == 0:
        return "0x1"
    if choice == 1:
        orphans = [
            block
            for number in range(len(blocks) - node.weather.climate.finality, len(blocks))
            for block in node.chain.orphans.get(number, [])
        ]
        return orphans[-1].header if orphans else result
    return blocks[max(1, len(blocks) - choice)].header


def _block(node: "Node", result: Any, choice: int) -> Any:
    """Another block, or an altered one."""
    number = int(result["number"], 16)
    if choice == 0:
        return {**result, "timestamp": hex(int(result["timestamp"], 16) + 1)}
    if choice == 1:
        return node.chain.blocks[max(0, number - 1)].header
    if choice == 2:
        return {**result, "transactions": result["transactions"][:-1], "receiptsRoot": "0x" + "11" * 32}
    if choice == 3:
        orphans = node.chain.orphans.get(number, [])
        return orphans[-1].header if orphans else None
    return {name: value for name, value in result.items() if name != "stateRoot"}


def refusal(tx_hash: str) -> bytes:
    """Revert data of a refusal that names the transaction: LotEnded(uint256)."""
    return keccak(b"LotEnded(uint256)")[:4] + bytes.fromhex(tx_hash[2:])
