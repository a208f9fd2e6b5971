"""A node of a network that grows, turns and forgets, spoken to over JSON-RPC: real headers, receipts and blooms; answers by the weather."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx
import orjson

from chain import rlp, signing
from chain.events import Event
from chain.hashing import keccak
from chain.headers import header_hash, logs_bloom
from chain.trie import ordered_root
from chain.types import Log
from tests.conftest import NETWORK
from tests.factories.chains import GENESIS_TIME, log_of
from tests.factories.histories import History
from tests.sync.faults import lies
from tests.sync.faults.state import State
from tests.sync.faults.weather import Weather

EMPTY_UNCLES = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"
REFUSAL = "LotEnded"
Json = dict[str, Any]


@dataclass
class Mined:
    """A block as the node gives it, and what the oracle needs to know of it."""

    header: Json
    receipts: list[Json]
    history: History
    # Per transaction: its events with their log indexes.
    calls: list[list[tuple[int, Event]]]
    # Transactions of the pool that it holds, and the next nonces after it.
    raws: dict[bytes, bytes] = field(default_factory=dict)
    nonces: dict[str, int] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return int(self.header["number"], 16)

    @property
    def hash(self) -> bytes:
        return bytes.fromhex(self.header["hash"][2:])


class Chain:
    """The canonical blocks, the pool, and blocks that were left behind."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.random = Random(weather.climate.seed)  # noqa: S311 - a seed replays a chain
        self.orphans: dict[int, list[Mined]] = {}
        self.pool: dict[bytes, bytes] = {}
        # Senders whose key is used elsewhere in the next block.
        self.elsewhere: list[str] = []
        self.salt = 0
        history = History(weather.climate.seed)
        genesis = self._made(None, history, [], {})
        self.blocks = [genesis, self._made(genesis, history, [(call, None) for call in history.calls], {})]

    @property
    def head(self) -> Mined:
        return self.blocks[-1]

    def grow(self, *, calls: int = 6) -> None:
        """One block of random calls and of what the pool has in order."""
        parent = self.head
        history = parent.history.branch(self.random.randrange(2**32))
        before = len(history.calls)
        history.grow(self.random.randrange(calls + 1))
        scripted: list[tuple[list[Event] | None, bytes | None]] = [(call, None) for call in history.calls[before:]]
        nonces = dict(parent.nonces)
        self._foreign(nonces)
        scripted.extend((self._effect(history), raw) for raw in self._ready(nonces))
        self.blocks.append(self._made(parent, history, scripted, nonces))
        self.pool = {tx_hash: raw for tx_hash, raw in self.pool.items() if tx_hash not in self.head.raws}

    def turn(self, depth: int) -> None:
        """Another branch takes over `depth` blocks below the head and is longer by one. Most of what fell out is in the pool again."""
        depth = min(depth, len(self.blocks) - 2)
        for block in self.blocks[len(self.blocks) - depth :]:
            self.orphans.setdefault(block.number, []).append(block)
            for tx_hash, raw in block.raws.items():
                if not self.weather.strikes("drops", "turned", self.weather.climate.drops):
                    self.pool[tx_hash] = raw
        del self.blocks[len(self.blocks) - depth :]
        for _ in range(depth + 1):
            self.grow()

    def _foreign(self, nonces: dict[str, int]) -> None:
        """Somebody uses one of our keys elsewhere: its next nonce is spent, and no receipt of ours tells it."""
        if nonces and not self.weather.calm and self.weather.strikes("foreign", "block", self.weather.climate.foreign):
            self.elsewhere.append(sorted(nonces)[self.weather.choice("foreign", "who", among=len(nonces))])
        for sender in self.elsewhere:
            nonces[sender] += 1
        self.elsewhere = []

    def forget(self) -> None:
        """The pool loses what it holds, as a node does that restarts."""
        self.pool = {}

    def receive(self, raw: bytes) -> str | Json:
        """Takes a transaction into the pool, as geth does."""
        transaction = signing.decode_transaction(raw)
        following = self.head.nonces.get(transaction.sender, 0)
        if transaction.fields.nonce < following:
            return {"code": -32000, "message": "nonce too low"}
        if transaction.hash in self.pool:
            return {"code": -32000, "message": "already known"}
        self.pool[transaction.hash] = raw
        return "0x" + transaction.hash.hex()

    def _ready(self, nonces: dict[str, int]) -> list[bytes]:
        """What can be mined: each sender's next nonces. Some wait for a later block."""
        waiting = sorted((signing.decode_transaction(raw).fields.nonce, raw) for raw in self.pool.values())
        taken = []
        for nonce, raw in waiting:
            sender = signing.decode_transaction(raw).sender
            if nonce == nonces.get(sender, 0) and self.random.random() < 0.8:
                nonces[sender] = nonce + 1
                taken.append(raw)
        return taken

    def _effect(self, history: History) -> list[Event] | None:
        """What a transaction of ours does: it raises an epoch, or is refused."""
        if self.random.random() < 0.2:
            return None
        who = self.random.choice((7, 8, 9, 10, 11))
        row = history.state.get("participants", (who,))
        assert row is not None
        history.emit(Event("EpochRaised", {"participant": who, "epoch": row["epoch"] + 1}))
        return history.calls[-1]

    def _made(
        self, parent: Mined | None, history: History, scripted: list[tuple[list[Event] | None, bytes | None]], nonces: dict[str, int]
    ) -> Mined:
        self.salt += 1
        receipts: list[Json] = []
        encoded, calls, raws, index, bloom = [], [], {}, 0, 0
        for place, (events, raw) in enumerate(scripted):
            tx_hash = keccak(raw) if raw else keccak(b"%d/%d/%d" % (self.weather.climate.seed, self.salt, place))
            logs = [log_of(event, address=NETWORK.contract, log_index=index + offset) for offset, event in enumerate(events or [])]
            calls.append([(log.log_index, event) for log, event in zip(logs, events or [], strict=True)])
            index += len(logs)
            own = logs_bloom(logs)
            bloom |= own
            if raw:
                raws[tx_hash] = raw
            used = 21_000 * (place + 1)
            plain = [[bytes.fromhex(log.address[2:]), list(log.topics), log.data] for log in logs]
            encoded.append(rlp.encode([b"" if events is None else b"\x01", rlp.number(used), own.to_bytes(256, "big"), plain]))
            receipt = {"transactionHash": _hex(tx_hash), "transactionIndex": hex(place), "status": hex(events is not None), "type": "0x0"}
            receipt |= {"gasUsed": hex(21_000), "cumulativeGasUsed": hex(used)}
            receipts.append(receipt | {"logs": [_log(log) for log in logs]})
        hashes = [bytes.fromhex(item["transactionHash"][2:]) for item in receipts]
        number = parent.number + 1 if parent else 0
        header = {"parentHash": parent.header["hash"] if parent else _hex(bytes(32)), "sha3Uncles": EMPTY_UNCLES, "miner": "0x" + "00" * 20}
        header |= {"stateRoot": _hex(State(nonces).root), "transactionsRoot": _hex(ordered_root(hashes))}
        header |= {"receiptsRoot": _hex(ordered_root(encoded)), "logsBloom": _hex(bloom.to_bytes(256, "big")), "difficulty": "0x2"}
        header |= {"number": hex(number), "gasLimit": hex(30_000_000), "gasUsed": hex(21_000 * len(receipts))}
        header |= {"timestamp": hex(GENESIS_TIME + number), "extraData": _hex(self.salt.to_bytes(32, "big"))}
        header |= {"mixHash": _hex(bytes(32)), "nonce": "0x" + "00" * 8}
        header |= {"hash": _hex(header_hash(header)), "transactions": [item["transactionHash"] for item in receipts]}
        for item in receipts:
            item |= {"blockHash": header["hash"], "blockNumber": header["number"]}
        return Mined(header, receipts, history, calls, raws, nonces)


class Node:
    """Answers JSON-RPC over HTTP, as `httpx` sends it."""

    def __init__(self, chain: Chain, weather: Weather) -> None:
        self.chain = chain
        self.weather = weather
        # The highest block that was called the head.
        self.told = 0
        self._methods: dict[str, Callable[..., Any]] = {
            "eth_chainId": lambda: hex(NETWORK.chain_id),
            "eth_getBlockByNumber": self._block,
            "eth_getBlockReceipts": self._receipts,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionCount": lambda address, _: hex(self.chain.head.nonces.get(address, 0)),
            "eth_sendRawTransaction": lambda raw: self.chain.receive(bytes.fromhex(raw[2:])),
            "debug_traceTransaction": self._trace,
            "eth_getProof": self._proof,
        }

    def transport(self) -> httpx.BaseTransport:
        """What a client connects through."""
        return httpx.MockTransport(self.handle)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """One HTTP request, and what the weather makes of it."""
        weather = self.weather
        weather.burn()
        body = orjson.loads(request.content)
        subject = orjson.dumps([(item["method"], item["params"]) for item in (body if isinstance(body, list) else [body])]).decode()
        weather.note(subject)
        if weather.strikes("rpc_errors", subject, weather.climate.rpc_errors / 2):
            return self._failed(request, subject, body)
        if not isinstance(body, list):
            return _answer(self._one(body))
        if len(body) > weather.climate.batch:
            return _answer({"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch too large"}})
        return _answer([self._one(item) for item in reversed(body)])

    def _failed(self, request: httpx.Request, subject: str, body: Any) -> httpx.Response:
        """Nothing, too late, or nonsense. What was sent has sometimes arrived all the same."""
        kind = self.weather.choice("rpc_errors", subject, among=7)
        if kind == 0:
            raise httpx.ConnectError("connection refused", request=request)
        if kind == 1:
            for item in body if isinstance(body, list) else [body]:
                self._one(item)
            raise httpx.ReadTimeout("timed out", request=request)
        if kind == 2:
            return httpx.Response(429, text="Too Many Requests")
        if kind == 3:
            return httpx.Response(502, html="<html>bad gateway</html>")
        if kind == 4:
            return httpx.Response(200, content=b'{"jsonrpc": "2.0", "id": 0, "resu')
        if kind == 5 and isinstance(body, list):
            return _answer([self._one(item) for item in body[1:]])
        return _answer({"jsonrpc": "2.0", "id": None, "error": {"code": -32005, "message": "daily request count exceeded"}})

    def _one(self, item: Json) -> Json:
        method, params = item["method"], item["params"]
        subject = orjson.dumps([method, params]).decode()
        answer: Json = {"jsonrpc": "2.0", "id": item["id"]}
        if method not in self._methods or (method == "eth_getBlockReceipts" and not self.weather.climate.block_receipts):
            return answer | {"error": {"code": -32601, "message": f"the method {method} does not exist/is not available"}}
        if self.weather.strikes("rpc_errors", subject, self.weather.climate.rpc_errors / 2):
            kind = self.weather.choice("rpc_errors", subject, among=4)
            errors = ((-32603, "internal error"), (-32005, "limit exceeded"), (-32000, "header not found"))
            return answer | ({"result": None} if kind == 3 else {"error": dict(zip(("code", "message"), errors[kind], strict=True))})
        result = self._methods[method](*params)
        if isinstance(result, dict) and "code" in result and "message" in result:
            return answer | {"error": result}
        if method in lies.LIES and self.weather.strikes("lies", subject, self.weather.climate.lies):
            result = lies.told(self, method, params, result=result)
        if method == "eth_getBlockByNumber" and params[0] == "latest" and isinstance(result, dict):
            self.told = max(self.told, int(result["number"], 16))
        return answer | {"result": result}

    def _block(self, number: str, _full: bool) -> Json | None:  # noqa: FBT001
        if number == "latest":
            return self.chain.head.header
        place = int(number, 16)
        return self.chain.blocks[place].header if place < len(self.chain.blocks) else None

    def _receipts(self, number: str) -> list[Json] | None:
        place = int(number, 16)
        return self.chain.blocks[place].receipts if place < len(self.chain.blocks) else None

    def _receipt(self, tx_hash: str) -> Json | None:
        return next((item for block in self.chain.blocks for item in block.receipts if item["transactionHash"] == tx_hash), None)

    def _transaction(self, tx_hash: str) -> Json | None:
        receipt = self._receipt(tx_hash)
        plain = {"from": "0x" + "00" * 20, "to": None, "input": "0x", "gas": "0x0", "value": "0x0"}
        return receipt and {"blockNumber": receipt["blockNumber"], **plain}

    def _proof(self, address: str, _slots: list[str], number: str) -> Json | None:
        place = int(number, 16)
        return {"accountProof": State(self.chain.blocks[place].nonces).proof(address)} if place < len(self.chain.blocks) else None

    def _trace(self, tx_hash: str, _options: Json) -> Json:
        receipt = self._receipt(tx_hash)
        if receipt is None:
            return {"code": -32000, "message": "transaction not found"}
        return {"output": "0x" + (lies.refusal(tx_hash).hex() if receipt["status"] == "0x0" else "")}


def _log(log: Log) -> Json:
    topics = [_hex(topic) for topic in log.topics]
    return {"address": log.address, "topics": topics, "data": _hex(log.data), "logIndex": hex(log.log_index)}


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _answer(content: Any) -> httpx.Response:
    return httpx.Response(200, content=orjson.dumps(content))
