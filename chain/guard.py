"""Runs a program that must not outlive the process that wants it: `python guard.py PARENT_PID PROGRAM ARGUMENTS..`.

On Linux the kernel kills the program when the thread that started it ends. Elsewhere this process stays and watches its parent.
Run it isolated (`python -I`); it imports nothing of this project, so that it starts fast.
"""

import ctypes
import os
import platform
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Becomes the program, or runs it; the exit code is the program's."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if platform.system() == "Linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The parent may have died before the line above.
        if os.getppid() == parent:
            os.execv(command[0], command)  # noqa: S606 - a fixed program, no shell
        return 1
    return watch(parent, command)


def watch(parent: int, command: list[str]) -> int:
    """Runs the command until it ends or the parent is gone."""
    with subprocess.Popen(command) as child:  # noqa: S603 - a fixed program, no shell
        signal.signal(signal.SIGTERM, lambda *_: child.kill())
        while child.poll() is None:
            if os.getppid() != parent:
                child.kill()
            time.sleep(0.2)
        return child.returncode


if __name__ == "__main__":
    sys.exit(main())
