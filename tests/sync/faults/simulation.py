"""One run: a chain grows and turns while the sync follows it through the weather; then it clears up, and every row is compared."""

import traceback
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, create_engine, select, text

from chain import signing
from chain.errors import ChainError
from chain.gateway import RpcGateway
from chain.rpc import Rpc
from registry.kernel import outbox
from registry.kernel.tables import Nonce, OutboxMessage
from registry.kernel.uow import SERVICE, Work
from registry.ledger import service as ledger
from registry.receivables.tables import LotMove
from registry.sync import mirror, repo
from registry.sync.outbox import Secrets
from registry.sync.runtime import Habits, Runtime
from registry.sync.tables import ChainBlock, ChainEvent
from tests.conftest import MASTER_KEY, NETWORK
from tests.fakes.clock import SimulatedClock
from tests.sync.faults import records
from tests.sync.faults.node import Chain, Mined, Node
from tests.sync.faults.oracle import Oracle
from tests.sync.faults.records import Records
from tests.sync.faults.weather import BreakingConnection, BreakingCursor, Climate, Killed, Weather

SIGNERS = {signing.address_of(bytes([seed]) * 32): bytes([seed]) * 32 for seed in (1, 2)}
INDEXED = (*mirror.TABLES, "lot_moves", "chain_blocks", "chain_events", "checkpoint")
WRITTEN = (*INDEXED, "postings", "entries", "accounts", "outbox", "nonces", "alarms", *records.TABLES)
# Blocks of a run before the weather clears up.
BLOCKS = 16
# Rounds that the sync may take to come to rest once the weather is calm.
ROUNDS = 200


@dataclass
class Outcome:
    """What a run came to. `wrong` is empty when all is as it must be."""

    climate: Climate
    halted: str = ""
    wrong: list[str] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    blocks: int = 0
    events: int = 0
    messages: int = 0
    rows: int = 0


def engine_of(url: str) -> Engine:
    """A pool of real connections that break when the weather says so."""
    dsn = url.replace("postgresql+psycopg://", "postgresql://")
    return create_engine(url, creator=lambda: BreakingConnection.connect(dsn, cursor_factory=BreakingCursor), pool_size=2)


def make_empty(owner: Engine) -> None:
    """The tables that a run writes, emptied."""
    with owner.begin() as connection:
        # Otherwise the triggers of append-only tables would refuse.
        connection.execute(text("set local session_replication_role = replica"))
        for table in WRITTEN:
            connection.execute(text(f"delete from {table}"))


def simulate(seed: int, owner: Engine, engine: Engine, *, blocks: int = BLOCKS) -> Outcome:
    """One run on an emptied database. Whatever the code under test raises is a finding like any other."""
    make_empty(owner)
    climate = Climate.of(seed, blocks=blocks)
    try:
        return Simulation(climate, engine).run()
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Outcome(climate, wrong=[f"raised {type(error).__name__}: {error} ({where.filename}:{where.lineno})"])


class Simulation:
    """A run, step by step."""

    def __init__(self, climate: Climate, engine: Engine) -> None:
        self.climate = climate
        self.weather = Weather(climate)
        self.chain = Chain(self.weather)
        self.node = Node(self.chain, self.weather)
        # Every block there ever was, by hash.
        self.archive: dict[bytes, Mined] = {}
        self.work = Work(engine=engine, clock=SimulatedClock(), network=NETWORK, master_key=MASTER_KEY)
        self.seconds = 0.0
        self.messages = 0
        # Final blocks were replaced: that it halts is allowed, and demanded once it had indexed them.
        self.broken = self.must_halt = False
        self.runtime = self._process()

    def run(self) -> Outcome:
        """The whole run."""
        BreakingConnection.weather = self.weather
        try:
            for _ in range(self.climate.blocks):
                self._move()
                if not self._rounds(1 + self.weather.choice("rounds", "", among=2)):
                    break
            self.weather.calm = True
            self.weather.fuse = None
            quiet = self.runtime.halted is not None or self._settle()
        finally:
            BreakingConnection.weather = None
        outcome = Outcome(self.climate, str(self.runtime.halted or ""))
        if not quiet:
            outcome.wrong.append(f"it does not come to rest: {self.runtime.health()}")
        self._judge(outcome)
        outcome.happened, outcome.digest = dict(self.weather.happened), self.weather.digest
        return outcome

    def _process(self) -> Runtime:
        """A process that begins: nothing is remembered but what the database holds."""
        while True:
            try:
                rpc = Rpc("http://node", transport=self.node.transport())
                gateway = RpcGateway(rpc, finality=self.climate.finality, chain_id=NETWORK.chain_id)
            except (ChainError, Killed):
                continue
            secrets = Secrets(lambda _, address: SIGNERS[address])
            return Runtime(self.work, gateway, secrets=secrets, habits=Habits(ticks=lambda: self.seconds, ahead=False))

    def _move(self) -> None:
        """What happens on the network and among the users until the sync looks again."""
        climate, strikes, choice = self.climate, self.weather.strikes, self.weather.choice
        if strikes("broken_finality", "block", climate.broken_finality):
            self._break(climate.finality + 1 + choice("depth", "broken", among=3))
        elif strikes("deep_reorgs", "block", climate.deep_reorgs):
            self.chain.turn(climate.finality)
        elif strikes("reorgs", "block", climate.reorgs):
            self.chain.turn(1 + choice("depth", "turn", among=climate.finality))
        else:
            self.chain.grow()
        self._known()
        if strikes("drops", "pool", climate.drops / 3):
            self.chain.forget()
        if choice("users", "", among=3) == 0:
            self._enqueue(1 + choice("calls", "", among=3))
        if strikes("restarts", "block", climate.restarts):
            self.weather.fuse = 1 + choice("fuse", "", among=40)
        self.seconds += choice("seconds", "", among=8)

    def _known(self) -> None:
        """Keeps what there is of blocks, and stores the decisions that the new ones carry out."""
        weather, BreakingConnection.weather = BreakingConnection.weather, None
        with self.work.begin(SERVICE) as unit:
            for block in self.chain.blocks:
                if block.hash not in self.archive:
                    self.archive[block.hash] = block
                    records.prepare(unit.session, block)
        BreakingConnection.weather = weather

    def _break(self, depth: int) -> None:
        depth = min(depth, len(self.chain.blocks) - 2)
        fork = self.chain.head.number - depth
        if depth <= self.climate.finality:
            self.chain.turn(max(1, depth))
            return
        first_lost = self.chain.blocks[fork + 1].hash
        self.chain.turn(depth)
        self.broken = True
        weather, BreakingConnection.weather = BreakingConnection.weather, None
        with self.work.engine.begin() as connection:
            indexed = connection.execute(select(ChainBlock.number).where(ChainBlock.hash == first_lost)).first()
        BreakingConnection.weather = weather
        self.must_halt = self.must_halt or (indexed is not None and self.node.told - self.climate.finality > fork)

    def _enqueue(self, count: int) -> None:
        signers = list(SIGNERS)
        weather, BreakingConnection.weather = BreakingConnection.weather, None
        with self.work.begin(SERVICE) as unit:
            for _ in range(count):
                signer = (1, signers[self.weather.choice("signer", "", among=len(signers))])
                outbox.enqueue(unit, signer=signer, function="revokeOffers", args=[], subject="simulation")
        BreakingConnection.weather = weather
        self.messages += count

    def _rounds(self, count: int) -> bool:
        """The sync works; a process that is killed is followed by a new one. False when it has halted."""
        for _ in range(count):
            try:
                self.runtime.turn()
            except Killed:
                self.weather.happened["killed"] += 1
                self.runtime = self._process()
            if self.runtime.halted is not None:
                return False
        return True

    def _settle(self) -> bool:
        """Calm weather: the pool is mined, what was forgotten is sent again. Whether everything came to its end."""
        for _ in range(ROUNDS):
            self.chain.grow(calls=0)
            self._known()
            self.seconds += 5
            if not self._rounds(3):
                return True
            health = self.runtime.health()
            if health.ready and health.indexed == self.chain.head.number and not health.queued + health.signed:
                return True
        return False

    def _judge(self, outcome: Outcome) -> None:
        with self.work.begin(SERVICE) as unit:
            session = unit.session
            checkpoint = repo.checkpoint(session)
            stored = {name: [dict(row) for row in session.execute(select(table)).mappings()] for name, table in mirror.TABLES.items()}
            stored["lot_moves"] = [dict(row) for row in session.execute(select(LotMove.__table__)).mappings()]
            order = (ChainEvent.block_number, ChainEvent.log_index)
            columns = (*order, ChainEvent.block_hash, ChainEvent.name, ChainEvent.args)
            events = [tuple(row) for row in session.execute(select(*columns).order_by(*order))]
            blocks = [tuple(row) for row in session.execute(select(ChainBlock.number, ChainBlock.hash).order_by(ChainBlock.number))]
            held = {(each.entity, str(each.kind)): each.amount for each in ledger.balances(session)}
            sound = ledger.trial_balance(session).zero and not list(ledger.broken_links(session))
            messages = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
            nonces = {row.address: row.next for row in session.scalars(select(Nonce))}
            followed, wanted = records.stored(session), Records(session)
        branch = self._branch(checkpoint[1]) if checkpoint else []
        outcome.blocks, outcome.events, outcome.messages = len(branch), len(events), len(messages)
        outcome.rows = sum(map(len, stored.values())) + len(events) + len(blocks) + len(messages)
        wrong = outcome.wrong
        if outcome.halted and not self.broken:
            wrong.append(f"halted without a reason: {outcome.halted}")
        if self.must_halt and not outcome.halted:
            wrong.append("final blocks were replaced and it did not halt")
        if not outcome.halted and (not branch or branch[-1].hash != self.chain.head.hash):
            wrong.append(f"indexed {checkpoint}, not the head {self.chain.head.number}")
        self._compare(wrong, "chain_blocks", blocks, [(block.number, block.hash) for block in branch])
        oracle = Oracle()
        told = []
        for block in branch:
            oracle.block(block.number, int(block.header["timestamp"], 16), block.calls, wanted)
            told += [(block.number, index, block.hash, event.name, _wired(event.args)) for call in block.calls for index, event in call]
        self._compare(wrong, "chain_events", events, told)
        for name, rows in oracle.tables.items():
            self._compare(wrong, name, _sorted(stored[name]), _sorted(rows.values()))
        self._compare(wrong, "lot_moves", _sorted(stored["lot_moves"]), _sorted(oracle.moves))
        self._compare(wrong, "balances", sorted(held.items()), sorted(oracle.balances(wanted.cash).items()))
        for name, rows in records.expected(wanted).items() if not outcome.halted else ():
            # Once it has halted, decisions are made on a branch that it does not follow.
            self._compare(wrong, name, followed[name], rows)
        if not sound:
            wrong.append("the ledger does not balance, or its chain of hashes is broken")
        self._judge_messages(wrong, messages, branch, nonces=nonces, settled=not outcome.halted)

    def _judge_messages(self, wrong: list[str], messages: Any, branch: list[Mined], *, nonces: dict[str, int], settled: bool) -> None:
        mined = {}
        for block in branch:
            failed = {item["transactionHash"] for item in block.receipts if item["status"] == "0x0"}
            mined |= {tx_hash: (block.number, "0x" + tx_hash.hex() in failed) for tx_hash in block.raws}
        if len(messages) != self.messages:
            wrong.append(f"{self.messages} messages were enqueued, {len(messages)} are there")
        for message in messages:
            number, failed = mined.pop(message.tx_hash, (None, None))
            state = "signed" if number is None else "reverted" if failed else "confirmed"
            detail = {"lot": str(int.from_bytes(message.tx_hash, "big"))} if failed else None
            found = (message.state, message.block_number, message.error, message.detail)
            if number is None and (settled or message.state not in {"signed", "queued"}):
                wrong.append(f"message {message.id} is lost: {found}")
            elif number is not None and found != (state, number, "LotEnded" if failed else None, detail):
                wrong.append(f"message {message.id}: {found}, not {(state, number, failed)}")
        if mined:
            wrong.append(f"{len(mined)} transactions were mined that no message knows")
        used = [(message.signer, message.nonce) for message in messages if message.nonce is not None]
        if len(set(used)) != len(used):
            wrong.append("a nonce was given twice")
        for signer in {signer for signer, _ in used if settled}:
            # Behind it only where the key was used elsewhere after its last message; above it nothing would ever be mined.
            counted = self.chain.head.nonces.get(signer, 0)
            if nonces[signer] > counted or (nonces[signer] < counted and not self.weather.happened["foreign"]):
                wrong.append(f"the next nonce of {signer} is {nonces[signer]}, on the chain {counted}")

    def _branch(self, block_hash: bytes) -> list[Mined]:
        """The blocks from genesis to this one."""
        found = []
        while block_hash in self.archive or block_hash in {block.hash for block in self.chain.blocks[:2]}:
            block = self.archive.get(block_hash) or next(block for block in self.chain.blocks[:2] if block.hash == block_hash)
            found.append(block)
            block_hash = bytes.fromhex(block.header["parentHash"][2:])
        return found[::-1]

    @staticmethod
    def _compare(wrong: list[str], name: str, found: list[Any], expected: list[Any]) -> None:
        if found != expected:
            extra = [row for row in found if row not in expected][:2]
            lacking = [row for row in expected if row not in found][:2]
            wrong.append(f"{name}: {len(found)} rows, {len(expected)} expected; too much {extra}; missing {lacking}")


def _sorted(rows: Any) -> list[Any]:
    return sorted((sorted(row.items()) for row in rows), key=str)


def _wired(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _wired(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_wired(item) for item in value]
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
