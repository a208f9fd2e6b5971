"""Follows who may seal, header by header, on whatever branch a node shows, and how one set of validators handed over to the next."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from chain.errors import BadSeal, BlockNotFound, SealRefused
from chain.headers import header_items
from chain.rpc import Endpoint
from chain.schemes import Change, Roster, Scheme

# Blocks whose roster is kept: more than any reorganisation is deep.
_KEPT = 1024
# Headers in one request: few first, because a branch is short.
_FIRST_PAGE, _PAGE = 8, 500
_PARENT = 0

Raw = dict[str, Any]


class Rosters:
    """The rosters of one node's chain. Headers are judged once; a branch is followed from the last block it shares with what is known.

    Where a start is needed it is the nearest block that names the validators; that it is the chain which was indexed, the index sees by
    its own blocks.
    """

    def __init__(self, rpc: Callable[[], Endpoint], scheme: Scheme) -> None:
        self._rpc = rpc
        self._scheme = scheme
        self._known: OrderedDict[bytes, Roster] = OrderedDict()
        self._lock = threading.Lock()
        # Reading the history takes its time; blocks are judged meanwhile.
        self._reading = threading.Lock()
        # Changes of the set up to a block, found from genesis on.
        self._changes: list[Change] = []
        self._first: tuple[str, ...] = ()
        self._walked: Roster | None = None

    def judge(self, raw: Raw) -> Roster:
        """The roster after a block. SealRefused when it is not sealed by the rules, BlockNotFound when the chain turns meanwhile."""
        with self._lock:
            try:
                return self._judge(raw)
            except BadSeal as error:
                raise SealRefused(f"block {int(raw['number'], 16)}: {error}") from error

    def changes(self, up_to: int) -> tuple[tuple[str, ...], list[Change]]:
        """The first validators, and every change of the set up to a final block. Raises what `judge` does."""
        with self._reading:
            try:
                self._walk(up_to)
            except BadSeal as error:
                raise SealRefused(f"up to block {up_to}: {error}") from error
            return self._first, [change for change in self._changes if change.number <= up_to]

    def _judge(self, raw: Raw) -> Roster:
        items = header_items(raw)
        found = self._known.get(self._scheme.hash_of(items))
        if found is not None:
            return found
        number = int(raw["number"], 16)
        below = self._known.get(items[_PARENT])
        if below is None:
            if self._scheme.start(number) == number:
                return self._remember(items, self._scheme.begin(items))
            below = self._below(number - 1, items[_PARENT])
        return self._remember(items, self._scheme.follow(below, items))

    def _below(self, number: int, block_hash: bytes) -> Roster:
        """The roster after a block that was never judged: from the nearest known one, or a start."""
        start, wanted = self._scheme.start(number), block_hash
        path: list[list[bytes]] = []
        size = _FIRST_PAGE
        while True:
            for raw in reversed(self._page(max(start, number - size + 1), number)):
                items = header_items(raw)
                if self._scheme.hash_of(items) != wanted:
                    raise BlockNotFound(number)
                known = self._known.get(wanted)
                if known is not None:
                    return self._upward(known, path)
                if int(raw["number"], 16) == start:
                    return self._upward(self._remember(items, self._scheme.begin(items)), path)
                path.append(items)
                wanted = items[_PARENT]
            number, size = number - size, min(4 * size, _PAGE)

    def _upward(self, roster: Roster, path: Sequence[list[bytes]]) -> Roster:
        for items in reversed(path):
            roster = self._remember(items, self._scheme.follow(roster, items))
        return roster

    def _page(self, first: int, last: int) -> list[Raw]:
        found = self._rpc().batch([("eth_getBlockByNumber", [hex(number), False]) for number in range(first, last + 1)])
        missing = next((first + place for place, raw in enumerate(found) if raw is None), None)
        if missing is not None:
            raise BlockNotFound(missing)
        return found

    def _remember(self, items: list[bytes], roster: Roster) -> Roster:
        self._known[self._scheme.hash_of(items)] = roster
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return roster

    def _walk(self, up_to: int) -> None:
        """Reads on from where the last walk ended. Between two starts, an epoch apart, that name the same validators nothing is read."""
        if self._walked is None:
            self._walked = self._scheme.begin(header_items(self._page(0, 0)[0]))
            self._first = self._walked.validators
        while self._walked.number < up_to:
            self._walked = self._skipped(self._walked, up_to) or self._read(self._walked, min(up_to, self._walked.number + _PAGE))

    def _skipped(self, walked: Roster, up_to: int) -> Roster | None:
        """The roster at the next start, if that lies below the wanted block and names the same validators."""
        following = walked.number - walked.number % self._scheme.epoch + self._scheme.epoch
        if following > up_to:
            return None
        named = self._scheme.begin(header_items(self._page(following, following)[0]))
        return named if named.validators == walked.validators else None

    def _read(self, walked: Roster, last: int) -> Roster:
        for raw in self._page(walked.number + 1, last):
            walked = self._scheme.follow(walked, header_items(raw))
            if walked.change is not None:
                self._changes.append(walked.change)
        return walked
