"""The running sync: one thread that submits what is enqueued and indexes what is mined, and what others ask of it.

It repeats what may be repeated, and halts loudly when the node contradicts itself, the journal or what was final.
"""

import logging
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from chain import signing
from chain.errors import Action, ChainError
from chain.gateway import ChainGateway
from registry.kernel.errors import DomainError, Kind, Unavailable
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Work
from registry.sync import alarms, repo, repo_outbox
from registry.sync.anchors import Schedule
from registry.sync.indexer import Indexer
from registry.sync.outbox import Secrets, Submitter
from registry.sync.waiting import Bell, Listener

log = logging.getLogger("tallystick.sync")

# Seconds between looks at the chain when nobody tells, and the pauses after something failed.
_POLL = 0.5
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0
# Alarms that are over as soon as a round succeeds.
_PASSING = ("node_unreachable", "database_unreachable")


class SyncHalted(DomainError):
    """The sync has stopped for good: what was enqueued stays queued until an operator has looked."""

    code = "sync_halted"
    kind = Kind.UNAVAILABLE


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
    ) -> None:
        """`listen_url`: where to LISTEN when the pool's own URL goes through a pooler. `anchor_every`: zero for never."""
        self._work = work
        self._gateway = gateway
        self._listener = Listener(work, listen_url)
        self._submitter = Submitter(work, gateway, secrets)
        self._indexer = Indexer(work, gateway, ahead=True)
        self._anchors = Schedule(work, anchor_every)
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
        self.alarms.retry()
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
                time.sleep(_FIRST_PAUSE)

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
            self._listener.indexed.wait(seen, min(left, _POLL))
        return "0x" + tx_hash.hex()

    def health(self) -> Health:
        """How it stands, without asking the node."""
        with self._work.begin(SERVICE) as unit:
            queue = repo_outbox.queue(unit.session)
            indexed = (repo.checkpoint(unit.session) or (0, b""))[0]
        reason = f"halted: {self._halted}" if self._halted else self._trouble
        return Health(not reason, reason, indexed, max(self._head, indexed), queue.queued, queue.signed)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            bell: Bell = self._listener.enqueued
            seen = bell.rings
            try:
                self._anchors.step()
                with self._round:
                    busy = self._work_once()
                self._trouble, pause = "", _FIRST_PAUSE
                self.alarms.clear(*_PASSING)
                self.alarms.retry()
                if not busy:
                    bell.wait(seen, _POLL)
            except Exception as error:
                if not _passes(error):
                    self._halt(error)
                    return
                self._trouble = f"{type(error).__name__}: {error}"
                self.alarms.put("node_unreachable" if isinstance(error, ChainError) else "database_unreachable", self._trouble)
                log.warning("sync pauses: %s", self._trouble)
                self._stopping.wait(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    def _work_once(self) -> bool:
        """One round: sign, send, index. Whether anything was done."""
        try:
            signed = self._submitter.sign_batch()
            sent = self._submitter.send()
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
        return bool(signed or sent or progress.applied or progress.behind)

    def _pending(self) -> bool:
        with self._work.begin(SERVICE) as unit:
            return repo_outbox.queue(unit.session).pending > 0

    def _halt(self, error: Exception) -> None:
        self._halted = error
        self.alarms.put(alarms.of_error(error, "sync_halted"), f"{type(error).__name__}: {error}")
        log.critical("sync halted: %s: %s", type(error).__name__, error)
        self._listener.finished(None)

    def _raise_if_halted(self) -> None:
        if self._halted is not None:
            raise SyncHalted(f"the sync has halted: {self._halted}") from self._halted


def _passes(error: Exception) -> bool:
    """Whether the same step may succeed a little later."""
    if isinstance(error, ChainError):
        return error.action in {Action.RETRY, Action.WAIT}
    if isinstance(error, DomainError):
        return isinstance(error, Unavailable)
    return isinstance(error, SQLAlchemyError | OSError)
