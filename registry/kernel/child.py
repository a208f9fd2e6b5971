"""Becomes another program that ends with its parent and is not root: `python -I -S child.py OWNER SIGNAL PROGRAM ARG...`.

OWNER is the uid to run as, or - to stay. Run by path, so it imports nothing of the project. The death signal and the capability are
Linux's; elsewhere it just changes the user and starts the program.

PostgreSQL refuses to run as root. No user is made for it: it runs as an existing one (nobody) that keeps a single capability, to pass
folders that only root may enter, such as a data folder below /root.
"""

import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 28, 47, 2
# access(2) then counts capabilities also for a process that is not root; PostgreSQL asks it whether its own files can be read.
SECBIT_NO_SETUID_FIXUP = 4
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1


def _keep_one_capability(libc: ctypes.CDLL) -> None:
    """Keeps CAP_DAC_OVERRIDE across exec where the process has it; a container may have taken it away, then folders must be open."""
    header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
    mask = 1 << CAP_DAC_OVERRIDE
    if libc.capset(header, struct.pack("6I", mask, mask, mask, 0, 0, 0)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def main(owner: str, ending: str, program: str, *arguments: str) -> None:
    """Drops root's identity, ties the process to its parent, becomes the program."""
    parent = os.getppid()
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if owner != "-":
        uid = int(owner)
        if libc:
            libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
            libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        if libc:
            _keep_one_capability(libc)
    if libc:
        # After the change of identity, which clears it. The parent may have ended meanwhile.
        libc.prctl(PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    os.umask(0o077)
    os.execv(program, [program, *arguments])  # noqa: S606 - the point of this file


if __name__ == "__main__":
    main(*sys.argv[1:])
