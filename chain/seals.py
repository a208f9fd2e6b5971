"""Who sealed a header, by the rules of each kind of network, and whether that makes it final. Pure.

A header is the list of its RLP items, as hashed. Schemes: `qbft` (commit seals of a two-thirds quorum in the header itself), `clique` (one
signer per header; a majority of distinct signers on top makes it final), and `ibft1`, which only tests use.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chain import rlp, signing
from chain.errors import BadRlp, BadSeal, BadSignature
from chain.hashing import keccak

Header = Sequence[bytes]

_PARENT, _BENEFICIARY, _DIFFICULTY, _NUMBER, _EXTRA, _NONCE = 0, 2, 7, 8, 12, 14
_VANITY, _SEAL, _ADDRESS = 32, 65, 20
# IBFT 1 signs the block's hash and the number of its commit message.
_COMMIT = b"\x02"


@dataclass(frozen=True)
class BftExtra:
    """The extraData of a QBFT header: who may seal it, in which round it was, and the commit seals.

    `vote` and `round` as they stand in RLP: some write no vote as an empty list, others as nothing; some the round in four bytes, others in
    as few as it takes.
    """

    vanity: bytes
    validators: tuple[str, ...]
    vote: rlp.Item
    round: bytes
    seals: tuple[bytes, ...]

    @classmethod
    def of(cls, data: bytes) -> "BftExtra":
        """From the header's bytes. BadSeal when they are not in their one form."""
        items = _list(data)
        if len(items) != 5:
            raise BadSeal("extraData is not vanity, validators, vote, round and seals")
        vanity, validators, vote, number, seals = items
        found = cls(
            vanity=_of(vanity, _VANITY),
            validators=tuple("0x" + _of(item, _ADDRESS).hex() for item in _items(validators)),
            vote=vote,
            round=_raw(number),
            seals=tuple(_of(item, _SEAL) for item in _items(seals)),
        )
        if found.encode() != data:
            raise BadSeal("extraData is not in its one form")
        return found

    def encode(self) -> bytes:
        """Back to bytes; `replace` seals and round before it for what is hashed."""
        validators = [bytes.fromhex(each[2:]) for each in self.validators]
        return rlp.encode([self.vanity, validators, self.vote, self.round, list(self.seals)])


def number_of(header: Header) -> int:
    """The block's number."""
    return int.from_bytes(header[_NUMBER], "big")


def parent_of(header: Header) -> bytes:
    """The hash of the block before."""
    return header[_PARENT]


def quorum(validators: int) -> int:
    """How many of a QBFT network's validators must seal: two thirds, rounded up."""
    return -(-2 * validators // 3)


def majority(signers: int) -> int:
    """How many distinct signers make a Clique block final: more than half."""
    return signers // 2 + 1


def qbft_hash(header: Header) -> bytes:
    """The hash a QBFT block is known by: of the header without round and commit seals."""
    return _hash_with(header, replace(BftExtra.of(header[_EXTRA]), round=b"", seals=()).encode())


def qbft_signers(header: Header) -> list[str]:
    """Who gave the commit seals. BadSeal when one is not a signature."""
    extra = BftExtra.of(header[_EXTRA])
    digest = _hash_with(header, replace(extra, seals=()).encode())
    return [_recover(digest, seal) for seal in extra.seals]


def check_qbft(header: Header, validators: Collection[str]) -> list[str]:
    """The validators that sealed the header, a quorum of `validators`, which are also those it names. BadSeal otherwise."""
    named = BftExtra.of(header[_EXTRA]).validators
    if set(named) != set(validators) or len(named) != len(set(named)):
        raise BadSeal("the header names other validators than the pinned ones")
    signers = qbft_signers(header)
    _require(signers, validators, quorum(len(validators)))
    return signers


def clique_signer(header: Header) -> str:
    """Who sealed a Clique header. BadSeal when its extraData holds no seal."""
    extra = header[_EXTRA]
    if len(extra) < _VANITY + _SEAL or (len(extra) - _VANITY - _SEAL) % _ADDRESS:
        raise BadSeal("extraData is not vanity, signers and a seal")
    return _recover(_hash_with(header, extra[:-_SEAL]), extra[-_SEAL:])


def clique_checkpoint(header: Header) -> tuple[str, ...]:
    """The signers that a checkpoint header lists (genesis, every epoch); none elsewhere."""
    listed = header[_EXTRA][_VANITY:-_SEAL]
    return tuple("0x" + listed[at : at + _ADDRESS].hex() for at in range(0, len(listed), _ADDRESS))


def check_clique(headers: Sequence[Header], signers: Collection[str]) -> list[str]:
    """The distinct signers of a header and those on top of it, a majority of `signers`. BadSeal otherwise.

    Each header names the one before as its parent; the difficulty says truly whether it was its signer's turn; no signer seals again
    within a majority's length.
    """
    ordered, need = sorted(signers), majority(len(signers))
    found: list[str] = []
    for place, header in enumerate(headers):
        if place and (
            parent_of(header) != keccak(rlp.encode(list(headers[place - 1]))) or number_of(header) != number_of(headers[0]) + place
        ):
            raise BadSeal("a header on top does not follow the one below it")
        signer = clique_signer(header)
        if signer not in signers:
            raise BadSeal(f"{signer} sealed a header and is not a pinned signer")
        if signer in found[max(0, place - need + 1) :]:
            raise BadSeal(f"{signer} sealed again too soon")
        listed = clique_checkpoint(header)
        if listed and list(listed) != ordered:
            raise BadSeal("a checkpoint header lists other signers than the pinned ones")
        in_turn = ordered[number_of(header) % len(ordered)] == signer
        if int.from_bytes(header[_DIFFICULTY], "big") != 1 + in_turn:
            raise BadSeal("a header's difficulty is not that of its signer's turn")
        found.append(signer)
    _require(list(dict.fromkeys(found)), signers, need)
    return list(dict.fromkeys(found))


def check_linked(headers: Sequence[Header]) -> None:
    """BadSeal unless each header follows the one before: next number, its hash as the parent's."""
    for below, header in pairwise(headers):
        if parent_of(header) != keccak(rlp.encode(list(below))) or number_of(header) != number_of(below) + 1:
            raise BadSeal("a header on top does not follow the one below it")


def ibft1_signers(header: Header) -> list[str]:
    """Who gave the commit seals of an IBFT 1 header. BadSeal."""
    vanity, items = header[_EXTRA][:_VANITY], _list(header[_EXTRA][_VANITY:])
    if len(items) != 3:
        raise BadSeal("extraData is not validators, proposer's seal and commit seals")
    unsealed = vanity + rlp.encode([items[0], items[1], []])
    digest = keccak(_hash_with(header, unsealed) + _COMMIT)
    return [_recover(digest, _of(seal, _SEAL)) for seal in _items(items[2])]


def check_ibft1(header: Header, validators: Collection[str]) -> list[str]:
    """The validators that sealed an IBFT 1 header: more than two thirds. BadSeal otherwise."""
    signers = ibft1_signers(header)
    _require(signers, validators, 2 * ((len(validators) - 1) // 3) + 1)
    return signers


def _require(signers: Sequence[str], allowed: Collection[str], need: int) -> None:
    stranger = next((each for each in signers if each not in allowed), None)
    if stranger is not None:
        raise BadSeal(f"{stranger} sealed and is not a pinned validator")
    if len(set(signers)) != len(signers):
        raise BadSeal("a validator sealed twice")
    if len(signers) < need:
        raise BadSeal(f"{len(signers)} of {len(allowed)} sealed, {need} are needed")


def _hash_with(header: Header, extra: bytes) -> bytes:
    return keccak(rlp.encode([*header[:_EXTRA], extra, *header[_EXTRA + 1 :]]))


def _recover(digest: bytes, seal: bytes) -> str:
    """Seals carry 0 or 1 where other signatures carry 27 or 28."""
    if seal[64] > 1:
        raise BadSeal("a seal ends with 0 or 1")
    try:
        return signing.recover(digest, seal[:64] + bytes((27 + seal[64],)))
    except BadSignature as error:
        raise BadSeal(f"a seal is no signature: {error}") from error


def _list(data: bytes) -> list[rlp.Item]:
    try:
        return _items(rlp.decode(data))
    except BadRlp as error:
        raise BadSeal(f"extraData: {error}") from error


def _items(item: rlp.Item) -> list[rlp.Item]:
    if isinstance(item, bytes):
        raise BadSeal("extraData: a list is expected")
    return list(item)


def _raw(item: rlp.Item) -> bytes:
    if not isinstance(item, bytes):
        raise BadSeal("extraData: bytes are expected")
    return item


def _of(item: rlp.Item, size: int) -> bytes:
    raw = _raw(item)
    if len(raw) != size:
        raise BadSeal(f"extraData: {size} bytes are expected")
    return raw
