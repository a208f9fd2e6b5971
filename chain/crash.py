"""Named crash points: every place where the process may die between two steps that belong together.

Each room lists its own in an enumeration `Point`: the chain's stand here, the registry's in `registry.kernel.crash`. Tests kill the process
at each member, so a new one is tested without being listed anywhere. In service nothing happens at a point.

TALLYSTICK_CRASH_AT=journal.appended dies at the first visit, journal.appended:3 at the third; journal.appended:3:stop stops there
(SIGSTOP), so that something else can be killed meanwhile, and goes on when it is told to. TALLYSTICK_CRASH_TRACE=FILE appends every
visited point.
"""

import os
import signal
import threading
from collections.abc import Mapping
from enum import StrEnum

ENVIRONMENT, TRACE = "TALLYSTICK_CRASH_AT", "TALLYSTICK_CRASH_TRACE"
# Exit code of a process that died at a point: what a shell says of SIGKILL.
KILLED = 137


class Point(StrEnum):
    """Where. Named for what has just been done."""

    # The node has a block's transactions; it has not mined them.
    NODE_SENT = "node.sent"
    # The node's state is dumped; nothing of it is on the disk.
    SNAPSHOT_DUMPED = "snapshot.dumped"
    # The dump is on the disk under another name.
    SNAPSHOT_WRITTEN = "snapshot.written"
    # It has its name; the folder is not synced, older ones are still there.
    SNAPSHOT_RENAMED = "snapshot.renamed"
    # Only the newest are kept.
    SNAPSHOT_TAKEN = "snapshot.taken"


class _Plan:
    """What is to happen at points."""

    def __init__(self, at: str, trace: str) -> None:
        self._name, _, rest = at.partition(":")
        visit, _, action = rest.partition(":")
        self._left = int(visit or 1)
        self._stop = action == "stop"
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if trace else None
        self._guard = threading.Lock()

    def visit(self, name: str) -> None:
        with self._guard:
            if self._trace is not None:
                os.write(self._trace, f"{name}\n".encode())
            if name != self._name:
                return
            self._left -= 1
            if self._left != 0:
                return
        if not self._stop:
            os._exit(KILLED)
        os.kill(os.getpid(), signal.SIGSTOP)


_plan: _Plan | None = None


def arm(environment: Mapping[str, str]) -> None:
    """Takes from the environment what is to happen at points; nothing, where it says nothing. Done once when this module is loaded."""
    global _plan  # noqa: PLW0603 - a process has one plan
    at, trace = environment.get(ENVIRONMENT, ""), environment.get(TRACE, "")
    _plan = _Plan(at, trace) if at or trace else None


def point(name: StrEnum) -> None:
    """Dies here, as if by SIGKILL, when the environment says so."""
    if _plan is not None:
        _plan.visit(name)


arm(os.environ)
