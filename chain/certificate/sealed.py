"""Who stands for the block of a certificate: the registry's key, or validators, followed from the set that the file names."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chain import rlp, seals, signing, typed
from chain.certificate.form import Certificate
from chain.certificate.pin import QBFT, REGISTRY, Pin
from chain.errors import BadSeal, BadSignature
from chain.hashing import keccak
from chain.headers import header_items
from chain.seals import Header

_BENEFICIARY, _DIFFICULTY, _NONCE = 2, 7, 14
_ADD, _DROP, _NOBODY = b"\xff" * 8, bytes(8), bytes(20)
_HANDOVER = "handover"


@dataclass(frozen=True)
class Sealed:
    """`signers` of the block and those on top of it, each once; `handovers`: how often the validators changed since the first set."""

    block_hash: bytes
    signers: tuple[str, ...]
    handovers: int = 0


@dataclass
class Walk:
    """What a run of Clique headers shows: who sealed each, and the signers in ascending order after it.

    `changed` is the place of the header that made the latest change, None for none.
    """

    signers: tuple[str, ...]
    sealers: list[str]
    changed: int | None = None


def check(certificate: Certificate, header: Header, timestamp: int, *, pin: Pin | None) -> Sealed:
    """The seal of the block, by the pinned key or set of validators; without a pin by those that the file names. BadSeal."""
    if certificate.seal["scheme"] == REGISTRY:
        return _registry(certificate, header, timestamp, pin=pin)
    return by_validators(certificate.seal, header, known=None if pin is None else pin.keys)


def by_validators(seal: dict[str, Any], header: Header, *, known: tuple[str, ...] | None) -> Sealed:
    """The seal of a network of validators, as the file has it. `known`: the set that the verifier knows. BadSeal."""
    scheme = seal["scheme"]
    sets = [_ascending(seal["validators"])]
    last = -1
    for run in seal["handovers"]:
        run_items = [header_items(each) for each in run]
        if seals.number_of(run_items[0]) <= last:
            raise BadSeal("seal.handovers: they do not rise", reason=_HANDOVER)
        try:
            sets.append(qbft_handover(run_items, sets[-1]) if scheme == QBFT else clique_handover(run_items, sets[-1]))
        except BadSeal as error:
            raise BadSeal(f"seal.handovers[{len(sets) - 1}]: {error}", reason=_HANDOVER) from error
        last = seals.number_of(run_items[-1])
    if seals.number_of(header) <= last:
        raise BadSeal("seal.handovers: they end after the block", reason=_HANDOVER)
    if known is not None and known not in sets:
        raise BadSeal("the pinned validators are none of the sets that the file leads through", reason="issuer")
    if scheme == QBFT:
        return Sealed(seals.qbft_hash(header), tuple(seals.check_qbft(header, sets[-1])), len(sets) - 1)
    headers: list[Header] = [header, *(header_items(each) for each in seal["headers"])]
    signers = tuple(dict.fromkeys(walk(headers, sets[-1]).sealers))
    need = seals.majority(len(sets[-1]))
    if len(set(signers) & set(sets[-1])) < need:
        raise BadSeal(f"{len(signers)} of {len(sets[-1])} sealed, {need} are needed")
    return Sealed(keccak(rlp.encode(list(header))), signers, len(sets) - 1)


def qbft_handover(headers: Sequence[Header], validators: tuple[str, ...]) -> tuple[str, ...]:
    """The set that one QBFT header names, two thirds of which sealed it, among them more than a third of `validators`. BadSeal."""
    if len(headers) != 1:
        raise BadSeal("one header is expected")
    named = _ascending(sorted(seals.BftExtra.of(headers[0][12]).validators))
    both = set(seals.check_qbft(headers[0], named)) & set(validators)
    if named == validators:
        raise BadSeal("nothing changed")
    if 3 * len(both) <= len(validators):
        raise BadSeal(f"{len(both)} of the {len(validators)} validators before sealed it, more than a third is needed")
    return named


def clique_handover(headers: Sequence[Header], signers: tuple[str, ...]) -> tuple[str, ...]:
    """The set that a run of Clique headers leads to from `signers`. BadSeal.

    Either a majority of them votes for each change in the run, or the run begins with a checkpoint that lists the new set and a majority of
    the old one, as far as it still is of the new, sealed in the run. After the latest change a majority of the new set has sealed.
    """
    listed = seals.clique_checkpoint(headers[0])
    begin = _ascending(listed) if listed else signers
    found = walk(headers, begin)
    if begin != signers and len(set(found.sealers) & set(signers)) < seals.majority(len(signers)):
        raise BadSeal("too few of the signers before sealed the checkpoint and what stands on it")
    if begin == signers and found.changed is None:
        raise BadSeal("nothing changed")
    after = set(found.sealers[found.changed or 0 :]) & set(found.signers)
    if len(after) < seals.majority(len(found.signers)):
        raise BadSeal("too few of the new signers sealed after the change")
    return found.signers


def walk(headers: Sequence[Header], signers: tuple[str, ...]) -> Walk:
    """Reads a run of Clique headers with a set of signers in ascending order and no votes before it. BadSeal where a rule is broken."""
    found, votes = Walk(signers, []), dict[tuple[bytes, str], bool]()
    for place, header in enumerate(headers):
        if place:
            seals.check_linked([headers[place - 1], header])
        signer, ordered = seals.clique_signer(header), found.signers
        if signer not in ordered:
            raise BadSeal(f"{signer} sealed a header and is no signer")
        if signer in found.sealers[max(0, place - len(ordered) // 2) :]:
            raise BadSeal(f"{signer} sealed again too soon")
        if header[_DIFFICULTY] != (b"\x02" if ordered[seals.number_of(header) % len(ordered)] == signer else b"\x01"):
            raise BadSeal("a header's difficulty is not that of its signer's turn")
        found.sealers.append(signer)
        listed = seals.clique_checkpoint(header)
        if listed:
            votes.clear()
            if listed != ordered:
                raise BadSeal("a checkpoint lists other signers")
        elif header[_BENEFICIARY] != _NOBODY:
            _vote(found, votes, header, signer=signer)
    return found


def _vote(found: Walk, votes: dict[tuple[bytes, str], bool], header: Header, *, signer: str) -> None:
    """Counts the vote of a header; more than half of the signers change the set."""
    subject, nonce = header[_BENEFICIARY], header[_NONCE]
    if nonce not in {_ADD, _DROP}:
        raise BadSeal("a vote is neither for nor against")
    votes.pop((subject, signer), None)
    address, add = "0x" + subject.hex(), nonce == _ADD
    if (address in found.signers) == add:
        return
    votes[subject, signer] = add
    if 2 * sum(each == subject for each, _ in votes) <= len(found.signers):
        return
    found.signers = tuple(sorted({*found.signers, address} if add else {*found.signers} - {address}))
    found.changed = len(found.sealers) - 1
    for about, voter in list(votes):
        if about == subject or voter not in found.signers:
            del votes[about, voter]
    if not found.signers:
        raise BadSeal("no signer is left")


def _ascending(keys: Sequence[str]) -> tuple[str, ...]:
    if not keys or list(keys) != sorted(set(keys)):
        raise BadSeal("validators are named once, in ascending order")
    return tuple(keys)


def _registry(certificate: Certificate, header: Header, timestamp: int, *, pin: Pin | None) -> Sealed:
    seal: dict[str, Any] = certificate.seal
    block_hash = keccak(rlp.encode(list(header)))
    digest = typed.head_digest(
        certificate.chain_id,
        certificate.contract,
        genesis=certificate.genesis,
        number=seals.number_of(header),
        block_hash=block_hash,
        time=seal["signed_at"],
    )
    try:
        signer = signing.recover(digest, seal["signature"])
    except BadSignature as error:
        raise BadSeal(f"seal.signature: {error}") from error
    if signer != seal["signer"]:
        raise BadSeal("seal.signature: it is not the signer's over this block")
    if pin is not None and (signer,) != pin.keys:
        raise BadSeal(f"signed by {signer}, the pinned registry key is {pin.keys[0]}", reason="issuer")
    if seal["signed_at"] < timestamp:
        raise BadSeal("signed before its block")
    return Sealed(block_hash, (signer,))
