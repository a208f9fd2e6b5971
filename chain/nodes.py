"""Several nodes of one network as one endpoint: the one in use is left when it does not answer or falls behind the others."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from chain.errors import NodeError, NodeRefused, NodeUnavailable
from chain.rpc import Request, Rpc

log = logging.getLogger("tallystick.nodes")

# Seconds between two comparisons of the nodes' heads, and blocks that one may be behind the best.
_COMPARE = 3.0
_BEHIND = 5


class Nodes:
    """Implements `chain.rpc.Endpoint`. What was sent to one node is sent to the next when there is no answer: repeating does no harm."""

    def __init__(self, urls: Sequence[str], *, timeout: float = 20.0) -> None:
        """`urls` in the order of preference; `timeout` in seconds for one node's answer."""
        self._nodes = [Rpc(url, timeout) for url in urls]
        self._current = 0
        self._compared = 0.0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        """The node in use."""
        return self._nodes[self._current].url

    def call(self, method: str, *params: Any) -> Any:
        """See Endpoint."""
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """See Endpoint."""
        outcomes = self.outcomes(requests)
        for outcome in outcomes:
            if isinstance(outcome, NodeRefused):
                raise outcome
        return outcomes

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        """See Endpoint. NodeUnavailable when no node answers."""
        self._compare()
        failures = []
        for _ in self._nodes:
            number = self._current
            try:
                return self._nodes[number].outcomes(requests)
            except NodeUnavailable as error:
                failures.append(f"{self._nodes[number].url}: {error}")
                self._leave(number, "does not answer")
        raise NodeUnavailable("; ".join(failures))

    def close(self) -> None:
        """Closes the connections."""
        for node in self._nodes:
            node.close()

    def _leave(self, number: int, why: str, to: int | None = None) -> None:
        with self._lock:
            if self._current == number and len(self._nodes) > 1:
                self._current = (number + 1) % len(self._nodes) if to is None else to
                log.warning("node %s %s; %s is asked from now on", self._nodes[number].url, why, self.url)

    def _compare(self) -> None:
        """Leaves a node that stands still while others go on."""
        with self._lock:
            if len(self._nodes) == 1 or time.monotonic() - self._compared < _COMPARE:
                return
            self._compared = time.monotonic()
        current, heights = self._current, [_height(node) for node in self._nodes]
        best = max(range(len(heights)), key=heights.__getitem__)
        if heights[current] >= 0 and heights[best] - heights[current] > _BEHIND:
            self._leave(current, f"is behind: at block {heights[current]}, others are at {heights[best]}", to=best)


def _height(node: Rpc) -> int:
    """The number of its latest block; -1 when it does not say."""
    try:
        return int(node.call("eth_blockNumber"), 16)
    except (NodeError, ValueError, TypeError):
        return -1
