"""Moving an embedded installation to a network: its state written out, and the first start on the network."""

from pathlib import Path

from api.bootstrap import Platform
from api.schemas.moving import MovedOut
from chain.gateway import EmbeddedGateway
from chain.handover import STATE, STATEMENT, Handover
from registry.kernel.errors import Conflict, Invalid
from registry.kernel.settings import Settings
from registry.sync import moving
from registry.sync.moving import Files


def export(platform: Platform, folder: Path) -> MovedOut:
    """Writes the handover of the last block into a new or empty folder. Conflict while the service runs or the folder holds something."""
    gateway = platform.gateway
    if not platform.owner or not isinstance(gateway, EmbeddedGateway):
        raise Conflict("only an embedded installation that is stopped can be handed over; stop the service first")
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty")
    platform.runtime.stop()
    platform.runtime.drain()
    files = moving.hand_over(platform.work, gateway)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in ((STATE, files.state), (STATEMENT, files.statement)):
        (folder / name).write_bytes(content)
    return _told(files)


def move(settings: Settings, folder: Path) -> MovedOut:
    """The installation's first start on the network of its settings. HandoverRefused, Conflict."""
    try:
        files = Files((folder / STATEMENT).read_bytes(), (folder / STATE).read_bytes())
    except OSError as error:
        raise Invalid(f"{folder} is no handover: {error.strerror}") from error
    with Platform.open(settings, handover=files) as platform:
        if not platform.owner:
            raise Conflict("the service is running; stop it first")
    return _told(files)


def _told(files: Files) -> MovedOut:
    given = Handover.of(files.statement)
    return MovedOut(
        chain_id=given.pin.chain_id,
        contract=given.pin.contract,
        block=given.number,
        block_hash="0x" + given.block.hex(),
        state_root="0x" + given.state_root.hex(),
        genesis_root="0x" + given.genesis_root.hex(),
        handover="0x" + given.hash.hex(),
    )
