"""The service's connection pool, and what a failing database looks like to callers."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from registry.kernel.errors import Unavailable

POOL_SIZE = 10
POOL_OVERFLOW = 10
POOL_WAIT_SECONDS = 10
# SQLSTATE classes that say "not now": connection, rollback by the server (deadlock), resources, lock not free, shutdown.
PASSING = ("08", "40", "53", "55", "57")


def make_engine(url: str) -> Engine:
    """A pool on the service's URL.

    Connections are not probed before each use, that would cost a round trip per unit of work: when the server goes away the first unit
    of work fails as Unavailable, and the pool throws away all connections of that time.
    """
    return create_engine(url, pool_size=POOL_SIZE, max_overflow=POOL_OVERFLOW, pool_timeout=POOL_WAIT_SECONDS, pool_use_lifo=True)


def unavailable(error: DBAPIError | PoolExhausted) -> Unavailable | None:
    """The domain error for a database that does not answer now; None when the statement itself is at fault."""
    if isinstance(error, PoolExhausted):
        return Unavailable("all database connections are in use; try again")
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated or state is None or state.startswith(PASSING):
        return Unavailable("the database does not answer now; try again")
    return None
