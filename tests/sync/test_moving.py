"""The handover of a real chain: what it proves, and that whatever was changed in it is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chain import canonical, handover, signing
from chain.alloc import State, alloc, cleaned, state_of, state_root
from chain.errors import BadHandover
from chain.handover import Handover
from chain.hashing import keccak
from registry.kernel.errors import Conflict, Invalid
from registry.receivables import payables
from registry.sync import moving
from registry.sync.moving import Files
from tests.sync.people import TIER1, Play
from tests.sync.site import Site


@pytest.fixture
def files(site: Site) -> Files:
    """A handover after a short story."""
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    payable = play.confirm(play.invoices(1))
    site.runtime.drain()
    play.act(TIER1, lambda unit: payables.accept(unit, [payable]))
    site.runtime.drain()
    return moving.hand_over(site.work, site.gateway)


def test_it_holds_the_whole_state_after_the_last_block(site: Site, files: Files) -> None:
    given, state = Handover.of(files.statement), state_of(json.loads(files.state))
    head = site.gateway.block(site.gateway.head().number)
    assert (given.number, given.block, given.state_root) == (head.number, head.hash, head.state_root)
    assert state_root(state) == head.state_root
    # What the network begins with differs in nothing but words and accounts that hold nothing.
    begun = cleaned(state)
    assert state_root(begun) == given.genesis_root != head.state_root
    for address, account in state.items():
        kept = begun.get(address)
        assert kept is not None or account.empty
        for slot, value in account.storage.items():
            assert value == (kept.storage.get(slot, 0) if kept else 0)
            assert site.gateway.storage(address, slot) == value.to_bytes(32, "big")
    given.require_state(state_of(alloc(state)))


def test_a_genesis_block_of_something_else_is_refused(files: Files) -> None:
    given = Handover.of(files.statement)
    raw = {
        "parentHash": "0x" + given.block.hex(),
        "stateRoot": "0x" + given.genesis_root.hex(),
        "extraData": "0x" + given.hash.hex() + "00" * 65,
    }
    given.require_genesis(raw)
    for name, why in (("parentHash", "has parentHash"), ("stateRoot", "has stateRoot"), ("extraData", "not made from this")):
        with pytest.raises(BadHandover, match=why):
            given.require_genesis({**raw, name: "0x" + "11" * 97})


def other_word(state: State) -> None:
    account = next(each for each in state.values() if each.storage)
    account.storage[next(iter(account.storage))] += 1  # type: ignore[index]


def lost_account(state: State) -> None:
    del state[next(address for address, account in state.items() if account.code)]


def new_account(state: State) -> None:
    state["0x" + "ab" * 20] = next(account for account in state.values() if account.code)


@pytest.mark.parametrize("change", [other_word, lost_account, new_account])
def test_another_state_is_refused(files: Files, change: Callable[[State], None]) -> None:
    state = state_of(json.loads(files.state))
    change(state)
    with pytest.raises(BadHandover, match=r"^state\.json: it hashes to 0x"):
        Handover.of(files.statement).require_state(state)


@pytest.mark.parametrize("name", ["time", "number", "genesis_root", "index_digest", "codes", "pin"])
def test_another_statement_is_refused(files: Files, name: str) -> None:
    content = json.loads(files.statement)
    content[name] = {
        "codes": content["codes"][1:],
        "pin": {**content["pin"], "chain_id": 1},
        "time": content["time"] + 1,
        "number": content["number"] + 1,
    }.get(name, "0x" + "22" * 32)
    with pytest.raises(BadHandover, match=r"^handover\.json: signed by 0x"):
        Handover.of(canonical.encode(content))


def resigned(content: dict[str, Any]) -> bytes:
    """The same, signed by a key of somebody else who calls himself the registry."""
    secret = signing.new_secret()
    content["pin"]["keys"] = [signing.address_of(secret)]
    content.pop("signature", None)
    return handover.signed(content, signing.sign_digest(secret, handover.digest(content))).content


def test_what_another_registry_signs_does_not_hold(site: Site, files: Files) -> None:
    content = json.loads(files.statement)
    with pytest.raises(BadHandover, match="genesis root is not that of"):
        Handover.of(resigned({**content, "genesis_root": "0x" + "22" * 32})).require_state(state_of(json.loads(files.state)))
    codes = [{"address": each["address"], "hash": "0x" + keccak(b"").hex()} for each in content["codes"]]
    with pytest.raises(BadHandover, match="the code at 0x"):
        Handover.of(resigned({**content, "codes": codes})).require_state(state_of(json.loads(files.state)))
    with pytest.raises(BadHandover, match="its header is not that of block"):
        resigned({**content, "number": content["number"] + 1})
    with pytest.raises(moving.HandoverRefused, match="of another installation"):
        moving.accept(site.work, site.gateway, Files(resigned(content), files.state))


def test_it_is_of_the_last_block_and_needs_a_network(site: Site, files: Files) -> None:
    with pytest.raises(Invalid, match="TALLYSTICK_CHAIN_RPC"):
        moving.accept(site.work, None, files)
    play = Play(site.work)
    play.confirm(play.invoices(1, first=3))
    site.runtime.drain()
    with pytest.raises(Conflict, match="export it again"):
        moving.accept(site.work, site.gateway, files)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"format":"tallystick.handover.v1"}', b"\xff"])
def test_what_is_no_statement_is_refused(content: bytes) -> None:
    with pytest.raises(BadHandover, match=r"^handover\.json: "):
        Handover.of(content)


@pytest.mark.parametrize(
    "content", [{"0x12": {}}, {"0x" + "12" * 20: {}}, {"0x" + "12" * 20: {"nonce": -1, "balance": 0, "code": "0x", "storage": {}}}]
)
def test_what_is_no_state_is_refused(content: dict[str, Any]) -> None:
    with pytest.raises(BadHandover):
        state_of(content)
