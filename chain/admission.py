"""Which transactions the embedded engine takes: those its node mines in the next block, and none that could stop it."""

from chain.errors import BadCall
from chain.signing import Decoded, TransactionFields

# Enough for a payable of a thousand invoices, too little to keep the node busy for longer than a moment.
MAX_GAS = 100_000_000
MAX_DATA = 131_072


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
