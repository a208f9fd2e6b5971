"""Errors of this room. Each says what the caller should do; no exception of a library crosses the border.

ChainError
    NodeError
        NodeUnavailable          retry
        NodeRefused              give_up
            NonceSpent           replace
            NonceGap             wait
            NonceContested       wait
            PoolFull             retry
            Underpriced          retry
            CallReverted         give_up
        BlockNotFound            wait
        NodeLied                 give_up
            SealRefused          give_up
            OrderLost            retry
        WitnessDisagrees         give_up
    EngineError
        JournalMismatch          give_up
        EngineStopped            retry
    ValueRefused
        BadAddress               give_up
        BadCall                  give_up
        BadSignature             give_up
        BadRlp                   give_up
    EvidenceRefused
        BadProof                 give_up
        BadSeal                  give_up
        BadCertificate           give_up
            WrongPin             give_up
    BadHandover                  give_up
"""

from enum import StrEnum
from typing import ClassVar


class Action(StrEnum):
    """What to do about an error."""

    # The same call may succeed at once or a little later.
    RETRY = "retry"
    # Nothing is wrong yet: ask again when the chain has moved on.
    WAIT = "wait"
    # This transaction will never be mined; decide on another.
    REPLACE = "replace"
    # A person has to look at it.
    GIVE_UP = "give_up"


class ChainError(Exception):
    """Base of all errors of this room."""

    action: ClassVar[Action] = Action.GIVE_UP


class NodeError(ChainError):
    """A node's answer, or its lack of one."""


class NodeUnavailable(NodeError):
    """The node does not answer, or not in time. What was sent may or may not have arrived."""

    action = Action.RETRY


class NodeRefused(NodeError):
    """The node answered with an error. `code` is JSON-RPC's, `data` what came with it (revert data as 0x hex)."""

    def __init__(self, code: int, message: str, *, data: object = None) -> None:
        super().__init__(f"{message} ({code})")
        self.code = code
        self.message = message
        self.data = data


class NonceSpent(NodeRefused):
    """Another transaction of this sender was mined with the same nonce."""

    action = Action.REPLACE


class NonceGap(NodeRefused):
    """A transaction of this sender with a lower nonce is missing."""

    action = Action.WAIT


class NonceContested(NodeRefused):
    """Another transaction of this sender waits in the node's pool with the same nonce; one of the two will be mined."""

    action = Action.WAIT


class PoolFull(NodeRefused):
    """The node's pool has no room for a transaction now; the same bytes are taken later."""

    action = Action.RETRY


class Underpriced(NodeRefused):
    """The node asks for a gas price. On this network it is 0: the node is set up otherwise, or its pool is crowded by those that pay."""

    action = Action.RETRY


class CallReverted(NodeRefused):
    """A read, or a call tried before it is sent, was refused by the contract; `revert` is its revert data."""

    @property
    def revert(self) -> bytes:
        """What `reverts.decode` takes."""
        return bytes.fromhex(self.data.removeprefix("0x")) if isinstance(self.data, str) else b""


class BlockNotFound(NodeError):
    """The node has no such block, or no longer its state."""

    action = Action.WAIT

    def __init__(self, number: int) -> None:
        super().__init__(f"block {number} not found")
        self.number = number


class NodeLied(NodeError):
    """The node's answers contradict each other or the header they claim to belong to. Believe nothing of it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


class SealRefused(NodeLied):
    """A header that the network's validators did not seal, or not enough of them."""


class WitnessDisagrees(NodeError):
    """Another node of the network has another block at a number where ours is final. One of them is wrong: believe neither."""

    def __init__(self, witness: str, number: int, *, ours: bytes, theirs: bytes) -> None:
        super().__init__(f"{witness} has block 0x{theirs.hex()} at {number}, ours is 0x{ours.hex()} and final")
        self.witness = witness
        self.number = number
        self.ours = ours
        self.theirs = theirs


class OrderLost(NodeLied):
    """The node mined a batch in another order than it was sent in; sent one by one it keeps the order."""

    action = Action.RETRY


class EngineError(ChainError):
    """The embedded engine can't go on."""


class JournalMismatch(EngineError):
    """Replaying the journal from genesis gives another block than the one that was recorded."""

    def __init__(self, number: int, *, expected: bytes, found: bytes) -> None:
        super().__init__(f"block {number} of the journal: recorded 0x{expected.hex()}, replayed 0x{found.hex()}")
        self.number = number
        self.expected = expected
        self.found = found


class EngineStopped(EngineError):
    """The engine has not been started or was stopped."""

    action = Action.RETRY


class ValueRefused(ChainError):
    """A value that no contract would take; nothing was sent."""


class BadAddress(ValueRefused):
    """Not "0x" and 40 hex digits."""

    def __init__(self, text: str) -> None:
        super().__init__(f"not an address: {text[:80]!r}")


class BadCall(ValueRefused):
    """No such function, or arguments that don't fit its types."""

    def __init__(self, function: str, why: str) -> None:
        super().__init__(f"{function}: {why}")
        self.function = function
        self.why = why


class BadSignature(ValueRefused):
    """Not a signature of this digest in its one accepted form (65 bytes, v 27 or 28, low s)."""


class BadRlp(ValueRefused):
    """Not the one canonical RLP encoding of anything."""


class EvidenceRefused(ChainError):
    """What was handed in as evidence proves nothing; the message says why, `reason` is the word for it that CERTIFICATE.md lists."""

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class BadProof(EvidenceRefused):
    """Not an EIP-1186 proof of this account or slot under this root."""

    def __init__(self, message: str, *, reason: str = "proof") -> None:
        super().__init__(message, reason=reason)


class BadSeal(EvidenceRefused):
    """A header that its validators did not seal, or not enough of them."""

    def __init__(self, message: str, *, reason: str = "seal") -> None:
        super().__init__(message, reason=reason)


class BadCertificate(EvidenceRefused):
    """A claim certificate, or a pin, that is not in its one form or does not prove what it says."""


class WrongPin(BadCertificate):
    """The certificate is of another network than the pin."""

    def __init__(self, message: str) -> None:
        super().__init__(message, reason="network")


class BadHandover(ChainError):
    """A handover to a network that is not what its registry signed, or not what a state or a genesis block holds; it says which."""
