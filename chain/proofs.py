"""EIP-1186 proofs checked without a node: what an account or a storage slot holds under a header's state root.

Every node given must be used, in order from the root, and none may be missing: a proof has one form. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chain import rlp
from chain.errors import BadProof, BadRlp
from chain.hashing import keccak, word
from chain.trie import EMPTY_ROOT, nibbles

# RLP lists of a trie: a branch has 16 children and a value, an extension or a leaf a piece of the key and what stands below it.
_BRANCH, _SHORT = 17, 2
_WORD_BITS = 256


@dataclass(frozen=True)
class Account:
    """What the state holds of an address. `balance` in wei."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


def account(state_root: bytes, address: str, nodes: Sequence[bytes]) -> Account | None:
    """The account at an address; None when it is proven that there is none. BadProof."""
    found = value(state_root, keccak(bytes.fromhex(address[2:])), nodes)
    if found is None:
        return None
    fields = _decoded(found)
    parts = [field for field in fields if isinstance(field, bytes)]
    if len(fields) != 4 or len(parts) != 4 or len(parts[2]) != 32 or len(parts[3]) != 32:
        raise BadProof("the account is not nonce, balance, storage root and code hash")
    return Account(_number(parts[0]), _number(parts[1]), parts[2], parts[3])


def storage(storage_root: bytes, slot: int, nodes: Sequence[bytes]) -> int:
    """The word in a slot; 0 when it is proven to be empty. BadProof.

    Anvil keeps a slot that was emptied as a leaf of value 0 where other nodes take the leaf out; both prove 0.
    """
    found = value(storage_root, keccak(word(slot)), nodes)
    if found is None:
        return 0
    try:
        held = rlp.decode(found)
    except BadRlp as error:
        raise BadProof(f"a slot's value: {error}") from error
    if not isinstance(held, bytes):
        raise BadProof("a slot holds a number")
    return _number(held)


def value(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """What a trie holds under a key; None when the nodes prove that it holds nothing there. BadProof."""
    if root == EMPTY_ROOT and not nodes:
        return None
    given, rest = iter(nodes), nibbles(key)
    reference: rlp.Item = root
    while True:
        node = _node(reference, given)
        if node == []:
            found, reference = None, b""
        elif len(node) == _BRANCH:
            if not rest:
                found, reference = _bytes(node[16]) or None, b""
            else:
                found, reference, rest = None, node[rest[0]], rest[1:]
        else:
            found, reference, rest = _along(node, rest)
        if reference == b"":
            if next(given, None) is not None:
                raise BadProof("nodes follow that are not on the way")
            return found


def _node(reference: rlp.Item, given: Iterator[bytes]) -> list[rlp.Item]:
    """The node that a reference stands for: the next one given, whose hash it is, or the short one inside it."""
    if isinstance(reference, bytes):
        encoded = next(given, None)
        if encoded is None:
            raise BadProof("a node is missing")
        if len(reference) != 32 or keccak(encoded) != reference:
            raise BadProof("a node is not the one that the node above it names")
        node = [] if encoded == b"\x80" else _decoded(encoded)
    else:
        node = list(reference)
        if len(rlp.encode(node)) >= 32:
            raise BadProof("a long node stands inside another")
    if node and len(node) not in {_BRANCH, _SHORT}:
        raise BadProof("a node is neither branch, extension nor leaf")
    return node


def _along(node: list[rlp.Item], rest: bytes) -> tuple[bytes | None, rlp.Item, bytes]:
    """Through an extension or a leaf: value, reference to go on with (empty: the way ends here), what is left of the key."""
    path = nibbles(_bytes(node[0]))
    if not path or path[0] > 3 or (path[0] in {0, 2} and path[1] != 0):
        raise BadProof("a node's piece of the key is malformed")
    leaf, piece = path[0] >= 2, path[1:] if path[0] % 2 else path[2:]
    if leaf:
        return (_bytes(node[1]) if piece == rest else None), b"", rest
    if not piece or not node[1]:
        raise BadProof("an extension leads nowhere")
    if rest[: len(piece)] != piece:
        return None, b"", rest
    return None, node[1], rest[len(piece) :]


def _decoded(encoded: bytes) -> list[rlp.Item]:
    try:
        items = rlp.decode(encoded)
    except BadRlp as error:
        raise BadProof(str(error)) from error
    if isinstance(items, bytes):
        raise BadProof("a list is expected")
    return list(items)


def _bytes(item: rlp.Item) -> bytes:
    if not isinstance(item, bytes):
        raise BadProof("bytes are expected")
    return item


def _number(raw: bytes) -> int:
    """A number in its shortest form."""
    if raw[:1] == b"\0" or len(raw) > _WORD_BITS // 8:
        raise BadProof("a number is not in its shortest form")
    return int.from_bytes(raw, "big")
