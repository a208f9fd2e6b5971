"""Whether a request comes from this machine: what is open without a key is open to nobody else."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from fastapi import Request

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def is_local(request: Request) -> bool:
    """A request of this machine: not through a proxy, not for another name (DNS rebinding), not from another site's page."""
    headers = request.headers
    if any(name in headers for name in _FORWARDED):
        return False
    origin = headers.get("origin")
    named = [request.url.hostname] if origin is None else [request.url.hostname, urlsplit(origin).hostname]
    return _is_loopback(request.client.host if request.client else None) and all(_is_loopback(name) for name in named)


def same_key(given: str, key: str) -> bool:
    """Whether a caller's key is the installation's, in a time that tells nothing; never when there is none."""
    return bool(key) and hmac.compare_digest(given.encode(), key.encode())


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
