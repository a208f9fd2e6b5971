"""A deployed contract on a real node, and people who act on it by name."""

from dataclasses import dataclass, field
from typing import Any

from chain import calldata, deploy, events, ids, signing, typed
from chain.events import Event
from chain.gateway import RpcGateway
from chain.reverts import Refusal
from chain.signing import TransactionFields
from chain.structs import (
    ROLE_AGENT,
    ROLE_FUNDER,
    ROLE_OBLIGOR,
    ROLE_REGISTRAR,
    ROLE_SUPPLIER,
    STATUS_ACTIVE,
    Offer,
    Portion,
    Profile,
    Terms,
)
from registry.kernel.outbox import wire

DAY = 86_400
CNY = 156
PROFILE_ID = ids.profile_id(CNY)
PROFILE = Profile(
    from_time=0,
    until=2**32 - 1,
    tenor=180 * DAY,
    hops=8,
    depth=8,
    children=40,
    record_lead=0,
    redeem_delay=0,
    grace=5 * DAY,
    reopen_period=30 * DAY,
    smallest_lot=100,
)
PEOPLE = {
    "registrar": (1, ROLE_REGISTRAR),
    "obligor": (2, ROLE_OBLIGOR),
    "supplier": (3, ROLE_SUPPLIER),
    "second": (4, ROLE_SUPPLIER),
    "bank": (5, ROLE_FUNDER),
    "agent": (6, ROLE_AGENT),
}


class Refused(Exception):
    """A transaction of a test was mined and reverted."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.name} {refusal.args}")
        self.refusal = refusal


@dataclass
class World:
    """Sends calls of named people, one block each unless batched, and moves the clock."""

    gateway: RpcGateway
    now: int
    contract: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    # What each payable was issued with.
    issued: dict[int, tuple[Terms, list[Portion]]] = field(default_factory=dict)
    # Gas limit by transaction hash.
    limits: dict[bytes, int] = field(default_factory=dict)

    def secret(self, who: str) -> bytes:
        return PEOPLE[who][0].to_bytes(32, "big")

    def address(self, who: str) -> str:
        return signing.address_of(self.secret(who))

    def sign(self, who: str, function: str, args: list[Any], *, ahead: int = 0) -> signing.Signed:
        wired = [wire(value.args() if hasattr(value, "args") else value) for value in _listed(args)]
        nonce = self.gateway.nonce(self.address(who)) + ahead
        call = TransactionFields(
            self.gateway.chain_id, nonce, self.contract, calldata.encode_wire(function, wired), calldata.gas_for(function, wired)
        )
        signed = signing.sign_transaction(self.secret(who), call)
        self.limits[signed.hash] = call.gas
        return signed

    def send(self, *signed: signing.Signed) -> list[Event]:
        """Mines one block of these; the events it gave. Refused when one of them reverted."""
        self.gateway.broadcast([each.raw for each in signed], self.now)
        return self.settled([each.hash for each in signed])

    def settled(self, hashes: list[bytes]) -> list[Event]:
        """Events of mined transactions, from the checked receipts of their block."""
        found: list[Event] = []
        for tx_hash in hashes:
            mined = self.gateway.receipt(tx_hash)
            assert mined is not None
            receipt = next(each for each in self.gateway.receipts(mined[0].number) if each.tx_hash == tx_hash)
            if not receipt.status:
                raise Refused(self.gateway.refusal(tx_hash))
            # A limit never decides the outcome.
            assert 2 * receipt.gas_used <= self.limits[tx_hash]
            for log in receipt.logs:
                event = events.decode(log)
                assert event is not None
                assert log.address == self.contract
                found.append(event)
        self.events += found
        return found

    def act(self, who: str, function: str, *args: Any) -> list[Event]:
        return self.send(self.sign(who, function, list(args)))

    def view(self, function: str, *args: Any) -> list[Any]:
        return calldata.decode_result(function, self.gateway.call(self.contract, calldata.encode(function, args)))

    def deploy(self) -> None:
        deployer = self.address("registrar")
        plan = deploy.plan(deployer, chain_id=self.gateway.chain_id, nonce=self.gateway.nonce(deployer))
        raws = [
            signing.sign_transaction(
                self.secret("registrar"), TransactionFields(plan.chain_id, plan.first_nonce + place, step.to, step.data, step.gas)
            )
            for place, step in enumerate(plan.steps)
        ]
        self.gateway.broadcast([each.raw for each in raws], self.now)
        for each in raws:
            mined = self.gateway.receipt(each.hash)
            assert mined is not None
            assert mined[1].status
        self.contract, self.manifest = plan.contract, deploy.manifest(plan)

    def onboard(self) -> None:
        """Everybody with one key, a profile in CNY and a limit."""
        signed = []
        for who, (number, roles) in PEOPLE.items():
            for call in (
                ("setParticipant", [number, roles, STATUS_ACTIVE, 2**32 - 1, self.address(who), bytes(32)]),
                ("setKey", [self.address(who), number, 0, 2**32 - 1]),
            ):
                signed.append(self.sign("registrar", *call, ahead=len(signed)))
        signed.append(self.sign("registrar", "setProfile", [PROFILE_ID, PROFILE], ahead=len(signed)))
        signed.append(self.sign("registrar", "setLimit", [PEOPLE["obligor"][0], CNY, 10**12, PEOPLE["agent"][0]], ahead=len(signed)))
        self.send(*signed)

    def terms(self, face: int, *, salt: int, invoices: int, terms: bytes = b"\x0a" * 32) -> tuple[Terms, list[Portion]]:
        """Terms and portions of a debt of the obligor to the supplier, due in 90 days."""
        named = Terms(2, 3, PROFILE_ID, self.now + 90 * DAY, face, terms, salt.to_bytes(32, "big"))
        shares = [face // invoices] * (invoices - 1) + [face - face // invoices * (invoices - 1)]
        portions = [Portion(place.to_bytes(2, "big") + salt.to_bytes(30, "big"), share, share) for place, share in enumerate(shares)]
        return named, portions

    def issue(self, face: int, *, salt: int = 1, accept: bool = True, invoices: int = 2, terms: bytes = b"\x0a" * 32) -> int:
        """A payable of the obligor to the supplier, due in 90 days, backed by some invoices."""
        named, portions = self.terms(face, salt=salt, invoices=invoices, terms=terms)
        payable = ids.payable_id(named, portions)
        self.issued[payable] = (named, portions)
        self.act("obligor", "issue", named, portions)
        if accept:
            self.act("supplier", "accept", payable)
        return payable

    def offer(self, lot: int, child: int, amount: int, to: str, *, version: int = 0, kind: int = 0) -> Offer:
        return Offer(lot, version, child, amount, PEOPLE[to][0], kind, b"\x0d" * 32, self.now + DAY, 0)

    def signature(self, who: str, offer: Offer) -> bytes:
        return signing.sign_digest(self.secret(who), typed.offer_digest(self.gateway.chain_id, self.contract, offer=offer))


def _listed(values: Any) -> Any:
    """Structs inside lists as tuples."""
    if hasattr(values, "args"):
        return values.args()
    return [_listed(value) for value in values] if isinstance(values, list | tuple) else values
