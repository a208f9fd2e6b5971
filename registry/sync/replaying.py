"""The whole index made again from the chain, in an empty database: the digests after every block must be the same."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from chain.gateway import ChainGateway
from registry.kernel.uow import SERVICE, Work
from registry.sync import repo_check
from registry.sync.indexer import Indexer

# Called after each step with the last applied block and the last one there is.
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Replay:
    """What a replay came to. `differs`: the first block with another digest, with what stands here and what the replay gives."""

    blocks: int
    seconds: float
    digest: bytes
    differs: tuple[int, bytes, bytes] | None


def replay(work: Work, gateway: ChainGateway, into: Work, *, tell: Told = lambda _indexed, _last: None) -> Replay:
    """Indexes the chain into the empty database of `into`, as far as `work` has it. Raises what the indexer raises."""
    with work.begin(SERVICE) as unit:
        expected = repo_check.digests(unit.session)
    last = max(expected, default=0)
    began = time.monotonic()
    found = _indexed(into, gateway, start=min(expected, default=0), last=last, tell=tell)
    seconds = time.monotonic() - began
    wrong = next((number for number in sorted(expected) if found.get(number) != expected[number]), None)
    differs = None if wrong is None else (wrong, expected[wrong], found.get(wrong, b""))
    return Replay(len(expected), seconds, found.get(last, b""), differs)


def _indexed(into: Work, gateway: ChainGateway, *, start: int, last: int, tell: Told) -> dict[int, bytes]:
    indexer = Indexer(into, gateway, start=start)
    while (progress := indexer.step()).behind and progress.indexed < last:
        tell(progress.indexed, last)
    tell(progress.indexed, last)
    with into.begin(SERVICE) as unit:
        return repo_check.digests(unit.session)
