"""The same story under the rules of berlin and under every later rule of the embedded node: the same words at the end."""

from pathlib import Path

import pytest

from chain.node import AnvilNode, NodeSettings
from tests.chain.book import Book
from tests.chain.conftest import CHAIN_ID, GENESIS
from tests.chain.layout_table import README, parse
from tests.chain.nodes import Mining
from tests.chain.world import World

OLDEST = "berlin"
# Up to the newest that the pinned node knows.
LATER = ("london", "paris", "shanghai", "cancun", "prague", "osaka", "bpo2")


def told(binary: Path, folder: Path, hardfork: str) -> tuple[Book, dict[int, bytes]]:
    """The story on a node of its own, and every word that it left."""
    node = AnvilNode(NodeSettings(binary, folder, CHAIN_ID, GENESIS, hardfork))
    try:
        world = World(Mining(node.start(), finality=0), GENESIS)
        world.deploy()
        world.onboard()
        book = Book(world).tell()
        # The node does work by these rules: the base fee came with london.
        assert ("baseFeePerGas" in world.gateway.rpc.call("eth_getBlockByNumber", "latest", False)) == (hardfork != OLDEST)
        rows = {row.variable: row for row in parse(README.read_text())}
        places = sorted({rows[sample.variable].place(sample.keys) for sample in book.samples})
        return book, dict(zip(places, world.gateway.storages(world.contract, places), strict=True))
    finally:
        node.stop()


@pytest.fixture(scope="module")
def oldest(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, dict[int, bytes]]:
    return told(anvil, tmp_path_factory.mktemp(OLDEST), OLDEST)


@pytest.mark.parametrize("hardfork", LATER)
def test_words_are_the_same_under_later_rules(hardfork: str, oldest: tuple[Book, dict[int, bytes]], anvil: Path, tmp_path: Path) -> None:
    book, words = oldest
    later, found = told(anvil, tmp_path, hardfork)
    assert found == words
    assert len(words) > 100
    assert later.world.manifest == book.world.manifest
    assert [(event.name, event.args) for event in later.world.events] == [(event.name, event.args) for event in book.world.events]
