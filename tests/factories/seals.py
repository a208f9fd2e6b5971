"""Headers of networks of validators, sealed by keys of this file."""

from collections.abc import Sequence
from typing import Any

from chain import rlp, seals, signing
from chain.certificate import build
from chain.hashing import keccak
from chain.headers import header_hash, header_items

KEYS = sorted((number.to_bytes(32, "big") for number in range(101, 107)), key=signing.address_of)
SECRETS = {signing.address_of(key): key for key in KEYS}
ADDRESSES = tuple(SECRETS)
# Who seals first, and who comes later.
VALIDATORS, NEWCOMER, LATECOMER = ADDRESSES[:4], ADDRESSES[4], ADDRESSES[5]
ADD, DROP = "0x" + "ff" * 8, "0x" + "00" * 8
Header = dict[str, str]


def sealed(digest: bytes, address: str) -> bytes:
    """A seal: r, s and 0 or 1."""
    signature = signing.sign_digest(SECRETS[address], digest)
    return signature[:64] + bytes((signature[64] - 27,))


def qbft(block: dict[str, Any], *, validators: Sequence[str] = VALIDATORS, signers: Sequence[str] = VALIDATORS[:3]) -> Header:
    """The block as a QBFT network would have it."""
    extra = seals.BftExtra(bytes(32), tuple(validators), [], b"", ())
    header = {**build.header_of(block), "extraData": "0x" + extra.encode().hex(), "difficulty": "0x1"}
    digest = keccak(rlp.encode(header_items(header)))
    found = seals.BftExtra(bytes(32), tuple(validators), [], b"", tuple(sealed(digest, each) for each in signers))
    return {**header, "extraData": "0x" + found.encode().hex()}


def clique(
    block: dict[str, Any], signer: str, *, signers: Sequence[str], vote: tuple[str, str] | None = None, listed: Sequence[str] = ()
) -> Header:
    """A header as a Clique network would have it. `vote`: address and for or against; `listed`: as at a checkpoint."""
    in_turn = sorted(signers)[int(block["number"], 16) % len(signers)] == signer
    subject, nonce = vote or ("0x" + "00" * 20, DROP)
    vanity = "0x" + bytes(32).hex() + "".join(each[2:] for each in listed)
    changed = {"difficulty": hex(1 + in_turn), "miner": subject, "nonce": nonce, "extraData": vanity}
    header = {**build.header_of(block), **changed}
    return {**header, "extraData": vanity + sealed(keccak(rlp.encode(header_items(header))), signer).hex()}


class CliqueChain:
    """Headers on top of each other, each with the rest of its fields from a block."""

    def __init__(self, block: dict[str, Any], *, number: int, signers: Sequence[str] = VALIDATORS) -> None:
        self.block = {**build.header_of(block), "number": hex(number)}
        self.signers = tuple(signers)

    def seal(self, *places: int, **said: Any) -> list[Header]:
        """Headers sealed by the signers at these places. `said`: vote or listed, the same in each."""
        made = []
        for place in places:
            header = clique(self.block, self.signers[place], signers=self.signers, **said)
            made.append(header)
            self.block = {**self.block, "number": hex(int(header["number"], 16) + 1), "parentHash": "0x" + header_hash(header).hex()}
        return made
