"""A node that is cut off makes a branch of its own; joined again it gives it up, and so does the index: nothing is lost, nothing twice."""

from registry.kernel.uow import SERVICE
from scripts.validators import nodes
from scripts.validators.layout import Layout
from tests.conftest import Database
from tests.network.ground import SECONDS, Ground, isolate, opened, raw_block, rejoin, sealers
from tests.sync.chaos import Chaos

# It can seal alone only if it did not seal one of the last two blocks.
ATTEMPTS = 20


def test_a_branch_that_is_given_up_is_taken_back(database: Database, network: Layout) -> None:
    first, second = network.of(1), network.of(2)
    with opened(database.engine, [first.url]) as ground:
        chaos = Chaos(ground, 3)  # type: ignore[arg-type]
        chaos.round(20)
        for _ in range(2):
            number = on_a_branch_of_its_own(ground, network, chaos)
            left = ground.indexed(number)
            assert left is not None
            # The others are three, and go on.
            nodes.await_that("blocks of the others", lambda number=number: nodes.height(second) > number + 3, seconds=SECONDS)
            assert raw_block(second, number)["hash"] != "0x" + left.hex()
            rejoin(network, first)
            ground.assert_whole()
            taken = ground.indexed(number)
            assert taken != left
            assert taken is not None
            assert raw_block(second, number)["hash"] == "0x" + taken.hex()
        chaos.round(20)
        ground.assert_whole()


def on_a_branch_of_its_own(ground: Ground, network: Layout, chaos: Chaos) -> int:
    """Cuts the first node off with work in its pool, until it has sealed a block that only the index knows; its number."""
    first = network.of(1)
    for _ in range(ATTEMPTS):
        # There is a block's time left to cut it off.
        nodes.await_that("two blocks of others", lambda: first.address not in sealers(first, 2), seconds=SECONDS)
        isolate(network, first)
        stuck = first.address in sealers(first, 2)
        if not stuck:
            cut_off = nodes.height(first)
            with ground.work.begin(SERVICE) as unit:
                chaos.call(unit, 6, "revokeOffers", [])
            nodes.await_that("a block of its own", lambda: sealers(first, 1) == [first.address], seconds=SECONDS)
            number = nodes.height(first)
            assert number >= cut_off
            nodes.await_that("the index has it", lambda number=number: advanced(ground, number), seconds=SECONDS)
            return number
        rejoin(network, first)
    raise AssertionError(f"the node sealed one of the last two blocks {ATTEMPTS} times in a row")


def advanced(ground: Ground, number: int) -> bool:
    """One round of the sync; whether a block is applied."""
    ground.runtime._work_once()
    return ground.indexed(number) is not None
