"""Anvil as a child process that never outlives its owner. It knows nothing that the journal doesn't, so it may be killed at any time."""

import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chain.errors import NodeUnavailable
from chain.rpc import Rpc

_GUARD = Path(__file__).with_name("guard.py")
_START_SECONDS = 60.0
_KEPT_OUTPUT = 50_000
_LISTENING = re.compile(rb"Listening on (\S+):(\d+)")
# Fixed for ever: genesis and every block hash depend on them.
_FIXED = (
    # No dev accounts: nobody starts with a balance or with a known key.
    ("--accounts", "0"),
    ("--gas-limit", "1000000000000"),
    ("--gas-price", "0"),
    ("--disable-min-priority-fee",),
    ("--disable-default-create2-deployer",),
    ("--order", "fifo"),
    ("--no-mining",),
)
_LOCAL = (
    # The cheat methods can't be switched off: loopback only, a port that nobody knows beforehand, no browsers.
    ("--host", "127.0.0.1"),
    ("--port", "0"),
    ("--no-cors",),
    ("--no-request-size-limit",),
    # States kept in memory for calls at recent blocks; without a number Anvil writes them all to disk.
    ("--prune-history", "16"),
    # One for the block that is being mined, one for readers.
    ("--threads", "2"),
)


@dataclass(frozen=True)
class NodeSettings:
    """What decides the genesis block, and where things are. `genesis_time` in UTC seconds.

    `hardfork` is the EVM's rules by Anvil's name for them; a journal belongs to one. Berlin has no base fee, so that transactions at
    price 0 need no exception; the contracts run under any later rules too.
    """

    binary: Path
    folder: Path
    chain_id: int
    genesis_time: int
    hardfork: str = "berlin"


class AnvilNode:
    """One run of Anvil. Start it once; a new run is a new object."""

    def __init__(self, settings: NodeSettings, *, state: Path | None = None) -> None:
        """`state` is a dump (plain JSON) to load instead of starting at genesis."""
        self._settings = settings
        self._state = state
        self._process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._failure: Exception | None = None
        self._printed = b""
        self._keeper = threading.Thread(target=self._keep, name="node-keeper", daemon=True)
        self.rpc = Rpc("http://127.0.0.1:0")

    @property
    def log_path(self) -> Path:
        """The end of what the node printed, written when it ends."""
        return self._settings.folder / "node.log"

    @property
    def pid(self) -> int:
        """The node's process id; 0 when it never started."""
        return self._process.pid if self._process else 0

    def start(self) -> Rpc:
        """Starts the process and waits until it listens. NodeUnavailable when it doesn't."""
        self._settings.folder.mkdir(parents=True, exist_ok=True)
        # The kernel ties the child to the thread that started it, so this thread lives as long as the child.
        self._keeper.start()
        if not self._started.wait(_START_SECONDS):
            self._failure = NodeUnavailable(f"it does not listen after {_START_SECONDS:.0f} seconds")
            self.stop()
        if self._failure is not None:
            raise NodeUnavailable(f"the node did not start: {self._failure}; see {self.log_path}") from self._failure
        return self.rpc

    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Kills the process; there is nothing in it to save."""
        self.rpc.close()
        if self._process is not None:
            self._process.kill()
            self._keeper.join()

    def _command(self) -> list[str]:
        settings = self._settings
        flags = [part for flag in (*_FIXED, *_LOCAL) for part in flag]
        flags += ["--hardfork", settings.hardfork, "--chain-id", str(settings.chain_id), "--timestamp", str(settings.genesis_time)]
        if settings.hardfork != "berlin":
            # These rules have a base fee: at 0, transactions at price 0 are taken all the same.
            flags += ["--base-fee", "0"]
        if self._state is not None:
            flags += ["--load-state", str(self._state)]
        return [sys.executable, "-I", "-S", str(_GUARD), str(os.getpid()), str(settings.binary), *flags]

    def _keep(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed program, no shell
                self._command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=self._settings.folder
            )
        except OSError as error:
            self._failure = error
            self._started.set()
            return
        if self._process.stdout is not None:
            with self._process.stdout as output:
                self._read(output)
        self._process.wait()
        self._failure = self._failure or NodeUnavailable(f"it ended with code {self._process.returncode}")
        self.log_path.write_bytes(self._printed)
        self._started.set()

    def _read(self, output: IO[bytes]) -> None:
        """Drains what the node prints until it ends. It prints a line for every call, so only the end is kept."""
        while chunk := output.read1(65_536):  # type: ignore[attr-defined]
            self._printed = (self._printed + chunk)[-_KEPT_OUTPUT:]
            if not self._started.is_set() and (found := _LISTENING.search(self._printed)):
                self.rpc.close()
                self.rpc = Rpc(f"http://127.0.0.1:{int(found[2])}", timeout=600.0)
                self._started.set()
