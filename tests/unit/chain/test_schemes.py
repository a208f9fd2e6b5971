"""Who may seal, on Clique networks made here and on the real QBFT header: votes, checkpoints, hand-overs, branches, finality."""

import json
from pathlib import Path

import pytest

from chain import rlp
from chain.errors import BadSeal, BlockNotFound, NodeLied
from chain.headers import hexdata
from chain.network import NetworkGateway
from chain.rosters import Rosters
from chain.schemes import Clique, Qbft, Roster, scheme_of
from tests.factories.clique import ADDRESSES, CliqueChain, json_of

DATA = Path(__file__).parents[2] / "data" / "evm"


def settled(chain: CliqueChain) -> Roster:
    scheme = Clique(chain.epoch)
    roster = scheme.begin(chain.headers[0])
    for header in chain.headers[1:]:
        roster = scheme.follow(roster, header)
    return roster


def named(*places: int) -> tuple[str, ...]:
    return tuple(ADDRESSES[place] for place in places)


def test_a_majority_votes_a_signer_in_and_out() -> None:
    chain = CliqueChain([0, 1, 2, 3])
    chain.seal(0, about=4)
    chain.seal(1, about=4)
    assert settled(chain).validators == named(0, 1, 2, 3)
    chain.seal(2, about=4)
    found = settled(chain)
    assert found.validators == named(0, 1, 2, 3, 4)
    assert found.change is not None
    assert (found.change.first, found.change.number, found.votes) == (1, 3, ())
    chain.signers.append(4)
    chain.seal(4)
    for by in (0, 1, 2):
        chain.seal(by, about=3, add=False)
    assert settled(chain).validators == named(0, 1, 2, 4)


def test_one_vote_per_signer_the_last_one_counts_and_those_of_the_dropped_do_not() -> None:
    chain = CliqueChain([0, 1, 2, 3])
    chain.seal(0, about=4)
    for by in (1, 2):
        chain.seal(by)
    chain.seal(0, about=4)
    chain.seal(1, about=4)
    assert {vote.voter for vote in settled(chain).votes} == set(named(0, 1))
    # Taken back by a vote for what already is.
    chain.seal(2)
    chain.seal(0, about=4, add=False)
    assert {vote.voter for vote in settled(chain).votes} == set(named(1))
    chain.seal(1)
    for by in (2, 3, 0):
        chain.seal(by, about=1, add=False)
    assert (settled(chain).validators, settled(chain).votes) == (named(0, 2, 3), ())


def test_checkpoints_end_votes_and_name_the_signers() -> None:
    chain = CliqueChain([0, 1, 2, 3], epoch=4)
    for by in (0, 1):
        chain.seal(by, about=4)
    chain.seal(2)
    chain.seal(3)
    assert settled(chain).votes == ()
    assert Clique(4).begin(chain.headers[4]).validators == named(0, 1, 2, 3)
    with pytest.raises(BadSeal, match="no checkpoint"):
        Clique(4).begin(chain.headers[3])
    with pytest.raises(BadSeal, match="where the epoch of 5 blocks says otherwise"):
        Clique(5).follow(settled(chain.branch(3)), chain.headers[4])


@pytest.mark.parametrize(
    ("by", "changed", "why"),
    [
        (5, {}, "is no signer"),
        (1, {}, "too soon"),
        (3, {"difficulty": 1}, "turn"),
        (0, {"difficulty": 2}, "turn"),
        (3, {"extra": bytes(32 + 20 + 65)}, "lists signers"),
        (3, {"vote": b"\x01" * 8}, "neither for nor against"),
    ],
)
def test_a_header_that_breaks_a_rule_is_refused(by: int, changed: dict[str, object], why: str) -> None:
    chain = CliqueChain([0, 1, 2, 3])
    chain.grow(2)
    before = settled(chain)
    header = chain.seal(by, **changed)
    with pytest.raises(BadSeal, match=why):
        Clique(1000).follow(before, header)


def test_the_real_qbft_header_and_a_set_that_comes_from_nowhere() -> None:
    entry = json.loads((DATA / "bft_headers.json").read_text())["qbft"][0]
    header = [item for item in rlp.decode(hexdata(entry["header_rlp"])) if isinstance(item, bytes)]
    scheme, validators = Qbft(), tuple(sorted(entry["validators"]))
    found = scheme.begin(header)
    assert (found.number, found.validators, scheme.depth(4)) == (entry["number"], validators, 0)
    assert scheme.follow(Roster(found.number - 1, validators), header) == found
    handed_over = scheme.follow(Roster(found.number - 1, (*validators[1:], ADDRESSES[0])), header)
    assert handed_over.change is not None
    assert handed_over.change.validators == validators
    with pytest.raises(BadSeal, match="of the new ones"):
        scheme.follow(Roster(found.number - 1, named(0, 1, 2, 3)), header)


def test_schemes_by_name() -> None:
    assert scheme_of("clique", epoch=7).start(15) == 14
    assert scheme_of("qbft", epoch=7).start(15) == 15
    with pytest.raises(ValueError, match="no seal scheme"):
        scheme_of("ibft1", epoch=1)


def test_branches_are_followed_from_what_they_share() -> None:
    chain = CliqueChain([0, 1, 2, 3])
    chain.grow(40)
    rosters = Rosters(lambda: chain, Clique(1000))
    rosters.judge(json_of(chain.headers[40]))
    asked = chain.asked
    other = chain.branch(38)
    for by in (0, 1, 2):
        other.seal(by)
    fresh = Rosters(lambda: other, Clique(1000))
    fresh._known = rosters._known
    assert fresh.judge(json_of(other.headers[41])).number == 41
    assert (asked, other.asked) == (40, 8)
    with pytest.raises(BlockNotFound):
        # The node has left this branch.
        Rosters(lambda: other, Clique(1000)).judge(json_of(chain.headers[40]))


def test_a_gateway_refuses_what_the_network_did_not_seal() -> None:
    chain = CliqueChain([0, 1, 2, 3])
    chain.grow(9)
    gateway = NetworkGateway(chain, Clique(1000))
    assert (gateway.head().number, gateway.finality, gateway.validators(), gateway.scheme) == (9, 3, named(0, 1, 2, 3), "clique")
    chain.seal(6)
    with pytest.raises(NodeLied, match="is no signer"):
        gateway.head()


def test_evidence_leads_from_the_first_set_to_the_block() -> None:
    chain = CliqueChain([0, 1, 2, 3], epoch=10)
    chain.grow(14)
    for by in (0, 1, 2):
        chain.seal(by, about=4)
    chain.signers.append(4)
    gateway = NetworkGateway(chain, Clique(10))
    chain.grow(2)
    with pytest.raises(BlockNotFound):
        # The new set has not sealed enough yet.
        gateway.evidence(18)
    chain.grow(20)
    found = gateway.evidence(30)
    assert found.validators == named(0, 1, 2, 3)
    assert [[int(raw["number"], 16) for raw in run] for run in found.handovers] == [[15, 16, 17, 18, 19, 20]]
    assert [int(raw["number"], 16) for raw in found.on_top] == [31, 32, 33]
    # A gateway that comes later reads whole epochs only where the set changed.
    later = NetworkGateway(chain, Clique(10))
    assert later.evidence(30) == found
