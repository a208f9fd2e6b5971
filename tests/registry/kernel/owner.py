"""A process that owns a database: starts it, says "ready", does what its standard input says, ends with it. Tests kill it."""

import sys
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from registry.kernel.postgres import OWNER_ROLE, EmbeddedPostgres


def main() -> None:
    """One SQL statement per line."""
    server = EmbeddedPostgres(Path(sys.argv[1]))
    server.start()
    engine = create_engine(server.url(OWNER_ROLE, "postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    print("ready", flush=True)
    with engine.connect() as connection:
        for line in sys.stdin:
            connection.execute(text(line))
            print("done", flush=True)
    server.stop()


if __name__ == "__main__":
    main()
