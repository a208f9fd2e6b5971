"""Unit of work: one request, task or command is one transaction. The only place that commits.

Every unit names its actor. What a use case needs to know of the installation comes with it.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session

from registry.kernel import crash
from registry.kernel.clock import Clock
from registry.kernel.engine import unavailable
from registry.kernel.vault import Vault


@dataclass(frozen=True)
class Actor:
    """Who acts: an entity with its roles (bits as on-chain, see identity.permissions), and the way it came in.

    Entity 0 is the service itself.
    """

    entity_id: int
    roles: int
    via: str


# The database knows for the length of the transaction who acts.
NAME_THE_ACTOR = text("select set_config('tallystick.entity', :entity, true)")
SERVICE = Actor(entity_id=0, roles=0, via="service")


@dataclass(frozen=True)
class Network:
    """The network an installation belongs to: what contract calls, typed data and fingerprints are bound to."""

    chain_id: int
    contract: str
    # Keys invoice fingerprints and blind indexes; one per network.
    fingerprint_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Unit:
    """What a use case works with; valid inside one `Work.begin`."""

    session: Session
    actor: Actor
    now: datetime
    network: Network
    vault: Vault
    request_id: str
    # Ids of the contract calls that this unit has enqueued, in order.
    messages: list[int] = field(default_factory=list)

    @property
    def timestamp(self) -> int:
        """Now in whole UTC seconds, as the chain counts."""
        return int(self.now.timestamp())


@dataclass(frozen=True)
class Work:
    """Begins units of work on one database."""

    engine: Engine
    clock: Clock
    network: Network
    master_key: bytes = field(repr=False)

    @contextmanager
    def begin(self, actor: Actor, *, request_id: str | None = None) -> Iterator[Unit]:
        """One transaction: commits when the block ends, rolls back when it raises. Unavailable when the database does not answer."""
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                session.execute(NAME_THE_ACTOR, {"entity": str(actor.entity_id)})
                yield Unit(
                    session=session,
                    actor=actor,
                    now=self.clock.now(),
                    network=self.network,
                    vault=Vault(session, self.master_key),
                    request_id=request_id or secrets.token_hex(8),
                )
                crash.point(crash.Point.UNIT_WRITTEN)
                session.commit()
                crash.point(crash.Point.UNIT_COMMITTED)
        except (DBAPIError, PoolExhausted) as error:
            known = unavailable(error)
            if known is None:
                raise
            raise known from error
