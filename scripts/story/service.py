"""The service under the story's clock: the same application and parts as `tallystick up`, with time set by the parent process.

Only the holder of the inherited socket can move the clock; no user of the service can.
"""

import argparse
import json
import os
import signal
import socket
import threading
from datetime import UTC, datetime
from pathlib import Path

from api.app import create_app
from api.bootstrap import Platform
from api.serving import listen, serve
from registry.identity import api_keys, keys
from registry.kernel.settings import Settings
from registry.kernel.uow import SERVICE

TOKENS = "sandbox-keys.json"


class StoryClock:
    """A clock that stands still until it is set."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """The story's present."""
        return self._moment

    def follow(self, control: socket.socket) -> None:
        """Sets the clock to each UTC second that comes in as a line, and answers each with "ok"; ends the service with the story."""
        with control.makefile("rw") as lines:
            for line in lines:
                self._moment = max(self._moment, datetime.fromtimestamp(int(line), UTC))
                lines.write("ok\n")
                lines.flush()
        # Whoever told the story has ended, in order or not: a service whose clock stands still must not keep the data folder.
        while True:
            os.kill(os.getpid(), signal.SIGTERM)
            # Again, should it have come before the server was there to heed it.
            threading.Event().wait(0.2)


class NetworkClock(StoryClock):
    """A network has a time of its own, which nobody moves: the story waits instead."""

    def now(self) -> datetime:
        """The real present."""
        return datetime.now(UTC)


def registrar_token(platform: Platform, folder: Path) -> None:
    """Makes the registrar's sandbox API key on the first start; `sandbox-keys.json` in the data folder keeps it."""
    path = folder / TOKENS
    if path.exists():
        return
    with platform.work.begin(SERVICE) as unit:
        _, token = api_keys.issue(unit, keys.REGISTRAR, label="sandbox")
    # Once it is in force: a file without its key would lock the story out.
    fresh = path.with_suffix(".tmp")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"registrar": token}))
    fresh.replace(path)


def main() -> None:
    """Serves until it is stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--now", type=int, required=True)
    given = parser.parse_args()
    run(given.data, given.port, socket.socket(fileno=given.control), now=given.now)


def run(data: Path, port: int, control: socket.socket, *, now: int) -> None:
    """Serves a data folder until it is stopped. `now` in UTC seconds; the other end of `control` moves the clock."""
    settings = Settings(data_dir=data, port=port)
    clock = (NetworkClock if settings.chain_nodes else StoryClock)(datetime.fromtimestamp(now, UTC))
    threading.Thread(target=clock.follow, args=(control,), daemon=True).start()
    with Platform.open(settings, clock=clock) as platform:
        registrar_token(platform, data)
        serve(create_app(platform), listen(settings.host, settings.port))


if __name__ == "__main__":
    main()
