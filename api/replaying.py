"""A replay of an installation's whole chain beside it: a node rebuilt from the journal, an empty database, the same indexer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.bootstrap import Platform, database_urls, recorded
from api.schemas.asof import ReplayOut
from chain.gateway import ChainGateway
from registry.kernel import installation
from registry.kernel.engine import make_engine
from registry.kernel.schema import scratch
from registry.sync.replaying import Told
from registry.sync.replaying import replay as index_again


def replay(platform: Platform, tell: Told = lambda _indexed, _last: None) -> ReplayOut:
    """Indexes the chain again and compares every digest. Nothing of the installation is changed. Unavailable, Forbidden, ChainError."""
    began = time.monotonic()
    owner_url, service_url = database_urls(platform.settings)
    with _chain(platform) as gateway, scratch(owner_url, service_url) as url:
        rebuilt = time.monotonic() - began if platform.embedded else 0.0
        engine = make_engine(url)
        try:
            found = index_again(platform.work, gateway, replace(platform.work, engine=engine), tell=tell)
        finally:
            engine.dispose()
    return ReplayOut(
        equal=found.differs is None,
        blocks=found.blocks,
        node_seconds=round(rebuilt, 3),
        index_seconds=round(found.seconds, 3),
        digest="0x" + found.digest.hex(),
        first_difference=None if found.differs is None else found.differs[0],
    )


@contextmanager
def _chain(platform: Platform) -> Iterator[ChainGateway]:
    """The network as it is; on the embedded engine a node of its own that has followed the journal from genesis."""
    if not platform.embedded:
        yield platform.gateway
        return
    row = installation.load_or_create(
        platform.work.engine, platform.work.master_key, now=platform.clock.now(), chain_id=platform.work.network.chain_id
    )
    with recorded(platform.settings, platform.work.engine, row) as gateway:
        yield gateway
