"""Why the contract refused: of a call that was only tried, and of a transaction that was mined and reverted."""

from contextlib import suppress
from typing import Any

from chain import reverts
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


def refusal(rpc: Endpoint, tx_hash: bytes) -> Refusal:
    """By the node's trace; by calling again on the state before its block when it keeps no traces."""
    with suppress(NodeRefused):
        trace = rpc.call("debug_traceTransaction", "0x" + tx_hash.hex(), {"tracer": "callTracer"})
        return reverts.decode(hexdata(trace.get("output") or "0x"))
    return _called_again(rpc, tx_hash)


def _called_again(rpc: Endpoint, tx_hash: bytes) -> Refusal:
    raw = rpc.call("eth_getTransactionByHash", "0x" + tx_hash.hex())
    if raw is None or raw.get("blockNumber") is None:
        return Refusal(reverts.UNKNOWN, {"data": "0x"})
    fields = {"from": raw["from"], "to": raw["to"], "data": raw["input"], "gas": raw["gas"], "value": raw["value"]}
    try:
        reverting(rpc.outcomes([("eth_call", [fields, hex(int(raw["blockNumber"], 16) - 1)])])[0])
    except CallReverted as error:
        return reverts.decode(error.revert)
    except NodeRefused:
        pass
    # It passes on the earlier state, or that state is gone.
    return Refusal(reverts.UNKNOWN, {"data": "0x"})
