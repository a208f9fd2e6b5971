"""A process that owns an engine and mines until it is killed: `python -m tests.chain.owner FOLDER`.

Prints the node's process id, then each block.
"""

import os
import sys
from pathlib import Path

from chain.engine import EmbeddedEngine
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.traffic import block_of
from tests.fakes.journal import FileJournal


def main() -> None:
    folder = Path(sys.argv[1])
    journal = FileJournal(folder / "journal")
    engine = EmbeddedEngine(
        journal,
        binary=Path(os.environ["TALLYSTICK_ANVIL"]),
        folder=folder / "node",
        chain_id=CHAIN_ID,
        genesis_time=GENESIS,
        snapshot_every=5,
    )
    engine.start()
    print("node", engine.node_pid, flush=True)
    while True:
        number = engine.head.number + 1
        engine.mine(block_of(number), GENESIS + number)
        print("block", number, flush=True)


if __name__ == "__main__":
    main()
