"""Makes the certificates of tests/data/certificates on a fresh node: `scripts/run python -m tests.chain.vectors`.

The chain's own blocks have no seals; those of networks are the same blocks, sealed by keys of tests/factories/seals.py. What no contract of
ours would reach is proven under states made up here (tests/factories/states.py).
"""

import hashlib
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from chain import ids, signing, slots
from chain.certificate import build
from chain.certificate.build import Answers, Claim
from chain.certificate.pin import CLIQUE, QBFT, REGISTRY, Pin
from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway
from chain.structs import Portion, Terms
from chain.words import KeyWord, LotWord, ParticipantWord, PayableWord, ProfileWord, Word
from tests.chain import vector_cases
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.world import CNY, DAY, PROFILE_ID, World
from tests.factories import certificates as make
from tests.factories.seals import ADD, DROP, KEYS, LATECOMER, NEWCOMER, VALIDATORS, CliqueChain, Header, qbft
from tests.factories.states import State
from tests.fakes.journal import MemoryJournal

FOLDER = Path(__file__).parents[1] / "data" / "certificates"
# Block numbers of the sealed headers.
FIRST = 5_000_000
MORE = tuple(sorted((*VALIDATORS, NEWCOMER)))
OTHER = tuple(sorted((NEWCOMER, LATECOMER, *VALIDATORS[2:])))


class Network:
    """Certificates of one root lot as networks of validators would seal its block."""

    def __init__(self, world: World, payable: int) -> None:
        self._claim, number = make.claim_of(world, payable, ()), world.gateway.head().number
        lot = LotWord.of(int.from_bytes(world.gateway.storage(world.contract, slots.lot(self._claim.lot), number), "big"))
        self._of = build.wanted(self._claim, lot, recourse=0, keys=[])
        self._answers, self._own = make.answers_of(world, self._of, number), make.pin_of(world)

    @property
    def block(self) -> dict[str, Any]:
        """The block that holds the state."""
        return self._answers.block

    def pin(self, scheme: str, keys: tuple[str, ...] = VALIDATORS) -> bytes:
        """The pin of the same chain with validators."""
        return replace(self._own, scheme=scheme, keys=keys).encode()

    def file(self, scheme: str, header: Header, *, handovers: tuple[list[Header], ...] = (), on_top: tuple[Header, ...] = ()) -> bytes:
        """The certificate with this header."""
        seal = build.validators_seal(scheme, VALIDATORS, handovers=handovers, on_top=on_top)
        answers = Answers(header, self._answers.proof)
        return build.assemble(Pin.of(self.pin(scheme)), self._claim, answers, of=self._of, seal=seal)

    def qbft(self) -> dict[str, bytes]:
        """One set, one hand-over with a newcomer, and one with two of four replaced."""
        block = {**self.block, "number": hex(FIRST)}
        later = {**self.block, "number": hex(FIRST + 900)}
        return {
            "qbft.json": self.file(QBFT, qbft(block)),
            "qbft-handover.json": self.file(
                QBFT,
                qbft(later, validators=OTHER, signers=OTHER[:3]),
                handovers=(
                    [qbft(block, validators=MORE, signers=MORE[:4])],
                    [qbft({**block, "number": hex(FIRST + 7)}, validators=OTHER, signers=OTHER)],
                ),
            ),
            "qbft-strangers.json": self.file(
                QBFT,
                qbft(later, validators=OTHER, signers=OTHER[:3]),
                # Of the four before only one sealed it.
                handovers=([qbft(block, validators=OTHER, signers=[OTHER[at] for at in range(4) if OTHER[at] != VALIDATORS[3]])],),
            ),
        }

    def clique(self) -> dict[str, bytes]:
        """One set; a newcomer voted in; then one voted out; a checkpoint with another set."""
        first, *rest = CliqueChain(self.block, number=FIRST).seal(0, 1, 2)
        found = {"clique.json": self.file(CLIQUE, first, on_top=tuple(rest))}
        voting = CliqueChain(self.block, number=FIRST - 400)
        added = voting.seal(0, 1, 2, vote=(NEWCOMER, ADD))
        voting.signers = MORE
        added += voting.seal(3, 4)
        dropping = CliqueChain(self.block, number=FIRST - 200, signers=MORE)
        dropped = dropping.seal(1, 2, 4, vote=(MORE[0], DROP))
        dropping.signers = MORE[1:]
        dropped += dropping.seal(2, 0)
        end = CliqueChain(self.block, number=FIRST, signers=MORE[1:])
        first, *rest = end.seal(0, 2, 3)
        found["clique-votes.json"] = self.file(CLIQUE, first, handovers=(added, dropped), on_top=tuple(rest))
        found["clique-checkpoint.json"] = self._checkpoint(OTHER, VALIDATORS[2:])
        return found

    def _checkpoint(self, listed: tuple[str, ...], old: tuple[str, ...]) -> bytes:
        """Two of four stay: no majority of the set before, so the hand-over fails."""
        places = [listed.index(each) for each in old]
        run = CliqueChain(self.block, number=FIRST - 300, signers=listed)
        headers = run.seal(places[0], listed=listed) + run.seal(places[1], listed.index(NEWCOMER))
        first, *rest = CliqueChain(self.block, number=FIRST, signers=listed).seal(0, 1, 2)
        return self.file(CLIQUE, first, handovers=(headers,), on_top=tuple(rest))

    def joined(self) -> bytes:
        """A checkpoint that lists a newcomer, sealed by three of the four before."""
        run = CliqueChain(self.block, number=FIRST - 300, signers=MORE)
        old = [MORE.index(each) for each in VALIDATORS]
        headers = run.seal(old[0], listed=MORE) + run.seal(old[1], old[2])
        first, *rest = CliqueChain(self.block, number=FIRST, signers=MORE).seal(0, 2, 4)
        return self.file(CLIQUE, first, handovers=(headers,), on_top=tuple(rest))


class Forgery:
    """A certificate by the registry's key over a state of our own making."""

    def __init__(self, world: World, block: dict[str, Any]) -> None:
        self._world, self._block, self._key = world, block, world.address("supplier")
        self.terms = Terms(2, 3, PROFILE_ID, GENESIS + 90 * DAY, 800_00, b"\x0a" * 32, b"\x0b" * 32)
        self.portions = (Portion(b"\x0c" * 32, 800_00, 800_00),)
        self.payable = ids.payable_id(self.terms, self.portions)

    def file(self, word: str = "", **changed: int) -> bytes:
        """All is well but these fields of one word."""
        held: dict[str, Word] = {
            "payable": PayableWord(2, PROFILE_ID, self.terms.due, 2, 800_00, 0, 0, 0),
            "lot": LotWord(3, 800_00, 0, 0, 1, 0, 0, 0, 0, 0),
            "profile": ProfileWord(0, 2**32 - 1, 180 * DAY, 8, 8, 40, 0, 0, 5 * DAY, 30 * DAY, 100, 0),
            "key": KeyWord(3, 0, 2**32 - 1),
        }
        if word:
            held[word] = replace(held[word], **changed)  # type: ignore[type-var]
        lot, claim = held["lot"], Claim(self.payable, CNY, self.terms, self.portions, ())
        assert isinstance(lot, LotWord)
        of = build.wanted(claim, lot, recourse=0, keys=[self._key])
        packed = {kind: value.pack() for kind, value in held.items()}
        people = ParticipantWord(2, 1, 2**32 - 1, 0, 5).pack()
        state = State(self._world.contract, {build.slot_of(*each): packed.get(each[0], people) for each in of})
        block = {**self._block, "stateRoot": state.root}
        answers = Answers(block, state.proof([build.slot_of(*each) for each in of]))
        return build.assemble(make.pin_of(self._world), claim, answers, of=of, seal=make.head_seal(self._world, block))

    def files(self) -> dict[str, bytes]:
        """One that holds, and one for each way in which it would not."""
        due = self.terms.due
        return {
            "made.json": self.file(),
            "made-terms.json": self.file("payable", due=due + 1),
            "made-settled.json": self.file("payable", state=5),
            "made-ended.json": self.file("lot", flags=16),
            "made-empty.json": self.file("lot", amount=0),
            "made-depth.json": self.file("lot", depth=1),
            "made-amounts.json": self.file("lot", amount=900_00),
            "made-key.json": self.file("key", until=GENESIS),
            "made-stranger.json": self.file("key", participant=4),
        }


def files(world: World) -> dict[str, bytes]:
    """Certificates and pins by name."""
    payable, disclosed = make.with_promise(world, 1_234_56, 1)
    root = ids.root(payable)
    found = {"whole.json": make.certificate_of(world, payable, keys=("supplier",), **disclosed)}
    network = Network(world, payable)
    found |= network.qbft() | network.clique() | {"clique-joined.json": network.joined()}
    found |= {"pin-qbft.json": network.pin(QBFT), "pin-qbft-later.json": network.pin(QBFT, OTHER)}
    found |= {"pin-clique.json": network.pin(CLIQUE), "pin-clique-later.json": network.pin(CLIQUE, MORE)}
    found |= {"pin-clique-last.json": network.pin(CLIQUE, MORE[1:]), "pin-clique-other.json": network.pin(CLIQUE, OTHER)}
    offer = make.offered(world, root, 3, 500_00)
    world.act("second", "acceptOffer", offer, world.signature("supplier", offer))
    part = ids.child(root, 3)
    world.act("second", "split", part, [0], [200_00])
    leaf = ids.child(part, 0)
    world.act("registrar", "freeze", leaf, 50_00, hashlib.sha256(b"basis").digest())
    world.act("second", "lock", leaf, 5, world.now + 30 * DAY)
    found["locked.json"] = make.certificate_of(world, payable, (3, 0), keys=("second",), **disclosed)
    own = make.pin_of(world)
    found |= {"pin.json": own.encode(), "pin-other-key.json": replace(own, keys=(signing.address_of(KEYS[0]),)).encode()}
    found["pin-other-chain.json"] = replace(own, chain_id=own.chain_id + 1, scheme=REGISTRY).encode()
    return found | Forgery(world, network.block).files()


def main() -> None:
    """Writes the files, and what a verifier must make of each (`cases.json`)."""
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(os.environ["TALLYSTICK_ANVIL"])
        engine = EmbeddedEngine(MemoryJournal(), binary=binary, folder=Path(folder), chain_id=CHAIN_ID, genesis_time=GENESIS)
        engine.start()
        world = World(EmbeddedGateway(engine), GENESIS)
        world.deploy()
        world.onboard()
        made = files(world)
        engine.stop()
    FOLDER.mkdir(exist_ok=True)
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
    # Recorded on a live network, and kept.
    made |= {path.name: path.read_bytes() for path in FOLDER.glob("*geth-*.json")}
    (FOLDER / "cases.json").write_text(json.dumps(vector_cases.cases(made), indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
