"""Alarms: what an operator is told by name, how bad it is, and what it means.

OPERATIONS.md says what to do for each; a test holds that none is missing there. A new alarm is a row of ALARMS, a section of that
page, and a text of the console (texts/checks.py). An error whose `code` is the name of an alarm raises that alarm when it stops the sync.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from chain.errors import ChainError, EngineError, NodeLied, NodeRefused, SealRefused, WitnessDisagrees
from registry.kernel.errors import DomainError, Kind, Unavailable
from registry.kernel.uow import SERVICE, Unit, Work
from registry.sync import repo_alarms
from registry.sync.tables import AlarmRecord

log = logging.getLogger("tallystick.alarms")


class Severity(StrEnum):
    """How bad something is: while anything serious stands, the service says that it is not ready."""

    SERIOUS = "serious"
    MINOR = "minor"


class Alarm(NamedTuple):
    """What an alarm means."""

    severity: Severity
    meaning: str


# Those of the first group are raised and cleared by the running sync, the others are told from the figures (status.py).
ALARMS: dict[str, Alarm] = {
    "chain_halted": Alarm(Severity.SERIOUS, "the node's chain contradicts blocks that were final; indexing and sending have stopped"),
    "sync_halted": Alarm(Severity.SERIOUS, "sending and indexing have stopped because of an error that repeating can't cure"),
    "node_unreachable": Alarm(Severity.SERIOUS, "the node does not answer, or not as it should; the sync pauses and tries again"),
    "node_lied": Alarm(
        Severity.SERIOUS, "what the node tells contradicts itself; nothing of it was taken in, and repeated it halts the sync"
    ),
    "seal_refused": Alarm(Severity.SERIOUS, "the node gives a block that the network's validators did not seal"),
    "witness_disagrees": Alarm(Severity.SERIOUS, "another node of the network has another block where ours is final"),
    "witness_silent": Alarm(Severity.MINOR, "another node that should be compared with ours has not answered for a minute"),
    "node_refuses": Alarm(Severity.MINOR, "the node does not take a transaction; indexing goes on, and it is sent again"),
    "database_unreachable": Alarm(Severity.SERIOUS, "the database does not answer; the sync pauses and tries again"),
    "check_failed": Alarm(Severity.MINOR, "the last check could not be finished, so nobody knows whether everything agrees"),
    "breaks_open": Alarm(Severity.SERIOUS, "a serious break is open: chain, index and ledger do not say the same"),
    "index_lag": Alarm(Severity.MINOR, "the index lacks blocks that are older than half a minute"),
    "queue_stuck": Alarm(Severity.MINOR, "a contract call has waited for its block for more than two minutes"),
    "check_overdue": Alarm(Severity.MINOR, "the running service has finished no check for three times its interval"),
}


@dataclass(frozen=True)
class Raised:
    """An alarm that stands: since when (seconds since 1970), and what exactly is wrong."""

    name: str
    since: int
    detail: str

    @property
    def severity(self) -> Severity:
        """How bad it is. A name that this version does not know is taken seriously."""
        known = ALARMS.get(self.name)
        return known.severity if known else Severity.SERIOUS


# Those that the running sync raises: over as soon as a round succeeds.
OF_THE_SYNC = (
    "chain_halted", "sync_halted", "node_unreachable", "node_lied", "seal_refused", "witness_disagrees", "node_refuses",
    "database_unreachable",
)  # fmt: skip
# Stands while nothing is sent or indexed. It outlives the process: the next one clears it with its first round that succeeds.
HALTED = "sync_halted"
_OF_CHAIN_ERRORS: tuple[tuple[type[ChainError], str], ...] = (
    (WitnessDisagrees, "witness_disagrees"),
    (SealRefused, "seal_refused"),
    (NodeLied, "node_lied"),
    (NodeRefused, "node_refuses"),
    (EngineError, "sync_halted"),
    (ChainError, "node_unreachable"),
)


def of_error(error: Exception) -> str:
    """The alarm that an error raises: the one of its code's name, else the one of its kind."""
    if isinstance(error, DomainError) and error.code in ALARMS:
        return error.code
    if isinstance(error, Unavailable | OSError | SQLAlchemyError):
        return "database_unreachable"
    return next((name for kind, name in _OF_CHAIN_ERRORS if isinstance(error, kind)), HALTED)


class SyncHalted(DomainError):
    """The sync has halted: contract calls are not accepted until an operator has looked. Nothing of the request was kept."""

    code = "sync_halted"
    kind = Kind.UNAVAILABLE


def halted(session: Session) -> str:
    """Why the sync of this installation has halted, whichever process runs it; empty when it has not."""
    return next((row.detail for row in repo_alarms.standing(session) if row.alarm == HALTED), "")


def refuse_calls_while_halted(unit: Unit) -> None:
    """SyncHalted when this unit has contract calls that nobody would work off."""
    why = halted(unit.session) if unit.messages else ""
    if why:
        raise SyncHalted(f"the sync has halted: {why}. Nothing was accepted; send the same request again when `/ready` answers 200")


class Board:
    """Alarms that the running sync has raised. Kept in memory, and in the database so that every process sees them.

    A database that does not answer is no reason to stay silent: what could not be written is written with the next change or `retry`.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._raised: dict[str, Raised] = {}
        self._stale = True
        self._adopted = False

    @property
    def raised(self) -> list[Raised]:
        """What stands now, oldest first."""
        return sorted(self._raised.values(), key=lambda each: (each.since, each.name))

    def put(self, name: str, detail: str) -> None:
        """Raises an alarm, or tells more about one that stands. KeyError for a name that ALARMS does not have."""
        before = self._raised.get(name)
        if before is not None and before.detail == detail:
            return
        if before is None:
            log.warning("alarm %s (%s): %s: %s", name, ALARMS[name].severity, ALARMS[name].meaning, detail)
        since = before.since if before else int(self._work.clock.now().timestamp())
        self._raised[name] = Raised(name, since, detail)
        self._write()

    def clear(self, *names: str) -> None:
        """Ends alarms that stand; others are no matter."""
        standing = [name for name in names if self._raised.pop(name, None) is not None]
        if standing:
            log.warning("alarm over: %s", ", ".join(standing))
            self._write()

    def adopt(self) -> None:
        """At a start: a halt that an earlier process has raised stands until it is cleared."""
        if self._adopted:
            return
        with suppress(SQLAlchemyError, OSError, Unavailable), self._work.begin(SERVICE) as unit:
            rows = repo_alarms.standing(unit.session)
            self._raised |= {row.alarm: Raised(row.alarm, row.since, row.detail) for row in rows if row.alarm == HALTED}
            self._adopted = True

    def retry(self) -> None:
        """Writes what could not be written before. At a start: forgets what an earlier process has raised and was not adopted."""
        if self._stale:
            self._write()

    def _write(self) -> None:
        rows = [AlarmRecord(alarm=each.name, since=each.since, detail=each.detail) for each in self._raised.values()]
        try:
            with self._work.begin(SERVICE) as unit:
                repo_alarms.replace(unit.session, rows)
            self._stale = False
        except (SQLAlchemyError, OSError, Unavailable) as error:
            self._stale = True
            log.warning("alarms could not be stored: %s", error)
