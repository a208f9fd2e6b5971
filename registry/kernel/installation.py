"""What this installation is: its master key (a file) and its one row (chain, genesis, the network's fingerprint key, sealed)."""

import contextlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from registry.kernel import crash, repo, sealing
from registry.kernel.errors import DomainError, Invalid, Kind
from registry.kernel.settings import Settings
from registry.kernel.tables import Installation

NETWORK_KEY_PLACE = "installation.network_key_sealed:0"


class BadMasterKey(DomainError):
    """The master key file can't be read, is no key, or is not the one that sealed this database."""

    code = "bad_master_key"
    kind = Kind.UNAVAILABLE


def read_master_key(settings: Settings) -> bytes:
    """The 32-byte key of `settings.key_file` (64 hex digits); made on first start, readable by its owner only.

    Raises BadMasterKey for a file that can't be read or holds something else; never makes a second key in its place.
    """
    path = settings.key_file
    with contextlib.suppress(FileExistsError):
        _make_once(path)
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise BadMasterKey(f"{path} can't be read as 64 hex digits; put the installation's own key file back", file=str(path)) from error
    if len(key) != sealing.KEY_BYTES:
        raise BadMasterKey(
            f"{path} holds {len(key)} bytes instead of {sealing.KEY_BYTES}; put the installation's own key file back", file=str(path)
        )
    return key


def _make_once(path: Path) -> None:
    """Whole or not at all, also when two processes start at the same time or one is killed."""
    if path.exists():
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(sealing.KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        finally:
            fresh.unlink()
    except FileExistsError:
        raise
    except OSError as error:
        raise BadMasterKey(f"{path} can't be made: {error.strerror}", file=str(path)) from error


def load_or_create(engine: Engine, master_key: bytes, *, now: datetime, chain_id: int) -> Installation:
    """The installation's row, made on first start with `now` (whole seconds) as the genesis time of the embedded chain.

    Raises BadMasterKey when the row was sealed by another key, Invalid when it belongs to another chain.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        repo.lock_installation(session)
        row = repo.installation(session)
        if row is None:
            sealed = sealing.seal(master_key, sealing.new_key(), NETWORK_KEY_PLACE)
            genesis = now.replace(microsecond=0)
            row = Installation(id=1, chain_id=chain_id, genesis_time=genesis, network_key_sealed=sealed, created_at=now)
            session.add(row)
        elif row.chain_id != chain_id:
            message = f"this database belongs to chain {row.chain_id}, the settings lead to chain {chain_id}; look at TALLYSTICK_CHAIN_RPC"
            raise Invalid(message, database=row.chain_id, chain=chain_id)
        network_key(row, master_key)
        crash.point(crash.Point.INSTALLATION_WRITTEN)
    crash.point(crash.Point.INSTALLATION_COMMITTED)
    return row


def network_key(row: Installation, master_key: bytes) -> bytes:
    """The key of invoice fingerprints and blind indexes. BadMasterKey when it was sealed by another master key."""
    try:
        return sealing.unseal(master_key, row.network_key_sealed, NETWORK_KEY_PLACE)
    except Invalid as error:
        raise BadMasterKey("the master key file is not the one that sealed this database; put the installation's own back") from error
