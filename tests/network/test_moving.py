"""An embedded installation moves to a network in the middle of a story; the story goes on there with the same claims, to the last cent."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api import moving, replaying
from api.bootstrap import Platform
from api.cli import app
from api.cli.output import EXIT
from api.schemas.moving import MovedOut
from chain.alloc import state_of
from chain.certificate import check as proofs
from chain.certificate.pin import Pin
from chain.errors import BadHandover, WrongPin
from chain.handover import STATE, STATEMENT, Handover
from registry.funding import clearing, financings, payments
from registry.funding.financings import NewFinancing
from registry.funding.tables import FinancingRecord
from registry.kernel.errors import Conflict, Invalid, Kind
from registry.kernel.settings import Settings
from registry.kernel.tables import OutboxMessage
from registry.kernel.uow import SERVICE
from registry.receivables import lots, offers, payables
from registry.receivables.tables import OfferRecord, Payable
from registry.sync import certificates, check, repo
from registry.sync.moving import HandoverRefused
from scripts.validators import founding, nodes
from scripts.validators.__main__ import await_blocks
from scripts.validators.founding import Beginning
from scripts.validators.layout import Layout
from tests.fakes.clock import SimulatedClock
from tests.network.ground import EPOCH, SECONDS
from tests.sync.people import AGENT, BANK, TIER1, TIER2, Play


@dataclass(frozen=True)
class Told:
    """What the story left on the embedded engine: names to go on with, and what was given to outsiders."""

    due: str
    young: str
    offer: int
    financing: int
    pin: Pin
    certificate: bytes
    nonces: dict[str, int]


def settled(platform: Platform) -> None:
    """Everything has a result, and nothing was refused."""
    platform.runtime.drain()
    with platform.work.begin(SERVICE) as unit:
        bad = unit.session.scalars(select(OutboxMessage).where(OutboxMessage.state != "confirmed")).all()
        assert [(row.function, row.state, row.error, row.detail) for row in bad] == []


def clean(platform: Platform) -> None:
    # The chain may turn under a check: then another one is made.
    for _ in range(5):
        platform.runtime.drain()
        found = check.run(platform.work, platform.gateway)
        if not found.breaks:
            break
    assert [f"{each.code} {each.subject}: expected {each.expected}, found {each.found}" for each in found.breaks] == []
    assert {each.name for each in found.passes if each.compared} >= {"replay", "blocks", "journal", "digests", "nonces", "code"}


def certificate(platform: Platform, lot: str) -> bytes:
    with platform.work.begin(TIER1) as unit:
        draft = certificates.draft(unit, lot)
    return certificates.issue(platform.work, platform.gateway, draft)


def accepted(platform: Platform, play: Play, *, first: int) -> tuple[str, str]:
    """A payable of 1,000.00 that tier 1 has accepted, and a lot of 300.00 that is split off."""
    payable = play.confirm(play.invoices(1, first=first))
    settled(platform)
    play.act(TIER1, lambda unit: payables.accept(unit, [payable]))
    settled(platform)
    piece = play.act(TIER1, lambda unit: lots.split(unit, payable + "0" * 24, [30_000]))[0]
    settled(platform)
    return payable, piece


def begun(platform: Platform, clock: SimulatedClock) -> Told:
    """Two claims are issued, accepted, split; one falls due; of the other a piece is locked, and an offer stands open."""
    play = Play(platform.work)
    play.enrol()
    settled(platform)
    due, _ = accepted(platform, play, first=1)
    clock.advance(timedelta(days=60))
    young, piece = accepted(platform, play, first=2)
    root = young + "0" * 24
    until = clock.now() + timedelta(days=3)
    new = NewFinancing(lot=piece, funder=BANK.entity_id, kind="assignment", price=29_000, until=until)
    financing = play.act(TIER1, lambda unit: financings.lock(unit, new)).id
    offer = play.offer(TIER1, root, to=TIER2, amount=20_000)
    settled(platform)
    clean(platform)
    pin = certificates.pin(platform.work, platform.gateway)
    with platform.work.begin(SERVICE) as unit:
        senders = set(unit.session.scalars(select(OutboxMessage.signer)))
    nonces = {sender: platform.gateway.nonce(sender) for sender in senders}
    return Told(due, young, offer, financing, pin, certificate(platform, root), nonces)


def finished(platform: Platform, told: Told) -> None:
    """The open offer is accepted, the lock completed, the debt that is due paid and shared out; of the other one a part is paid."""
    play = Play(platform.work)
    play.act(TIER2, lambda unit: offers.accept(unit, told.offer))
    play.act(BANK, lambda unit: financings.complete(unit, told.financing, reference="PAYOUT"))
    settled(platform)
    play.act(AGENT, lambda unit: payments.record(unit, told.due, amount=100_000, reference="BANK 1"))
    play.act(AGENT, lambda unit: payments.record(unit, told.young, amount=40_000, reference="BANK 2"))
    settled(platform)
    play.act(AGENT, lambda unit: clearing.run(unit, told.due))
    settled(platform)
    with platform.work.begin(SERVICE) as unit:
        debts = {row.id: (row.redeemed, row.outstanding) for row in unit.session.scalars(select(Payable))}
        assert debts == {told.due: (100_000, 0), told.young: (0, 100_000)}
        assert unit.session.scalars(select(OfferRecord.state)).all() == ["accepted"]
        assert unit.session.scalars(select(FinancingRecord.state)).all() == ["completed"]


@contextmanager
def network_of(folder: Path, beginning: Beginning) -> Iterator[Layout]:
    """Four validators that go on from a handover."""
    layout = founding.found(folder, validators=4, epoch=EPOCH, beginning=beginning)
    try:
        nodes.start(layout, layout.validators)
        await_blocks(layout)
        yield layout
    finally:
        nodes.stop(layout, layout.validators)


def on(layout: Layout, data: Path) -> Settings:
    """The settings of an installation on a network."""
    return Settings(data_dir=data, chain_rpc=",".join(layout.urls), chain_scheme="clique", chain_epoch=EPOCH)


def shell(*words: str, data: Path, settings: dict[str, str] | None = None, code: int = 0) -> dict[str, Any]:
    """What a command of `tallystick chain` prints; it must end with `code`."""
    found = CliRunner().invoke(app, ["chain", *words, "--json", "--data", str(data)], env=settings)
    assert found.exit_code == code, (found.output, found.exception)
    return {} if code else dict(json.loads(found.stdout))


def spoiled(folder: Path, into: Path, *, state: bool) -> Path:
    """A copy of a handover with one word of the state, or one figure of the statement, changed."""
    into.mkdir()
    for name in (STATE, STATEMENT):
        (into / name).write_bytes((folder / name).read_bytes())
    name = STATE if state else STATEMENT
    content = json.loads((into / name).read_bytes())
    if state:
        account = next(each for each in content.values() if each["storage"])
        slot = next(iter(account["storage"]))
        account["storage"][slot] = f"0x{int(account['storage'][slot], 16) ^ 1:064x}"
    else:
        content["time"] += 1
    (into / name).write_text(json.dumps(content, sort_keys=True, separators=(",", ":")))
    return into


def test_an_installation_moves_to_a_network(tmp_path: Path, network: Layout) -> None:
    data, folder = tmp_path / "data", tmp_path / "handover"
    clock = SimulatedClock(datetime.now(UTC).replace(microsecond=0) - timedelta(days=60, minutes=5))
    with Platform.open(Settings(data_dir=data), clock=clock) as platform:
        told = begun(platform, clock)
        with pytest.raises(Conflict, match="stop the service"), Platform.open(Settings(data_dir=data)) as attached:
            moving.export(attached, folder)
    moved = MovedOut(**shell("export-genesis", "--out", str(folder), data=data))
    shell("export-genesis", "--out", str(folder), data=data, code=EXIT[Kind.CONFLICT])

    altered, forged = spoiled(folder, tmp_path / "altered", state=True), spoiled(folder, tmp_path / "forged", state=False)
    with pytest.raises(BadHandover, match=r"state\.json: it hashes to"):
        Beginning.of(altered)
    with pytest.raises(BadHandover, match=r"handover\.json: signed by 0x"):
        Beginning.of(forged)

    with network_of(tmp_path / "validators", Beginning.of(folder)) as layout:
        settings = on(layout, data)
        for refused in (altered, forged):
            with pytest.raises(HandoverRefused, match=r"^(state|handover)\.json: "):
                moving.move(settings, refused)
        # Neither by accident nor to any other network.
        with pytest.raises(Invalid, match="export-genesis"), Platform.open(settings):
            pass
        with pytest.raises(Invalid, match="belongs to chain"):
            moving.move(on(network, data), folder)
        on_it = {**layout.settings, "TALLYSTICK_CHAIN_EPOCH": str(EPOCH)}
        shell("move", str(folder), data=data, settings=on_it, code=EXIT[Kind.INVALID])
        assert MovedOut(**shell("move", str(folder), "--yes", data=data, settings=on_it)) == moved
        with pytest.raises(Conflict, match="moved already"):
            moving.move(settings, folder)
        with pytest.raises(Invalid, match="moved to a network"), Platform.open(Settings(data_dir=data)):
            pass

        with Platform.open(settings) as platform:
            genesis = nodes.ask(layout.of(1), "eth_getBlockByNumber", "0x0", False)
            assert (genesis["parentHash"], genesis["stateRoot"]) == (moved.block_hash, moved.genesis_root)
            state = state_of(json.loads((folder / STATE).read_bytes()))
            assert min(told.nonces.values()) > 0
            for sender, nonce in told.nonces.items():
                assert platform.gateway.nonce(sender, moved.block + 1) == state[sender].nonce >= nonce
            given = Handover.of((folder / STATEMENT).read_bytes())
            with platform.work.begin(SERVICE) as unit:
                assert [repo.digest(unit.session, moved.block + step) for step in (0, 1)] == [given.index_digest] * 2
            finished_before = certificate(platform, told.young + "0" * 24)
            finished(platform, told)
            clean(platform)
            assert replaying.replay(platform).equal
            pin = certificates.pin(platform.work, platform.gateway)
            assert (pin.scheme, len(pin.keys), pin.genesis.hex()) == ("clique", 4, genesis["hash"][2:])
            assert proofs.verify(finished_before, pin).pinned
            assert proofs.verify(told.certificate, told.pin).pinned
            with pytest.raises(WrongPin):
                proofs.verify(told.certificate, pin)
            # The old chain is replayed from the journal, not remembered.
            assert platform.gateway.block(moved.block).hash.hex() == moved.block_hash[2:]
            nodes.await_that("seals", lambda: nodes.height(layout.of(1)) > 3, seconds=SECONDS)
