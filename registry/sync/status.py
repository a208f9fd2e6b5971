"""How the sync stands, in one look: node, index, queue, breaks, alarms. The same for the command line, /ready, /metrics and the console.

It knows no engine: the head is what the gateway tells, what is final follows from the gateway's finality.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from chain.errors import ChainError
from chain.gateway import ChainGateway
from registry.kernel.uow import SERVICE, Work
from registry.sync import repo, repo_alarms, repo_breaks, repo_outbox
from registry.sync.alarms import Raised, Severity
from registry.sync.check.codes import severity
from registry.sync.repo_breaks import Count
from registry.sync.tables import CheckRun

# Seconds after which a lag, a call that waits, and silence of the checks (in intervals) are alarms.
LAG_SECONDS, WAIT_SECONDS, SILENT_INTERVALS = 30, 120, 3


@dataclass(frozen=True)
class Status:
    """A moment of the sync. Ages and lags in seconds; `head` is None when the node does not tell it."""

    engine: str
    head: int | None
    final: int | None
    indexed: int
    lag_blocks: int
    lag_seconds: int
    queued: int
    signed: int
    oldest: datetime | None
    oldest_seconds: int
    breaks: Sequence[Count]
    alarms: Sequence[Raised]
    last_check: CheckRun | None
    last_full_check: CheckRun | None

    @property
    def ready(self) -> bool:
        """Whether nothing serious stands."""
        return all(each.severity != Severity.SERIOUS for each in self.alarms)

    @property
    def reason(self) -> str:
        """Why it is not ready, in words; empty when it is."""
        return "; ".join(f"{each.name}: {each.detail}" for each in self.alarms if each.severity == Severity.SERIOUS)

    def count(self, kind: Severity | None = None, *, state: str = "open") -> int:
        """How many breaks of a severity (or of any) are in a state."""
        return sum(each.number for each in self.breaks if each.state == state and kind in {None, severity(each.code)})


def collect(work: Work, gateway: ChainGateway, *, engine: str, raised: Sequence[Raised] | None = None, checks_every: float = 0.0) -> Status:
    """Asks node and database. `raised`: alarms of this process's own sync; None: those that the running service has stored.

    `checks_every`: seconds between the checks of the running service; 0: it does none. Unavailable when the database does not answer.
    """
    with work.begin(SERVICE) as unit:
        indexed = (repo.checkpoint(unit.session) or (0, b""))[0]
        queue = repo_outbox.queue(unit.session)
        breaks = repo_breaks.counts(unit.session)
        stored = repo_alarms.standing(unit.session) if raised is None else []
        last, full = repo_breaks.last_run(unit.session), repo_breaks.last_run(unit.session, kind="full")
        active, now = repo_breaks.last_activity(unit.session), unit.now
        unit.session.expunge_all()
    standing = [Raised(row.alarm, row.since, row.detail) for row in stored] if raised is None else list(raised)
    head, behind = _look(gateway, indexed, now)
    if head is None and all(each.name != "node_unreachable" for each in standing):
        standing.append(Raised("node_unreachable", int(now.timestamp()), "the node does not tell its latest block"))
    waits = 0 if queue.oldest is None else _seconds(queue.oldest, now)
    if behind > LAG_SECONDS:
        standing.append(Raised("index_lag", int(now.timestamp()) - behind, f"{(head or 0) - indexed} blocks, the oldest {behind} s old"))
    if queue.oldest is not None and waits > WAIT_SECONDS:
        standing.append(Raised("queue_stuck", int(queue.oldest.timestamp()), f"{queue.pending} wait, the oldest for {waits} s"))
    if checks_every and active is not None and _seconds(active, now) > SILENT_INTERVALS * checks_every:
        standing.append(Raised("check_overdue", int(active.timestamp()), f"the last sign of a check is {_seconds(active, now)} s old"))
    return Status(
        engine=engine,
        head=head,
        final=None if head is None else max(0, head - gateway.finality),
        indexed=indexed,
        lag_blocks=max(0, (indexed if head is None else head) - indexed),
        lag_seconds=behind,
        queued=queue.queued,
        signed=queue.signed,
        oldest=queue.oldest,
        oldest_seconds=waits,
        breaks=breaks,
        alarms=[*standing, *_of_breaks(breaks)],
        last_check=last,
        last_full_check=full,
    )


def _look(gateway: ChainGateway, indexed: int, now: datetime) -> tuple[int | None, int]:
    """The node's head, and how old the first block is that the index lacks."""
    with suppress(ChainError, OSError):
        head = gateway.head().number
        if head <= indexed:
            return head, 0
        return head, max(0, int(now.timestamp()) - gateway.block(indexed + 1).timestamp)
    return None, 0


def _of_breaks(breaks: Sequence[Count]) -> list[Raised]:
    found = [each for each in breaks if each.state == "open" and severity(each.code) == Severity.SERIOUS]
    if not found:
        return []
    since = min(int(each.oldest.timestamp()) for each in found)
    return [Raised("breaks_open", since, ", ".join(f"{each.number} {each.code}" for each in found))]


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))
