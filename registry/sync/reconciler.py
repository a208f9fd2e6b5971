"""The checks that the running service does by itself: a quick one often, a full one now and then, and those that somebody asks for.

It must not load the machine: a full check rests between its pieces, and after any check comes a pause many times as long as it took.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from chain.errors import ChainError
from chain.gateway import ChainGateway
from registry.kernel.errors import DomainError
from registry.kernel.uow import SERVICE, Actor, Work
from registry.sync import check, recording
from registry.sync.alarms import Board
from registry.sync.check import CheckReport, Pause, no_pause
from registry.sync.waiting import Bell

log = logging.getLogger("tallystick.check")

# Seconds between looks for checks that another process has asked for.
_LOOK = 5.0
# A block that no chain has: a quick check after it looks at no block.
_NONE_YET = 2**62


@dataclass(frozen=True)
class Pace:
    """Seconds between quick and between full checks (0: none by itself), the share of its time that a full one may work, and how many
    times as long as a check the pause after it is at least."""

    quick: float
    full: float
    share: float = 0.25
    rest: float = 10.0


class Stopped(Exception):
    """The service ends; the check is not finished."""


class Reconciler:
    """Performs checks and writes down what they find. `start` makes it do so by itself; `check_now` works in any process."""

    def __init__(self, work: Work, gateway: ChainGateway, alarms: Board, *, pace: Pace) -> None:
        self._work = work
        self._gateway = gateway
        self._alarms = alarms
        self._pace = pace
        self._bell = Bell()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        # The last block that a check of this process has seen.
        self._seen = _NONE_YET

    @property
    def running(self) -> bool:
        """Whether this process checks by itself."""
        return self._thread is not None and bool(self._pace.quick)

    def start(self) -> None:
        """Starts the thread; its first check is a quick one at once, the first full one follows an interval later."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="tallystick-check", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; a check that runs is given up."""
        self._stopping.set()
        self._bell.ring()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wake(self) -> None:
        """Somebody has asked for a check."""
        self._bell.ring()

    def check_now(self, actor: Actor) -> tuple[int, CheckReport]:
        """A full check at once, in the caller's thread; gives its number and what it found. Raises what kept it from being finished."""
        with self._work.begin(actor) as unit:
            number = recording.begin(unit, recording.FULL).id
        return number, self._perform(number, since=None, pause=no_pause)

    def quick_now(self) -> CheckReport:
        """A quick check at once."""
        with self._work.begin(SERVICE) as unit:
            number = recording.begin(unit, recording.FAST).id
        return self._perform(number, since=self._seen, pause=no_pause)

    def _perform(self, number: int, *, since: int | None, pause: Pause) -> CheckReport:
        try:
            report = check.run(self._work, self._gateway, since=since, pause=pause)
            with self._work.begin(SERVICE) as unit:
                recording.finish(unit, number, report)
        except BaseException as error:
            with suppress(SQLAlchemyError, OSError, DomainError), self._work.begin(SERVICE) as unit:
                recording.fail(unit, number, f"{type(error).__name__}: {error}")
            raise
        self._seen = report.block_number
        return report

    def _run(self) -> None:
        pace, quick_at, full_at = self._pace, 0.0, time.monotonic() + (self._pace.quick or self._pace.full)
        self._guarded(self._forget)
        while not self._stopping.is_set():
            seen, began = self._bell.rings, time.monotonic()
            if self._guarded(self._asked_for):
                continue
            if pace.full and began >= full_at:
                self._guarded(self._full)
                full_at = self._next(began, pace.full)
            elif pace.quick and began >= quick_at:
                self._guarded(self._quick)
                quick_at = self._next(began, pace.quick)
            else:
                due = [at - began for at, on in ((quick_at, pace.quick), (full_at, pace.full)) if on]
                self._bell.wait(seen, min([_LOOK, *due]))

    def _guarded(self, do: Callable[[], bool]) -> bool:
        """Whether anything was done. What goes wrong is an alarm; the thread goes on."""
        try:
            done = do()
        except Stopped:
            return False
        except Exception as error:
            if not isinstance(error, DomainError | ChainError | SQLAlchemyError | OSError):
                log.exception("a check failed by a fault of the service")
            self._alarms.put("check_failed", f"{type(error).__name__}: {error}")
            return False
        if done:
            self._alarms.clear("check_failed")
        return done

    def _forget(self) -> bool:
        with self._work.begin(SERVICE) as unit:
            recording.give_up_running(unit)
        return False

    def _asked_for(self) -> bool:
        with self._work.begin(SERVICE) as unit:
            run = recording.take(unit)
            number = None if run is None else run.id
        if number is None:
            return False
        self._perform(number, since=None, pause=self._unless_stopping)
        return True

    def _full(self) -> bool:
        with self._work.begin(SERVICE) as unit:
            number = recording.begin(unit, recording.FULL).id
        self._perform(number, since=None, pause=self._rests())
        return True

    def _quick(self) -> bool:
        self.quick_now()
        return True

    def _unless_stopping(self) -> None:
        if self._stopping.is_set():
            raise Stopped("the service ends")

    def _rests(self) -> Pause:
        """A pause that keeps work to its share of the time."""
        woke = time.monotonic()

        def rest() -> None:
            nonlocal woke
            self._stopping.wait((time.monotonic() - woke) * (1 - self._pace.share) / self._pace.share)
            self._unless_stopping()
            woke = time.monotonic()

        return rest

    def _next(self, began: float, interval: float) -> float:
        now = time.monotonic()
        return now + max(interval - (now - began), self._pace.rest * (now - began))
