"""A client that plays a flow through the API and repeats what was not answered, as every client must; and the operator who starts the
service again when it has died."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Event, Timer
from typing import Any, TypeVar

import httpx

from chain import crash
from scripts.story.client import PATIENCE_SECONDS, Party, Refused
from scripts.story.process import ServiceFailed
from tests.crashes.service import DEAD, Killable, Victim, Watcher
from tests.crashes.site import START, Place

T = TypeVar("T")
# What the API says while its database or its node is away: ask again.
_PASSING = {"unavailable", "database_unavailable", "chain_unavailable"}
_RETRY_SECONDS = 0.1


@dataclass(frozen=True)
class Death:
    """What dies, and when: at a visit of a point in one of the service's lives, or some seconds into a step. `victim` None: the service."""

    point: str = ""
    visit: int = 1
    life: int = 1
    victim: Victim | None = None
    step: int = 0
    seconds: float = 0.0


@dataclass
class Drive:
    """One flow on one installation."""

    place: Place
    seed: int
    death: Death | None = None
    trace: bool = False
    now: datetime = START
    # What the flow has seen that no table holds.
    facts: list[tuple[Any, ...]] = field(default_factory=list)
    lives: int = 0
    deaths: int = 0
    steps: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - a seed replays a flow
        self._parties: dict[str, Party] = {}
        victim = self.death and self.death.victim
        self._watcher = Watcher(victim) if victim and self.death and self.death.point else None
        self._timer: Timer | None = None
        self._pause = Event()
        self._struck = False
        self.service = self._started()

    @property
    def struck(self) -> bool:
        """Whether what was to die has died."""
        return self.deaths > 0 or self._struck or (self._watcher is not None and self._watcher.struck)

    def amount(self, low: int = 100_000, high: int = 900_000) -> int:
        """Minor units, from the seed."""
        return self.random.randrange(low, high)

    def at(self, days: int) -> None:
        """Moves the clock to so many days after the start."""
        self.now = START + timedelta(days=days)
        self._step(lambda: self.service.set_clock(self.now))

    def soon(self, days: int = 3) -> str:
        """A moment some days ahead."""
        return (self.now + timedelta(days=days)).isoformat()

    def get(self, who: str, path: str, **query: Any) -> Any:
        """A read."""
        return self._step(lambda: self._party(who).get(path, **query))

    def post(self, who: str, step: str, path: str, body: Any = None, **parts: Any) -> Any:
        """A write: the same Idempotency-Key until it is answered."""
        while True:
            answer = self._step(lambda: self._party(who).post(step, path, body, **parts))
            if answer is not None:
                return answer

    def made(self, who: str, step: str, path: str, body: Any = None, **parts: Any) -> str:
        """The id of what a write has made. A repeat after a crash names it as the subject."""
        answer = self.post(who, step, path, body, **parts)
        return str(answer["subject"].partition(":")[2] if {"subject", "transactions"} <= set(answer) else answer["id"])

    def fetch(self, who: str, path: str) -> bytes:
        """The bytes of a read."""

        def ask() -> bytes:
            party = self._party(who)
            headers = {"Authorization": f"Bearer {party.token}"}
            answer = httpx.get(f"{party.url}/v1{path}", headers=headers, timeout=60, trust_env=False)
            answer.raise_for_status()
            return answer.content

        return self._step(ask)

    def restart(self) -> None:
        """Ends the service in order and starts it again."""
        self.stop()
        self.service = self._started()

    def stop(self) -> None:
        """Ends the service in order; when it dies on the way, it is started and ended once more."""
        self._disarm()
        self.service.stop()
        self._forget()
        code = self.service.child.poll()
        if code != 0:
            self._expect(code)
            self.service = self._started()
            self.stop()

    def close(self) -> None:
        """Whatever has become of it."""
        if self._watcher is not None:
            self._watcher.end()
        self._disarm()
        if self.service.child.poll() is None:
            self.service.kill()

    def _disarm(self) -> None:
        """What was to die must not die later."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()

    def _step(self, do: Callable[[], T]) -> T:
        self.steps += 1
        if self.death is not None and self.death.step == self.steps and self._timer is None:
            self._timer = Timer(self.death.seconds, self._strike)
            self._timer.start()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return do()
            except TimeoutError:
                raise
            except Refused as error:
                if error.code not in _PASSING or time.monotonic() > deadline:
                    raise
                self._pause.wait(_RETRY_SECONDS)
            except (httpx.TransportError, OSError, ServiceFailed):
                self._recover()

    def _strike(self) -> None:
        victim = self.death and self.death.victim
        if victim is not None:
            self._struck = victim.strike(self.service.child.pid)
        else:
            self.service.child.kill()

    def _recover(self) -> None:
        code = self.service.ended()
        self._forget()
        self._expect(code)
        self.service = self._started()

    def _expect(self, code: int | None) -> None:
        """The service may die once, if it was to die at all. AssertionError otherwise."""
        if code not in DEAD or self.death is None or self.death.victim is not None or self.deaths:
            raise AssertionError(f"the service ended with code {code}; see {self.place.folder / 'service.log'}")
        self.deaths += 1

    def _started(self) -> Killable:
        self.lives += 1
        environment = self.place.environment
        death = self.death
        if self.trace:
            environment[crash.TRACE] = str(self.place.folder / f"trace-{self.lives}")
        if death is not None and death.point and death.life == self.lives:
            environment[crash.ENVIRONMENT] = f"{death.point}:{death.visit}" + (":stop" if self._watcher else "")
        try:
            return Killable(self.place.folder, now=self.now, environment=environment, watcher=self._watcher)
        except ServiceFailed as error:
            if error.code is None:
                raise
            if not self._starts_again(error.code):
                self._expect(error.code)
            return self._started()

    def _starts_again(self, code: int) -> bool:
        """A service that loses its database while it starts says so and ends: its operator starts it again."""
        return code > 0 and self._watcher is not None and self._watcher.struck and self.lives <= self.death.life  # type: ignore[union-attr]

    def _party(self, who: str) -> Party:
        if who not in self._parties:
            self._parties[who] = Party(self.service.url, self.place.tokens[who], who)
        return self._parties[who]

    def _forget(self) -> None:
        for party in self._parties.values():
            party.close()
        self._parties.clear()
