"""What nodes say when they refuse a transaction, in the words of geth, Besu and Anvil."""

import pytest

from chain import pool
from chain.errors import Action, NodeRefused, NonceContested, PoolFull, Underpriced


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("replacement transaction underpriced", NonceContested),
        ("future transaction tries to replace pending", NonceContested),
        ("Replacement transaction underpriced", NonceContested),
        ("txpool is full", PoolFull),
        ("Transaction pool is full", PoolFull),
        ("account limit exceeded", PoolFull),
        ("transaction underpriced: gas tip cap 0, minimum needed 1", Underpriced),
        ("Gas price below configured minimum gas price", Underpriced),
        ("insufficient funds for gas * price + value", NodeRefused),
        ("exceeds block gas limit", NodeRefused),
    ],
)
def test_what_a_pool_has_against_a_transaction(message: str, error: type[NodeRefused]) -> None:
    found = pool.error_of(NodeRefused(-32000, message))
    assert type(found) is error
    assert (found.action is Action.GIVE_UP) == (error is NodeRefused)


def test_what_is_no_error_at_all() -> None:
    assert pool.knows(NodeRefused(-32000, "already known"))
    assert pool.knows(NodeRefused(-32000, "Known transaction"))
    assert pool.nonce_spent(NodeRefused(-32000, "nonce too low: next nonce 7, tx nonce 3"))
    assert not pool.nonce_spent(NodeRefused(-32000, "nonce too high"))
