"""Composition root: settings -> database, chain, clock, runtime. The only place that decides which part is which.

Whoever holds the lock of the data folder owns its PostgreSQL and its node; every other process on the same folder attaches to them
and never starts a second one.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import which

from sqlalchemy import Engine, make_url

from chain.engine import EmbeddedEngine
from chain.gateway import ChainGateway, EmbeddedGateway, RpcGateway
from chain.network import NetworkGateway
from chain.nodes import Nodes
from chain.rpc import Rpc
from chain.schemes import scheme_of
from chain.witnesses import Witnesses
from registry.identity import service as identity
from registry.kernel import installation
from registry.kernel.clock import Clock, SystemClock
from registry.kernel.engine import make_engine
from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.postgres import EmbeddedPostgres
from registry.kernel.schema import prepare, prepare_embedded
from registry.kernel.settings import Settings
from registry.kernel.tables import Installation
from registry.kernel.uow import SERVICE, Network, Work
from registry.sync import moving
from registry.sync.deployment import check_genesis, ensure_deployed
from registry.sync.journal import DatabaseJournal, RecordedJournal
from registry.sync.moving import Files
from registry.sync.reconciler import Pace, Reconciler
from registry.sync.runtime import Runtime
from registry.sync.status import Status, collect

CHAIN_ID = 77_077
LOCK = "owner.lock"
NODE = "node.json"


@dataclass(frozen=True)
class Platform:
    """Everything an entry point works with. `owner` is False when another process owns the data folder and this one is attached to it.

    `embedded`: the chain is this data folder's own, so whoever can read the folder may act as any entity (`tallystick --as`); on a network
    only as the registrar.
    """

    settings: Settings
    work: Work
    runtime: Runtime
    gateway: ChainGateway
    clock: Clock
    owner: bool
    reconciler: Reconciler
    embedded: bool = True

    @property
    def engine(self) -> str:
        """What makes the blocks: embedded or network."""
        return "embedded" if self.embedded else "network"

    def status(self) -> Status:
        """How the sync stands. An attached process shows what the running service has stored. Unavailable without the database."""
        checks = self.reconciler.running or not self.owner
        return collect(
            self.work,
            self.gateway,
            engine=self.engine,
            raised=self.runtime.alarms.raised if self.owner else None,
            checks_every=self.settings.check_seconds if checks else 0.0,
        )

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, *, clock: Clock | None = None, handover: Files | None = None) -> Iterator["Platform"]:
        """Owns the data folder, or attaches to the process that does. Everything that was started ends with the block.

        `handover`: an embedded installation moves to the network of the settings by it, for good.
        Raises Unavailable when a part does not start, BadMasterKey, Invalid for settings that contradict each other.
        """
        folder = settings.data_dir.absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        parts = _Parts(settings, folder, clock or SystemClock(), handover)
        with ExitStack() as stack:
            if _owns(stack, folder):
                yield parts.own(stack)
            else:
                yield parts.attach(stack)


def _owns(stack: ExitStack, folder: Path) -> bool:
    """Takes the folder's lock for as long as the stack lives; False when another process has it."""
    lock = stack.enter_context(os.fdopen(os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@dataclass(frozen=True)
class _Parts:
    """Builds the parts of a platform in the order in which they need each other."""

    settings: Settings
    folder: Path
    clock: Clock
    handover: Files | None = None

    def own(self, stack: ExitStack) -> Platform:
        """Starts the database, brings it up to date, starts or finds the chain, deploys what is missing, starts the sync."""
        settings = self.settings
        url = self._start_database(stack)
        engine = self._pool(stack, url)
        master_key = installation.read_master_key(settings)
        outside = self._network(stack) if settings.chain_nodes else None
        chain_id = CHAIN_ID if outside is None else outside.chain_id
        row = installation.load_or_create(engine, master_key, now=self.clock.now(), chain_id=chain_id)
        network = Network(row.chain_id, row.contract or "", installation.network_key(row, master_key))
        work = Work(engine, self.clock, network, master_key)
        gateway = self._chain(stack, row, work, outside)
        with work.begin(SERVICE) as unit:
            identity.ensure_registrar(unit)
        work = replace(work, network=replace(network, contract=ensure_deployed(work, gateway)))
        runtime = Runtime(work, gateway, url, anchor_every=timedelta(hours=settings.anchor_hours))
        runtime.witnesses = Witnesses.of([*settings.chain_nodes, *settings.other_nodes])
        stack.callback(runtime.witnesses.close)
        stack.callback(runtime.stop)
        runtime.start()
        return self._platform(work, gateway, runtime, owner=True, embedded=outside is None)

    def attach(self, stack: ExitStack) -> Platform:
        """Uses the database and the node of the process that owns the folder; sends nothing itself."""
        settings = self.settings
        _, url = database_urls(settings)
        engine = self._pool(stack, url)
        master_key = installation.read_master_key(settings)
        outside = self._network(stack) if settings.chain_nodes else None
        chain_id = CHAIN_ID if outside is None else outside.chain_id
        row = installation.load_or_create(engine, master_key, now=self.clock.now(), chain_id=chain_id)
        if not row.contract:
            raise Unavailable("the process that owns this data folder is still starting; try again in a moment")
        network = Network(row.chain_id, row.contract, installation.network_key(row, master_key))
        work = Work(engine, self.clock, network, master_key)
        gateway: ChainGateway | None = moving.continued(work, outside, past=lambda: self._past(stack, row, engine)) or outside
        if gateway is None:
            gateway = RpcGateway(stack.enter_context(Rpc(self._node_url())), finality=0, chain_id=row.chain_id)
        runtime = Runtime(work, gateway, url)
        stack.callback(runtime.stop)
        return self._platform(work, gateway, runtime, owner=False, embedded=outside is None)

    def _platform(self, work: Work, gateway: ChainGateway, runtime: Runtime, *, owner: bool, embedded: bool) -> Platform:
        """The parts put together. Whoever serves starts the reconciler."""
        pace = Pace(quick=self.settings.check_seconds, full=self.settings.full_check_seconds)
        checks = Reconciler(work, gateway, runtime.alarms, pace=pace)
        return Platform(self.settings, work, runtime, gateway, self.clock, owner=owner, reconciler=checks, embedded=embedded)

    def _chain(self, stack: ExitStack, row: Installation, work: Work, outside: NetworkGateway | None) -> ChainGateway:
        """The chain of this installation: a network, the data folder's own, or the one and since a handover the other."""
        if self.handover is not None:
            moving.accept(work, outside, self.handover)
        continued = moving.continued(work, outside, past=lambda: self._past(stack, row, work.engine))
        if continued is not None:
            return continued
        gateway = outside or self._embedded(stack, work.engine, row)
        check_genesis(work, gateway)
        return gateway

    def _past(self, stack: ExitStack, row: Installation, engine: Engine) -> ChainGateway:
        """The embedded chain as it was until the installation moved, for reading."""
        return stack.enter_context(recorded(self.settings, engine, row))

    def _embedded(self, stack: ExitStack, engine: Engine, row: Installation) -> EmbeddedGateway:
        """The chain of this data folder, started where its journal ends."""
        node = EmbeddedEngine(
            DatabaseJournal(engine),
            binary=anvil(self.settings),
            folder=self.folder / "chain",
            chain_id=row.chain_id,
            genesis_time=int(row.genesis_time.timestamp()),
        )
        node.announce = self._tell_node
        stack.callback(node.stop)
        node.start()
        return EmbeddedGateway(node)

    def _network(self, stack: ExitStack) -> NetworkGateway:
        """The network of the settings. Invalid when its genesis is another than they say, NodeUnavailable when no node answers."""
        settings = self.settings
        nodes = Nodes(settings.chain_nodes)
        stack.callback(nodes.close)
        gateway = NetworkGateway(nodes, scheme_of(settings.chain_scheme, epoch=settings.chain_epoch))
        genesis = "0x" + gateway.block(0).hash.hex()
        if settings.chain_genesis not in {"", genesis}:
            raise Invalid("TALLYSTICK_CHAIN_GENESIS is of another network", settings=settings.chain_genesis, network=genesis)
        return gateway

    def _start_database(self, stack: ExitStack) -> str:
        """URL for the service's role on a database of the newest schema."""
        settings = self.settings
        external, owner = settings.database_url.get_secret_value(), settings.migration_url.get_secret_value()
        if external:
            if not owner:
                raise Invalid("TALLYSTICK_DATABASE_URL needs TALLYSTICK_MIGRATION_URL beside it: the role that owns the schema")
            role = make_url(external).username
            if not role:
                raise Invalid("TALLYSTICK_DATABASE_URL names no role")
            prepare(owner, role)
            return external
        server = EmbeddedPostgres(self.folder / "postgres")
        stack.callback(server.stop)
        server.start()
        prepare_embedded(server)
        return server.service_url

    def _pool(self, stack: ExitStack, url: str) -> Engine:
        engine = make_engine(url)
        stack.callback(engine.dispose)
        return engine

    def _tell_node(self, url: str) -> None:
        """Lets processes that attach find the node; its port is a new one at every start."""
        fresh = self.folder / f"{NODE}.new"
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps({"url": url}))
        fresh.replace(self.folder / NODE)

    def _node_url(self) -> str:
        try:
            return str(json.loads((self.folder / NODE).read_text())["url"])
        except FileNotFoundError as error:
            raise Unavailable("the process that owns this data folder is still starting; try again in a moment") from error


@contextmanager
def recorded(settings: Settings, engine: Engine, row: Installation) -> Iterator[ChainGateway]:
    """The chain of the journal in a node of its own that has followed it from genesis; nothing is added to it."""
    with tempfile.TemporaryDirectory(prefix="tallystick-replay-") as folder:
        node = EmbeddedEngine(
            RecordedJournal(engine),
            binary=anvil(settings),
            folder=Path(folder),
            chain_id=row.chain_id,
            genesis_time=int(row.genesis_time.timestamp()),
            snapshot_every=2**62,
        )
        node.start()
        try:
            yield EmbeddedGateway(node)
        finally:
            node.stop()


def anvil(settings: Settings) -> Path:
    """The node's native program. Unavailable when there is none."""
    found = settings.anvil or which("anvil")
    if not found:
        raise Unavailable("no Anvil program; set TALLYSTICK_ANVIL to the native binary")
    return Path(found)


def database_urls(settings: Settings) -> tuple[str, str]:
    """Of a database that is there: the URLs of the role that owns the schema and of the service's. Unavailable when none was started."""
    external = settings.database_url.get_secret_value()
    if external:
        return settings.migration_url.get_secret_value(), external
    server = EmbeddedPostgres(settings.data_dir.absolute() / "postgres")
    return server.owner_url, server.service_url
