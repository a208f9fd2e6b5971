"""eth-tester's backend (py-evm, in this process) behind the JSON-RPC methods that a gateway uses. Berlin rules, as everywhere."""

from collections.abc import Sequence
from typing import Any

from eth.vm.forks.berlin import BerlinVM
from eth_tester import PyEVMBackend
from eth_tester.exceptions import TransactionFailed

from chain import signing
from chain.errors import NodeRefused
from chain.rpc import Request


class EthTesterEndpoint:
    """Implements chain.rpc.Endpoint. Each transaction that is sent gets a block of its own."""

    def __init__(self) -> None:
        self.backend = PyEVMBackend(vm_configuration=((0, BerlinVM),))
        self.chain = self.backend.chain
        # Transaction hash -> block number and place.
        self._mined: dict[str, tuple[int, int]] = {}

    def call(self, method: str, *params: Any) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        outcomes = self.outcomes(requests)
        for outcome in outcomes:
            if isinstance(outcome, NodeRefused):
                raise outcome
        return outcomes

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        return [self._answer(method, params) for method, params in requests]

    def _answer(self, method: str, params: Sequence[Any]) -> Any:
        handler = getattr(self, f"_{method}", None)
        if handler is None:
            return NodeRefused(-32601, f"{method} does not exist")
        return handler(*params)

    def _height(self) -> int:
        return int(self.backend.get_block_by_number("latest")["number"])

    def _eth_chainId(self) -> str:  # noqa: N802 - the method's name
        return hex(self.chain.chain_id)

    def _eth_getBlockByNumber(self, tag: str, _full: object) -> Any:  # noqa: N802
        number = self._height() if tag == "latest" else int(tag, 16)
        if number > self._height():
            return None
        block = self.chain.get_canonical_block_by_number(number)
        header = block.header
        return {
            "number": hex(number),
            "hash": "0x" + header.hash.hex(),
            "parentHash": "0x" + header.parent_hash.hex(),
            "sha3Uncles": "0x" + header.uncles_hash.hex(),
            "miner": "0x" + header.coinbase.hex(),
            "stateRoot": "0x" + header.state_root.hex(),
            "transactionsRoot": "0x" + header.transaction_root.hex(),
            "receiptsRoot": "0x" + header.receipt_root.hex(),
            "logsBloom": f"0x{header.bloom:0512x}",
            "difficulty": hex(header.difficulty),
            "gasLimit": hex(header.gas_limit),
            "gasUsed": hex(header.gas_used),
            "timestamp": hex(header.timestamp),
            "extraData": "0x" + header.extra_data.hex(),
            "mixHash": "0x" + header.mix_hash.hex(),
            "nonce": "0x" + header.nonce.hex(),
            "transactions": ["0x" + transaction.hash.hex() for transaction in block.transactions],
        }

    def _eth_getTransactionReceipt(self, tx_hash: str) -> Any:  # noqa: N802
        if tx_hash not in self._mined:
            return None
        number, place = self._mined[tx_hash]
        block = self.chain.get_canonical_block_by_number(number)
        receipts = block.get_receipts(self.chain.chaindb)
        receipt, earlier = receipts[place], receipts[place - 1].gas_used if place else 0
        first = sum(len(other.logs) for other in receipts[:place])
        logs = [
            {
                "address": "0x" + log.address.hex(),
                "topics": [f"0x{topic:064x}" for topic in log.topics],
                "data": "0x" + log.data.hex(),
                "logIndex": hex(first + at),
            }
            for at, log in enumerate(receipt.logs)
        ]
        return {
            "transactionHash": tx_hash,
            "transactionIndex": hex(place),
            "blockNumber": hex(number),
            "blockHash": "0x" + block.hash.hex(),
            "status": "0x1" if receipt.state_root == b"\x01" else "0x0",
            "cumulativeGasUsed": hex(receipt.gas_used),
            "gasUsed": hex(receipt.gas_used - earlier),
            "logs": logs,
        }

    def _eth_sendRawTransaction(self, raw: str) -> Any:  # noqa: N802
        data = bytes.fromhex(raw[2:])
        decoded = signing.decode_transaction(data)
        expected = self.backend.get_nonce(bytes.fromhex(decoded.sender[2:]))
        if decoded.fields.nonce != expected:
            return NodeRefused(-32000, "nonce too low" if decoded.fields.nonce < expected else "nonce gap")
        self.backend.send_raw_transaction(data)
        self.backend.mine_blocks(1)
        self._mined["0x" + decoded.hash.hex()] = (self._height(), 0)
        return "0x" + decoded.hash.hex()

    def _eth_getTransactionCount(self, address: str, _tag: str) -> str:  # noqa: N802
        return hex(self.backend.get_nonce(bytes.fromhex(address[2:])))

    def _eth_getCode(self, address: str, _tag: str) -> str:  # noqa: N802
        return "0x" + self.backend.get_code(bytes.fromhex(address[2:])).hex()

    def _eth_getStorageAt(self, address: str, slot: str, _tag: str) -> str:  # noqa: N802
        return f"0x{self.backend.get_storage(bytes.fromhex(address[2:]), int(slot, 16)):064x}"

    def _eth_call(self, call: dict[str, str], _tag: str) -> Any:
        fields = {
            "from": bytes(20),
            "to": bytes.fromhex(call["to"][2:]),
            "data": bytes.fromhex(call["data"][2:]),
            "gas_price": 0,
            "value": 0,
        }
        try:
            return "0x" + self.backend.call(fields).hex()
        except TransactionFailed as error:
            return NodeRefused(3, "execution reverted", data=str(error.args[0]) if error.args else None)
