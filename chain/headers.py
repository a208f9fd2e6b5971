"""A node's JSON about blocks and receipts, recomputed instead of believed: header hash, receipts root, bloom of the logs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from chain import rlp
from chain.errors import NodeLied
from chain.hashing import keccak
from chain.trie import ordered_root
from chain.types import Block, Log, Receipt

_DATA, _NUMBER = "data", "number"
# Name and kind of each field of a header, in the order in which they are hashed.
FIELDS = (
    ("parentHash", _DATA),
    ("sha3Uncles", _DATA),
    ("miner", _DATA),
    ("stateRoot", _DATA),
    ("transactionsRoot", _DATA),
    ("receiptsRoot", _DATA),
    ("logsBloom", _DATA),
    ("difficulty", _NUMBER),
    ("number", _NUMBER),
    ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER),
    ("timestamp", _NUMBER),
    ("extraData", _DATA),
    ("mixHash", _DATA),
    ("nonce", _DATA),
)
# Fields that later rules appended, in this order.
LATER = (
    ("baseFeePerGas", _NUMBER),
    ("withdrawalsRoot", _DATA),
    ("blobGasUsed", _NUMBER),
    ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", _DATA),
    ("requestsHash", _DATA),
)


def hexdata(text: str) -> bytes:
    """Bytes of 0x hex."""
    return bytes.fromhex(text[2:])


def header_items(raw: dict[str, Any]) -> list[bytes]:
    """The items of the header that a block's JSON describes, as they are hashed."""
    # Anvil's genesis skips some of the later fields and has others; so absence alone decides.
    present = (*FIELDS, *(field for field in LATER if raw.get(field[0]) is not None))
    return [_field(raw[name], kind) for name, kind in present]


def header_hash(raw: dict[str, Any]) -> bytes:
    """Hash of the header that a block's JSON describes."""
    return keccak(rlp.encode(header_items(raw)))


def _field(text: str, kind: str) -> bytes:
    return hexdata(text) if kind == _DATA else rlp.number(int(text, 16))


def parse_block(raw: dict[str, Any], *, verify: bool) -> Block:
    """A block from JSON with transaction hashes. With `verify`, NodeLied unless its hash is that of its header."""
    try:
        block = Block(
            number=int(raw["number"], 16),
            hash=hexdata(raw["hash"]),
            parent_hash=hexdata(raw["parentHash"]),
            timestamp=int(raw["timestamp"], 16),
            state_root=hexdata(raw["stateRoot"]),
            receipts_root=hexdata(raw["receiptsRoot"]),
            logs_bloom=hexdata(raw["logsBloom"]),
            transactions=tuple(hexdata(item) for item in raw["transactions"]),
        )
        if verify and header_hash(raw) != block.hash:
            raise NodeLied(f"block {block.number}: its hash is not that of its header")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NodeLied(f"a block that is none: {type(error).__name__} {error}") from error
    return block


def parse_receipts(raw: Sequence[dict[str, Any]], block: Block) -> list[Receipt]:
    """The receipts of a whole block. NodeLied unless they hash to the header's root and their logs make its bloom.

    Positions and log indexes are counted here, not taken from the node.
    """
    receipts, encoded, bloom, log_index = [], [], 0, 0
    try:
        if len(raw) != len(block.transactions):
            raise NodeLied(f"block {block.number}: {len(raw)} receipts for {len(block.transactions)} transactions")
        for index, item in enumerate(raw):
            receipt = parse_receipt(item, index=index, first_log=log_index)
            log_index += len(receipt.logs)
            own_bloom = logs_bloom(receipt.logs)
            bloom |= own_bloom
            receipts.append(receipt)
            encoded.append(_encode_receipt(item, receipt, bloom=own_bloom))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise NodeLied(f"block {block.number}: a receipt that is none: {type(error).__name__} {error}") from error
    if tuple(receipt.tx_hash for receipt in receipts) != block.transactions:
        raise NodeLied(f"block {block.number}: receipts of other transactions")
    if ordered_root(encoded) != block.receipts_root:
        raise NodeLied(f"block {block.number}: receipts do not hash to the header's root")
    if bloom != int.from_bytes(block.logs_bloom, "big"):
        raise NodeLied(f"block {block.number}: logs do not make the header's bloom")
    return receipts


def parse_receipt(raw: dict[str, Any], *, index: int | None = None, first_log: int | None = None) -> Receipt:
    """One receipt from JSON, unchecked. Position and first log index are the node's unless they are given."""
    logs = tuple(
        Log(
            address=item["address"].lower(),
            topics=tuple(map(hexdata, item["topics"])),
            data=hexdata(item["data"]),
            log_index=int(item["logIndex"], 16) if first_log is None else first_log + place,
        )
        for place, item in enumerate(raw["logs"])
    )
    return Receipt(
        tx_hash=hexdata(raw["transactionHash"]),
        index=int(raw["transactionIndex"], 16) if index is None else index,
        status=int(raw["status"], 16) == 1,
        gas_used=int(raw["gasUsed"], 16),
        logs=logs,
    )


def _encode_receipt(raw: dict[str, Any], receipt: Receipt, *, bloom: int) -> bytes:
    logs = [(_address(log.address), log.topics, log.data) for log in receipt.logs]
    status = b"\x01" if receipt.status else b""
    body = rlp.encode([status, rlp.number(int(raw["cumulativeGasUsed"], 16)), bloom.to_bytes(256, "big"), logs])
    kind = int(raw.get("type") or "0x0", 16)
    return body if kind == 0 else bytes((kind,)) + body


def logs_bloom(logs: Sequence[Log]) -> int:
    """The 2048-bit filter of logs: three bits for each address and topic."""
    bloom = 0
    for log in logs:
        bloom |= _bits(_address(log.address))
        for topic in log.topics:
            bloom |= _bits(topic)
    return bloom


# Addresses, event names and parties repeat; ids come twice at least, in the two events of a block or in the next block.
@lru_cache(maxsize=4096)
def _bits(value: bytes) -> int:
    digest = keccak(value)
    mask = 0
    for at in (0, 2, 4):
        mask |= 1 << ((digest[at] << 8 | digest[at + 1]) & 2047)
    return mask


_address = lru_cache(maxsize=1024)(hexdata)
