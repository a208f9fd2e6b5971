"""A chain of random histories that grows, turns and lags, behind the few gateway methods that the indexer uses."""

import sys
from dataclasses import dataclass
from random import Random

from chain.events import Event
from chain.reverts import Refusal
from chain.types import Block, BlockRef, Receipt
from registry.kernel.engine import make_engine
from registry.kernel.uow import Work
from registry.sync.indexer import Indexer
from tests.conftest import MASTER_KEY, NETWORK
from tests.factories.chains import block_of
from tests.factories.histories import History
from tests.fakes.clock import SimulatedClock


@dataclass
class Tip:
    """A block and the history that led to it."""

    block: Block
    receipts: list[Receipt]
    history: History


class BranchingChain:
    """Implements what the indexer needs of `chain.gateway.ChainGateway`. The canonical branch is `tips`."""

    def __init__(self, seed: int, finality: int) -> None:
        self.random = Random(seed)  # noqa: S311 - a seed replays a chain
        self.finality = finality
        self.salt = 0
        history = History(seed)
        genesis, _ = block_of([], parent=None, address=NETWORK.contract)
        self.tips = [Tip(genesis, [], history)]
        self._add(history, history.calls)
        # What the node says its head is: it may lag.
        self.lag = 0

    def extend(self, blocks: int, *, calls: int = 4) -> None:
        """Grows by random blocks."""
        for _ in range(blocks):
            history = self.tips[-1].history.branch(self.random.randrange(2**32))
            before = len(history.calls)
            history.grow(self.random.randrange(calls + 1))
            self._add(history, history.calls[before:])

    def turn(self, depth: int) -> None:
        """Another branch takes over `depth` blocks below the head, longer by one."""
        depth = min(depth, len(self.tips) - 2)
        del self.tips[len(self.tips) - depth :]
        self.extend(depth + 1)

    def _add(self, history: History, calls: list[list[Event]]) -> None:
        self.salt += 1
        failed = [self.random.randbytes(32)] if self.random.random() < 0.2 else []
        block, receipts = block_of(
            calls, parent=self.tips[-1].block, address=NETWORK.contract, salt=self.salt.to_bytes(4, "big"), failed=failed
        )
        self.tips.append(Tip(block, receipts, history))

    def head(self) -> BlockRef:
        return self.tips[max(0, len(self.tips) - 1 - self.lag)].block.ref

    def block(self, number: int) -> Block:
        return self.tips[number].block

    def read(self, number: int) -> tuple[Block, list[Receipt]]:
        return self.tips[number].block, self.tips[number].receipts

    def refusal(self, tx_hash: bytes) -> Refusal:
        return Refusal("LotEnded", {"lot": int.from_bytes(tx_hash, "big")})


def turned(seed: int) -> BranchingChain:
    """A chain as it is after its first blocks; what happens to it next depends on the seed alone."""
    chain = BranchingChain(seed, finality=4)
    chain.extend(8)
    return chain


def main(url: str, seed: str) -> None:
    """Indexes a chain, lets it turn, follows it: as a process of its own that tests can kill."""
    engine = make_engine(url)
    chain = turned(int(seed))
    indexer = Indexer(Work(engine=engine, clock=SimulatedClock(), network=NETWORK, master_key=MASTER_KEY), chain)  # type: ignore[arg-type]
    indexer.catch_up()
    chain.turn(3)
    indexer.catch_up()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
