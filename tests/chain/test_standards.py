"""web3.py talks to a running contract with interfaces that nobody here wrote: OpenZeppelin's package and the standards' own texts."""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import solcx
from eth_account.messages import encode_typed_data
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import ContractCustomError

from chain import ids, signing, typed
from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from chain.hashing import keccak
from chain.structs import WHOLE
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.world import DAY, PEOPLE, Refused, World
from tests.fakes.journal import MemoryJournal

STANDARDS = Path(__file__).parents[1] / "data" / "standards"
OPENZEPPELIN = "@openzeppelin/contracts/"
# File in OpenZeppelin's package, by the interface it has.
PACKAGED = {
    "IERC165": "utils/introspection/IERC165.sol",
    "IERC721": "token/ERC721/IERC721.sol",
    "IERC721Metadata": "token/ERC721/extensions/IERC721Metadata.sol",
    "IERC1155": "token/ERC1155/IERC1155.sol",
    "IERC5267": "interfaces/IERC5267.sol",
    "IERC6909": "interfaces/draft-IERC6909.sol",
}
PUBLISHED = {
    "IERC3525": "erc-3525.sol",
    "IERC3525Metadata": "erc-3525.sol",
    "IERC7943Fungible": "erc-7943.sol",
    "IERC7943NonFungible": "erc-7943.sol",
    "IERC7943MultiToken": "erc-7943.sol",
}
BASIS = b"\x0b" * 32


def text(name: str) -> str:
    return (STANDARDS / name).read_text()


@cache
def compiled() -> dict[str, dict[str, Any]]:
    """ABI and method identifiers of every interface."""
    uses = f'pragma solidity 0.8.37; import {{IERC165}} from "{OPENZEPPELIN}{PACKAGED["IERC165"]}";\n'
    sources = {
        "erc-3525.sol": text("erc-3525.sol") + text("erc-3525-metadata.sol").replace("pragma solidity ^0.8.0;", ""),
        "erc-7943.sol": uses + text("erc-7943.sol"),
    }
    pending = [OPENZEPPELIN + path for path in PACKAGED.values()]
    while pending:
        name = pending.pop()
        if name not in sources:
            sources[name] = (Path(os.environ["NODE_MODULES"]) / name).read_text()
            found = [line.split('"')[1] for line in sources[name].splitlines() if line.startswith("import ")]
            pending += [os.path.normpath(Path(name).parent / path) for path in found]
    request = {
        "language": "Solidity",
        "sources": {name: {"content": content} for name, content in sources.items()},
        "settings": {"outputSelection": {"*": {"*": ["abi", "evm.methodIdentifiers"]}}},
    }
    answer = solcx.compile_standard(request, solc_binary=os.environ["TALLYSTICK_SOLC"])["contracts"]
    return {name: made for file in answer.values() for name, made in file.items()}


def interface_id(name: str, *inherited: str) -> bytes:
    """The ERC-165 id: its own functions' selectors, all combined by exclusive or."""
    methods = compiled()[name]["evm"]["methodIdentifiers"]
    foreign = {method for other in inherited for method in compiled()[other]["evm"]["methodIdentifiers"]}
    found = 0
    for method, selector in methods.items():
        found ^= 0 if method in foreign else int(selector, 16)
    return found.to_bytes(4, "big")


@dataclass
class Served(World):
    """A world whose node is asked over HTTP."""

    url: str = ""


@pytest.fixture(scope="module")
def world(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    engine = EmbeddedEngine(MemoryJournal(), binary=anvil, folder=tmp_path_factory.mktemp("node"), chain_id=CHAIN_ID, genesis_time=GENESIS)
    engine.start()
    made = Served(EmbeddedGateway(engine), GENESIS, url=engine.serving().url)
    made.deploy()
    made.onboard()
    yield made
    engine.stop()


def at(world: Served, interface: str) -> Contract:
    """The contract as software sees it that knows this interface only."""
    web3 = Web3(Web3.HTTPProvider(world.url))
    return web3.eth.contract(address=Web3.to_checksum_address(world.contract), abi=compiled()[interface]["abi"])


def address(world: Served, who: str) -> str:
    return Web3.to_checksum_address(world.address(who))


CLAIMED = {
    "IERC165": b"\x01\xff\xc9\xa7",
    "IERC721Metadata": bytes.fromhex("5b5e139f"),
    "IERC3525Metadata": bytes.fromhex("e1600902"),
    "IERC5267": bytes.fromhex("84b0196e"),
}
INHERITED = {
    "IERC721": ("IERC165",),
    "IERC721Metadata": ("IERC721",),
    "IERC1155": ("IERC165",),
    "IERC6909": ("IERC165",),
    "IERC3525Metadata": ("IERC3525",),
    "IERC7943Fungible": ("IERC165",),
    "IERC7943NonFungible": ("IERC165",),
    "IERC7943MultiToken": ("IERC165",),
}


@pytest.mark.parametrize("name", [*PACKAGED, *PUBLISHED])
def test_only_what_is_whole_is_claimed(world: Served, name: str) -> None:
    own = interface_id(name, *INHERITED.get(name, ()))
    assert own == CLAIMED.get(name, own)
    assert at(world, "IERC165").functions.supportsInterface(own).call() == (name in CLAIMED)


def test_the_ids_are_those_of_the_standards() -> None:
    """What the standards print is what their interfaces give: 0x80ac58cd, 0xd5358140, 0x41c4fbad."""
    assert interface_id("IERC721", "IERC165").hex() == "80ac58cd"
    assert interface_id("IERC3525").hex() == "d5358140"
    assert interface_id("IERC7943MultiToken", "IERC165").hex() == "41c4fbad"


def test_the_invalid_id_is_not_supported(world: Served) -> None:
    assert at(world, "IERC165").functions.supportsInterface(b"\xff" * 4).call() is False


@pytest.mark.parametrize("name", CLAIMED)
def test_every_function_of_a_claimed_interface_answers(world: Served, name: str) -> None:
    lot = ids.root(world.issue(50_000, salt=1_000 + len(name)))
    values = {"uint256": lot, "bytes4": bytes(4)}
    inherited = {method for other in INHERITED.get(name, ()) for method in compiled()[other]["evm"]["methodIdentifiers"]}
    for method in set(compiled()[name]["evm"]["methodIdentifiers"]) - inherited:
        function, _, kinds = method.rstrip(")").partition("(")
        args = [values[kind] for kind in kinds.split(",") if kind]
        if function == "slotURI":
            args = [lot >> 96]
        assert at(world, name).get_function_by_signature(method)(*args).call() is not None


def test_metadata_of_erc_721(world: Served) -> None:
    lot = ids.root(world.issue(50_000, salt=1))
    token = at(world, "IERC721Metadata")
    assert (token.functions.name().call(), token.functions.symbol().call()) == ("Tallystick", "TALLY")
    assert token.functions.ownerOf(lot).call() == address(world, "supplier")
    found = opened(token.functions.tokenURI(lot).call(), "erc-3525-token.schema.json")
    assert (found["name"], found["balance"], found["slot"]) == (f"Lot 0x{lot:064x}", 50_000, lot >> 96)
    expected = {"holder": PEOPLE["supplier"][0], "hops": 0, "depth": 0, "version": 0, "flags": 0, "lockUntil": 0}
    assert found["properties"] == expected


def opened(uri: str, schema: str | None = None) -> dict[str, Any]:
    """The JSON that a data URI holds."""
    head, _, content = uri.partition(",")
    assert head == "data:application/json;base64"
    found: dict[str, Any] = json.loads(base64.b64decode(content, validate=True))
    if schema is not None:
        jsonschema_rs.validate(json.loads(text(schema)), found)
    # Nothing but numbers, and words that are the same for every claim.
    assert not any(isinstance(value, str) for value in numbers(found))
    return found


def numbers(found: dict[str, Any]) -> list[Any]:
    properties = found.get("properties", {})
    return list(properties.values()) if isinstance(properties, dict) else [each["value"] for each in properties]


def test_value_and_slot_of_erc_3525(world: Served) -> None:
    payable = world.issue(50_000, salt=2)
    root = ids.root(payable)
    offer = world.offer(root, 0, 12_000, "second")
    world.act("second", "acceptOffer", offer, world.signature("supplier", offer))
    token = at(world, "IERC3525")
    child = ids.child(root, 0)
    assert [token.functions.balanceOf(lot).call() for lot in (root, child)] == [38_000, 12_000]
    assert [token.functions.slotOf(lot).call() for lot in (root, child)] == [payable, payable]
    decimals = token.functions.valueDecimals().call()
    metadata = at(world, "IERC3525Metadata")
    assert opened(metadata.functions.contractURI().call(), "erc-3525-contract.schema.json")["valueDecimals"] == decimals == 0
    slot = opened(metadata.functions.slotURI(payable).call())
    assert slot["name"] == f"Payable 0x{payable:040x}"
    assert all({"name", "description", "value"} == set(each) for each in slot["properties"])
    values = {each["name"]: each["value"] for each in slot["properties"]}
    assert values == {"currency": 156, "due": world.now + 90 * DAY, "outstanding": 50_000, "available": 0, "state": 2}


def test_domain_of_erc_5267_makes_the_digest_that_an_offer_is_signed_under(world: Served) -> None:
    fields, name, version, chain, verifier, salt, extensions = at(world, "IERC5267").functions.eip712Domain().call()
    assert (fields, salt, extensions) == (b"\x0f", bytes(32), [])
    offer = world.offer(ids.root(1), 3, 500, "second")
    document = typed.offer_document(chain, verifier, offer=offer)
    document["domain"] = {"name": name, "version": version, "chainId": chain, "verifyingContract": verifier}
    signable = encode_typed_data(full_message=document)
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert digest == typed.offer_digest(world.gateway.chain_id, world.contract, offer=offer)


def test_freezes_by_erc_7943(world: Served) -> None:
    lot = ids.root(world.issue(50_000, salt=3))
    token = at(world, "IERC7943MultiToken")
    supplier, second, bank = (address(world, who) for who in ("supplier", "second", "bank"))
    assert token.functions.getFrozenTokens(supplier, lot).call() == 0
    world.act("registrar", "freeze", lot, 20_000, BASIS)
    assert token.functions.getFrozenTokens(supplier, lot).call() == 20_000
    assert token.functions.getFrozenTokens(second, lot).call() == 0
    allowed = [(amount, token.functions.canTransfer(supplier, second, lot, amount).call()) for amount in (30_000, 30_001, 50_000)]
    assert allowed == [(30_000, True), (30_001, False), (50_000, False)]
    # What it says is what happens.
    for amount, expected in ((30_001, False), (30_000, True)):
        offer = world.offer(lot, 0, amount, "second", version=1)
        assert taken(world, "second", offer, "supplier") == expected
    # A forced transfer leaves the frozen part frozen, in the hands of whom it went to.
    world.act("registrar", "forceTransfer", lot, WHOLE, 20_000, PEOPLE["bank"][0], BASIS)
    assert token.functions.getFrozenTokens(bank, lot).call() == 20_000
    assert token.functions.getFrozenTokens(supplier, lot).call() == 0


def taken(world: Served, to: str, offer: Any, seller: str) -> bool:
    try:
        world.act(to, "acceptOffer", offer, world.signature(seller, offer))
    except Refused:
        return False
    return True


def test_who_may_send_and_receive_by_erc_7943(world: Served) -> None:
    token = at(world, "IERC7943MultiToken")
    may = {
        who: (token.functions.canSend(address(world, who)).call(), token.functions.canReceive(address(world, who)).call()) for who in PEOPLE
    }
    assert may == {
        "registrar": (True, False),
        "agent": (True, False),
        "obligor": (True, True),
        "supplier": (True, True),
        "second": (True, True),
        "bank": (True, True),
    }
    stranger = Web3.to_checksum_address(signing.address_of(b"\x99" * 32))
    lot = ids.root(world.issue(50_000, salt=4))
    assert not token.functions.canSend(stranger).call()
    assert not token.functions.canReceive(stranger).call()
    assert not token.functions.canTransfer(address(world, "supplier"), stranger, lot, 1_000).call()
    assert not token.functions.canTransfer(stranger, address(world, "second"), lot, 1_000).call()
    assert not token.functions.canTransfer(address(world, "supplier"), address(world, "second"), 12_345, 1).call()


@pytest.mark.parametrize(
    ("interface", "function", "error"),
    [
        ("IERC721", "transferFrom(address,address,uint256)", "UseAcceptOffer()"),
        ("IERC721", "safeTransferFrom(address,address,uint256)", "UseAcceptOffer()"),
        ("IERC721", "approve(address,uint256)", "UseAcceptOffer()"),
        ("IERC7943MultiToken", "setFrozenTokens(address,uint256,uint256)", "UseFreeze()"),
        ("IERC7943MultiToken", "forcedTransfer(address,address,uint256,uint256)", "UseForceTransfer()"),
    ],
)
@pytest.mark.parametrize("who", ["supplier", "registrar"])
def test_acts_of_the_standards_name_the_act_to_use(world: Served, interface: str, function: str, error: str, who: str) -> None:
    lot = ids.root(world.issue(50_000, salt=sum(map(ord, interface + function + who))))
    kinds = function.rstrip(")").partition("(")[2].split(",")
    integers = iter((lot, 1_000))
    args = [next(integers) if kind == "uint256" else address(world, "second") for kind in kinds]
    with pytest.raises(ContractCustomError) as caught:
        at(world, interface).get_function_by_signature(function)(*args).call({"from": address(world, who)})
    assert str(caught.value.data) == "0x" + keccak(error.encode())[:4].hex()
