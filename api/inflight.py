"""Requests with one Idempotency-Key take turns in this process: a repeat that comes meanwhile finds the first one's whole answer."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Key = tuple[int, str]


@dataclass
class _Turn:
    lock: threading.Lock = field(default_factory=threading.Lock)
    users: int = 0


_guard = threading.Lock()
_turns: dict[Key, _Turn] = {}


@contextmanager
def turn(key: Key, seconds: float) -> Iterator[None]:
    """Waits for the key's turn, at most so many seconds; after that the caller goes on and finds a pending answer."""
    with _guard:
        mine = _turns.setdefault(key, _Turn())
        mine.users += 1
    got = mine.lock.acquire(timeout=seconds)
    try:
        yield
    finally:
        if got:
            mine.lock.release()
        with _guard:
            mine.users -= 1
            if not mine.users:
                del _turns[key]
