"""From the embedded chain to a network, with the same claims: the statement that hands over, and the installation that goes on by it.

Nothing in the database is renumbered: the network's genesis block is the next block of the index (see `chain.continued`).
"""

import json
from collections.abc import Callable
from typing import NamedTuple

from chain import canonical, deploy, handover
from chain.alloc import alloc, state_of
from chain.continued import ContinuedGateway
from chain.errors import BadHandover
from chain.gateway import ChainGateway, EmbeddedGateway
from chain.handover import Handover
from chain.headers import header_items
from chain.schemes import scheme_of
from registry.identity import keys
from registry.kernel.errors import Conflict, DomainError, Invalid, Kind
from registry.kernel.uow import SERVICE, Work
from registry.sync import certificates, repo, repo_outbox


class HandoverRefused(DomainError):
    """A handover that is not what this registry signed, not what the state holds, or not what the network began with."""

    code = "handover_refused"
    kind = Kind.INVALID


class Files(NamedTuple):
    """The contents of `handover.json` and `state.json`."""

    statement: bytes
    state: bytes


def hand_over(work: Work, gateway: EmbeddedGateway) -> Files:
    """The statement and the state as of the last block, verified. Conflict when the index has not come so far."""
    head = gateway.head()
    raw = gateway.raw_rpc("eth_getBlockByNumber", [hex(head.number), False])
    state = state_of(json.loads(gateway.dump())["accounts"])
    pin = certificates.pin(work, gateway)
    with work.begin(SERVICE) as unit:
        if repo.checkpoint(unit.session) != (head.number, head.hash):
            raise Conflict("the chain has blocks that are not indexed; try again", head=head.number)
        digest = repo.digest(unit.session, head.number)
        statement = handover.stated(pin, header_items(raw), state, index_digest=digest, time=int(raw["timestamp"], 16))
        signature = keys.sign_digest(unit, keys.REGISTRAR, handover.digest(statement))
    try:
        done = handover.signed(statement, signature)
        done.require_state(state)
    except BadHandover as error:
        raise HandoverRefused(str(error)) from error
    return Files(done.content, canonical.encode(alloc(state)))


def accept(work: Work, network: ChainGateway | None, files: Files) -> None:
    """Records that this installation goes on on the network. It can't be undone: nothing is mined here any more.

    HandoverRefused when a file or the network is not what it should be, Conflict when the installation went on after the handover.
    """
    if network is None:
        raise Invalid("which network? set TALLYSTICK_CHAIN_RPC and TALLYSTICK_CHAIN_SCHEME")
    try:
        given = Handover.of(files.statement)
        given.require_state(state_of(json.loads(files.state)))
    except (BadHandover, ValueError, AttributeError) as error:
        raise HandoverRefused(str(error)) from error
    with work.begin(SERVICE) as unit:
        manifest, before = repo_outbox.manifest(unit.session), repo_outbox.handover(unit.session)
        standing = repo.checkpoint(unit.session)
        _, signer = keys.signer_for(unit, keys.REGISTRAR)
        known = repo.applied(unit.session, given.number)
        digest = repo.digest(unit.session, given.number) if known is not None else b""
    if before is not None:
        raise Conflict("this installation has moved already")
    if (given.pin.contract, given.pin.chain_id, given.pin.keys) != (work.network.contract, work.network.chain_id, (signer,)):
        raise HandoverRefused("the handover is of another installation")
    if standing != (given.number, given.block) or digest != given.index_digest:
        raise Conflict("the handover is not of the last block of this installation; export it again", handover=given.number)
    require_network(given, network)
    wrong = deploy.verify_code(network, manifest or {})
    if wrong:
        raise HandoverRefused("; ".join(wrong))
    with work.begin(SERVICE) as unit:
        repo_outbox.set_handover(unit.session, given.content.decode())


def continued(work: Work, network: ChainGateway | None, *, past: Callable[[], ChainGateway]) -> ContinuedGateway | None:
    """The chain of an installation that has moved, old blocks and new ones; None when it has not. HandoverRefused on another network."""
    with work.begin(SERVICE) as unit:
        statement = repo_outbox.handover(unit.session)
    if statement is None:
        return None
    given = Handover.of(statement.encode())
    if network is None:
        raise Invalid(
            f"after block {given.number} this installation moved to a network; set TALLYSTICK_CHAIN_RPC and TALLYSTICK_CHAIN_SCHEME"
        )
    require_network(given, network)
    return ContinuedGateway(network, base=given.number + 1, past=past)


def require_network(given: Handover, network: ChainGateway) -> None:
    """HandoverRefused unless the network's genesis block was made from the handover."""
    raw = network.raw_rpc("eth_getBlockByNumber", ["0x0", False])
    hashed = scheme_of(network.scheme, epoch=1).hash_of(header_items(raw))
    if hashed != network.block(0).hash or network.chain_id != given.pin.chain_id:
        raise HandoverRefused("the network's genesis block or chain id is another", chain=network.chain_id)
    try:
        given.require_genesis(raw)
    except BadHandover as error:
        raise HandoverRefused(str(error)) from error
