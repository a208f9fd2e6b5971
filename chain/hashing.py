"""Keccak-256 by the fastest package that is installed, and 32-byte words."""

from collections.abc import Callable

try:
    # Six times as fast as pycryptodome, where its wheel exists.
    from eth_hash.backends.pysha3 import backend
except ImportError:
    from eth_hash.backends.pycryptodome import backend  # type: ignore[assignment]

keccak: Callable[[bytes], bytes] = backend.keccak256


def word(value: int) -> bytes:
    """A non-negative integer as 32 bytes. OverflowError when it doesn't fit."""
    return value.to_bytes(32, "big")
