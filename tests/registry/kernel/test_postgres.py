"""The embedded server's life: started, attached to, killed in every way, started again; as root and as an ordinary user."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from registry.kernel import child
from registry.kernel.errors import Unavailable
from registry.kernel.postgres import OWNER_ROLE, SERVICE_ROLE, DataFolderInUse, EmbeddedPostgres
from registry.kernel.schema import prepare_embedded

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder whose path is short enough for a socket, and holds a space and a percent sign."""
    parent = Path(tempfile.mkdtemp(prefix="ts-"))
    yield parent / "my data 100%"
    shutil.rmtree(parent)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped server's folder; making one takes longer than copying it."""
    made = tmp_path_factory.mktemp("cluster") / "made"
    with started(made):
        pass
    return made


@pytest.fixture
def used(folder: Path, cluster: Path) -> Path:
    """A data folder that was used before."""
    subprocess.run(["cp", "-a", cluster, folder], check=True)
    return folder


@contextmanager
def started(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def ask(server: EmbeddedPostgres, statement: str) -> object:
    engine = create_engine(server.url(OWNER_ROLE, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def owner_process(folder: Path, *before: str) -> subprocess.Popen[str]:
    command = [*before, sys.executable, "-m", "tests.registry.kernel.owner", str(folder)]
    owner = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "ready\n"
    return owner


def tell(owner: subprocess.Popen[str], statement: str) -> None:
    assert owner.stdin is not None
    assert owner.stdout is not None
    owner.stdin.write(statement + "\n")
    owner.stdin.flush()
    assert owner.stdout.readline() == "done\n"


def let_go(owner: subprocess.Popen[str], ending: signal.Signals | None = None) -> None:
    if ending is not None:
        owner.send_signal(ending)
    owner.communicate()


def postmaster(folder: Path) -> int:
    return int((folder / "data" / "postmaster.pid").read_text().split("\n")[0])


def test_everything_in_the_folder_is_private(folder: Path) -> None:
    with started(folder) as server:
        prepare_embedded(server)
        for path in (folder, *folder.rglob("*")):
            mode = path.lstat().st_mode
            allowed = 0o777 if stat.S_ISSOCK(mode) else 0o700
            assert stat.S_IMODE(mode) & ~allowed == 0, path
    assert not (folder / "socket").exists()


def test_data_outlives_the_server_and_urls_serve_other_processes(used: Path) -> None:
    with started(used) as server:
        prepare_embedded(server)
        attached = EmbeddedPostgres(used)
        assert attached.running
        engine = create_engine(attached.service_url, poolclass=NullPool)
        with engine.connect() as connection:
            assert connection.scalar(text("select current_user")) == SERVICE_ROLE
        attached.stop()
        assert server.running
        ask(server, "create table kept as select 7 as n")
    assert not EmbeddedPostgres(used).running
    with started(used) as server:
        prepare_embedded(server)
        assert ask(server, "select n from kept") == 7


def test_an_unused_folder_says_so(folder: Path) -> None:
    with pytest.raises(Unavailable, match="no database was started"):
        _ = EmbeddedPostgres(folder).service_url


def test_one_owner_at_a_time(used: Path) -> None:
    with started(used) as server:
        pid = postmaster(used)
        with pytest.raises(DataFolderInUse):
            EmbeddedPostgres(used).start()
        assert postmaster(used) == pid
        assert ask(server, "select 1") == 1


def test_a_socket_path_that_is_too_long_goes_elsewhere(folder: Path) -> None:
    deep = folder / ("d" * 60) / ("e" * 60)
    with started(deep) as server:
        assert ask(server, "select 1") == 1
        socket = Path(str(ask(server, "show unix_socket_directories")).strip('"'))
        assert socket.exists()
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert folder not in socket.parents
        url = server.owner_url
    assert not socket.exists()
    with started(deep) as server:
        assert server.owner_url == url


@pytest.mark.parametrize("name", ["a,b", 'a"b', "back\\slash", "账本"])
def test_odd_characters_in_the_path(folder: Path, name: str) -> None:
    with started(folder / name) as server:
        assert ask(server, "select 1") == 1


def test_a_password_is_needed(used: Path) -> None:
    with started(used) as server:
        url = server.url(OWNER_ROLE, "postgres")
        secret = url.split(":", 2)[2].split("@")[0]
        engine = create_engine(url.replace(secret, "wrong"), poolclass=NullPool)
        with pytest.raises(OperationalError, match="password authentication failed"):
            engine.connect()


def test_a_killed_owner_takes_the_server_along_and_loses_nothing(used: Path) -> None:
    owner = owner_process(used)
    tell(owner, "create table kept as select generate_series(1, 1000) as n")
    first = postmaster(used)
    let_go(owner, signal.SIGKILL)
    with started(used) as server:
        assert postmaster(used) != first
        assert ask(server, "select count(*) from kept") == 1000


def test_a_killed_server_recovers_at_the_next_start(used: Path) -> None:
    owner = owner_process(used)
    tell(owner, "create table kept as select generate_series(1, 1000) as n")
    os.kill(postmaster(used), signal.SIGKILL)
    let_go(owner, signal.SIGKILL)
    with started(used) as server:
        assert ask(server, "select count(*) from kept") == 1000


def test_both_killed_at_once(used: Path) -> None:
    owner = owner_process(used)
    tell(owner, "create table kept as select generate_series(1, 1000) as n")
    owner.send_signal(signal.SIGSTOP)
    os.kill(postmaster(used), signal.SIGKILL)
    let_go(owner, signal.SIGKILL)
    with started(used) as server:
        assert ask(server, "select count(*) from kept") == 1000


def test_a_server_left_behind_is_stopped_before_the_next(used: Path) -> None:
    data = used / "data"
    socket = used.parent / "s"
    socket.mkdir()
    socket.chmod(0o777)
    command = [*EmbeddedPostgres(used)._as_child("postgres", data), "-D", str(data), "-c", "listen_addresses="]
    stray = subprocess.Popen([*command, "-c", f"unix_socket_directories={socket}"])
    while not EmbeddedPostgres(used).running:
        assert stray.poll() is None
    with started(used) as server:
        assert stray.wait() == 0
        assert postmaster(used) != stray.pid
        assert ask(server, "select 1") == 1


@pytest.mark.parametrize("pid", [os.getpid(), 1, 2**22 - 1], ids=["ours", "first", "nobody"])
def test_a_process_number_that_others_use_now_does_not_block(used: Path, pid: int) -> None:
    with started(used):
        content = (used / "data" / "postmaster.pid").read_text().split("\n", 1)[1]
    (used / "data" / "postmaster.pid").write_text(f"{pid}\n{content}")
    with started(used) as server:
        assert ask(server, "select 1") == 1


def test_a_start_that_was_cut_off_begins_anew(folder: Path) -> None:
    half = folder / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18")
    (folder / "password.new").touch()
    with started(folder) as server:
        assert ask(server, "select 1") == 1
        assert not half.exists()
        assert not (folder / "password.new").exists()


def test_the_server_outlives_the_thread_that_started_it(used: Path) -> None:
    server = EmbeddedPostgres(used, durable=False)
    thread = threading.Thread(target=server.start)
    thread.start()
    thread.join()
    assert ask(server, "select 1") == 1
    server.stop()


def test_a_server_that_cant_start_says_why(used: Path) -> None:
    (used / "data" / "PG_VERSION").write_text("9.6\n")
    server = EmbeddedPostgres(used)
    with pytest.raises(Unavailable, match="PostgreSQL"):
        server.start()
    (used / "data" / "PG_VERSION").write_text("18\n")
    with started(used) as server:
        assert ask(server, "select 1") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user; without it the other tests are this one")
def test_as_an_ordinary_user(folder: Path) -> None:
    user = pwd.getpwnam("nobody")
    folder.parent.chmod(0o700)
    os.chown(folder.parent, user.pw_uid, user.pw_gid)
    owner = owner_process(folder, sys.executable, "-I", "-S", child.__file__, str(user.pw_uid), str(int(signal.SIGKILL)))
    tell(owner, "create table kept as select 7 as n")
    assert folder.stat().st_uid == user.pw_uid
    let_go(owner)
    # Root takes the folder over later: the server runs as the user whose files they are.
    with started(folder) as server:
        assert ask(server, "select n from kept") == 7
        assert Path(f"/proc/{postmaster(folder)}").stat().st_uid == user.pw_uid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to give its identity up")
def test_root_makes_no_user_and_opens_no_folder(folder: Path) -> None:
    users, parent = Path("/etc/passwd").read_text(), stat.S_IMODE(folder.parent.stat().st_mode)
    with started(folder):
        assert Path(f"/proc/{postmaster(folder)}").stat().st_uid != 0
    assert Path("/etc/passwd").read_text() == users
    assert stat.S_IMODE(folder.parent.stat().st_mode) == parent == 0o700
