"""The service as a process that can be killed at a point, stopped at one, or killed at any moment.

It is the story's service (`scripts.story.service`), forked from a process that has its modules loaded already, so that a start costs
little. Its PostgreSQL belongs to the test, as one of a consortium does; the node is the service's child.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Thread

from chain import crash
from scripts.story import service
from scripts.story.process import Child, Service

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["scripts.story.service"])
# Between two looks at a process.
_LOOK = 0.002
DEAD = {crash.KILLED, -signal.SIGKILL}


class Forked:
    """A forked process as `subprocess.Popen` shows one."""

    def __init__(self, process: BaseProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("service", timeout or 0)
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def send_signal(self, sig: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, sig)


class Killable(Service):
    """A service with a plan for its death."""

    def __init__(self, data: Path, *, now: datetime, environment: Mapping[str, str], watcher: "Watcher | None" = None) -> None:
        self._environment = dict(environment)
        self._watcher = watcher
        super().__init__(data, 0, now=now)

    def _spawn(self, control: socket.socket) -> Child:
        given = (str(self._data), self.port, control, int(self.now.timestamp()), self._environment)
        process = _context.Process(target=_serve, args=given, name="tallystick-service")
        process.start()
        child = Forked(process)
        if self._watcher is not None:
            self._watcher.watch(child)
        return child

    @property
    def child(self) -> Child:
        """The process."""
        return self._process

    def ended(self) -> int:
        """Waits for its death, then lets go of what is left of it; its exit code."""
        code = self._process.wait(timeout=60)
        self._close()
        return code


def _serve(data: str, port: int, control: socket.socket, now: int, environment: dict[str, str]) -> None:
    log = os.open(Path(data) / "service.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    os.setsid()
    for name in (crash.ENVIRONMENT, crash.TRACE):
        os.environ.pop(name, None)
    os.environ.update(environment)
    crash.arm(os.environ)
    service.run(Path(data), port, control, now=now)


class Watcher:
    """Waits until the process has stopped at a point, lets something else die meanwhile, and lets the process go on."""

    def __init__(self, victim: "Victim") -> None:
        self._victim = victim
        self._ended = Event()
        # Whether the moment has come.
        self.struck = False

    def watch(self, child: Child) -> None:
        """Starts watching; a process that has done its work is watched in vain."""
        if not self.struck:
            Thread(target=self._wait, args=(child,), daemon=True).start()

    def end(self) -> None:
        """The case is over."""
        self._ended.set()

    def _wait(self, child: Child) -> None:
        while not self._ended.wait(_LOOK):
            state = _stat(child.pid)
            if state is None:
                return
            if state[0] == "T":
                self.struck = self._victim.strike(child.pid)
                child.send_signal(signal.SIGCONT)
                return


class Victim:
    """What else dies."""

    def strike(self, service_pid: int) -> bool:
        """SIGKILL, and whatever an operator does then; whether there was anything to kill."""
        raise NotImplementedError


class Node(Victim):
    """The node: the service starts another one by itself."""

    def strike(self, service_pid: int) -> bool:
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (state := _stat(int(entry.name))) and int(state[1]) == service_pid:
                name = (entry / "comm").read_text().strip()
                if name == "anvil":
                    os.kill(int(entry.name), signal.SIGKILL)
                    return True
        return False


def _stat(pid: int) -> list[str] | None:
    """State, parent and so on of a process; None when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
