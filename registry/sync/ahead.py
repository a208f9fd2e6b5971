"""Reading ahead: while one transaction is written, the node already answers for the blocks that the next one takes."""

import gc
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from chain.errors import NodeError
from chain.gateway import ChainGateway
from registry.sync import blocks
from registry.sync.blocks import Read

# Blocks in one transaction while catching up, and events after which a transaction is full.
MAX_BLOCKS, MAX_EVENTS = 200, 5000
# Blocks that are asked for before they are needed, and by how many at a time: one answer is checked while the next is made.
_DEPTH, _READERS = 12, 2


class Reader:
    """Reads blocks in order, for one indexer. What it has read ahead may be of a branch that is gone: the caller checks links."""

    def __init__(self, gateway: ChainGateway, contract: str, *, ahead: bool, full: int = MAX_EVENTS) -> None:
        """`ahead` off: each block is asked for when it is needed, one after the other. `full`: events of one transaction."""
        self._gateway = gateway
        self._contract = contract
        self._ahead = ahead
        self._full = full
        self._pool: ThreadPoolExecutor | None = None
        # Answers on their way, each with the head when it was asked for; the first is of block `_first`.
        self._coming: deque[tuple[int, Future[list[Read]]]] = deque()
        self._first = 0

    def take(self, first: int, head: int) -> tuple[list[Read], int]:
        """The blocks from `first` to the head that one transaction takes. Raises what the gateway raises.

        With them the head as it was when the oldest of them was asked for: what was not final then may be of a branch that is gone, even
        where it would be final by now.
        """
        reads: list[Read] = []
        oldest, events = head, 0
        for number in range(first, min(head, first + MAX_BLOCKS - 1) + 1):
            try:
                known, found = self._next(number, head)
            except NodeError:
                # What was read is whole and goes in; the next step meets the trouble first.
                if not reads:
                    raise
                break
            oldest = min(oldest, known)
            reads += found
            events += len(reads[-1].events)
            if events >= self._full:
                break
        return reads, oldest

    def forget(self) -> None:
        """Drops what was read ahead."""
        for _, future in self._coming:
            future.cancel()
        self._coming.clear()

    def _next(self, number: int, head: int) -> tuple[int, list[Read]]:
        if not self._ahead or (head == number and not self._coming):
            return head, self._read(number)
        if number != self._first:
            self.forget()
            self._first = number
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="tallystick-read")
        while len(self._coming) < _DEPTH and self._first + len(self._coming) <= head:
            self._coming.append((head, self._pool.submit(self._read, self._first + len(self._coming))))
        try:
            known, future = self._coming.popleft()
            found = future.result()
        except BaseException:
            self.forget()
            raise
        self._first += 1
        return known, found

    def _read(self, number: int) -> list[Read]:
        return blocks.read(self._gateway, self._contract, first=number, last=number)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without looking for cycles: while thousands of rows are alive that costs a third of the time and finds nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
