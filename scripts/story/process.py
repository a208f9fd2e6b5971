"""Starts, stops and kills the service as a process of its own, and moves its clock."""

import contextlib
import fcntl
import signal
import socket
import ssl
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

HOST = "127.0.0.1"
START_SECONDS = 90
END_SECONDS = 15


def client(url: str, **options: Any) -> httpx.Client:
    """A client of a service on the loopback address. No proxy of the environment stands in between, and plain HTTP needs no certificates,
    which take long to load."""
    return httpx.Client(base_url=url, trust_env=False, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), **options)


class ServiceFailed(Exception):
    """The service ended or does not answer; the log says why. `code` is its exit code, None while it lives."""

    def __init__(self, why: str, code: int | None = None) -> None:
        super().__init__(why)
        self.code = code


class Child(Protocol):
    """What is needed of a process."""

    pid: int

    def poll(self) -> int | None:
        """Its exit code; None while it lives."""

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end; subprocess.TimeoutExpired."""

    def kill(self) -> None:
        """SIGKILL."""

    def send_signal(self, sig: int) -> None:
        """A signal."""


def free_port(wanted: int) -> int:
    """The wanted port of the loopback address, or any free one when it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ServiceFailed("no free port on the loopback address")


def await_free(data: Path) -> None:
    """Waits for the end of a service that has lost its story. ServiceFailed when another process keeps the data folder: the story moves
    the clock of a service of its own."""
    deadline = time.monotonic() + END_SECONDS
    with (data / "owner.lock").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise ServiceFailed(f"another process uses {data}; stop it, then run the same command again") from None
                time.sleep(0.2)
            else:
                return


class Service:
    """One running service on a data folder."""

    def __init__(self, data: Path, port: int, *, now: datetime) -> None:
        self._data = data
        self.now = now
        self._log = (data / "service.log").open("ab")
        self.port = free_port(port)
        self.url = f"http://{HOST}:{self.port}"
        self._http = client(self.url, timeout=5)
        ours, theirs = socket.socketpair()
        self._process = self._spawn(theirs)
        theirs.close()
        self._control = ours.makefile("rw")
        # The file keeps the socket open until it is closed itself.
        ours.close()
        self._await_ready()

    def _spawn(self, control: socket.socket) -> Child:
        """The service as a process of its own, with its end of the socket."""
        arguments = ["--data", str(self._data), "--port", str(self.port), "--control", str(control.fileno())]
        return subprocess.Popen(
            [sys.executable, "-m", "scripts.story.service", *arguments, "--now", str(int(self.now.timestamp()))],
            pass_fds=[control.fileno()],
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if (code := self._process.poll()) is not None:
                self._close()
                raise ServiceFailed(f"the service ended with code {code}; see {self._data / 'service.log'}", code)
            try:
                if self._http.get("/ready", timeout=2).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise ServiceFailed(f"the service was not ready after {START_SECONDS} s; see {self._data / 'service.log'}")

    def set_clock(self, moment: datetime) -> None:
        """Moves the service's clock; returns when it has moved."""
        self._control.write(f"{int(moment.timestamp())}\n")
        self._control.flush()
        if self._control.readline() != "ok\n":
            raise ServiceFailed("the service does not take the time")
        self.now = max(self.now, moment)

    def waiting(self) -> int:
        """Contract calls that are decided and not in a block yet."""
        found = self._http.get("/ready").json()
        return int(found["queued"]) + int(found["signed"])

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        self._process.kill()
        self._process.wait()
        self._close()

    def stop(self) -> None:
        """SIGTERM, and waits for the end; a service that hangs is killed."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._close()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            # What the dead process has not taken.
            self._control.close()
        self._http.close()
        self._log.close()
