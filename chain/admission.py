"""What the embedded engine takes: transactions that its node mines in the next block, and reads; nothing that could stop it."""

from collections.abc import Sequence
from typing import Any

from chain.errors import BadCall, NodeRefused
from chain.signing import Decoded, TransactionFields

# Enough for a payable of a thousand invoices, too little to keep the node busy for longer than a moment.
MAX_GAS = 100_000_000
MAX_DATA = 131_072
# For a call that only reads; without a limit Anvil lends it the block's, hours of work.
MAX_READ_GAS = 50_000_000
METHOD_MISSING = -32601
_READS = ("eth_", "net_", "web3_")
_WRITES = ("eth_send", "eth_sign")
_CALLS = ("eth_call", "eth_estimateGas", "eth_createAccessList")


def check(transaction: Decoded, chain_id: int) -> None:
    """BadCall for what the node would refuse, or take and never mine, or mine at everybody's cost. The nonce is not looked at."""
    call = transaction.fields
    if call.chain_id != chain_id:
        raise BadCall("transaction", f"signed for chain {call.chain_id}, this is {chain_id}")
    if transaction.gas_price or call.value:
        raise BadCall("transaction", "there is no money on this chain: gas price and value are 0")
    if len(call.data) > MAX_DATA:
        raise BadCall("transaction", f"{len(call.data)} bytes of data, {MAX_DATA} are taken")
    if not intrinsic_gas(call) <= call.gas <= MAX_GAS:
        raise BadCall("transaction", f"gas {call.gas} is not between {intrinsic_gas(call)} and {MAX_GAS}")


def intrinsic_gas(call: TransactionFields) -> int:
    """What a transaction costs before anything runs."""
    zeros = call.data.count(0)
    return 21_000 + (0 if call.to else 32_000) + 4 * zeros + 16 * (len(call.data) - zeros)


def read_only(method: str, params: Sequence[Any]) -> list[Any]:
    """The parameters of a read as the node may get them. NodeRefused for a method that changes the node past the journal."""
    if not method.startswith(_READS) or method.startswith(_WRITES) or method == "eth_simulateV1":
        raise NodeRefused(METHOD_MISSING, f"{method} is not served")
    if method not in _CALLS or not params or not isinstance(params[0], dict):
        return list(params)
    try:
        asked = int(str(params[0].get("gas", hex(MAX_READ_GAS))), 16)
    except ValueError:
        asked = MAX_READ_GAS
    return [{**params[0], "gas": hex(min(asked, MAX_READ_GAS))}, *params[1:]]
