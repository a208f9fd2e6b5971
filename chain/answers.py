"""What a node's answers to single calls mean: values, or that there is none now."""

from typing import Any

from chain.errors import NodeLied, NodeRefused, NodeUnavailable
from chain.types import Block


def given(outcome: Any) -> Any:
    """What was read. A block is there or it isn't: a node that refuses to give it can't now, whatever it says. NodeUnavailable then."""
    if isinstance(outcome, NodeRefused):
        raise NodeUnavailable(f"the node refuses to read: {outcome}") from outcome
    return outcome


def number(answer: Any) -> int:
    """A quantity. NodeUnavailable when there is none, NodeLied when it is none."""
    if answer is None:
        raise NodeUnavailable("the node answers nothing where a number is expected")
    try:
        return int(answer, 16)
    except (TypeError, ValueError) as error:
        raise NodeLied(f"not a number: {answer!r:.80}") from error


def elsewhere(receipt: Any, block: Block) -> bool:
    """Whether a receipt is of another block, or not there yet."""
    return receipt is None or (isinstance(receipt, dict) and receipt.get("blockHash") != "0x" + block.hash.hex())
