"""JSON-RPC over HTTP, single calls and batches. Translates every failure; repeats nothing."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, Self

import httpx
import orjson

from chain.errors import NodeRefused, NodeUnavailable

Request = tuple[str, Sequence[Any]]
# Calls, and about so many bytes, in one HTTP request: geth's own limits are 1,000 and 5 MB.
_BATCH, _BYTES = 1000, 4_000_000


class Endpoint(Protocol):
    """What a gateway needs of a node."""

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call."""

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """Results in order; the first error is raised."""

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        """Results in order, errors in their places."""


class Rpc:
    """A node's JSON-RPC endpoint. Safe to share between threads."""

    def __init__(self, url: str, timeout: float = 60.0, *, transport: httpx.BaseTransport | None = None) -> None:
        """`timeout` in seconds, for each HTTP request. `transport`: another way to the node than a connection of one's own."""
        self.url = url
        # Proxies of the environment are for downloads, not for a node.
        # A node of one's own speaks plain HTTP: no certificates are loaded for it, which takes longer than many a call.
        secure = url.lower().startswith("https:")
        headers = {"content-type": "application/json"}
        self._client = httpx.Client(timeout=timeout, trust_env=False, verify=secure, headers=headers, transport=transport)

    def call(self, method: str, *params: Any) -> Any:
        """The result of one call. NodeRefused with the node's error, NodeUnavailable when there is no answer."""
        return _value(self.outcomes([(method, params)])[0])

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """Results in the order of the requests. NodeRefused with the first error, after all were sent."""
        return [_value(outcome) for outcome in self.outcomes(requests)]

    def outcomes(self, requests: Sequence[Request]) -> list[Any]:
        """Like `batch`, but an error stands in its place as a NodeRefused instead of being raised."""
        outcomes: list[Any] = []
        for part in _parts(requests):
            outcomes += self._send(part)
        return outcomes

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        """Closes at the end of a with block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the connections."""
        self.close()

    def _send(self, requests: Sequence[Request]) -> list[Any]:
        bodies = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": list(params)} for number, (method, params) in enumerate(requests)
        ]
        answer = self._post(orjson.dumps(bodies[0] if len(bodies) == 1 else bodies))
        if not isinstance(answer, list):
            outcome = _outcome(answer)
            if len(requests) == 1:
                return [outcome]
            # One error refuses the whole batch: the node takes fewer calls at once, or none now; then a single one is refused alike.
            half = len(requests) // 2
            first = self._send(requests[:half])
            return first + (first[:1] * (len(requests) - half) if _same(first[0], outcome) else self._send(requests[half:]))
        by_id = {item.get("id"): item for item in answer if isinstance(item, dict)}
        missing = [number for number in range(len(bodies)) if number not in by_id]
        if missing:
            raise NodeUnavailable(f"the batch answer lacks {len(missing)} of {len(bodies)} results")
        return [_outcome(by_id[number]) for number in range(len(bodies))]

    def _post(self, body: bytes) -> Any:
        try:
            response = self._client.post(self.url, content=body)
            answer = orjson.loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError) as error:
            # RuntimeError: closed by another thread because the node was replaced.
            raise NodeUnavailable(f"{type(error).__name__}: {error}") from error
        except orjson.JSONDecodeError as error:
            raise NodeUnavailable(f"HTTP {response.status_code} without JSON") from error
        return answer


def _parts(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """The requests in batches that a node takes."""
    part: list[Request] = []
    size = 0
    for request in requests:
        # Only what is sent in the raw is long.
        length = sum(len(item) for item in request[1] if isinstance(item, str))
        if part and (len(part) == _BATCH or size + length > _BYTES):
            yield part
            part, size = [], 0
        part.append(request)
        size += length
    if part:
        yield part


def _outcome(answer: Any) -> Any:
    if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
        raise NodeUnavailable("the answer is not JSON-RPC")
    error = answer.get("error")
    if error is None:
        return answer.get("result")
    if not isinstance(error, dict):
        return NodeRefused(0, str(error))
    return NodeRefused(int(error.get("code", 0)), str(error.get("message", "")), data=error.get("data"))


def _same(first: Any, second: Any) -> bool:
    return isinstance(first, NodeRefused) and isinstance(second, NodeRefused) and str(first) == str(second)


def _value(outcome: Any) -> Any:
    if isinstance(outcome, NodeRefused):
        raise outcome
    return outcome
