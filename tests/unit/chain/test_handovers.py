"""Certificates follow validators as the network does: whatever was voted, the evidence leads from the first set to the block's."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chain import seals
from chain.certificate import build, sealed
from chain.errors import BadSeal, BlockNotFound
from chain.headers import header_items
from chain.network import NetworkGateway
from chain.schemes import CLIQUE, Clique
from tests.factories.clique import ADDRESSES, CliqueChain

EPOCH = 24
# Who votes on whom, and how long nobody votes before.
VOTES = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 12)), min_size=1, max_size=6)


class Voting(CliqueChain):
    """Keeps `signers` as the votes make them; each block is sealed by whoever may, and votes for what stands."""

    def __init__(self) -> None:
        super().__init__([0, 1, 2, 3], epoch=EPOCH)
        self.gateway = NetworkGateway(self, Clique(EPOCH))

    def step(self, about: int | None = None) -> None:
        """One block of the first signer in turn that may seal now, with its vote."""
        limit = len(self.signers) // 2
        recent = [seals.clique_signer(header) for header in self.headers[1:][-limit:]] if limit else []
        free = [place for place in sorted(self.signers) if ADDRESSES[place] not in recent]
        number = len(self.headers)
        by = free[number % len(free)]
        at_checkpoint = number % EPOCH == 0
        add = about not in self.signers
        self.seal(by, **({} if about is None or at_checkpoint else {"about": about, "add": add}))
        self.gateway.head()
        self.signers = sorted(ADDRESSES.index(each) for each in self.gateway.validators())


@settings(max_examples=25, deadline=None)
@given(VOTES)
# The set shrinks afterwards: as many blocks on top are needed as at the block's own time.
@example([(6, True, 8), (4, True, 2), (2, False, 6), (6, False, 12), (4, False, 5)])
@example([(5, True, 0), (4, False, 9), (1, True, 9), (5, False, 8), (0, False, 8), (3, False, 11)])
def test_evidence_leads_to_the_validators_of_every_final_block(votes: list[tuple[int, bool, int]]) -> None:
    chain = Voting()
    sets: dict[int, Any] = {}

    def step(about: int | None = None) -> None:
        chain.step(about)
        sets[len(chain.headers) - 1] = tuple(ADDRESSES[place] for place in sorted(chain.signers))

    for about, hurried, pause in votes:
        for _ in range(pause):
            step()
        before = list(chain.signers)
        # A majority votes the same, if need be over a checkpoint; in a hurry the next vote follows at once.
        if len(before) > 2 or about not in before:
            for _ in range(2 * len(before) + 2):
                if chain.signers == before:
                    step(about)
        for _ in range(0 if hurried else 4):
            step()
    for _ in range(10):
        step()
    led, refused = 0, list[tuple[int, str, bool]]()
    fresh = NetworkGateway(chain, Clique(EPOCH))
    for number in range(1, len(chain.headers) - fresh.finality):
        try:
            found = fresh.evidence(number)
        except BlockNotFound:
            continue
        seal = build.validators_seal(CLIQUE, found.validators, handovers=found.handovers, on_top=found.on_top)
        block = build.header_of(fresh.raw_rpc("eth_getBlockByNumber", [hex(number), False]))
        try:
            proven = sealed.by_validators(seal, header_items(block), known=tuple(ADDRESSES[:4]))
        except BadSeal as error:
            # Only where the set changes while the block becomes final, by votes from before it.
            changing = len({sets[number + place] for place in range(len(found.on_top) + 1)}) > 1
            refused.append((number, error.reason, changing))
            continue
        assert set(proven.signers) & set(sets[number])
        led += 1
    assert led
    assert [each for each in refused if each[1:] != ("seal", True)] == []
