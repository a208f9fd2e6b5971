"""The embedded engine: the journal is the truth, everything else may be lost at any moment."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from chain import signing
from chain.engine import EmbeddedEngine
from chain.errors import EngineStopped, JournalMismatch, NodeUnavailable
from tests.chain.conftest import CHAIN_ID, GENESIS, EngineMaker
from tests.chain.traffic import SENDERS, block_of, transaction
from tests.fakes.journal import FileJournal, MemoryJournal


def mine(engine: EmbeddedEngine, first: int, last: int) -> None:
    for number in range(first, last + 1):
        engine.mine(block_of(number), GENESIS + number)


def replayed(journal: MemoryJournal, anvil: Path, folder: Path) -> bytes:
    """Head hash of a fresh node that has only the journal."""
    engine = EmbeddedEngine(journal.copy(), binary=anvil, folder=folder, chain_id=CHAIN_ID, genesis_time=GENESIS)
    try:
        return engine.start().hash
    finally:
        engine.stop()


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_the_journal_comes_first(make_engine: EngineMaker) -> None:
    class Watched(MemoryJournal):
        def append(self, number: int, timestamp: int, raws: object) -> None:
            super().append(number, timestamp, raws)  # type: ignore[arg-type]
            self.calls.append(f"node stands at {int(engine.rpc().call('eth_blockNumber'), 16)}")

    journal = Watched()
    engine = make_engine(journal)
    engine.start()
    mine(engine, 1, 2)
    assert journal.calls == ["append 1", "node stands at 0", "complete 1", "append 2", "node stands at 1", "complete 2"]


def test_a_block_holds_its_transactions_in_order(make_engine: EngineMaker) -> None:
    engine = make_engine(MemoryJournal())
    engine.start()
    raws = [transaction(SENDERS[place % len(SENDERS)], place // len(SENDERS)) for place in range(400)]
    block = engine.mine(raws, GENESIS + 1)
    assert list(block.transactions) == [signing.transaction_hash(raw) for raw in raws]


def test_time_may_stand_still_but_not_go_back(make_engine: EngineMaker) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal)
    engine.start()
    times = [engine.mine(block_of(number), GENESIS + asked).timestamp - GENESIS for number, asked in enumerate([0, 0, 7, 7, 3], 1)]
    assert times == [0, 0, 7, 7, 7]
    assert [entry.timestamp - GENESIS for entry in journal.blocks(1)] == times


def test_a_restart_gives_the_same_hashes(make_engine: EngineMaker, anvil: Path, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=4)
    engine.start()
    mine(engine, 1, 10)
    head = engine.head
    engine.stop()
    before = dict(journal.entries)
    assert make_engine(journal).start() == head
    assert replayed(journal, anvil, tmp_path / "other") == head.hash
    assert journal.entries == before


def test_snapshot_after_equal_times(make_engine: EngineMaker, anvil: Path, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=1)
    engine.start()
    for number in range(1, 4):
        engine.mine(block_of(number), GENESIS + 5)
    engine.stop()
    again = make_engine(journal)
    again.start()
    head = again.mine(block_of(4), GENESIS + 5)
    assert head.timestamp == GENESIS + 5
    assert replayed(journal, anvil, tmp_path / "other") == head.hash


@pytest.mark.parametrize("snapshot_every", [3, 1000])
def test_a_killed_node_is_replaced(make_engine: EngineMaker, anvil: Path, tmp_path: Path, snapshot_every: int) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=snapshot_every)
    engine.start()
    mine(engine, 1, 7)
    head, pid = engine.head, engine.node_pid
    os.kill(pid, signal.SIGKILL)
    assert engine.rpc().call("eth_getBlockByNumber", "latest", False)["hash"] == "0x" + head.hash.hex()
    assert engine.node_pid != pid
    os.kill(engine.node_pid, signal.SIGKILL)
    mine(engine, 8, 9)
    assert replayed(journal, anvil, tmp_path / "other") == engine.head.hash


def test_a_node_killed_in_the_middle_of_blocks(make_engine: EngineMaker, anvil: Path, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=6)
    engine.start()
    killed: list[int] = []

    def kill_three_times() -> None:
        while len(killed) < 3:
            # Each node has mined something before it dies; the miner is at work then, at whatever point of a block.
            reached = engine.head.number + 2
            while engine.head.number < reached:
                pass
            if pid := engine.node_pid:
                killed.append(pid)
                os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_three_times)
    killer.start()
    number = 0
    while killer.is_alive() or number < 10:
        number += 1
        engine.mine(block_of(number), GENESIS + number)
    killer.join()
    assert len(set(killed)) == 3
    assert engine.head.number == number
    assert all(entry.hash and len(entry.raws) == 3 for entry in journal.blocks(1))
    assert replayed(journal, anvil, tmp_path / "other") == engine.head.hash


@pytest.mark.parametrize("blocks", [2, 9])
def test_a_killed_owner_takes_the_node_along_and_loses_nothing(make_engine: EngineMaker, anvil: Path, tmp_path: Path, blocks: int) -> None:
    with subprocess.Popen([sys.executable, "-m", "tests.chain.owner", str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        node_pid = int(owner.stdout.readline().split()[1])
        printed = 0
        while printed < blocks:
            printed = int(owner.stdout.readline().split()[1])
        owner.send_signal(signal.SIGKILL)
    while not gone(node_pid):
        pass
    journal = FileJournal(tmp_path / "journal")
    promised = {entry.number: entry.hash for entry in journal.blocks(1) if entry.hash}
    assert len(promised) >= printed
    head = make_engine(journal).start()
    assert head.number == len(journal.entries)
    assert {number: journal.entries[number].hash for number in promised} == promised
    assert replayed(journal, anvil, tmp_path / "other") == head.hash


def test_a_block_that_was_never_completed_is_mined_at_start(make_engine: EngineMaker) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal)
    engine.start()
    mine(engine, 1, 3)
    engine.stop()
    journal.append(4, GENESIS + 4, block_of(4))
    head = make_engine(journal).start()
    assert (head.number, journal.entries[4].hash, journal.entries[4].state_root) == (4, head.hash, head.state_root)


@pytest.mark.parametrize("fault", ["append lost", "append kept", "complete"])
def test_a_journal_that_fails_costs_nothing(make_engine: EngineMaker, anvil: Path, tmp_path: Path, fault: str) -> None:
    class Failing(MemoryJournal):
        broken = False

        def append(self, number: int, timestamp: int, raws: object) -> None:
            if self.broken and fault == "append lost":
                raise ConnectionError(fault)
            super().append(number, timestamp, raws)  # type: ignore[arg-type]
            if self.broken and fault == "append kept":
                raise ConnectionError(fault)

        def complete(self, number: int, **result: bytes) -> None:
            if self.broken and fault == "complete":
                raise ConnectionError(fault)
            super().complete(number, **result)

    journal = Failing()
    engine = make_engine(journal)
    engine.start()
    mine(engine, 1, 2)
    journal.broken = True
    with pytest.raises(ConnectionError):
        engine.mine(block_of(3), GENESIS + 3)
    journal.broken = False
    engine.serving()
    mine(engine, engine.head.number + 1, 5)
    assert [entry.number for entry in journal.blocks(1) if entry.hash] == [1, 2, 3, 4, 5]
    assert replayed(journal, anvil, tmp_path / "other") == engine.head.hash


def snapshots(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "node" / "snapshots").iterdir())


def test_a_damaged_snapshot_is_passed_over(make_engine: EngineMaker, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=2)
    engine.start()
    mine(engine, 1, 7)
    head = engine.head
    engine.stop()
    older, newest = snapshots(tmp_path)
    content = bytearray(newest.read_bytes())
    content[len(content) // 2] ^= 1
    newest.write_bytes(content)
    (tmp_path / "node" / "snapshots" / "77.tmp").write_bytes(b"half")
    assert make_engine(journal).start() == head
    assert snapshots(tmp_path) == [older]
    older.write_bytes(older.read_bytes()[:100])
    assert make_engine(journal).start() == head
    assert snapshots(tmp_path) == []


def test_a_snapshot_that_leads_elsewhere_is_discarded(make_engine: EngineMaker, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal)
    engine.start()
    mine(engine, 1, 3)
    engine.stop()
    (honest,) = snapshots(tmp_path)
    content = honest.read_bytes()
    again = make_engine(journal)
    again.start()
    mine(again, 4, 5)
    head = again.head
    again.stop()
    for path in snapshots(tmp_path):
        path.unlink()
    # Another state under the right block's hash, with a name that fits its content.
    forged = content.replace(b'"nonce":3', b'"nonce":4', 1)
    assert forged != content
    name = "-".join((*honest.name.split("-")[:2], hashlib.sha256(forged).hexdigest())) + ".json"
    honest.with_name(name).write_bytes(forged)
    assert make_engine(journal).start() == head
    assert name not in [path.name for path in snapshots(tmp_path)]


def test_a_journal_that_was_tampered_with_is_refused(make_engine: EngineMaker, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal)
    engine.start()
    mine(engine, 1, 3)
    engine.stop()
    journal.entries[2] = replace(journal.entries[2], raws=tuple(reversed(journal.entries[2].raws)))
    # The snapshot of block 3 hides it; without the cache it shows.
    for path in snapshots(tmp_path):
        path.unlink()
    again = make_engine(journal)
    with pytest.raises(JournalMismatch) as caught:
        again.start()
    assert caught.value.number == 2
    with pytest.raises(EngineStopped):
        _ = again.head


def test_what_the_node_refuses_is_refused_at_every_replay(make_engine: EngineMaker, anvil: Path, tmp_path: Path) -> None:
    journal = MemoryJournal()
    engine = make_engine(journal, snapshot_every=1)
    engine.start()
    good = transaction(SENDERS[0], 0)
    gap = transaction(SENDERS[1], 1)
    block = engine.mine([b"junk", good, good, gap], GENESIS + 1)
    assert block.transactions == (signing.transaction_hash(good),)
    # The gap closes, but what was left out does not come back by itself.
    block = engine.mine([transaction(SENDERS[1], 0)], GENESIS + 2)
    assert len(block.transactions) == 1
    engine.stop()
    assert make_engine(journal).start() == block
    assert replayed(journal, anvil, tmp_path / "other") == block.hash


def test_an_engine_that_does_not_run_says_so(make_engine: EngineMaker, tmp_path: Path) -> None:
    engine = make_engine(MemoryJournal())
    for use in (lambda: engine.rpc().call("eth_chainId"), engine.serving, lambda: engine.head, lambda: engine.mine([], GENESIS)):
        with pytest.raises(EngineStopped):
            use()
    missing = EmbeddedEngine(MemoryJournal(), binary=tmp_path / "none", folder=tmp_path, chain_id=1, genesis_time=1)
    with pytest.raises(NodeUnavailable, match="no node program"):
        missing.start()
    other = EmbeddedEngine(MemoryJournal(), binary=Path("/bin/false"), folder=tmp_path / "false", chain_id=1, genesis_time=1)
    with pytest.raises(NodeUnavailable, match="did not start"):
        other.start()
