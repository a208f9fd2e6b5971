"""The whole state after a block: every account with its code and storage, its root recomputed, and its form in a genesis file. Pure.

Anvil's state trie has two things that Ethereum's rules drop: words that were written with zero, and accounts that hold nothing. So one
state has two roots here: as a dump has it, which is what the embedded engine's headers hold, and `cleaned`, which is what a network's
genesis block holds. Both are computed from the same accounts, and no value of any word differs between them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from chain import rlp
from chain.errors import BadHandover
from chain.hashing import keccak
from chain.trie import hashed_root

_ADDRESS_DIGITS, _WORD_BYTES = 40, 32


@dataclass(frozen=True)
class Account:
    """An account: next nonce, balance in wei, code, storage words by slot."""

    nonce: int
    balance: int
    code: bytes
    storage: Mapping[int, int]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> Self:
        """From JSON as Anvil's dumps and genesis files have it. BadHandover when it is no account."""
        try:
            storage = {_word(slot): _word(value) for slot, value in raw["storage"].items()}
            return cls(_word(raw["nonce"]), _word(raw["balance"]), bytes.fromhex(raw["code"][2:]), storage)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise BadHandover(f"an account that is none: {error}") from error

    @property
    def empty(self) -> bool:
        """Whether it holds nothing, so that by EIP-161 it is as good as absent."""
        return not (self.nonce or self.balance or self.code or self.storage)

    def encoded(self) -> bytes:
        """As the state trie holds it."""
        words = ((slot.to_bytes(_WORD_BYTES, "big"), rlp.encode(rlp.number(value))) for slot, value in self.storage.items())
        return rlp.encode([rlp.number(self.nonce), rlp.number(self.balance), hashed_root(words), keccak(self.code)])

    def as_json(self) -> dict[str, Any]:
        """As the genesis files of geth and of Besu have it."""
        words = {f"0x{slot:064x}": f"0x{value:064x}" for slot, value in sorted(self.storage.items())}
        return {"nonce": hex(self.nonce), "balance": hex(self.balance), "code": "0x" + self.code.hex(), "storage": words}


State = dict[str, Account]


def state_of(raw: Mapping[str, Any]) -> State:
    """Accounts by address, from the JSON of a dump or of an `alloc`. BadHandover."""
    found: State = {}
    for address, account in raw.items():
        digits = address.lower().removeprefix("0x")
        try:
            named = len(digits) == _ADDRESS_DIGITS and bool(bytes.fromhex(digits))
        except ValueError:
            named = False
        if not named or "0x" + digits in found:
            raise BadHandover(f"{address!r} is no address, or stands there twice")
        found["0x" + digits] = Account.of(account)
    return found


def state_root(state: State) -> bytes:
    """The root of the trie that holds exactly these accounts and words."""
    return hashed_root((bytes.fromhex(address[2:]), account.encoded()) for address, account in state.items())


def cleaned(state: State) -> State:
    """Without words that are zero and without empty accounts: the same state as Ethereum's rules hold it."""
    kept = {
        address: replace(account, storage={slot: value for slot, value in account.storage.items() if value})
        for address, account in state.items()
    }
    return {address: account for address, account in kept.items() if not account.empty}


def alloc(state: State) -> dict[str, Any]:
    """The accounts as JSON, in one order."""
    return {address: account.as_json() for address, account in sorted(state.items())}


def _word(value: Any) -> int:
    found = int(value, 16) if isinstance(value, str) else int(value)
    if not 0 <= found < 1 << (8 * _WORD_BYTES):
        raise ValueError(f"{value} is no word")
    return found
