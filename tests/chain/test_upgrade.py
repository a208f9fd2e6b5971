"""A network moves to a second version while claims of the first are outstanding: contracts/decisions/0001-upgrades.md, acted out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chain import calldata, deploy, events, ids, signing
from chain.engine import EmbeddedEngine
from chain.gateway import EmbeddedGateway, RpcGateway
from chain.signing import TransactionFields
from chain.structs import PAYABLE_ACTIVE, PAYABLE_SETTLED, PAYABLE_STATE_MASK, STATUS_SUSPENDED
from chain.words import LimitWord, PayableWord
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.world import CNY, DAY, PEOPLE, PROFILE, PROFILE_ID, Refused, World
from tests.fakes.journal import MemoryJournal

ADMIN, RULES, LAW = 0, 2, 3
# By role: what it may do, and seconds between announcing and doing it.
DELAYED = {RULES: (("setProfile", "setLimit", "setKey"), 2 * DAY), LAW: (("forceTransfer",), DAY)}
COUNCIL_DELAY = 5 * DAY
# How long an announced act may wait beyond its time, by OpenZeppelin's AccessManager.
EXPIRATION = 7 * DAY
COUNCIL = (0xC0).to_bytes(32, "big")
OBLIGOR, AGENT = PEOPLE["obligor"][0], PEOPLE["agent"][0]
BASIS = b"\x0b" * 32


@dataclass
class Network:
    """Versions of the contracts on one node, with one clock, and the council that administers them."""

    gateway: RpcGateway
    worlds: list[World]

    def add(self, now: int) -> World:
        """Deploys a version beside those that are there and brings everybody on board."""
        world = World(self.gateway, now)
        world.deploy()
        world.onboard()
        self.worlds.append(world)
        self._govern(world)
        return world

    def _govern(self, world: World) -> None:
        """Delays for what changes rules or hands; administration goes from the deployer to the council, with a delay too."""
        for role, (functions, delay) in DELAYED.items():
            selectors = [calldata.functions()[name].selector for name in functions]
            self.administer(world, world.secret("registrar"), "setTargetFunctionRole", world.contract, selectors, role)
            self.administer(world, world.secret("registrar"), "grantRole", role, world.address("registrar"), delay)
        self.administer(world, world.secret("registrar"), "grantRole", ADMIN, signing.address_of(COUNCIL), COUNCIL_DELAY)
        self.administer(world, world.secret("registrar"), "renounceRole", ADMIN, world.address("registrar"))

    def send(self, world: World, secret: bytes, to: str, data: bytes) -> None:
        """One transaction; Refused when it reverts."""
        nonce = self.gateway.nonce(signing.address_of(secret))
        signed = signing.sign_transaction(secret, TransactionFields(CHAIN_ID, nonce, to, data, 1_000_000))
        self.gateway.broadcast([signed.raw], world.now)
        mined = self.gateway.receipt(signed.hash)
        assert mined is not None
        if not mined[1].status:
            raise Refused(self.gateway.refusal(signed.hash))

    def administer(self, world: World, secret: bytes, function: str, *args: Any) -> None:
        """A call of the AccessManager."""
        data = calldata.encode(function, args, contract="AccessManager")
        self.send(world, secret, world.manifest["addresses"]["AccessManager"], data)

    def announce(self, world: World, function: str, *args: Any, when: int = 0) -> None:
        """The registrar announces an act on the contract; at the earliest time when none is named."""
        self.administer(world, world.secret("registrar"), "schedule", world.contract, calldata.encode(function, args), when)

    def perform(self, world: World, function: str, *args: Any) -> None:
        """The registrar acts, by the same call as without a delay."""
        self.send(world, world.secret("registrar"), world.contract, calldata.encode(function, args))

    def later(self, seconds: int) -> None:
        for world in self.worlds:
            world.now += seconds


@pytest.fixture
def network(anvil: Path, tmp_path: Path) -> Any:
    engine = EmbeddedEngine(MemoryJournal(), binary=anvil, folder=tmp_path / "node", chain_id=CHAIN_ID, genesis_time=GENESIS)
    engine.start()
    yield Network(EmbeddedGateway(engine), [])
    engine.stop()


def refused(caught: pytest.ExceptionInfo[Refused]) -> str:
    return caught.value.refusal.name


def limit(world: World) -> LimitWord:
    return LimitWord.of(world.view("limitWord", OBLIGOR, CNY)[0])


def debt(world: World, payable: int) -> PayableWord:
    return PayableWord.of(world.view("payableWord", payable)[0])


def test_the_registrar_waits_for_what_changes_rules_or_hands(network: Network) -> None:
    world = network.add(GENESIS)
    change = ("setLimit", OBLIGOR, CNY, 5_000, AGENT)
    with pytest.raises(Refused) as caught:
        network.perform(world, *change)
    assert refused(caught) == "AccessManagerNotScheduled"
    with pytest.raises(Refused) as caught:
        network.announce(world, *change, when=world.now + 2 * DAY - 60)
    assert refused(caught) == "AccessManagerUnauthorizedCall"
    network.announce(world, *change)
    announced = world.now
    for waited in (0, DAY, 2 * DAY - 1):
        world.now = announced + waited
        with pytest.raises(Refused) as caught:
            network.perform(world, *change)
        assert refused(caught) == "AccessManagerNotReady"
    world.now = announced + 2 * DAY
    # Only what was announced, to the last argument, and once.
    with pytest.raises(Refused) as caught:
        network.perform(world, "setLimit", OBLIGOR, CNY, 5_001, AGENT)
    assert refused(caught) == "AccessManagerNotScheduled"
    network.perform(world, *change)
    assert limit(world).limit == 5_000
    with pytest.raises(Refused) as caught:
        network.perform(world, *change)
    assert refused(caught) == "AccessManagerNotScheduled"
    # What was announced and not done in time is void.
    network.announce(world, *change)
    world.now += 2 * DAY + EXPIRATION
    with pytest.raises(Refused) as caught:
        network.perform(world, *change)
    assert refused(caught) == "AccessManagerExpired"


def test_what_protects_holders_does_not_wait(network: Network) -> None:
    world = network.add(GENESIS)
    lot = ids.root(world.issue(50_000, salt=1))
    world.act("registrar", "freeze", lot, 50_000, BASIS)
    world.act("registrar", "pauseProfile", PROFILE_ID, True)
    number, roles = PEOPLE["second"]
    world.act("registrar", "setParticipant", number, roles, STATUS_SUSPENDED, world.now, world.address("second"), bytes(32))
    # A new key signs for its participant: it is announced like a new rule.
    with pytest.raises(Refused) as caught:
        network.perform(world, "setKey", signing.address_of(COUNCIL), number, 0, 2**32 - 1)
    assert refused(caught) == "AccessManagerNotScheduled"
    seizure = ("forceTransfer", lot, 255, 50_000, PEOPLE["bank"][0], BASIS)
    network.announce(world, *seizure)
    # The council takes it back at once: stopping something needs no delay.
    registrar = world.address("registrar")
    network.administer(world, COUNCIL, "cancel", registrar, world.contract, calldata.encode(seizure[0], seizure[1:]))
    network.later(DAY)
    with pytest.raises(Refused) as caught:
        network.perform(world, *seizure)
    assert refused(caught) == "AccessManagerNotScheduled"


def test_the_council_waits_and_the_deployer_is_out(network: Network) -> None:
    world = network.add(GENESIS)
    manager = world.manifest["addresses"]["AccessManager"]
    grant = (1, world.address("bank"), 0)
    with pytest.raises(Refused) as caught:
        network.administer(world, world.secret("registrar"), "grantRole", *grant)
    assert refused(caught) == "AccessManagerUnauthorizedAccount"
    with pytest.raises(Refused) as caught:
        network.administer(world, COUNCIL, "grantRole", *grant)
    assert refused(caught) == "AccessManagerNotScheduled"
    data = calldata.encode("grantRole", grant, contract="AccessManager")
    network.administer(world, COUNCIL, "schedule", manager, data, 0)
    network.later(COUNCIL_DELAY - 1)
    with pytest.raises(Refused) as caught:
        network.administer(world, COUNCIL, "execute", manager, data)
    assert refused(caught) == "AccessManagerNotReady"
    network.later(1)
    network.administer(world, COUNCIL, "execute", manager, data)
    assert governed(network, manager) == ["OperationExecuted", "RoleGranted"]
    world.act("bank", "pauseProfile", PROFILE_ID, True)


def test_another_authority_is_announced_seen_and_named(network: Network) -> None:
    world, other = network.add(GENESIS), network.add(GENESIS)
    manager, successor = (each.manifest["addresses"]["AccessManager"] for each in (world, other))
    data = calldata.encode("updateAuthority", (world.contract, successor), contract="AccessManager")
    network.administer(world, COUNCIL, "schedule", manager, data, 0)
    assert governed(network, manager) == ["OperationScheduled"]
    network.later(COUNCIL_DELAY)
    network.administer(world, COUNCIL, "execute", manager, data)
    assert governed(network, world.contract) == ["AuthorityUpdated"]
    assert deploy.verify_code(network.gateway, world.manifest) == [f"Tallystick: its authority is {successor}, not {manager}"]
    # The old one's roles are worth nothing there now.
    with pytest.raises(Refused) as caught:
        world.act("registrar", "pauseProfile", PROFILE_ID, True)
    assert refused(caught) == "AccessManagedUnauthorized"


def governed(network: Network, address: str) -> list[str]:
    """What the latest block says of the administration, at an address."""
    logs = [log for receipt in network.gateway.receipts(network.gateway.head().number) for log in receipt.logs if log.address == address]
    found = [events.decode_administration(log) for log in logs]
    assert None not in found
    return sorted(event.name for event in found if event is not None)


def test_a_network_moves_to_the_second_version_with_claims_outstanding(network: Network) -> None:
    first = network.add(GENESIS)
    held, short, waiting = first.issue(90_000, salt=1), first.issue(60_000, salt=2), first.issue(30_000, salt=3, accept=False)
    stop = ("setLimit", OBLIGOR, CNY, 0, AGENT)
    network.announce(first, *stop)
    # The second version stands beside the first before anything moves.
    second = network.add(first.now)
    assert set(second.manifest["addresses"].values()).isdisjoint(first.manifest["addresses"].values())
    network.later(2 * DAY)
    network.perform(first, *stop)
    # New debts are confirmed at the second version only; nothing that was confirmed at the first is taken back.
    with pytest.raises(Refused) as caught:
        first.issue(1_000, salt=4)
    assert refused(caught) == "LimitExceeded"
    moved = second.issue(1_000, salt=4)
    assert debt(second, moved).state == PAYABLE_ACTIVE
    assert debt(first, moved).state == 0
    assert limit(first).used == 180_000
    # What was issued is accepted, split and passed on where it is.
    first.act("supplier", "accept", waiting)
    offer = first.offer(ids.root(held), 0, 40_000, "second")
    # What is signed for one version is nothing at the other.
    with pytest.raises(Refused) as caught:
        second.act("second", "acceptOffer", offer, first.signature("supplier", offer))
    assert refused(caught) == "UnknownLot"
    first.act("second", "acceptOffer", offer, first.signature("supplier", offer))
    first.act("supplier", "split", ids.root(held), [1], [20_000])
    # Pausing instead would have kept holders from passing on, not from being paid.
    network.send(first, first.secret("registrar"), first.contract, calldata.encode("pauseProfile", [PROFILE_ID, True]))
    offer = first.offer(ids.root(held), 2, 10_000, "bank")
    with pytest.raises(Refused) as caught:
        first.act("bank", "acceptOffer", offer, first.signature("supplier", offer))
    assert refused(caught) == "ProfileIsPaused"
    settle(network, first, held=held, short=short, waiting=waiting)
    assert limit(first).used == 0
    assert debt(second, moved).outstanding == limit(second).used == 1_000


def settle(network: Network, world: World, *, held: int, short: int, waiting: int) -> None:
    """Every claim of a version ends there: in full, in a round, and late."""
    network.later(91 * DAY + PROFILE.redeem_delay)
    root = ids.root(held)
    world.act("agent", "recordPayment", held, 1, 90_000, b"\x08" * 32)
    lots = [root, ids.child(root, 0), ids.child(root, 1)]
    world.act("agent", "redeemMany", lots, [bytes([9, place]) * 16 for place in range(3)])
    world.act("agent", "recordPayment", short, 1, 20_000, b"\x08" * 32)
    world.act("agent", "openRound", short)
    world.act("agent", "redeemInRound", [ids.root(short)], [20_000], [b"\x09" * 32])
    world.act("agent", "closeRound", short)
    network.later(PROFILE.grace)
    world.act("bank", "markOverdue", waiting)
    for payable, sequence, amount in ((short, 2, 40_000), (waiting, 1, 30_000)):
        world.act("agent", "recordPayment", payable, sequence, amount, b"\x0a" * 32)
        world.act("agent", "redeem", ids.root(payable), b"\x0b" * 32)
    for payable in (held, short, waiting):
        assert (debt(world, payable).state & PAYABLE_STATE_MASK, debt(world, payable).outstanding) == (PAYABLE_SETTLED, 0)
