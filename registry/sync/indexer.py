"""The indexer: takes the chain's blocks into the database, each exactly once, and follows the chain where it turns."""

from contextlib import suppress
from dataclasses import dataclass

from chain.errors import BlockNotFound
from chain.gateway import ChainGateway
from chain.types import BlockRef
from registry.kernel import crash
from registry.kernel.uow import SERVICE, Work
from registry.sync import blocks, reorg, repo
from registry.sync.ahead import MAX_EVENTS, Reader, uncollected
from registry.sync.applying import apply_blocks
from registry.sync.blocks import Read


@dataclass(frozen=True)
class Progress:
    """Where the index stands after a step."""

    indexed: int
    head: int
    # Blocks this step applied; negative when it rewound.
    applied: int
    # Transactions of the blocks it applied, and the messages that have their result by it.
    transactions: tuple[bytes, ...] = ()
    settled: tuple[int, ...] = ()

    @property
    def behind(self) -> bool:
        """Whether the node has blocks that are not applied."""
        return self.indexed < self.head


class Indexer:
    """Applies blocks after the checkpoint. One may run at a time; a second one finds the checkpoint moved and does nothing."""

    def __init__(self, work: Work, gateway: ChainGateway, *, start: int = 0, ahead: bool = False, full: int = MAX_EVENTS) -> None:
        """`start`: the block below the first one to index; its hash is taken from the node when there is no checkpoint yet.

        `ahead`: while catching up, the next blocks are read in threads while the ones before are written. `full`: events of one
        transaction.
        """
        self._work = work
        self._gateway = gateway
        self._reader = Reader(gateway, work.network.contract, ahead=ahead, full=full)
        self._start = start
        # The checkpoint as this indexer has left it; None: read it.
        self._position: tuple[int, bytes] | None = None

    def step(self, *, mined: bool = False) -> Progress:
        """Applies the next blocks, or rewinds when the chain has turned. ChainHalted, or what the gateway raises.

        `mined`: a block was mined just now; where blocks are final at once, the head need not be asked for then.
        """
        with uncollected():
            return self._step(mined=mined)

    def _step(self, *, mined: bool) -> Progress:
        number, parent = self._position or self._checkpoint()
        if mined and self._gateway.finality == 0:
            with suppress(BlockNotFound):
                return self._take(*self._reader.take(number + 1, number + 1), head=number + 1)
        head = self._gateway.head()
        if self._turned(head, number, parent):
            return self._rewind(head, number, parent)
        if head.number <= number:
            return Progress(number, head.number, 0)
        return self._take(*self._reader.take(number + 1, head.number), head=head.number)

    def catch_up(self) -> int:
        """Steps until nothing is left; gives the number of the last applied block."""
        while (progress := self.step()).behind or progress.applied < 0:
            pass
        return progress.indexed

    def apply(self, reads: list[Read], *, after: tuple[int, bytes], head: int) -> list[int] | None:
        """Applies blocks that follow block `after` in one transaction; gives the messages that have their result by it.

        None when another writer has moved the checkpoint. `head`: the chain's when the blocks were read.
        """
        final = head - self._gateway.finality
        with self._work.begin(SERVICE) as unit:
            if repo.checkpoint(unit.session, lock=True) != after:
                return None
            settled = apply_blocks(unit.session, reads, now=unit.now, final=final)
            if self._gateway.finality:
                repo.forget_undo(unit.session, final)
            crash.point(crash.Point.INDEX_WRITTEN)
        crash.point(crash.Point.INDEX_COMMITTED)
        return settled

    def _take(self, reads: list[Read], known: int, *, head: int) -> Progress:
        """`known`: the head when the blocks were read, which says what of them was final."""
        number, parent = self._position or self._checkpoint()
        if not blocks.linked(reads, parent):
            return self._rewind(self._gateway.head(), number, parent)
        crash.point(crash.Point.INDEX_READ)
        self._position = None
        settled = self.apply(reads, after=(number, parent), head=known)
        if settled is None:
            return Progress(number, head, 0)
        last = reads[-1].block
        self._position = (last.number, last.hash)
        transactions = tuple(tx_hash for read in reads for tx_hash in read.block.transactions)
        return Progress(last.number, max(head, last.number), len(reads), transactions, tuple(settled))

    def _checkpoint(self) -> tuple[int, bytes]:
        with self._work.begin(SERVICE) as unit:
            found = repo.checkpoint(unit.session)
        if found is None:
            first = self._gateway.block(self._start)
            with self._work.begin(SERVICE) as unit:
                repo.start_checkpoint(unit.session, repo.Applied(first.number, first.hash, first.parent_hash, first.timestamp))
                found = repo.checkpoint(unit.session) or (first.number, first.hash)
        self._position = found
        return found

    def _turned(self, head: BlockRef, number: int, block_hash: bytes) -> bool:
        if head.number > number:
            return False
        if head.number == number:
            return head.hash != block_hash
        # The node is behind: harmless while it is on the same branch.
        with self._work.begin(SERVICE) as unit:
            known = repo.applied(unit.session, head.number)
        return known is not None and known.hash != head.hash

    def _rewind(self, head: BlockRef, number: int, block_hash: bytes) -> Progress:
        self._position = None
        self._reader.forget()
        to = reorg.fork_point(self._work, self._gateway, checkpoint=number, head=head.number)
        with self._work.begin(SERVICE) as unit:
            if repo.checkpoint(unit.session, lock=True) != (number, block_hash):
                return Progress(number, head.number, 0)
            reorg.rewind(unit.session, to, now=unit.now)
            crash.point(crash.Point.REWIND_WRITTEN)
        crash.point(crash.Point.REWIND_COMMITTED)
        return Progress(to.number, head.number, to.number - number)
