"""A state trie of few accounts that only send: its root, and EIP-1186 proofs of what stands at an address."""

from collections.abc import Mapping

from chain import rlp
from chain.hashing import keccak
from chain.trie import EMPTY_ROOT, nibbles

CODE_HASH = keccak(b"")


class State:
    """Nonces by address, at one block."""

    def __init__(self, nonces: Mapping[str, int]) -> None:
        leaves = {}
        for address, nonce in nonces.items():
            key = nibbles(keccak(bytes.fromhex(address[2:])))
            leaves[key] = rlp.encode([rlp.number(nonce), b"", EMPTY_ROOT, CODE_HASH])
        # Keys differ in their first nibbles or nearly so; a branch per nibble until a leaf stands alone.
        self.nodes: dict[bytes, bytes] = {}
        self.root = self._add(leaves, b"") if leaves else EMPTY_ROOT

    def proof(self, address: str) -> list[str]:
        """The nodes on the way to an address."""
        key, prefix, found = nibbles(keccak(bytes.fromhex(address[2:]))), b"", []
        while (node := self.nodes.get(prefix)) is not None:
            found.append("0x" + node.hex())
            prefix += key[len(prefix) : len(prefix) + 1]
        return found

    def _add(self, leaves: dict[bytes, bytes], prefix: bytes) -> bytes:
        depth = len(prefix)
        if len(leaves) == 1:
            (key, value) = next(iter(leaves.items()))
            node = rlp.encode([_path(key[depth:]), value])
        else:
            children = [{key: value for key, value in leaves.items() if key[depth] == nibble} for nibble in range(16)]
            node = rlp.encode([*[self._add(part, prefix + bytes([nibble])) if part else b"" for nibble, part in enumerate(children)], b""])
        self.nodes[prefix] = node
        return keccak(node)


def _path(rest: bytes) -> bytes:
    """Hex-prefix form of a leaf's piece of the key."""
    padded = b"\x03" + rest if len(rest) % 2 else b"\x02\x00" + rest
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))
