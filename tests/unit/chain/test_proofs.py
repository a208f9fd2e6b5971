"""EIP-1186 proofs: the vectors of other clients, every node's every byte changed, tries made by hand."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trie import HexaryTrie

from chain import proofs, rlp, trie
from chain.errors import BadProof
from chain.hashing import keccak
from chain.headers import header_hash, hexdata

DATA = Path(__file__).parents[2] / "data" / "evm"
ABSENT = "0x" + "11" * 20


def answer(name: str) -> dict[str, Any]:
    """The result of a recorded call."""
    line = next(line for line in (DATA / name).read_text().splitlines() if line.startswith("<< "))
    found: dict[str, Any] = json.loads(line[3:])["result"]
    return found


def nodes(proof: list[str]) -> list[bytes]:
    return [hexdata(node) for node in proof]


def test_account_and_slot_of_the_execution_apis() -> None:
    block, proof = answer("get-latest.io"), answer("get-account-proof-with-storage.io")
    assert header_hash(block) == hexdata(block["hash"])
    found = proofs.account(hexdata(block["stateRoot"]), proof["address"], nodes(proof["accountProof"]))
    assert found is not None
    assert (found.nonce, found.balance) == (int(proof["nonce"], 16), int(proof["balance"], 16))
    assert (found.storage_root, found.code_hash) == (hexdata(proof["storageHash"]), hexdata(proof["codeHash"]))
    slot = proof["storageProof"][0]
    assert proofs.storage(found.storage_root, int(slot["key"], 16), nodes(slot["proof"])) == int(slot["value"], 16) == 0x38


def test_empty_slot_of_besu() -> None:
    proof = json.loads((DATA / "besu_eth_getProof_latest.json").read_text())["response"]["result"]
    account = nodes(proof["accountProof"])
    found = proofs.account(keccak(account[0]), proof["address"], account)
    assert found is not None
    assert found.balance == int(proof["balance"], 16)
    slot = proof["storageProof"][0]
    assert proofs.storage(found.storage_root, int(slot["key"], 16), nodes(slot["proof"])) == 0


def test_the_same_nodes_prove_nothing_else() -> None:
    block, proof = answer("get-latest.io"), answer("get-account-proof-with-storage.io")
    root, account = hexdata(block["stateRoot"]), nodes(proof["accountProof"])
    with pytest.raises(BadProof):
        proofs.account(root, ABSENT, account)
    with pytest.raises(BadProof, match="missing"):
        proofs.account(root, proof["address"], account[:-1])
    with pytest.raises(BadProof, match="follow"):
        proofs.account(root, proof["address"], [*account, account[-1]])
    with pytest.raises(BadProof):
        proofs.account(bytes(32), proof["address"], account)


def test_every_changed_byte_is_refused() -> None:
    block, proof = answer("get-latest.io"), answer("get-account-proof-with-storage.io")
    account = nodes(proof["accountProof"])
    for place, node in enumerate(account):
        for at in range(len(node)):
            changed = node[:at] + bytes((node[at] ^ 1,)) + node[at + 1 :]
            with pytest.raises(BadProof):
                proofs.account(hexdata(block["stateRoot"]), proof["address"], [*account[:place], changed, *account[place + 1 :]])


def test_an_empty_trie_holds_nothing() -> None:
    assert proofs.storage(trie.EMPTY_ROOT, 7, []) == 0
    assert proofs.value(trie.EMPTY_ROOT, b"key", [b"\x80"]) is None
    with pytest.raises(BadProof, match="missing"):
        proofs.storage(bytes(32), 7, [])


@given(
    st.dictionaries(st.binary(min_size=2, max_size=2), st.binary(min_size=1, max_size=40), min_size=1, max_size=60),
    st.binary(min_size=2, max_size=2),
)
def test_tries_of_another_implementation(held: dict[bytes, bytes], asked: bytes) -> None:
    """Short keys and values make nodes that stand inside others, extensions and deep branches."""
    tree = HexaryTrie({})
    for key, content in held.items():
        tree.set(key, content)
    for key in [asked, *held][:5]:
        proof = [rlp.encode(list(node)) for node in tree.get_proof(key)]
        standing = [node for place, node in enumerate(proof) if place == 0 or len(node) >= 32]
        assert proofs.value(tree.root_hash, key, standing) == held.get(key)
        with pytest.raises(BadProof):
            proofs.value(tree.root_hash, key, [*standing, b"\x80"])


@given(st.lists(st.binary(max_size=600), max_size=5), st.binary(min_size=32, max_size=32))
def test_noise_proves_nothing(noise: list[bytes], root: bytes) -> None:
    with pytest.raises(BadProof):
        proofs.storage(root, 1, noise)
    for node in noise:
        # Under its own hash a node is taken apart; whatever comes of it, no other error.
        with contextlib.suppress(BadProof):
            proofs.value(keccak(node), b"\x12\x34", [node])


@pytest.mark.parametrize(
    ("node", "why"),
    [
        ([b"\x20", b"value", b""], "neither"),
        ([b"\x40\x00", b"value"], "malformed"),
        ([b"\x20\x11", [b""]], "bytes are expected"),
        ([b"", b"value"], "malformed"),
        ([b"\x00", b"\xaa" * 32], "nowhere"),
        ([b"\x11", b""], "nowhere"),
        ([[b"\x31"], b"value"], "bytes are expected"),
        ([b"\x11", b"\xaa" * 20], "not the one"),
        ([b"\x11", [b"\xaa" * 40, b"\xbb"]], "long node"),
    ],
)
def test_malformed_nodes(node: list[Any], why: str) -> None:
    encoded = rlp.encode(node)
    with pytest.raises(BadProof, match=why):
        proofs.value(keccak(encoded), b"\x11", [encoded, b"\x80"])
