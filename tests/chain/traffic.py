"""Transactions without contracts, the same for the same block number: each sender's nonce is the number of blocks before."""

from chain import signing
from chain.signing import TransactionFields
from tests.chain.conftest import CHAIN_ID

SENDERS = tuple(bytes([place]) * 32 for place in range(1, 9))


def transaction(sender: bytes, nonce: int, *, data: bytes = b"", to: str | None = "0x" + "00" * 19 + "99", gas: int = 100_000) -> bytes:
    return signing.sign_transaction(sender, TransactionFields(CHAIN_ID, nonce, to, data, gas)).raw


def block_of(number: int, senders: int = 3) -> list[bytes]:
    """Block `number`, counted from 1: one transaction of each sender."""
    return [transaction(sender, number - 1, data=bytes([number % 256])) for sender in SENDERS[:senders]]
