"""What the story stands on: the embedded engine of its data folder, or a network of validators that is started for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from scripts.story.process import ServiceFailed
from scripts.validators import founding, nodes
from scripts.validators.__main__ import await_blocks
from scripts.validators.layout import NAME, Layout

VALIDATORS = 4


@contextmanager
def network(folder: Path, console: Console, *, wanted: bool) -> Iterator[None]:
    """The validators run and the service's settings lead to them while the block lasts. They outlive a process that becomes the service.

    ServiceFailed when the story was begun on the other kind of chain, NetworkFailed when the validators don't start.
    """
    begun, told = (folder / NAME).exists(), (folder.parent / "story.json").exists()
    if told and wanted != begun:
        raise ServiceFailed(
            f"the story in {folder.parent} was begun {'on' if begun else 'without'} a network; go on so, or name another --data"
        )
    if not wanted:
        yield
        return
    with console.status("four validators start"):
        layout = Layout.load(folder) if begun else founding.found(folder, validators=VALIDATORS)
        nodes.start(layout, layout.validators)
        await_blocks(layout)
    os.environ.update(layout.settings)
    console.print(
        f"validators 1 to {VALIDATORS} seal a block a second; scripts/network status|kill|start|down --data '{folder}'", soft_wrap=True
    )
    try:
        yield
    finally:
        nodes.stop(layout, layout.validators)
