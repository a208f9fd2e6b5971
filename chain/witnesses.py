"""Other nodes of the network, asked whether they have the same final blocks. One hash is enough: it stands for all blocks below it."""

from collections.abc import Sequence

from chain import answers
from chain.errors import NodeError, WitnessDisagrees
from chain.headers import parse_block
from chain.rpc import Endpoint, Rpc
from chain.types import BlockRef


class Witness:
    """One other node. It may lag behind or be away: then it says nothing, and is asked again."""

    def __init__(self, rpc: Endpoint, name: str) -> None:
        """`name` is what an operator knows the node by, such as its address."""
        self.name = name
        self._rpc = rpc
        # Up to here it has agreed.
        self.agreed = -1
        # Why it did not answer last time; empty when it did.
        self.silent = ""

    def compare(self, block: BlockRef) -> None:
        """Asks for the block of this number. WitnessDisagrees when it has another one."""
        if self.agreed >= block.number:
            return
        try:
            raw = answers.given(self._rpc.outcomes([("eth_getBlockByNumber", [hex(block.number), False])])[0])
            if raw is None:
                self.silent = f"it does not have block {block.number} yet"
                return
            found = parse_block(raw, verify=False)
        except NodeError as error:
            self.silent = f"{type(error).__name__}: {error}"
            return
        self.silent = ""
        if found.number != block.number:
            self.silent = f"it answers with block {found.number} where {block.number} was asked for"
        elif found.hash != block.hash:
            raise WitnessDisagrees(self.name, block.number, ours=block.hash, theirs=found.hash)
        else:
            self.agreed = block.number


class Witnesses:
    """All other nodes of an installation."""

    def __init__(self, witnesses: Sequence[Witness]) -> None:
        self.all = tuple(witnesses)
        self._rpcs: list[Rpc] = []

    @classmethod
    def of(cls, urls: Sequence[str], *, timeout: float = 10.0) -> "Witnesses":
        """The nodes at these addresses. `timeout` in seconds for each answer."""
        found = cls([])
        found._rpcs = [Rpc(url, timeout) for url in urls]
        found.all = tuple(Witness(rpc, rpc.url) for rpc in found._rpcs)
        return found

    def close(self) -> None:
        """Closes the connections."""
        for rpc in self._rpcs:
            rpc.close()

    def compare(self, block: BlockRef) -> None:
        """Asks each that has not said so yet whether it has this final block. WitnessDisagrees with the first that has another."""
        for witness in self.all:
            witness.compare(block)

    @property
    def silent(self) -> dict[str, str]:
        """Those that did not answer last time, and why."""
        return {witness.name: witness.silent for witness in self.all if witness.silent}
