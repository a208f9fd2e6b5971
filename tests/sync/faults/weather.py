"""What goes wrong and when, decided by a seed: rates from the grid, and a die that falls the same way for the same question."""

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass
from random import Random

import psycopg

# Rates, each of which a seed takes one of. The last column is hotter than any network, so that short chains see everything.
GRID: dict[str, tuple[float, ...]] = {
    # Requests that fail, and single calls in them that are refused or answered by nothing.
    "rpc_errors": (0, 0.02, 0.05, 0.25),
    # Answers that are wrong: receipts missing, logs altered, another block, an old head, a field changed.
    "lies": (0, 0.02, 0.05, 0.08),
    # Statements that fail in the database, commits whose connection is cut before or after them.
    "database_errors": (0, 0.001, 0.001, 0.03),
    # Per block: a turn of a few blocks, and one of as many as may still be replaced.
    "reorgs": (0, 0.02, 0.05, 0.3),
    "deep_reorgs": (0, 0.005, 0.02, 0.1),
    # Per block: a turn below what was final. The sync must halt.
    "broken_finality": (0, 0, 0, 0.02),
    # Per block: the process is killed, at any request or statement.
    "restarts": (0, 0.001, 0.002, 0.2),
    # Transactions that a node's pool forgets.
    "drops": (0, 0.02, 0.1, 0.3),
    # Per block: one of our keys was used elsewhere, and its next nonce is spent.
    "foreign": (0, 0, 0.02, 0.1),
}
# Calls that the node takes in one batch, and whether it gives the receipts of a block at once.
BATCHES = (1000, 1000, 3, 1)


class Killed(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Climate:
    """The rates of one run."""

    seed: int
    finality: int
    blocks: int
    batch: int
    block_receipts: bool
    rpc_errors: float
    lies: float
    database_errors: float
    reorgs: float
    deep_reorgs: float
    broken_finality: float
    restarts: float
    drops: float
    foreign: float

    @classmethod
    def of(cls, seed: int, *, blocks: int) -> "Climate":
        """The rates that a seed stands for."""
        random = Random(seed)  # noqa: S311 - a seed replays a run
        rates = {name: random.choice(levels) for name, levels in GRID.items()}
        finality = random.choice((0, 1, 2, 3, 6))
        if not finality:
            rates |= {"reorgs": 0, "deep_reorgs": 0}
        return cls(seed, finality, blocks, random.choice(BATCHES), random.random() < 0.8, **rates)

    def described(self) -> str:
        """The rates as one line."""
        return " ".join(f"{name}={value}" for name, value in asdict(self).items())


class Weather:
    """The die. Asked by name and subject, it counts the visits, so that what is asked in another order falls the same."""

    def __init__(self, climate: Climate) -> None:
        self.climate = climate
        self.calm = False
        self.happened: Counter[str] = Counter()
        self._visits: Counter[str] = Counter()
        self._trace = hashlib.blake2b(digest_size=16)
        # Set when the process is to be killed after so many more requests and statements.
        self.fuse: int | None = None

    @property
    def digest(self) -> str:
        """Of everything that was asked and how it fell: equal for equal runs."""
        return self._trace.hexdigest()

    def note(self, text: str) -> None:
        """Takes something into the digest."""
        self._trace.update(text.encode())

    def roll(self, name: str, subject: str) -> float:
        """A number from 0 to 1 for this visit."""
        key = f"{self.climate.seed}/{name}/{subject}"
        self._visits[key] += 1
        digest = hashlib.blake2b(f"{key}/{self._visits[key]}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64

    def strikes(self, name: str, subject: str, rate: float) -> bool:
        """Whether something with this rate happens now."""
        if self.calm or not rate or self.roll(name, subject) >= rate:
            return False
        self.happened[name] += 1
        self.note(f"{name}/{subject};")
        return True

    def choice(self, name: str, subject: str, *, among: int) -> int:
        """One of so many."""
        return int(self.roll(f"{name}?", subject) * among)

    def burn(self) -> None:
        """A step of the process: the last one when the fuse has burnt down."""
        if self.fuse is not None:
            self.fuse -= 1
            if self.fuse <= 0:
                self.fuse = None
                raise Killed


class BreakingCursor(psycopg.Cursor[tuple[object, ...]]):
    """A real cursor; now and then the server ends the connection, or refuses the statement as it does in a deadlock."""

    def execute(self, query, params=None, **options):  # type: ignore[no-untyped-def]
        weather = BreakingConnection.weather
        if weather is not None:
            weather.burn()
            if weather.strikes("database_errors", "statement", weather.climate.database_errors):
                broken = "select pg_terminate_backend(pg_backend_pid())"
                refused = "do $$ begin raise exception 'deadlock detected' using errcode = '40P01'; end $$"
                super().execute(broken if weather.choice("database_errors", "kind", among=2) else refused)
        return super().execute(query, params, **options)


class BreakingConnection(psycopg.Connection[tuple[object, ...]]):
    """A real connection whose commits are sometimes cut off: before the server has them, or after, when nobody can tell."""

    weather: Weather | None = None

    def commit(self) -> None:
        """Commits, or loses the connection around it."""
        weather = self.weather
        if weather is None:
            super().commit()
            return
        weather.burn()
        cut = weather.strikes("database_errors", "commit", 4 * weather.climate.database_errors)
        if cut and weather.choice("database_errors", "side", among=2):
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        super().commit()
        if cut:
            self.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        weather.burn()
