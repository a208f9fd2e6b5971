"""What a node's pool of transactions says when it refuses one, told apart by the words that geth, Besu, Anvil and others use."""

import re

from chain.errors import NodeRefused, NonceContested, PoolFull, Underpriced

_KNOWN = re.compile(r"already (known|imported|exists)|^known transaction")
_CONTESTED = re.compile(r"replacement transaction|underpriced replacement|future transaction tries to replace")
_FULL = re.compile(r"(pool|queue) is full|pool.?full|overflow|limit exceeded|account limit")
_UNDERPRICED = re.compile(r"underpriced|gas.?price.*(low|below)|below (the )?configured min")


def knows(refused: NodeRefused) -> bool:
    """It has this very transaction."""
    return bool(_KNOWN.search(refused.message.lower()))


def nonce_spent(refused: NodeRefused) -> bool:
    """A transaction with this nonce was mined: this one, or another."""
    message = refused.message.lower()
    return "nonce" in message and "low" in message


def error_of(refused: NodeRefused) -> NodeRefused:
    """NonceContested, PoolFull or Underpriced for a transaction that may be taken later; anything else as it is."""
    message = refused.message.lower()
    for pattern, error in ((_CONTESTED, NonceContested), (_FULL, PoolFull), (_UNDERPRICED, Underpriced)):
        if pattern.search(message):
            return error(refused.code, refused.message, data=refused.data)
    return refused
