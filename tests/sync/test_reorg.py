"""Whatever branches the chain takes within finality, the index ends where a clean replay of the final chain ends."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import select, text

from registry.kernel.uow import SERVICE, Work
from registry.ledger import service as ledger
from registry.ledger.postings import of_event
from registry.receivables.tables import LotMove
from registry.sync import facts, mirror, repo
from registry.sync.blocks import decoded
from registry.sync.fold import MemoryState, Place, apply, joined
from registry.sync.indexer import Indexer
from registry.sync.reorg import ChainHalted
from registry.sync.runtime import Habits, Runtime, SyncHalted
from registry.sync.tables import ChainBlock, ChainEvent
from tests.conftest import NETWORK
from tests.sync.branches import BranchingChain


def stored(work: Work, table: str) -> list[dict[str, Any]]:
    """All rows of a mirror table, as the fold has them."""
    with work.begin(SERVICE) as unit:
        return [dict(row) for row in unit.session.execute(select(mirror.TABLES[table])).mappings()]


def by_content(rows: Iterable[dict[str, Any]]) -> list[str]:
    return sorted(str(sorted(row.items())) for row in rows)


def replay(chain: BranchingChain) -> tuple[MemoryState, Counter[tuple[int, str]], list[tuple[int, int, str]]]:
    """The canonical chain from genesis, with nothing but the fold and the postings."""
    state, balances, names = MemoryState(), Counter[tuple[int, str]](), []
    for tip in chain.tips:
        before = None
        for located in decoded(tip.receipts, NETWORK.contract):
            place = Place(tip.block.number, tip.block.timestamp, located.log_index, joined(located.event, before))
            before = located.event
            found = facts.of(state, located.event, place, block_hash=tip.block.hash)
            for draft in of_event(located.event, found) if found else []:
                balances.update({(line.entity, str(line.kind)): line.amount for line in draft.lines})
            apply(state, located.event, place)
            names.append((place.number, place.log_index, located.event.name))
    return state, balances, names


def assert_equal_to_replay(work: Work, chain: BranchingChain) -> None:
    state, balances, names = replay(chain)
    for table in mirror.TABLES:
        assert by_content(stored(work, table)) == by_content(state.tables.get(table, {}).values()), table
    with work.begin(SERVICE) as unit:
        session = unit.session
        moves = [dict(row) for row in session.execute(select(LotMove.__table__)).mappings()]
        assert by_content(moves) == by_content(state.moves)
        held = {(b.entity, b.kind): b.amount for b in ledger.balances(session)}
        assert held == {key: amount for key, amount in balances.items() if amount}
        assert ledger.trial_balance(session).zero
        assert list(ledger.broken_links(session)) == []
        order = select(ChainEvent).order_by(ChainEvent.block_number, ChainEvent.log_index)
        assert [(row.block_number, row.log_index, row.name) for row in session.scalars(order)] == names
        blocks = [(row.number, row.hash) for row in session.scalars(select(ChainBlock).order_by(ChainBlock.number))]
        assert blocks == [(tip.block.number, tip.block.hash) for tip in chain.tips]
        assert repo.checkpoint(session) == (chain.tips[-1].block.number, chain.tips[-1].block.hash)


@pytest.mark.parametrize("seed", range(12))
def test_any_sequence_of_forks_ends_as_a_clean_replay(work: Work, seed: int) -> None:
    chain = BranchingChain(seed, finality=seed % 5 + 1)
    indexer = Indexer(work, chain)  # type: ignore[arg-type]
    for _ in range(14):
        action = chain.random.randrange(5)
        if action < 2:
            chain.extend(chain.random.randrange(1, 4))
        elif action == 2:
            # Not deeper than what was indexed may be rewound: blocks that were never seen may turn freely.
            chain.turn(chain.random.randrange(1, chain.finality + 1))
        chain.lag = chain.random.choice([0, 0, 0, 1, 2])
        if action != 4:
            indexer.step()
    chain.lag = 0
    indexer.catch_up()
    assert_equal_to_replay(work, chain)


@pytest.mark.parametrize("seed", range(12))
def test_blocks_that_were_read_ahead_may_be_of_a_branch_that_is_gone(work: Work, seed: int) -> None:
    chain = BranchingChain(seed, finality=3)
    # Transactions of a few events: many blocks wait, already read, while the chain turns and grows beyond what was final.
    indexer = Indexer(work, chain, ahead=True, full=3)  # type: ignore[arg-type]
    for _ in range(8):
        chain.extend(chain.random.randrange(2, 9))
        for _ in range(chain.random.randrange(4)):
            indexer.step()
        chain.turn(chain.random.randrange(1, chain.finality + 1))
    indexer.catch_up()
    assert_equal_to_replay(work, chain)


def test_a_branch_that_was_left_may_come_back(work: Work) -> None:
    """More than once: its blocks post again, each time under keys of their own."""
    chain = BranchingChain(15, finality=6)
    indexer = Indexer(work, chain)  # type: ignore[arg-type]
    chain.extend(4, calls=8)
    indexer.catch_up()
    for _ in range(3):
        left = list(chain.tips)
        chain.turn(3)
        indexer.catch_up()
        assert_equal_to_replay(work, chain)
        chain.tips = left
        indexer.catch_up()
        assert_equal_to_replay(work, chain)


def test_catching_up_in_one_go_equals_block_by_block(work: Work) -> None:
    chain = BranchingChain(99, finality=0)
    chain.extend(60, calls=12)
    Indexer(work, chain).catch_up()  # type: ignore[arg-type]
    assert_equal_to_replay(work, chain)


def test_a_turn_below_finality_halts_and_changes_nothing(work: Work) -> None:
    chain = BranchingChain(7, finality=2)
    indexer = Indexer(work, chain)  # type: ignore[arg-type]
    chain.extend(6)
    indexer.catch_up()
    (state, _, _), tip = replay(chain), chain.tips[-1].block
    chain.turn(4)
    with pytest.raises(ChainHalted) as halted:
        indexer.step()
    assert halted.value.context["finality"] == 2
    with work.begin(SERVICE) as unit:
        assert repo.checkpoint(unit.session) == (tip.number, tip.hash)
    for table in mirror.TABLES:
        assert by_content(stored(work, table)) == by_content(state.tables.get(table, {}).values())


def test_with_instant_finality_no_block_may_change(work: Work) -> None:
    chain = BranchingChain(8, finality=0)
    indexer = Indexer(work, chain)  # type: ignore[arg-type]
    chain.extend(3)
    indexer.catch_up()
    chain.turn(1)
    with pytest.raises(ChainHalted):
        indexer.step()


def test_final_blocks_keep_no_undo(work: Work) -> None:
    chain = BranchingChain(11, finality=3)
    indexer = Indexer(work, chain)  # type: ignore[arg-type]
    for _ in range(6):
        chain.extend(2)
        indexer.catch_up()
    with work.begin(SERVICE) as unit:
        kept = unit.session.execute(text("select number from chain_blocks where undo <> '[]' order by number")).scalars().all()
    assert kept
    assert min(kept) > chain.tips[-1].block.number - chain.finality


def test_a_second_indexer_that_comes_late_does_nothing(work: Work) -> None:
    chain = BranchingChain(12, finality=2)
    first, second = Indexer(work, chain), Indexer(work, chain)  # type: ignore[arg-type]
    chain.extend(3)
    position = second._checkpoint()
    reads, _ = second._reader.take(position[0] + 1, chain.head().number)
    first.catch_up()
    assert second.apply(reads, after=position, head=chain.head().number) is None
    second.catch_up()
    assert_equal_to_replay(work, chain)


def test_a_halted_sync_says_so_and_takes_nothing_more(work: Work) -> None:
    chain = BranchingChain(13, finality=0)
    runtime = Runtime(work, chain, habits=Habits(doubts=3, doubt_pause=0.01))  # type: ignore[arg-type]
    chain.extend(2)
    runtime.drain()
    assert runtime.health().ready
    chain.turn(1)
    runtime.start()
    assert runtime._thread is not None
    runtime._thread.join(timeout=30)
    health = runtime.health()
    assert (health.ready, health.reason[:7]) == (False, "halted:")
    assert [(each.name, each.severity) for each in runtime.alarms.raised] == [("chain_halted", "serious"), ("sync_halted", "serious")]
    with pytest.raises(SyncHalted):
        runtime.drain()
    runtime.stop()
