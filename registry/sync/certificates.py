"""Claim certificates and the pin: what the node proves, what the registry knows, and the registry's signature, in one file.

Transactions and calls to the node take turns: nothing waits for the node inside a transaction. What comes out was verified.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from chain import slots, typed
from chain.certificate import build, check
from chain.certificate.build import Answers, Claim, Wanted
from chain.certificate.pin import REGISTRY, Pin
from chain.continued import present
from chain.errors import BadCertificate, BadSeal, BlockNotFound, EvidenceRefused, NodeLied
from chain.gateway import ChainGateway
from chain.headers import hexdata
from chain.types import Evidence
from chain.words import KeyWord, LotWord
from registry.identity import keys
from registry.identity import repo as identities
from registry.kernel import crash
from registry.kernel.errors import Conflict, Unavailable
from registry.kernel.uow import SERVICE, Unit, Work
from registry.receivables import evidence, visibility

# Keys of the holder that a certificate discloses at most.
_MAX_KEYS = 8


class NotCertifiable(Conflict):
    """There is nothing to certify as of the latest block: the lot is empty or has ended, or the payable is over."""

    code = "not_certifiable"


@dataclass(frozen=True)
class Draft:
    """What the registry knows of a lot, and addresses that may be keys of its holder."""

    claim: Claim
    addresses: tuple[str, ...]


def draft(unit: Unit, lot_id: str, *, documents: Sequence[int] = ()) -> Draft:
    """For a lot that the actor sees; `documents` of the payable's are disclosed. NotFound otherwise."""
    claim = evidence.of_lot(unit, lot_id, disclosed=documents)
    holder = visibility.lot(unit, lot_id).holder
    known = [row.address for row in identities.signing_keys(unit.session, holder) if row.revoked_at is None]
    return Draft(claim, tuple(known[-_MAX_KEYS:]))


def pin(work: Work, gateway: ChainGateway) -> Pin:
    """The installation's trust root: a network's validators, and on the embedded engine, which has none, the registry's key."""
    gateway = present(gateway)
    with work.begin(SERVICE) as unit:
        _, signer = keys.signer_for(unit, keys.REGISTRAR)
        contract = unit.network.contract
    trusted = gateway.validators() or (signer,)
    return Pin(gateway.chain_id, gateway.block(0).hash, contract, gateway.scheme or REGISTRY, trusted)


def issue(work: Work, gateway: ChainGateway, wanted: Draft) -> bytes:
    """The certificate as of the latest final block. NotCertifiable when nothing is held or owed at it, ChainError of the node's."""
    gateway = present(gateway)
    root, number = pin(work, gateway), max(gateway.head().number - gateway.finality, 0)
    proof = _evidence(gateway, number)
    of = _words(gateway, root.contract, wanted, number=number)
    answers = _answers(gateway, root.contract, of, number)
    crash.point(crash.Point.CERTIFICATE_PROVEN)
    if proof is None:
        seal = _sealed(work, root, answers.block)
    else:
        # The file leads from the first set to the block; whoever knows any of the sets in between can follow it.
        root = replace(root, keys=proof.validators)
        seal = build.validators_seal(root.scheme, proof.validators, handovers=proof.handovers, on_top=proof.on_top)
    content = build.assemble(root, wanted.claim, answers, of=of, seal=seal)
    crash.point(crash.Point.CERTIFICATE_SIGNED)
    try:
        check.verify(content, root)
    except BadCertificate as error:
        latest = f"as of block {number}, the latest that is final,"
        raise NotCertifiable(
            f"{latest} this lot has no certificate: {error}. What was just done counts in a few blocks", block=number
        ) from error
    except EvidenceRefused as error:
        if proof is not None and isinstance(error, BadSeal):
            # Each header was judged by itself: a change of the validators is just now on its way.
            raise Unavailable(f"the validators change at block {number}; ask again in a few seconds") from error
        raise NodeLied(f"block {number}: {error}") from error
    return content


def _evidence(gateway: ChainGateway, number: int) -> Evidence | None:
    """What the validators' seals prove of a block; None where nobody seals. Unavailable while they change."""
    if not gateway.scheme:
        return None
    try:
        return gateway.evidence(number)
    except BlockNotFound as error:
        raise Unavailable(f"the validators sealed too little on block {number} as yet; ask again in a few seconds") from error


def _words(gateway: ChainGateway, contract: str, wanted: Draft, *, number: int) -> list[Wanted]:
    """The words that the certificate carries, as the lot and its holder's keys are at the block."""
    claim = wanted.claim
    asked = [slots.lot(claim.lot), slots.recourse(claim.lot), *(slots.key(address) for address in wanted.addresses)]
    lot_word, recourse, *found = (int.from_bytes(word, "big") for word in gateway.storages(contract, asked, number))
    lot, time = LotWord.of(lot_word), gateway.block(number).timestamp
    signing = [
        address
        for address, key in zip(wanted.addresses, map(KeyWord.of, found), strict=True)
        if key.participant == lot.holder and key.from_time <= time < key.until
    ]
    return build.wanted(claim, lot, recourse=recourse, keys=signing)


def _answers(gateway: ChainGateway, contract: str, of: Sequence[Wanted], number: int) -> Answers:
    at = hex(number)
    asked = [f"0x{build.slot_of(kind, key):064x}" for kind, key in of]
    block = gateway.raw_rpc("eth_getBlockByNumber", [at, False])
    return Answers(block, gateway.raw_rpc("eth_getProof", [contract, asked, at]))


def _sealed(work: Work, root: Pin, block: dict[str, Any]) -> dict[str, Any]:
    """The registry's signature over the block, at the service's time."""
    with work.begin(SERVICE) as unit:
        signed_at = max(unit.timestamp, int(block["timestamp"], 16))
        digest = typed.head_digest(
            root.chain_id,
            root.contract,
            genesis=root.genesis,
            number=int(block["number"], 16),
            block_hash=hexdata(block["hash"]),
            time=signed_at,
        )
        signature = keys.sign_digest(unit, keys.REGISTRAR, digest)
    return build.registry_seal(root.keys[0], signed_at=signed_at, signature=signature)
