"""Certificates of lots in a world on a real node, sealed by its registrar, and the pin that belongs to them."""

import hashlib
import json
from typing import Any

from chain import slots, typed
from chain.certificate import build
from chain.certificate.build import Answers, Claim
from chain.certificate.form import DocumentProof
from chain.certificate.pin import REGISTRY, Pin
from chain.headers import header_hash
from chain.signing import address_of, sign_digest
from chain.structs import OFFER_SALE_RECOURSE, Offer
from chain.words import LotWord
from tests.chain.world import World

SALT = b"\x5a" * 32
DOCUMENTS = (b"Lieferschein 1", b"Lieferschein 2", b"contract")


def promise(documents: tuple[bytes, ...] = DOCUMENTS) -> tuple[str, list[DocumentProof]]:
    """A promise over three documents, and the proofs of the first and the last."""
    first, second, third = (hashlib.sha256(content).digest() for content in documents)
    leaves = [_hash(b"\x00" + hashlib.sha256(SALT + content).digest()) for content in (first, second, third)]
    left = _hash(b"\x01" + leaves[0] + leaves[1])
    root = _hash(b"\x01" + left + leaves[2])
    text = json.dumps(
        {"documents": "0x" + root.hex(), "promise": "to pay, whatever comes: ‘unbedingt’"}, sort_keys=True, ensure_ascii=False
    )
    opened = [
        DocumentProof(first, SALT, (("right", leaves[1]), ("right", leaves[2]))),
        DocumentProof(third, SALT, (("left", left),)),
    ]
    return text.replace('": "', '":"').replace('", "', '","'), opened


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def pin_of(world: World) -> Pin:
    """The trust root of the world: its registrar's key."""
    return Pin(world.gateway.chain_id, world.gateway.block(0).hash, world.contract, REGISTRY, (world.address("registrar"),))


def claim_of(world: World, payable: int, path: tuple[int, ...], **disclosed: Any) -> Claim:
    """What the registry would know of a lot."""
    terms, portions = world.issued[payable]
    return Claim(payable, 156, terms, tuple(portions), path, **disclosed)


def answers_of(world: World, of: list[build.Wanted], number: int) -> Answers:
    """Block and proof as the node gives them."""
    wanted = [f"0x{build.slot_of(*item):064x}" for item in of]
    return Answers(
        world.gateway.raw_rpc("eth_getBlockByNumber", [hex(number), False]),
        world.gateway.raw_rpc("eth_getProof", [world.contract, wanted, hex(number)]),
    )


def head_seal(world: World, block: dict[str, Any]) -> dict[str, Any]:
    """The registrar's signature over a block, now."""
    pin = pin_of(world)
    digest = typed.head_digest(
        pin.chain_id,
        pin.contract,
        genesis=pin.genesis,
        number=int(block["number"], 16),
        block_hash=header_hash(block),
        time=world.now,
    )
    secret = world.secret("registrar")
    return build.registry_seal(address_of(secret), signed_at=world.now, signature=sign_digest(secret, digest))


def certificate_of(world: World, payable: int, path: tuple[int, ...] = (), *, keys: tuple[str, ...] = (), **disclosed: Any) -> bytes:
    """The certificate of a lot as of the head."""
    claim, number = claim_of(world, payable, path, **disclosed), world.gateway.head().number
    lot = LotWord.of(int.from_bytes(world.gateway.storage(world.contract, slots.lot(claim.lot), number), "big"))
    recourse = int.from_bytes(world.gateway.storage(world.contract, slots.recourse(claim.lot), number), "big")
    of = build.wanted(claim, lot, recourse=recourse, keys=[world.address(who) for who in keys])
    answers = answers_of(world, of, number)
    return build.assemble(pin_of(world), claim, answers, of=of, seal=head_seal(world, answers.block))


def with_promise(world: World, face: int, salt: int) -> tuple[int, dict[str, Any]]:
    """A payable whose terms are the hash of a promise, and what discloses it with two of its documents."""
    text, opened = promise()
    payable = world.issue(face, salt=salt, terms=hashlib.sha256(text.encode()).digest())
    return payable, {"promise": text, "documents": tuple(opened)}


def offered(world: World, lot: int, child: int, amount: int) -> Offer:
    """A sale with recourse of a part to the second supplier, valid for a day."""
    return world.offer(lot, child, amount, "second", kind=OFFER_SALE_RECOURSE)
