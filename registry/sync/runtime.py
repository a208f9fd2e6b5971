"""The running sync: one thread that submits what is enqueued and indexes what is mined, and what others ask of it.

It repeats what may be repeated, and halts loudly when the node contradicts itself, the journal or what was final.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta

from chain import signing
from chain.continued import located, present
from chain.errors import Action, ChainError, EngineError, NodeError, NodeRefused
from chain.gateway import ChainGateway
from chain.types import BlockRef
from chain.witnesses import Witnesses
from registry.kernel.errors import DomainError, Unavailable
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Work
from registry.sync import alarms, repo, repo_outbox
from registry.sync.alarms import SyncHalted
from registry.sync.anchors import Schedule
from registry.sync.indexer import Indexer
from registry.sync.journal import JournalConflict
from registry.sync.outbox import Secrets, Submitter
from registry.sync.waiting import Bell, Listener

log = logging.getLogger("tallystick.sync")
# Seconds after which a witness that says nothing is told.
_QUIET = 60.0


@dataclass(frozen=True)
class Habits:
    """How the sync goes about it: seconds between looks at the chain when nobody tells, pauses after something failed, what is forgiven."""

    poll: float = 0.5
    first_pause: float = 0.1
    longest_pause: float = 5.0
    # A lie, or a turn below what was final, must show so often in a row, this far apart, before the sync halts: a single answer may come
    # from another node behind the same address.
    doubts: int = 8
    doubt_pause: float = 0.5
    # Seconds that only grow.
    ticks: Callable[[], float] = time.monotonic
    # Whether blocks are read in threads while the ones before are written.
    ahead: bool = True


@dataclass(frozen=True)
class Health:
    """How the sync is. `reason` says in words why it is not ready."""

    ready: bool
    reason: str
    indexed: int
    head: int
    queued: int
    signed: int


class Runtime:
    """Submits and indexes in a thread of its own, or on demand by `drain`. In a process that only attaches, it only waits."""

    def __init__(
        self,
        work: Work,
        gateway: ChainGateway,
        listen_url: str = "",
        *,
        secrets: Secrets | None = None,
        anchor_every: timedelta = timedelta(0),
        habits: Habits | None = None,
    ) -> None:
        """`listen_url`: where to LISTEN when the pool's own URL goes through a pooler. `anchor_every`: zero for never."""
        self._work = work
        self._habits = habits or Habits()
        self._gateway = gateway
        self._listener = Listener(work, listen_url)
        self._submitter = Submitter(work, gateway, secrets, ticks=self._habits.ticks)
        self._pause = self._habits.first_pause
        self._doubts = 0
        self._indexer = Indexer(work, gateway, ahead=self._habits.ahead)
        self._anchors = Schedule(work, anchor_every)
        # Other nodes of the network, with which final blocks are compared.
        self.witnesses = Witnesses(())
        # One round at a time, whoever asks for it.
        self._round = threading.RLock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self.alarms = alarms.Board(work)
        self._halted: Exception | None = None
        self._trouble: str = ""
        self._indexed = self._head = 0

    def start(self) -> None:
        """Starts the thread. Call once the contracts are deployed."""
        self._stopping.clear()
        self._listener.start()
        self._thread = threading.Thread(target=self._run, name="tallystick-sync", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread after its round; nothing is lost by it."""
        self._stopping.set()
        self._listener.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def drain(self) -> int:
        """Submits and indexes here and now until nothing waits; gives the last applied block. Raises what went wrong."""
        while True:
            with self._round:
                self._raise_if_halted()
                busy = self._work_once()
                if not busy and not self._pending():
                    return self._indexed
            if not busy:
                # A network needs its time to mine.
                time.sleep(self._habits.first_pause)

    def wait_for(self, numbers: Collection[int], seconds: float) -> dict[int, OutboxMessage]:
        """These messages as soon as all have a result, or as they stand after `seconds`. Works in any process."""
        self._listener.enqueued.ring()
        return self._listener.wait_for(numbers, seconds)

    def submit_raw(self, raw: bytes, *, seconds: float) -> str:
        """Sends a transaction that was signed elsewhere, waits until its block is indexed; gives its hash. Raises the gateway's errors."""
        self._raise_if_halted()
        if self._thread is None:
            raise Unavailable("this process does not own the chain; send it to the service")
        tx_hash = signing.decode_transaction(raw).hash
        self._gateway.broadcast([raw], int(self._work.clock.now().timestamp()))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            seen = self._listener.indexed.rings
            self._listener.enqueued.ring()
            found = self._gateway.receipt(tx_hash)
            if found is not None and found[0].number <= self._indexed:
                break
            self._listener.indexed.wait(seen, min(left, self._habits.poll))
        return "0x" + tx_hash.hex()

    def health(self) -> Health:
        """How it stands, without asking the node."""
        with self._work.begin(SERVICE) as unit:
            queue = repo_outbox.queue(unit.session)
            indexed = (repo.checkpoint(unit.session) or (0, b""))[0]
            halted = alarms.halted(unit.session)
        reason = f"halted: {halted}" if halted else self._trouble
        return Health(not reason, reason, indexed, max(self._head, indexed), queue.queued, queue.signed)

    def turn(self) -> float:
        """One round; gives the seconds until the next one. What may pass is tried again; what does not, halts the sync."""
        self.alarms.adopt()
        try:
            self._anchors.step()
            with self._round:
                busy = self._work_once()
        except Exception as error:
            return self._failed(error)
        self.alarms.clear(*alarms.OF_THE_SYNC)
        self.alarms.retry()
        self._trouble, self._pause, self._doubts = "", self._habits.first_pause, 0
        return 0.0 if busy else self._habits.poll

    @property
    def halted(self) -> Exception | None:
        """Why the sync has stopped for good; None while it has not."""
        return self._halted

    def _run(self) -> None:
        while not self._stopping.is_set() and self._halted is None:
            bell: Bell = self._listener.enqueued
            seen = bell.rings
            pause = self.turn()
            if self._trouble:
                self._stopping.wait(pause)
            elif pause:
                bell.wait(seen, pause)

    def _failed(self, error: Exception) -> float:
        """What an error means for the next round."""
        self._trouble = f"{type(error).__name__}: {error}"
        self.alarms.put(alarms.of_error(error), self._trouble)
        log.warning("sync pauses: %s", self._trouble)
        pause = self._pause
        if _passes(error):
            self._pause = min(2 * pause, self._habits.longest_pause)
            return pause
        self._doubts += 1
        if _final(error) or self._doubts >= self._habits.doubts:
            self._halt(error)
        return self._habits.doubt_pause

    def _work_once(self) -> bool:
        """One round: sign, send, index. Whether anything was done."""
        sent, unsent = 0, None
        try:
            signed = self._submitter.sign_batch()
            try:
                sent = self._submitter.send()
            except NodeError as error:
                # What a node does not take holds up nobody who waits for blocks.
                unsent = error
            progress = self._indexer.step(mined=bool(sent))
        except BaseException:
            self._submitter.look_again()
            raise
        self._indexed, self._head = progress.indexed, progress.head
        self._submitter.mined(progress.transactions)
        if progress.applied < 0:
            self._submitter.look_again()
        if progress.applied:
            self._listener.finished(progress.settled if progress.applied > 0 else None)
        self._compare_with_witnesses()
        if unsent is not None:
            self._submitter.look_again()
            raise unsent
        return bool(signed or sent or progress.applied or progress.behind)

    def _compare_with_witnesses(self) -> None:
        """WitnessDisagrees when another node has another block where ours is final."""
        if not self.witnesses.all:
            return
        silent = self.witnesses.silent(_QUIET)
        if silent:
            self.alarms.put("witness_silent", "; ".join(f"{name}: {why}" for name, why in silent.items()))
        else:
            self.alarms.clear("witness_silent")
        with self._work.begin(SERVICE) as unit:
            final = repo.applied(unit.session, repo.final(unit.session))
        if final is not None:
            gateway, number = located(self._gateway, final.number)
            if gateway is present(self._gateway):
                self.witnesses.compare(BlockRef(number, final.hash))

    def _pending(self) -> bool:
        with self._work.begin(SERVICE) as unit:
            return repo_outbox.queue(unit.session).pending > 0

    def _halt(self, error: Exception) -> None:
        self._halted = error
        self.alarms.put(alarms.HALTED, self._trouble)
        log.critical("sync halted: %s: %s", type(error).__name__, error)
        self._listener.finished(None)

    def _raise_if_halted(self) -> None:
        if self._halted is not None:
            raise SyncHalted(f"the sync has halted: {self._halted}") from self._halted


def _final(error: Exception) -> bool:
    """Whether asking again can't change it."""
    return isinstance(error, EngineError | JournalConflict)


def _passes(error: Exception) -> bool:
    """Whether the same step may succeed a little later."""
    if isinstance(error, ChainError):
        # A refusal is of what was sent: others go on.
        return error.action in {Action.RETRY, Action.WAIT} or isinstance(error, NodeRefused)
    if isinstance(error, DomainError):
        return isinstance(error, Unavailable)
    return isinstance(error, OSError)
