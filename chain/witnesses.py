"""Other nodes of the network, asked whether they have the same final blocks. One hash is enough: it stands for all blocks below it.

They are asked in threads of their own, so that one that is slow or away holds nobody up.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from chain import answers
from chain.errors import NodeError, WitnessDisagrees
from chain.headers import parse_block
from chain.rpc import Endpoint, Rpc
from chain.types import BlockRef

# Seconds in which a node has to answer, and between two questions to one that did not.
_TIMEOUT, _PAUSE = 10.0, 15.0


class Witness:
    """One other node. It may lag behind or be away: then it says nothing, and is asked again."""

    def __init__(self, rpc: Endpoint, name: str, *, ticks: Callable[[], float] = time.monotonic) -> None:
        """`name` is what an operator knows the node by, such as its address. `ticks`: seconds that only grow."""
        self.name = name
        self._rpc = rpc
        self._ticks = ticks
        # Up to here it has agreed.
        self.agreed = -1
        # What it has that we don't; None: nothing, as far as it has said.
        self.dispute: WitnessDisagrees | None = None
        # Why it did not answer last time; empty when it did. And when it last did.
        self.silent = ""
        self.heard = ticks()
        self._not_before = 0.0

    def quiet_for(self) -> float:
        """Seconds since it last answered; 0 when it did."""
        return self._ticks() - self.heard if self.silent else 0.0

    def wants(self, block: BlockRef) -> bool:
        """Whether it is to be asked now."""
        return self.agreed < block.number and self._ticks() >= self._not_before

    def compare(self, block: BlockRef) -> None:
        """Asks for the block of this number."""
        found = self._found(block)
        if found is None:
            self._not_before = self._ticks() + _PAUSE * (not self.silent.startswith("it "))
            return
        self.silent, self.heard = "", self._ticks()
        if found == block.hash:
            self.agreed, self.dispute = block.number, None
        else:
            self.dispute = WitnessDisagrees(self.name, block.number, ours=block.hash, theirs=found)

    def _found(self, block: BlockRef) -> bytes | None:
        """The hash that it has for the block's number; None when it doesn't say."""
        try:
            raw = answers.given(self._rpc.outcomes([("eth_getBlockByNumber", [hex(block.number), False])])[0])
            found = None if raw is None else parse_block(raw, verify=False)
        except NodeError as error:
            self.silent = f"{type(error).__name__}: {error}"
            return None
        if found is None or found.number != block.number:
            self.silent = f"it does not have block {block.number} yet"
            return None
        return found.hash


class Witnesses:
    """All other nodes of an installation."""

    def __init__(self, witnesses: Sequence[Witness]) -> None:
        self.all = tuple(witnesses)
        self._rpcs: list[Rpc] = []
        self._pool: ThreadPoolExecutor | None = None
        self._asked: dict[str, Future[None]] = {}

    @classmethod
    def of(cls, urls: Sequence[str]) -> "Witnesses":
        """The nodes at these addresses."""
        rpcs = [Rpc(url, _TIMEOUT) for url in urls]
        found = cls([Witness(rpc, rpc.url) for rpc in rpcs])
        found._rpcs = rpcs
        return found

    def compare(self, block: BlockRef) -> None:
        """Asks each that has not said so yet whether it has this final block. WitnessDisagrees while one has another, as it said last."""
        for witness in self.all:
            running = self._asked.get(witness.name)
            if (running is None or running.done()) and witness.wants(block):
                self._pool = self._pool or ThreadPoolExecutor(len(self.all), thread_name_prefix="tallystick-witness")
                self._asked[witness.name] = self._pool.submit(witness.compare, block)
        for witness in self.all:
            if witness.dispute is not None:
                raise witness.dispute

    def heard(self) -> None:
        """Waits until all that were asked have said what they have to say."""
        wait(self._asked.values())

    def silent(self, seconds: float) -> dict[str, str]:
        """Those that have not answered for so long, and why."""
        return {each.name: each.silent for each in self.all if each.silent and each.quiet_for() >= seconds}

    def close(self) -> None:
        """Ends the questions and closes the connections."""
        for rpc in self._rpcs:
            rpc.close()
        if self._pool is not None:
            self._pool.shutdown()
