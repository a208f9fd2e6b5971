"""Seal schemes: who may seal the next block, whether a header keeps to it, and when a block is final. Pure.

A `Roster` is what a chain's headers have settled up to a block; a scheme leads from one to the next and refuses a header that these
validators could not have made. `qbft` and `clique` differ in every rule and are used in one way; nothing above this room tells them apart.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

from chain import rlp, seals
from chain.errors import BadSeal
from chain.hashing import keccak
from chain.seals import Header

QBFT, CLIQUE = "qbft", "clique"
_BENEFICIARY, _DIFFICULTY, _EXTRA, _NONCE = 2, 7, 12, 14
_VOTES = {b"\xff" * 8: True, bytes(8): False}


class Vote(NamedTuple):
    """A signer's standing vote on a subject, and the block that cast it."""

    subject: str
    voter: str
    add: bool
    number: int


class Change(NamedTuple):
    """The set of validators after block `number`; the votes for it were cast from block `first` on."""

    first: int
    number: int
    validators: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """What headers up to block `number` have settled: the validators of the next one, in ascending order."""

    number: int
    validators: tuple[str, ...]
    # Who sealed the latest blocks, oldest first, as far as it keeps them from sealing again (Clique).
    recent: tuple[tuple[int, str], ...] = ()
    votes: tuple[Vote, ...] = ()
    # The change that this very block has made.
    change: Change | None = None


class Scheme(Protocol):
    """The rules of one kind of network."""

    @property
    def name(self) -> str:
        """As settings and certificates call it."""

    @property
    def epoch(self) -> int:
        """Every so many blocks there is one whose header names the validators."""

    def hash_of(self, header: Header) -> bytes:
        """The hash a block is known by."""

    def depth(self, validators: int) -> int:
        """Blocks on top that make a block final; 0: final with its own seals."""

    def start(self, number: int) -> int:
        """The nearest block, at or below this one, whose header alone names the validators."""

    def begin(self, header: Header) -> Roster:
        """From a header that names them. BadSeal when it doesn't."""

    def follow(self, roster: Roster, header: Header) -> Roster:
        """The roster after the next header. BadSeal when its seals, or the validators it names, are not by the rules."""


class Qbft:
    """Besu's and GoQuorum's QBFT: commit seals of two thirds in each header, which names its validators; final at once.

    Where the set changes, more than a third of the validators before have sealed the first header of the new ones: at least one honest one.
    """

    name = QBFT
    # Any header would do: so often the set is looked at when its history is read.
    epoch = 30_000

    def hash_of(self, header: Header) -> bytes:
        """See Scheme: without round and commit seals."""
        return seals.qbft_hash(header)

    def depth(self, validators: int) -> int:  # noqa: ARG002 - the same for any number
        """See Scheme."""
        return 0

    def start(self, number: int) -> int:
        """See Scheme: any header."""
        return number

    def begin(self, header: Header) -> Roster:
        """See Scheme."""
        number, named = seals.number_of(header), tuple(sorted(seals.BftExtra.of(header[_EXTRA]).validators))
        if not named:
            raise BadSeal("the header names no validators")
        if number:
            # Genesis has no seals.
            seals.check_qbft(header, named)
        return Roster(number, named)

    def follow(self, roster: Roster, header: Header) -> Roster:
        """See Scheme."""
        found = self.begin(header)
        if found.validators == roster.validators:
            return found
        both = set(seals.qbft_signers(header)) & set(roster.validators)
        if 3 * len(both) <= len(roster.validators):
            raise BadSeal(f"{len(both)} of the {len(roster.validators)} validators before sealed the first header of the new ones")
        return replace(found, change=Change(found.number, found.number, found.validators))


class Clique:
    """geth's Clique: one signer per header; final when a majority of distinct signers stands on top; votes in headers change the set."""

    name = CLIQUE

    def __init__(self, epoch: int) -> None:
        """`epoch`: blocks between headers that list the signers, as the network's genesis says."""
        self.epoch = epoch

    def hash_of(self, header: Header) -> bytes:
        """See Scheme."""
        return keccak(rlp.encode(list(header)))

    def depth(self, validators: int) -> int:
        """See Scheme. No signer seals twice within a majority's length, so that many blocks are that many signers."""
        return seals.majority(validators)

    def start(self, number: int) -> int:
        """See Scheme: checkpoints."""
        return number - number % self.epoch

    def begin(self, header: Header) -> Roster:
        """See Scheme."""
        number, listed = seals.number_of(header), seals.clique_checkpoint(header)
        if number % self.epoch or not listed or list(listed) != sorted(set(listed)):
            raise BadSeal(f"block {number} is no checkpoint that lists the signers; does the network's epoch have {self.epoch} blocks?")
        if not number:
            return Roster(number, listed)
        signer = seals.clique_signer(header)
        if signer not in listed:
            raise BadSeal(f"{signer} sealed a checkpoint that does not list it")
        return Roster(number, listed, recent=((number, signer),))

    def follow(self, roster: Roster, header: Header) -> Roster:
        """See Scheme. The rules are those of EIP-225."""
        number, validators = seals.number_of(header), roster.validators
        signer = seals.clique_signer(header)
        limit = seals.majority(len(validators))
        recent = tuple(each for each in roster.recent if each[0] > number - limit)
        if signer not in validators:
            raise BadSeal(f"{signer} sealed block {number} and is no signer")
        if signer in {each for _, each in recent}:
            raise BadSeal(f"{signer} sealed block {number} too soon after another")
        in_turn = validators[number % len(validators)] == signer
        if int.from_bytes(header[_DIFFICULTY], "big") != 1 + in_turn:
            raise BadSeal(f"the difficulty of block {number} is not that of its signer's turn")
        found = Roster(number, validators, (*recent, (number, signer)), roster.votes)
        listed = seals.clique_checkpoint(header)
        if bool(listed) != (number % self.epoch == 0):
            raise BadSeal(f"block {number} lists signers, or does not, where the epoch of {self.epoch} blocks says otherwise")
        if listed and listed != validators:
            raise BadSeal(f"checkpoint {number} lists other signers than those who were voted in")
        return replace(found, votes=()) if listed else _counted(found, header, signer)


def _counted(roster: Roster, header: Header, voter: str) -> Roster:
    """The roster after the vote of a header; more than half of the signers change the set."""
    subject, add = "0x" + header[_BENEFICIARY].hex(), _VOTES.get(header[_NONCE])
    if add is None:
        raise BadSeal(f"block {roster.number} votes neither for nor against")
    votes = tuple(vote for vote in roster.votes if (vote.subject, vote.voter) != (subject, voter))
    if (subject in roster.validators) == add:
        return replace(roster, votes=votes)
    votes = (*votes, Vote(subject, voter, add, roster.number))
    cast = [vote for vote in votes if vote.subject == subject]
    if 2 * len(cast) <= len(roster.validators):
        return replace(roster, votes=votes)
    members: set[str] = {*roster.validators, subject} if add else {*roster.validators} - {subject}
    validators = tuple(sorted(members))
    left = tuple(vote for vote in votes if vote.subject != subject and vote.voter in members)
    change = Change(min(vote.number for vote in cast), roster.number, validators)
    return replace(roster, validators=validators, votes=left, change=change)


def scheme_of(name: str, *, epoch: int) -> Scheme:
    """A scheme by its name. `epoch` in blocks; only Clique has one. ValueError for another name."""
    if name == QBFT:
        return Qbft()
    if name == CLIQUE:
        return Clique(epoch)
    raise ValueError(f"no seal scheme {name!r}: {QBFT} or {CLIQUE}")
