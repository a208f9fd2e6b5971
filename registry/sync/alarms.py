"""Alarms: what an operator is told by name, how bad it is, and what it means.

OPERATIONS.md says what to do for each; a test holds that none is missing there. A new alarm is a row of ALARMS and a section of that
page. An error whose `code` is the name of an alarm raises that alarm when it stops the sync.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from registry.kernel.errors import DomainError, Unavailable
from registry.kernel.uow import SERVICE, Work
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


def of_error(error: Exception, otherwise: str) -> str:
    """The alarm that an error raises: the one of its code's name, else another."""
    code = error.code if isinstance(error, DomainError) else ""
    return code if code in ALARMS else otherwise


class Board:
    """Alarms that the running sync has raised. Kept in memory, and in the database so that every process sees them.

    A database that does not answer is no reason to stay silent: what could not be written is written with the next change or `retry`.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self._raised: dict[str, Raised] = {}
        self._stale = True

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

    def retry(self) -> None:
        """Writes what could not be written before. At a start: forgets what an earlier process has raised."""
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
