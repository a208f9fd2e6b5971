"""The JSON-RPC gateway: any Ethereum tool reads a claim; nothing but the allow-list passes; only this machine without a key."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from web3 import Web3

from api import rpc
from api.rpc import MAX_BATCH, READS, RpcClosed, admit
from chain import signing
from chain.abi import load
from chain.calldata import encode
from chain.words import LotWord, PayableWord
from registry.kernel.errors import DomainError, Unauthenticated
from tests.factories.api import World


@pytest.fixture
def http(world: World) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=world.base_url, timeout=60) as client:
        yield client


def _call(http: httpx.Client, method: str, *params: Any) -> Any:
    return http.post("/rpc", json={"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}).json()


def test_web3_client_reads_a_claim_on_its_own(world: World) -> None:
    payable = world.accepted("1000.00")
    web3 = Web3(Web3.HTTPProvider(f"{world.base_url}/rpc"))
    network = world["bank"].shown("/v1/network")
    assert web3.eth.chain_id == network["chain_id"]
    contract = web3.eth.contract(Web3.to_checksum_address(network["contract"]), abi=load("ITallystick").abi)
    word = PayableWord.of(contract.functions.payableWord(int(payable["id"], 16)).call())
    assert (word.obligor, word.outstanding) == (world["obligor"].entity, 100_000)
    lot = LotWord.of(contract.functions.lotWord(int(payable["root_lot"], 16)).call())
    assert (lot.holder, lot.amount) == (world["supplier"].entity, 100_000)


@pytest.mark.parametrize("method", sorted(READS))
def test_each_read_method_is_answered(world: World, http: httpx.Client, method: str) -> None:
    block = _call(http, "eth_getBlockByNumber", "latest", False)["result"]
    contract = world["bank"].shown("/v1/network")["contract"]
    params: dict[str, list[Any]] = {
        "eth_getBlockByNumber": ["latest", False],
        "eth_getBlockByHash": [block["hash"], False],
        "eth_getBlockReceipts": ["latest"],
        "eth_getTransactionByHash": [block["transactions"][0]],
        "eth_getTransactionReceipt": [block["transactions"][0]],
        "eth_getTransactionCount": [contract, "latest"],
        "eth_call": [{"to": contract, "data": "0x06fdde03"}, "latest"],
        "eth_estimateGas": [{"to": contract, "data": "0x06fdde03"}],
        "eth_getCode": [contract, "latest"],
        "eth_getStorageAt": [contract, "0x0", "latest"],
        "eth_getBalance": [contract, "latest"],
        "eth_getLogs": [{"fromBlock": "latest", "toBlock": "latest"}],
        "eth_getProof": [contract, [], "latest"],
        "eth_feeHistory": ["0x1", "latest", []],
    }
    answer = _call(http, method, *params.get(method, []))
    assert "result" in answer, answer
    assert answer["id"] == 7


@pytest.mark.parametrize(
    "method",
    [
        "anvil_setBalance",
        "evm_mine",
        "evm_increaseTime",
        "hardhat_reset",
        "eth_sendTransaction",
        "eth_accounts",
        "debug_traceTransaction",
        "admin_peers",
    ],
)
def test_no_cheat_method_can_be_reached(http: httpx.Client, method: str) -> None:
    assert _call(http, method)["error"]["code"] == -32601


def test_batch_is_answered_in_order_and_bounded(http: httpx.Client) -> None:
    one = {"jsonrpc": "2.0", "method": "eth_chainId", "params": []}
    answers = http.post("/rpc", json=[one | {"id": 1}, one, one | {"id": "b"}, {"id": 9}]).json()
    assert [answer["id"] for answer in answers] == [1, "b", None]
    assert http.post("/rpc", json=[one | {"id": 1}] * (MAX_BATCH + 1)).json()["error"]["code"] == -32600
    assert http.post("/rpc", json=[]).json()["error"]["code"] == -32600
    assert http.post("/rpc", json=one).status_code == 204
    assert http.post("/rpc", content=b"{").json()["error"]["code"] == -32700


def test_revert_comes_with_its_data(world: World, http: httpx.Client) -> None:
    contract = world["bank"].shown("/v1/network")["contract"]
    data = "0x" + encode("accept", [1]).hex()
    error = _call(http, "eth_call", {"to": contract, "data": data}, "latest")["error"]
    assert str(error["data"]).startswith("0x")


def test_self_custody_key_acts_by_a_raw_transaction(world: World, http: httpx.Client) -> None:
    secret = signing.new_secret()
    address = signing.address_of(secret)
    world["registrar"].made(f"/v1/entities/{world['supplier'].entity}/keys", {"label": "own", "address": address})
    payable = world.confirmed()
    network = world["bank"].shown("/v1/network")
    call = signing.TransactionFields(network["chain_id"], 0, network["contract"], encode("accept", [int(payable, 16)]), 500_000)
    signed = signing.sign_transaction(secret, call)
    answer = _call(http, "eth_sendRawTransaction", "0x" + signed.raw.hex())
    assert answer["result"] == "0x" + signed.hash.hex()
    assert _call(http, "eth_getTransactionReceipt", answer["result"])["result"]["status"] == "0x1"
    assert world["supplier"].shown(f"/v1/payables/{payable}")["state"] == "active"


@pytest.mark.parametrize("raw", ["0x", "0xzz", "12", "0x" + "00" * 10, "0x" + "00" * 200_000])
def test_bad_raw_transactions_are_refused(http: httpx.Client, raw: str) -> None:
    assert "error" in _call(http, "eth_sendRawTransaction", raw)


def test_raw_transaction_for_another_chain_is_refused(world: World, http: httpx.Client) -> None:
    call = signing.TransactionFields(1, 0, world["bank"].shown("/v1/network")["contract"], b"", 100_000)
    signed = signing.sign_transaction(signing.new_secret(), call)
    assert "error" in _call(http, "eth_sendRawTransaction", "0x" + signed.raw.hex())


def _admitted(client: str, key: str = "", *, given: str = "", headers: dict[str, str] | None = None) -> DomainError | None:
    """What `admit` says to a request from an address."""

    sent = [(name.encode(), value.encode()) for name, value in ({"host": "localhost:8000"} | (headers or {})).items()]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/rpc",
        "headers": sent,
        "client": (client, 1),
        "query_string": b"",
        "scheme": "http",
        "server": ("localhost", 8000),
    }
    try:
        admit(Request(scope), given, key=key)
    except DomainError as error:
        return error
    return None


def test_without_a_key_it_is_open_on_this_machine_only() -> None:
    assert _admitted("127.0.0.1") is None
    assert _admitted("::1", headers={"host": "[::1]:8000"}) is None
    assert isinstance(_admitted("192.0.2.7"), RpcClosed)
    assert isinstance(_admitted("127.0.0.1", headers={"x-forwarded-for": "192.0.2.7"}), RpcClosed)
    assert isinstance(_admitted("127.0.0.1", headers={"host": "evil.example"}), RpcClosed)
    assert isinstance(_admitted("127.0.0.1", headers={"origin": "https://evil.example"}), RpcClosed)


def test_with_a_key_set_others_may_come_in_with_it() -> None:
    assert _admitted("192.0.2.7", "secret", given="secret") is None
    assert isinstance(_admitted("192.0.2.7", "secret"), Unauthenticated)
    assert isinstance(_admitted("192.0.2.7", "secret", given="guess"), Unauthenticated)
    assert isinstance(_admitted("127.0.0.1", "", given="guess"), Unauthenticated)


def test_key_in_the_path_is_checked(http: httpx.Client) -> None:
    assert http.post("/rpc/guess", json={}).status_code == 401
    assert rpc.SEND not in READS
