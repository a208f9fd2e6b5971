"""The embedded engine: Anvil driven by a journal that is the truth.

A block is in the journal before the node hears of it. Whatever happens to the node, replaying the journal gives the same block hashes.
"""

import gzip
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from chain import crash
from chain.errors import EngineStopped, JournalMismatch, NodeLied, NodeRefused, NodeUnavailable, OrderLost
from chain.hashing import keccak
from chain.headers import hexdata, parse_block
from chain.node import AnvilNode, NodeSettings
from chain.rpc import Endpoint, Request, Rpc
from chain.snapshots import Snapshot, SnapshotFolder
from chain.types import Block

# Raw transactions in one JSON batch. Anvil works a batch off concurrently; beyond about a hundred the order is not kept.
_CHUNK = 32
# Seconds between snapshots, as a multiple of what the last one took.
_SNAPSHOT_PAUSE = 20


@dataclass(frozen=True)
class JournalEntry:
    """A block of the journal. `hash` and `state_root` are None until it was mined once. `timestamp` in UTC seconds."""

    number: int
    timestamp: int
    raws: tuple[bytes, ...]
    hash: bytes | None
    state_root: bytes | None


class Journal(Protocol):
    """Where the embedded engine keeps its blocks. Each call is durable when it returns."""

    def append(self, number: int, timestamp: int, raws: Sequence[bytes]) -> None:
        """Records what block `number` will be, before it is sent."""

    def complete(self, number: int, *, hash: bytes, state_root: bytes) -> None:  # noqa: A002 - the field's name everywhere
        """Records what block `number` became."""

    def blocks(self, from_number: int) -> Iterator[JournalEntry]:
        """Entries from a number on, in order."""

    def last(self) -> JournalEntry | None:
        """The latest entry; None when there is none."""


class EmbeddedEngine:
    """Owns the node. One per data folder: the caller holds the folder's lock."""

    def __init__(
        self, journal: Journal, *, binary: Path, folder: Path, chain_id: int, genesis_time: int, snapshot_every: int = 500
    ) -> None:
        """`genesis_time` in UTC seconds. A snapshot is taken every so many blocks, less often when snapshots take long."""
        self.chain_id = chain_id
        # Called with the node's address whenever a node begins to serve, so that other processes can find it.
        self.announce: Callable[[str], None] = lambda _url: None
        self._journal = journal
        self._settings = NodeSettings(binary, folder, chain_id, genesis_time)
        self._snapshots = SnapshotFolder(folder / "snapshots")
        self._snapshot_every = snapshot_every
        self._snapshot_number = 0
        self._snapshot_not_before = 0.0
        self._node: AnvilNode | None = None
        # The node's endpoint once it stands at the end of the journal; readers never see it earlier.
        self._serving: Rpc | None = None
        self._started = False
        self._head: Block | None = None
        # One block at a time, and none during a restart.
        self._lock = threading.RLock()

    def start(self) -> Block:
        """Brings the node to the end of the journal and gives the head.

        From the newest good snapshot; a snapshot that doesn't lead to the recorded hashes is discarded. JournalMismatch when genesis
        doesn't lead there either, NodeUnavailable when the node can't run.
        """
        with self._lock:
            if not self._settings.binary.is_file():
                raise NodeUnavailable(f"no node program at {self._settings.binary}")
            self._started = True
            self._snapshots.clean()
            for snapshot in self._snapshots.newest_first():
                if snapshot.intact() and self._recorded(snapshot):
                    try:
                        return self._load(snapshot)
                    except (JournalMismatch, NodeUnavailable, NodeRefused, NodeLied):
                        pass
                self._snapshots.discard(snapshot)
            return self._load(None)

    def stop(self) -> None:
        """Takes a snapshot, so that the next start is short, and ends the node."""
        with self._lock:
            if self._node is not None and self._node.alive() and self._head and self._head.number > self._snapshot_number:
                # A snapshot is a cache; the journal is whole without it.
                with suppress(NodeUnavailable, NodeRefused):
                    self._take_snapshot()
            self._drop_node()
            self._head = None
            self._started = False

    @property
    def head(self) -> Block:
        """The latest block. EngineStopped when the engine isn't running."""
        if self._head is None:
            raise EngineStopped("the engine is not started")
        return self._head

    @property
    def node_pid(self) -> int:
        """Process id of the node; 0 when it isn't running."""
        return self._node.pid if self._node is not None else 0

    def rpc(self) -> Endpoint:
        """For reading: the present node's endpoint, whatever becomes of the node meanwhile."""
        return _Reading(self)

    def serving(self) -> Rpc:
        """The node's endpoint at the end of the journal; a node that has died is replaced first."""
        node, serving = self._node, self._serving
        if serving is not None and node is not None and node.alive():
            # Reading doesn't wait for a block that is being mined.
            return serving
        return self.replaced(serving)

    def replaced(self, failed: Rpc | None) -> Rpc:
        """A new node's endpoint, unless another thread has replaced the failed one already."""
        with self._lock:
            if not self._started:
                raise EngineStopped("the engine is not started")
            if self._serving is None or self._serving is failed:
                self.start()
            return self._running().rpc

    def mine(self, raws: Sequence[bytes], timestamp: int) -> Block:
        """One block of these transactions, in this order, with this time; the head's time when that is later (equal times are allowed).

        In the journal when it returns. A node that dies meanwhile is replaced and the block mined there.
        """
        with self._lock:
            self.serving()
            self._snapshot_when_due()
            entry = JournalEntry(self.head.number + 1, max(timestamp, self.head.timestamp), tuple(raws), None, None)
            try:
                self._journal.append(entry.number, entry.timestamp, entry.raws)
                self._follow(entry, chunk=_CHUNK)
            except (NodeUnavailable, NodeRefused, NodeLied):
                # What the node holds is uncertain now; the journal isn't.
                return self.start()
            except BaseException:
                # Whether the journal has the block is uncertain too: the next use starts from what it holds.
                self._drop_node()
                raise
            return self.head

    def dump(self) -> bytes:
        """The node's state after the head, as JSON."""
        with self._lock:
            return gzip.decompress(hexdata(self.serving().call("anvil_dumpState")))

    def _running(self) -> AnvilNode:
        if self._node is None:
            raise EngineStopped("the engine is not started")
        return self._node

    def _recorded(self, snapshot: Snapshot) -> bool:
        """Whether the journal knows the snapshot's block."""
        entry = next(self._journal.blocks(snapshot.head.number), None)
        return entry is not None and entry.number == snapshot.head.number and entry.hash == snapshot.head.hash

    def _load(self, snapshot: Snapshot | None) -> Block:
        """Starts a node at the snapshot or at genesis and replays the journal from there; with batches of one if need be."""
        try:
            return self._run(snapshot, chunk=_CHUNK)
        except OrderLost:
            return self._run(snapshot, chunk=1)

    def _run(self, snapshot: Snapshot | None, *, chunk: int) -> Block:
        self._drop_node()
        self._node = AnvilNode(self._settings, state=snapshot.path if snapshot else None)
        try:
            head = _block(self._node.start(), "latest")
            if snapshot and head.ref != snapshot.head:
                raise JournalMismatch(snapshot.head.number, expected=snapshot.head.hash, found=head.hash)
            self._head = head
            for entry in self._journal.blocks(head.number + 1):
                self._follow(entry, chunk=chunk)
        except BaseException:
            self._drop_node()
            self._head = None
            raise
        self._snapshot_number = snapshot.head.number if snapshot else 0
        self._serving = self._running().rpc
        self.announce(self._serving.url)
        return self.head

    def _follow(self, entry: JournalEntry, *, chunk: int) -> None:
        """Mines an entry on top of the head; completes it in the journal, or compares it with what the journal says."""
        block = self._mine(entry, chunk=chunk)
        if entry.hash is None:
            self._journal.complete(entry.number, hash=block.hash, state_root=block.state_root)
        elif (entry.hash, entry.state_root) != (block.hash, block.state_root):
            raise JournalMismatch(entry.number, expected=entry.hash, found=block.hash)
        self._head = block

    def _mine(self, entry: JournalEntry, *, chunk: int) -> Block:
        rpc = self._running().rpc
        for start in range(0, len(entry.raws), chunk):
            # A transaction that the node refuses is refused again at every replay: it is not part of the block then either.
            rpc.outcomes([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in entry.raws[start : start + chunk]])
        crash.point(crash.Point.NODE_SENT)
        rpc.call("evm_mine", {"timestamp": entry.timestamp})
        block = _block(rpc, hex(entry.number))
        if block.parent_hash != self.head.hash or block.timestamp != entry.timestamp:
            raise NodeLied(f"block {entry.number} does not stand on block {self.head.number}")
        if len(block.transactions) != len(entry.raws):
            # Nothing waits for a later block: a replay from a snapshot starts with an empty pool.
            rpc.call("anvil_dropAllTransactions")
        mined = set(block.transactions)
        sent = dict.fromkeys(tx_hash for raw in entry.raws if (tx_hash := keccak(raw)) in mined)
        # Sent one by one, the order is the node's own rule (a lower nonce first), and the same at every replay.
        if chunk > 1 and tuple(sent) != block.transactions:
            raise OrderLost(f"block {entry.number} has its transactions in another order than sent")
        return block

    def _snapshot_when_due(self) -> None:
        """Taken of the block before the one to come, which readers have seen by then."""
        due = self.head.number - self._snapshot_number >= self._snapshot_every and time.monotonic() >= self._snapshot_not_before
        if not due:
            return
        try:
            self._take_snapshot()
        except (NodeUnavailable, NodeRefused):
            self.start()

    def _take_snapshot(self) -> None:
        began = time.monotonic()
        content = gzip.decompress(hexdata(self._running().rpc.call("anvil_dumpState")))
        crash.point(crash.Point.SNAPSHOT_DUMPED)
        self._snapshots.write(self.head.ref, content)
        self._snapshot_number = self.head.number
        self._snapshot_not_before = time.monotonic() + _SNAPSHOT_PAUSE * (time.monotonic() - began)

    def _drop_node(self) -> None:
        self._serving = None
        if self._node is not None:
            self._node.stop()
            self._node = None


class _Reading:
    """An endpoint for reads: when the node turns out to be dead, it is replaced and asked again, once."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self._engine = engine

    def call(self, method: str, *params: Any) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        outcomes = self.outcomes(requests)
        for outcome in outcomes:
            if isinstance(outcome, NodeRefused):
                raise outcome
        return outcomes

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        rpc = self._engine.serving()
        try:
            return rpc.outcomes(requests)
        except NodeUnavailable:
            return self._engine.replaced(rpc).outcomes(requests)


def _block(rpc: Rpc, number: str) -> Block:
    raw = rpc.call("eth_getBlockByNumber", number, False)
    if raw is None:
        raise NodeLied(f"the node has no block {number}")
    return parse_block(raw, verify=True)
