"""How many transactions an address has sent as of a block: proven against the block's state root, not believed."""

from chain import proofs
from chain.continued import located
from chain.errors import BadProof, BlockNotFound, NodeLied
from chain.gateway import ChainGateway
from chain.headers import hexdata


def sent(gateway: ChainGateway, address: str, block: int) -> int:
    """The address's nonce after this block. NodeLied when the node's proof does not prove it, BlockNotFound when it has none."""
    there, number = located(gateway, block)
    root = there.block(number).state_root
    answer = there.raw_rpc("eth_getProof", [address, [], hex(number)])
    if answer is None:
        raise BlockNotFound(block)
    try:
        account = proofs.account(root, address, [hexdata(node) for node in answer["accountProof"]])
    except (BadProof, KeyError, TypeError, ValueError) as error:
        raise NodeLied(f"block {block}: the account of {address} is not proven: {error}") from error
    return 0 if account is None else account.nonce
