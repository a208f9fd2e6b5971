"""Who waits for what: one connection per process that LISTENs, and threads that wait for results or for work.

Notifications only wake; what is true is read from the tables. A lost one costs a poll interval, nothing else.
"""

import logging
import threading
import time
from collections.abc import Collection
from typing import Any

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from registry.kernel.outbox import CHANNEL
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE, Work
from registry.sync import repo, repo_outbox

log = logging.getLogger("tallystick.sync")

# Seconds after which a waiter looks although nobody told it anything.
_LOOK_AGAIN = 1.0
# Seconds between attempts to listen again, and the longest a stop takes.
_RETRY = 0.2
# States of a message that has its result.
FINISHED = {"confirmed", "reverted", "rejected"}


class Bell:
    """Counts rings; a waiter that has seen ring n waits for ring n + 1, so none is missed in between."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._rings = 0

    @property
    def rings(self) -> int:
        """How often it rang."""
        return self._rings

    def ring(self) -> None:
        """Wakes all waiters."""
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Returns once it rang more than `seen` times, or the time is over."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings > seen, timeout=seconds)


class Waiter:
    """Somebody who waits for messages: woken when the last of them has a result, or when nobody can say which have one."""

    def __init__(self, numbers: Collection[int]) -> None:
        self.left = set(numbers)
        self.woken = threading.Event()


class Listener:
    """Turns notifications of the database into wake-ups: `enqueued` rings when there is work, waiters learn which messages are done."""

    def __init__(self, work: Work, url: str = "") -> None:
        """`url`: where to LISTEN, as SQLAlchemy writes it; empty: where the pool connects to. A transaction pooler can't LISTEN."""
        self._work = work
        self._url = url
        self._stop = threading.Event()
        self._listening = threading.Event()
        self._deaf = False
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._waiters: set[Waiter] = set()
        self.enqueued = Bell()
        self.indexed = Bell()

    def start(self) -> None:
        """Starts listening, once; returns when notifications arrive."""
        with self._guard:
            if self._thread is None:
                self._stop.clear()
                self._thread = threading.Thread(target=self._run, name="tallystick-listen", daemon=True)
                self._thread.start()
        self._listening.wait(timeout=_LOOK_AGAIN)

    @property
    def listening(self) -> bool:
        """Whether notifications arrive now."""
        return self._listening.is_set()

    def stop(self) -> None:
        """Stops listening; waiters look one last time."""
        with self._guard:
            thread, self._thread = self._thread, None
        self._stop.set()
        self.enqueued.ring()
        self.finished(None)
        if thread is not None:
            thread.join()

    def finished(self, numbers: Collection[int] | None) -> None:
        """These messages have a result; None: any may have one."""
        with self._guard:
            for waiter in self._waiters:
                if numbers is not None:
                    waiter.left.difference_update(numbers)
                if numbers is None or not waiter.left:
                    waiter.woken.set()
        self.indexed.ring()

    def wait_for(self, numbers: Collection[int], seconds: float) -> dict[int, OutboxMessage]:
        """These messages, as soon as all have a result; as they stand when the time is over."""
        self.start()
        end = time.monotonic() + seconds
        waiter = Waiter(numbers)
        with self._guard:
            self._waiters.add(waiter)
        try:
            while True:
                waiter.woken.clear()
                with self._work.begin(SERVICE) as unit:
                    left = end - time.monotonic()
                    found = repo_outbox.messages(unit.session, numbers)
                if left <= 0 or all(message.state in FINISHED for message in found.values()):
                    return found
                waiter.woken.wait(min(left, _LOOK_AGAIN))
        finally:
            with self._guard:
                self._waiters.discard(waiter)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connect() as connection:
                    self._listen(connection)
            except (psycopg.Error, SQLAlchemyError) as error:
                self._listening.clear()
                self._complain(error)
                self._stop.wait(_RETRY)

    def _complain(self, error: Exception) -> None:
        """Once per outage; without notifications everything still works, a second late."""
        if not self._deaf:
            log.warning("no notifications from the database: %s", str(error).strip())
        self._deaf = True

    def _connect(self) -> "psycopg.Connection[Any]":
        # Not by a URL: SQLAlchemy writes a blank of a path as a plus sign, which libpq takes for one.
        url = make_url(self._url) if self._url else self._work.engine.url
        words, options = url.get_dialect()().create_connect_args(url)
        return psycopg.connect(*words, autocommit=True, **options)

    def _listen(self, connection: "psycopg.Connection[Any]") -> None:
        for channel in (CHANNEL, repo.INDEXED):
            connection.execute(f"listen {channel}")
        self._listening.set()
        self._deaf = False
        # What was sent before anyone listened.
        self.enqueued.ring()
        self.finished(None)
        while not self._stop.is_set():
            for notification in connection.notifies(timeout=_RETRY, stop_after=1):
                if notification.channel == CHANNEL:
                    self.enqueued.ring()
                else:
                    self.finished(told(notification.payload))


def told(payload: str) -> list[int] | None:
    """Which messages a notification names ("BLOCK MESSAGE,MESSAGE,..."); None: too many to name."""
    _, _, names = payload.partition(" ")
    return None if names == "*" else [int(name) for name in names.split(",") if name]
