"""The installation's row and its master key: made once, clear when wrong."""

import os
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.kernel import installation
from registry.kernel.errors import Invalid
from registry.kernel.installation import BadMasterKey
from registry.kernel.settings import Settings
from registry.kernel.tables import Installation
from tests.conftest import MASTER_KEY, Database
from tests.fakes.clock import START

CHAIN = 77


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder)


def load(database: Database, key: bytes = MASTER_KEY, chain: int = CHAIN) -> Installation:
    return installation.load_or_create(database.engine, key, now=START, chain_id=chain)


def test_master_key_is_made_once_and_private(tmp_path: Path) -> None:
    given = settings(tmp_path / "new" / "data")
    first = installation.read_master_key(given)
    assert len(first) == 32
    assert installation.read_master_key(given) == first
    assert stat.S_IMODE(given.key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(given.data_dir.stat().st_mode) == 0o700
    assert [path.name for path in given.data_dir.iterdir()] == ["master.key"]


def test_master_key_of_many_starts_at_once_is_one(tmp_path: Path) -> None:
    found: list[bytes] = []
    barrier = threading.Barrier(8)

    def start() -> None:
        barrier.wait()
        found.append(installation.read_master_key(settings(tmp_path)))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("content", ["", "zz" * 32, "ab" * 31, "ab" * 33])
def test_a_wrong_key_file_is_refused_and_kept(tmp_path: Path, content: str) -> None:
    given = settings(tmp_path)
    given.key_file.write_text(content)
    with pytest.raises(BadMasterKey, match="put the installation's own key file back"):
        installation.read_master_key(given)
    assert given.key_file.read_text() == content


def test_a_key_file_that_is_a_folder_or_binary(tmp_path: Path) -> None:
    given = settings(tmp_path)
    given.key_file.mkdir()
    with pytest.raises(BadMasterKey):
        installation.read_master_key(given)
    given.key_file.rmdir()
    given.key_file.write_bytes(os.urandom(32) + b"\xff")
    with pytest.raises(BadMasterKey):
        installation.read_master_key(given)


def test_a_key_file_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "mounted" / "key"
    given = Settings(data_dir=tmp_path / "data", master_key_file=elsewhere)
    assert len(installation.read_master_key(given)) == 32
    assert elsewhere.exists()


def test_a_folder_that_takes_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadMasterKey, match="can't be made"):
        installation.read_master_key(settings(tmp_path / "file" / "data"))


def test_the_row_is_made_once(database: Database) -> None:
    first = load(database)
    again = load(database)
    assert (first.chain_id, first.genesis_time, first.contract) == (CHAIN, START, None)
    assert installation.network_key(first, MASTER_KEY) == installation.network_key(again, MASTER_KEY)
    assert len(installation.network_key(first, MASTER_KEY)) == 32


def test_the_network_key_is_sealed(database: Database) -> None:
    key = installation.network_key(load(database), MASTER_KEY)
    with database.engine.connect() as connection:
        stored = connection.scalar(text("select t::text from installation t"))
    assert key.hex() not in stored


def test_another_master_key_is_refused(database: Database) -> None:
    load(database)
    with pytest.raises(BadMasterKey, match="not the one that sealed this database"):
        load(database, key=bytes(32))


def test_another_chain_is_refused(database: Database) -> None:
    load(database)
    with pytest.raises(Invalid, match=f"belongs to chain {CHAIN}"):
        load(database, chain=CHAIN + 1)
