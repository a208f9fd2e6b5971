"""A node that is not the product's own: its gateway asks it to mine."""

from collections.abc import Sequence

from chain.gateway import RpcGateway


class Mining(RpcGateway):
    """A node that mines what it is sent, at once and at the time that is asked for."""

    def broadcast(self, raws: Sequence[bytes], timestamp: int) -> None:
        """One block of these."""
        self.rpc.batch([("eth_sendRawTransaction", ["0x" + raw.hex()]) for raw in raws])
        self.rpc.call("evm_mine", {"timestamp": timestamp})
