"""Signed-in state in a cookie: the API key, sealed with a key of this installation, with an end that the server checks.

Nothing is kept on the server, and every request authenticates the key again, so a revoked key ends its sessions at once.
Forms carry a token bound to a cookie that only this installation can make, so that no other site can send them.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from registry.kernel import sealing
from registry.kernel.errors import Invalid

LIFETIME = timedelta(hours=8)
# A sign-in form may stay open this long.
FORM_LIFETIME = timedelta(hours=1)
_PLACE = "console:session"
_LONGEST = 2000
_TAG_BYTES = 16


@dataclass(frozen=True)
class Sessions:
    """Makes and opens session cookies and form tokens under one installation's key."""

    key: bytes

    @classmethod
    def of(cls, master_key: bytes) -> "Sessions":
        """Sessions of an installation; the key is derived, so cookies say nothing about the master key."""
        return cls(sealing.keyed_hash(master_key, "tallystick.console.v1"))

    def seal(self, token: str, *, now: datetime) -> str:
        """A cookie value that stands for an API key until LIFETIME has passed."""
        ends = int((now + LIFETIME).timestamp())
        return _written(sealing.seal(self.key, f"{ends} {token}".encode(), _PLACE))

    def open(self, cookie: str, *, now: datetime) -> str | None:
        """The API key, or None when the cookie is over, altered or not ours."""
        data = _read(cookie)
        if data is None:
            return None
        try:
            ends, _, token = sealing.unseal(self.key, data, _PLACE).decode().partition(" ")
        except Invalid:
            return None
        return token if int(ends) > now.timestamp() else None

    def new_form(self, *, now: datetime) -> str:
        """A fresh value of the form cookie."""
        return f"{int(now.timestamp())}.{secrets.token_urlsafe(18)}"

    def form_token(self, cookie: str) -> str:
        """The hidden field that belongs to a form cookie, or to a session cookie."""
        return _written(sealing.keyed_hash(self.key, "form", cookie))

    def form_is_ours(self, cookie: str, token: str, *, now: datetime) -> bool:
        """Whether a sign-in form came from a page of ours that is not too old."""
        made = cookie.partition(".")[0]
        fresh = made.isascii() and made.isdigit() and len(made) <= 12 and int(made) + FORM_LIFETIME.total_seconds() > now.timestamp()
        return fresh and self.matches(cookie, token)

    def matches(self, cookie: str, token: str) -> bool:
        """Whether a form's token belongs to the cookie that came with it."""
        return bool(cookie) and hmac.compare_digest(self.form_token(cookie).encode(), token.encode())


def local(target: str) -> str:
    """A path of this console, or the overview: a link from elsewhere must not send a visitor away after signing in."""
    inside = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if inside and not target.startswith("/sign-") else "/"


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _read(text: str) -> bytes | None:
    if len(text) > _LONGEST:
        return None
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) > sealing.NONCE_BYTES + _TAG_BYTES else None
