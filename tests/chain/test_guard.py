"""The program that must not outlive its parent, by the way that works on every system."""

import subprocess
import sys
from pathlib import Path

from chain import guard

# A parent that starts the watcher over a sleeping child, prints the child's process id and is killed.
PARENT = """
import os, subprocess, sys
watch = "import runpy, sys; sys.exit(runpy.run_path(sys.argv[1])['watch'](int(sys.argv[2]), sys.argv[3:]))"
command = [sys.executable, "-I", "-c", watch, sys.argv[1], str(os.getpid()), "/bin/sh", "-c", "echo $$; exec sleep 1000"]
child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), flush=True)
child.wait()
"""


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_watched_program_ends_with_the_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, guard.__file__], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        sleeping = int(parent.stdout.readline())
        assert alive(sleeping)
        parent.kill()
    while alive(sleeping):
        pass


def test_the_exit_code_is_the_programs() -> None:
    # Isolated, as the node is started: this room's `types` must not stand in for the standard library's.
    command = [sys.executable, "-I", guard.__file__]
    here = f"import os, subprocess, sys; sys.exit(subprocess.run({command!r} + [str(os.getpid()), '/bin/sh', '-c', 'exit 7']).returncode)"
    assert subprocess.run([sys.executable, "-c", here], check=False).returncode == 7
    assert subprocess.run([*command, "1", "/bin/true"], check=False).returncode == 1, "the parent named is not the parent"
