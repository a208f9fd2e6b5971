"""States that no contract of ours would reach, with their proofs: what a verifier must refuse although everything is proven."""

from collections.abc import Mapping

from chain import rlp
from chain.hashing import keccak, word
from chain.trie import EMPTY_ROOT, nibbles


class Trie:
    """A Merkle-Patricia trie over hashed keys, and proofs of what it holds."""

    def __init__(self, values: Mapping[bytes, bytes]) -> None:
        self._nodes: dict[bytes, bytes] = {}
        pairs = sorted((nibbles(keccak(key)), value) for key, value in values.items())
        self.root = keccak(self._kept(pairs, 0)) if pairs else EMPTY_ROOT

    def prove(self, key: bytes) -> list[str]:
        """Nodes from the root on the way to a key. Values here are long enough for each node to stand alone."""
        found, reference, rest = [], self.root, nibbles(keccak(key))
        while len(reference) == 32 and reference in self._nodes:
            encoded = self._nodes[reference]
            found.append("0x" + encoded.hex())
            items = rlp.decode(encoded)
            if len(items) == 17:
                reference, rest = items[rest[0]], rest[1:]
                continue
            path = nibbles(items[0])
            piece = path[1:] if path[0] % 2 else path[2:]
            if path[0] >= 2 or rest[: len(piece)] != piece:
                break
            reference, rest = items[1], rest[len(piece) :]
        return found

    def _kept(self, pairs: list[tuple[bytes, bytes]], depth: int) -> bytes:
        encoded = self._node(pairs, depth)
        self._nodes[keccak(encoded)] = encoded
        return encoded

    def _node(self, pairs: list[tuple[bytes, bytes]], depth: int) -> bytes:
        first, last = pairs[0][0], pairs[-1][0]
        if len(pairs) == 1:
            return rlp.encode([_path(first[depth:], 2), pairs[0][1]])
        shared = next(at for at in range(depth, 64) if first[at] != last[at])
        if shared > depth:
            return rlp.encode([_path(first[depth:shared], 0), keccak(self._kept(pairs, shared))])
        below = [[pair for pair in pairs if pair[0][depth] == nibble] for nibble in range(16)]
        return rlp.encode([*(keccak(self._kept(part, depth + 1)) if part else b"" for part in below), b""])


def _path(piece: bytes, flag: int) -> bytes:
    padded = bytes((flag + 1,)) + piece if len(piece) % 2 else bytes((flag, 0)) + piece
    return bytes(16 * high + low for high, low in zip(padded[::2], padded[1::2], strict=True))


class State:
    """One contract with these words in its storage, and nothing else in the world."""

    def __init__(self, contract: str, slots: Mapping[int, int]) -> None:
        self._contract = bytes.fromhex(contract[2:])
        self._storage = Trie({word(slot): rlp.encode(rlp.number(value)) for slot, value in slots.items() if value})
        account = rlp.encode([b"\x01", b"", self._storage.root, keccak(b"")])
        self._accounts = Trie({self._contract: account})
        self.slots = dict(slots)

    @property
    def root(self) -> str:
        """The state root."""
        return "0x" + self._accounts.root.hex()

    def proof(self, slots: list[int]) -> dict[str, object]:
        """As eth_getProof answers."""
        return {
            "accountProof": self._accounts.prove(self._contract),
            "storageProof": [{"value": hex(self.slots.get(slot, 0)), "proof": self._storage.prove(word(slot))} for slot in slots],
        }
