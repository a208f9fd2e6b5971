"""The indexer: takes the chain's blocks into the database, each exactly once, and follows the chain where it turns."""

from dataclasses import dataclass

from chain.gateway import ChainGateway
from chain.types import BlockRef
from registry.kernel import crash
from registry.kernel.uow import SERVICE, Work
from registry.sync import blocks, reorg, repo
from registry.sync.applying import apply_blocks
from registry.sync.blocks import Read

# Blocks in one transaction while catching up, and events after which a transaction is full.
_MAX_BLOCKS, _MAX_EVENTS = 200, 5000


@dataclass(frozen=True)
class Progress:
    """Where the index stands after a step."""

    indexed: int
    head: int
    # Blocks this step applied; negative when it rewound.
    applied: int

    @property
    def behind(self) -> bool:
        """Whether the node has blocks that are not applied."""
        return self.indexed < self.head


class Indexer:
    """Applies blocks after the checkpoint. One may run at a time; a second one finds the checkpoint moved and does nothing."""

    def __init__(self, work: Work, gateway: ChainGateway, *, start: int = 0) -> None:
        """`start`: the block below the first one to index; its hash is taken from the node when there is no checkpoint yet."""
        self._work = work
        self._gateway = gateway
        self._start = start

    def step(self) -> Progress:
        """Applies the next blocks, or rewinds when the chain has turned. ChainHalted, or what the gateway raises."""
        number, parent = self._checkpoint()
        head = self._gateway.head()
        if self._turned(head, number, parent):
            return self._rewind(head, number, parent)
        if head.number <= number:
            return Progress(number, head.number, 0)
        reads = self._read(number + 1, head.number)
        if not blocks.linked(reads, parent):
            return self._rewind(head, number, parent)
        crash.point(crash.Point.INDEX_READ)
        applied = self.apply(reads, after=number, head=head.number)
        return Progress(reads[-1].block.number if applied else number, head.number, applied)

    def catch_up(self) -> int:
        """Steps until nothing is left; gives the number of the last applied block."""
        while (progress := self.step()).behind or progress.applied < 0:
            pass
        return progress.indexed

    def apply(self, reads: list[Read], *, after: int, head: int) -> int:
        """Applies blocks that follow block `after`, in one transaction. Gives 0 when another writer has moved the checkpoint."""
        final = head - self._gateway.finality
        with self._work.begin(SERVICE) as unit:
            repo.lock_index(unit.session)
            current = repo.checkpoint(unit.session)
            if current != (after, reads[0].block.parent_hash):
                return 0
            apply_blocks(unit.session, reads, now=unit.now, undo_from=final + 1)
            if self._gateway.finality:
                repo.forget_undo(unit.session, final)
            crash.point(crash.Point.INDEX_WRITTEN)
        crash.point(crash.Point.INDEX_COMMITTED)
        return len(reads)

    def _checkpoint(self) -> tuple[int, bytes]:
        with self._work.begin(SERVICE) as unit:
            found = repo.checkpoint(unit.session)
        if found is not None:
            return found
        first = self._gateway.block(self._start)
        with self._work.begin(SERVICE) as unit:
            repo.lock_index(unit.session)
            found = repo.checkpoint(unit.session)
            if found is None:
                found = (first.number, first.hash)
                repo.add_blocks(unit.session, [(repo.Applied(first.number, first.hash, first.parent_hash, first.timestamp), [])])
                repo.set_checkpoint(unit.session, *found)
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

    def _read(self, first: int, last: int) -> list[Read]:
        reads: list[Read] = []
        events = 0
        for number in range(first, min(last, first + _MAX_BLOCKS - 1) + 1):
            reads += blocks.read(self._gateway, self._work.network.contract, first=number, last=number)
            events += len(reads[-1].events)
            if events >= _MAX_EVENTS:
                break
        return reads

    def _rewind(self, head: BlockRef, number: int, block_hash: bytes) -> Progress:
        to = reorg.fork_point(self._work, self._gateway, checkpoint=number, head=head.number)
        with self._work.begin(SERVICE) as unit:
            repo.lock_index(unit.session)
            if repo.checkpoint(unit.session) != (number, block_hash):
                return Progress(number, head.number, 0)
            reorg.rewind(unit.session, to, now=unit.now)
            crash.point(crash.Point.REWIND_WRITTEN)
        crash.point(crash.Point.REWIND_COMMITTED)
        return Progress(to.number, head.number, to.number - number)
