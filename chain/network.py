"""A permissioned network of validators behind JSON-RPC: every block that is read was sealed by the network's own rules."""

from typing import Any

from chain.errors import BlockNotFound, NodeLied
from chain.gateway import RpcGateway
from chain.headers import header_items
from chain.rosters import Rosters
from chain.rpc import Endpoint
from chain.schemes import Change, Roster, Scheme
from chain.seals import majority
from chain.types import Block, Evidence

Raw = dict[str, Any]


class NetworkGateway(RpcGateway):
    """Implements `chain.gateway.ChainGateway`. A header that the validators did not seal as they must is NodeLied."""

    def __init__(self, rpc: Endpoint, scheme: Scheme, *, chain_id: int | None = None) -> None:
        """`chain_id` as for RpcGateway."""
        self._scheme = scheme
        self._rosters = Rosters(lambda: self.rpc, scheme)
        self._validators: tuple[str, ...] = ()
        super().__init__(rpc, finality=0, chain_id=chain_id, verify_headers=False)

    @property
    def scheme(self) -> str:
        """See ChainGateway."""
        return self._scheme.name

    @property
    def finality(self) -> int:
        """See ChainGateway: by the number of validators at the latest block that was read."""
        return self._scheme.depth(len(self.validators()))

    def validators(self) -> tuple[str, ...]:
        """See ChainGateway."""
        if not self._validators:
            self.head()
        return self._validators

    def evidence(self, number: int) -> Evidence:
        """See ChainGateway. BlockNotFound while a change of validators is not finished below the block, or the block is not final yet."""
        first, changes = self._rosters.changes(number)
        runs = _runs(changes)
        if runs and runs[-1][1] >= number:
            raise BlockNotFound(number)
        handovers = tuple(tuple(self._raws(begin, end)) for begin, end in runs)
        # There may have been more validators at the block than there are now.
        sealing = changes[-1].validators if changes else first
        depth = max(self.finality, self._scheme.depth(len(sealing)))
        return Evidence(first, handovers, tuple(self._raws(number + 1, number + depth)))

    def _raws(self, first: int, last: int) -> list[Raw]:
        found = self.rpc.batch([("eth_getBlockByNumber", [hex(number), False]) for number in range(first, last + 1)])
        for place, raw in enumerate(found):
            self._parse(raw, first + place)
        return found

    def _parse(self, raw: Raw | None, number: int | None) -> Block:
        block = super()._parse(raw, number)
        if raw is not None:
            if self._scheme.hash_of(header_items(raw)) != block.hash:
                raise NodeLied(f"block {block.number}: its hash is not that of its header")
            self._seen(self._rosters.judge(raw), newest=number is None)
        return block

    def _seen(self, roster: Roster, *, newest: bool) -> None:
        if newest or not self._validators:
            self._validators = roster.validators


def _runs(changes: list[Change]) -> list[tuple[int, int]]:
    """First and last block of each hand-over: from the first vote for a change until a majority of the new set has sealed.

    Those that overlap are one.
    """
    runs: list[tuple[int, int]] = []
    for change in changes:
        begin, end = change.first, change.number + (majority(len(change.validators)) if change.first < change.number else 0)
        if runs and begin <= runs[-1][1]:
            begin, end = runs.pop()[0], max(end, begin)
        runs.append((begin, end))
    return runs
