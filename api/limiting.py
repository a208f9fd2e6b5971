"""How much one caller may ask for, so that none takes the service from the others: requests per minute, told in every answer.

Counted in this process by a sliding window; a restart forgets. Headers follow draft-ietf-httpapi-ratelimit-headers-10.
"""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from registry.kernel.errors import DomainError, Kind
from registry.kernel.settings import Settings
from registry.kernel.uow import Actor


class TooManyRequests(DomainError):
    """The caller asked for more than its share; `retry_after` is how many seconds to wait."""

    code = "too_many_requests"
    kind = Kind.LIMITED


@dataclass(frozen=True)
class Standing:
    """What is left to a caller of one policy ("reads" or "writes")."""

    policy: str
    limit: int
    remaining: int
    # Seconds until all of it is there again.
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """As an answer tells it."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w=60',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.reset}',
        }


class Limiter:
    """Counts requests by entity and failed sign-ins by address."""

    def __init__(self, settings: Settings) -> None:
        self._counter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._policies = {"reads": settings.reads_per_minute, "writes": settings.writes_per_minute}
        self._failures = RateLimitItemPerMinute(settings.failures_per_minute) if settings.failures_per_minute else None

    def admit(self, actor: Actor, policy: str) -> Standing | None:
        """Counts a request of an entity, over all its keys. TooManyRequests beyond its share; None where there is no limit."""
        amount = self._policies[policy]
        if not amount:
            return None
        item, who = RateLimitItemPerMinute(amount), (policy, str(actor.entity_id))
        admitted = self._counter.hit(item, *who)
        reset, remaining = self._standing(item, *who)
        if not admitted:
            message = f"this entity has sent {amount} {policy} within a minute, the most this service takes; wait and repeat the request"
            raise TooManyRequests(message, limit=amount, retry_after=reset)
        return Standing(policy, amount, remaining, reset)

    def failed(self, address: str) -> None:
        """Counts a request without a valid key. TooManyRequests after many of one address; valid keys of that address go on, for several
        callers may share it."""
        if self._failures is not None and not self._counter.hit(self._failures, address):
            message = "too many requests without a valid key came from this address; wait and send a valid key"
            raise TooManyRequests(message, limit=self._failures.amount, retry_after=self._standing(self._failures, address)[0])

    def _standing(self, item: RateLimitItem, *who: str) -> tuple[int, int]:
        found = self._counter.get_window_stats(item, *who)
        return max(1, math.ceil(found.reset_time - time.time())), found.remaining
