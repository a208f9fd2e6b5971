"""Makes the certificates of tests/data/certificates on a fresh node: `scripts/run python -m tests.chain.vectors`.

The chain's own blocks have no seals; those of networks are the same blocks, sealed here by keys of this file.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from chain import canonical, ids, rlp, seals, signing, slots
from chain.certificate import build
from chain.certificate.build import Answers
from chain.certificate.pin import CLIQUE, QBFT, Pin
from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from chain.hashing import keccak
from chain.headers import header_hash, header_items
from chain.words import LotWord
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.world import DAY, World
from tests.factories import certificates as make
from tests.fakes.journal import MemoryJournal

FOLDER = Path(__file__).parents[1] / "data" / "certificates"
VALIDATORS = sorted((number.to_bytes(32, "big") for number in range(101, 105)), key=signing.address_of)
ADDRESSES = tuple(signing.address_of(key) for key in VALIDATORS)


def sealed(digest: bytes, key: bytes) -> bytes:
    """A seal: r, s and 0 or 1."""
    signature = signing.sign_digest(key, digest)
    return signature[:64] + bytes((signature[64] - 27,))


def qbft(block: dict[str, Any], *, signers: int = 3) -> dict[str, Any]:
    """The block as a QBFT network would have it, sealed by so many validators."""
    extra = seals.BftExtra(bytes(32), ADDRESSES, [], b"", ())
    block = {**block, "extraData": "0x" + extra.encode().hex(), "difficulty": "0x1"}
    digest = keccak(rlp.encode(header_items(block)))
    found = seals.BftExtra(bytes(32), ADDRESSES, [], b"", tuple(sealed(digest, key) for key in VALIDATORS[:signers]))
    return {**block, "extraData": "0x" + found.encode().hex()}


def clique(block: dict[str, Any], *, on_top: int = 2) -> list[dict[str, str]]:
    """The block as a Clique network would have it, and headers on top, sealed in turn."""
    made: list[dict[str, str]] = []
    for place in range(on_top + 1):
        number = int(block["number"], 16) + place
        header = {**build.header_of(block), "number": hex(number), "difficulty": "0x2", "extraData": "0x" + bytes(32).hex()}
        if made:
            header["parentHash"] = "0x" + header_hash(made[-1]).hex()
        seal = sealed(keccak(rlp.encode(header_items(header))), VALIDATORS[number % 4])
        made.append({**header, "extraData": header["extraData"] + seal.hex()})
    return made


def network(world: World, payable: int, scheme: str) -> bytes:
    """The certificate of a root lot on a network of validators."""
    claim, number = make.claim_of(world, payable, ()), world.gateway.head().number
    lot = LotWord.of(int.from_bytes(world.gateway.storage(world.contract, slots.lot(claim.lot), number), "big"))
    of = build.wanted(claim, lot, recourse=0, keys=[])
    answers, seal = make.answers_of(world, of, number), {"scheme": scheme}
    if scheme == QBFT:
        answers = Answers(qbft(answers.block), answers.proof)
    else:
        first, *rest = clique(answers.block)
        answers, seal = Answers(first, answers.proof), {"scheme": scheme, "headers": rest}
    return build.assemble(pin_of(world, scheme), claim, answers, of=of, seal=seal)


def pin_of(world: World, scheme: str) -> Pin:
    """The pin of the same chain with validators."""
    own = make.pin_of(world)
    return Pin(own.chain_id, own.genesis, own.contract, scheme, ADDRESSES)


def files(world: World) -> dict[str, bytes]:
    """Certificates and pins by name."""
    payable, disclosed = make.with_promise(world, 1_234_56, 1)
    root = ids.root(payable)
    found = {"whole.json": make.certificate_of(world, payable, keys=("supplier",), **disclosed)}
    found |= {f"{scheme}.json": network(world, payable, scheme) for scheme in (QBFT, CLIQUE)}
    offer = make.offered(world, root, 3, 500_00)
    world.act("second", "acceptOffer", offer, world.signature("supplier", offer))
    part = ids.child(root, 3)
    world.act("second", "split", part, [0], [200_00])
    leaf = ids.child(part, 0)
    world.act("registrar", "freeze", leaf, 50_00, hashlib.sha256(b"basis").digest())
    world.act("second", "lock", leaf, 5, world.now + 30 * DAY)
    found["locked.json"] = make.certificate_of(world, payable, (3, 0), keys=("second",), **disclosed)
    found["pin.json"] = make.pin_of(world).encode()
    found |= {f"pin-{scheme}.json": pin_of(world, scheme).encode() for scheme in (QBFT, CLIQUE)}
    return found


def main() -> None:
    """Writes the files; `cases.json`, which says what comes of each, is written by hand."""
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(os.environ["TALLYSTICK_ANVIL"])
        engine = EmbeddedEngine(MemoryJournal(), binary=binary, folder=Path(folder), chain_id=CHAIN_ID, genesis_time=GENESIS)
        engine.start()
        world = World(EmbeddedGateway(engine), GENESIS)
        world.deploy()
        world.onboard()
        FOLDER.mkdir(exist_ok=True)
        for name, content in files(world).items():
            assert canonical.encode(json.loads(content)) == content
            (FOLDER / name).write_bytes(content)
        engine.stop()


if __name__ == "__main__":
    main()
