"""Why the contract refused: of a call that was only tried, and of a transaction that was mined and reverted."""

from typing import Any

from chain import admission, reverts
from chain.errors import CallReverted, NodeRefused
from chain.headers import hexdata
from chain.reverts import Refusal
from chain.rpc import Endpoint


def reverting(outcome: Any) -> str:
    """A call's result; its refusal by the contract as CallReverted."""
    if isinstance(outcome, NodeRefused):
        if "revert" in outcome.message.lower():
            raise CallReverted(outcome.code, outcome.message, data=outcome.data)
        raise outcome
    return str(outcome)


def refusal(rpc: Endpoint, tx_hash: bytes, *, thorough: bool = False) -> Refusal | None:
    """By the node's trace; by calling again on the state before its block when it keeps no traces. None when it can't say now.

    `thorough`: call again also when the node only failed to trace.
    """
    trace = rpc.outcomes([("debug_traceTransaction", ["0x" + tx_hash.hex(), {"tracer": "callTracer"}])])[0]
    if isinstance(trace, dict):
        return reverts.decode(hexdata(trace.get("output") or "0x"))
    missing = isinstance(trace, NodeRefused) and trace.code == admission.METHOD_MISSING
    return _called_again(rpc, tx_hash) if missing or thorough else None


def _called_again(rpc: Endpoint, tx_hash: bytes) -> Refusal | None:
    raw = rpc.outcomes([("eth_getTransactionByHash", ["0x" + tx_hash.hex()])])[0]
    if not isinstance(raw, dict) or raw.get("blockNumber") is None:
        return None
    fields = {"from": raw["from"], "to": raw["to"], "data": raw["input"], "gas": raw["gas"], "value": raw["value"]}
    try:
        reverting(rpc.outcomes([("eth_call", [fields, hex(int(raw["blockNumber"], 16) - 1)])])[0])
    except CallReverted as error:
        return reverts.decode(error.revert)
    except NodeRefused:
        # That state is gone, or the node can't now.
        return None
    # It passes on the earlier state.
    return Refusal(reverts.UNKNOWN, {"data": "0x"})
