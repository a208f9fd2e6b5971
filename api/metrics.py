"""`/metrics`: how the sync stands, for Prometheus. The same figures as `tallystick sync status` and `/ready`.

Open on loopback; from elsewhere it asks for the key of the settings (Authorization: Bearer KEY), and is off until one is set: the rule of
`/rpc`. The key is no entity's: it opens nothing but this page.
"""

from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from api.acting import platform_of
from api.local import is_local, same_key
from registry.kernel.errors import Forbidden, Unauthenticated
from registry.sync.alarms import ALARMS
from registry.sync.check.codes import CODES, severity
from registry.sync.status import Status
from registry.sync.tables import CheckRun

router = APIRouter(tags=["health"])
_BEARER = "Bearer "


class MetricsClosed(Forbidden):
    """The metrics are open on loopback only; elsewhere an operator has to set their key first."""

    code = "metrics_closed"


class SyncCollector(Collector):
    """One moment of the sync as metrics."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        status = self._status
        yield _gauge("ready", "1 when nothing serious stands", status.ready)
        engine = GaugeMetricFamily("tallystick_engine", "what makes the blocks", labels=["engine"])
        engine.add_metric([status.engine], 1)
        yield engine
        for name, meaning, value in (
            ("head_block", "the node's latest block", status.head),
            ("final_block", "the latest block that can't be replaced any more", status.final),
            ("indexed_block", "the last block that the index has applied", status.indexed),
            ("lag_blocks", "blocks that the index lacks", status.lag_blocks),
            ("lag_seconds", "age of the oldest block that the index lacks", status.lag_seconds),
            ("oldest_waiting_seconds", "age of the oldest contract call without a result", status.oldest_seconds),
            ("last_check_timestamp_seconds", "when a check was finished last", _at(status.last_check)),
            ("last_full_check_timestamp_seconds", "when a full check was finished last", _at(status.last_full_check)),
            ("last_check_differences", "differences that the last check found", status.last_check.found if status.last_check else None),
        ):
            if value is not None:
                yield _gauge(name, meaning, value)
        yield _labelled("queue", "contract calls without a result", ["state"], [(["queued"], status.queued), (["signed"], status.signed)])
        yield _labelled("breaks", "differences that stand", ["code", "severity", "state"], self._breaks())
        raised = {each.name for each in status.alarms}
        names = [*ALARMS, *sorted(raised - set(ALARMS))]
        rows = [([name, ALARMS[name].severity if name in ALARMS else "serious"], int(name in raised)) for name in names]
        yield _labelled("alarm", "1 while the alarm stands", ["alarm", "severity"], rows)

    def _breaks(self) -> list[tuple[list[str], int]]:
        found = {(each.code, each.state): each.number for each in self._status.breaks}
        codes = [*CODES, *sorted({code for code, _ in found} - set(CODES))]
        return [([code, severity(code), state], found.get((code, state), 0)) for code in codes for state in ("open", "explained")]


def admit(request: Request, *, key: str) -> None:
    """MetricsClosed or Unauthenticated unless the caller may read the metrics. `key` is the installation's, empty when there is none."""
    given = request.headers.get("authorization", "")
    if given.startswith(_BEARER):
        if same_key(given.removeprefix(_BEARER), key):
            return
        raise Unauthenticated("this is not the key of the metrics")
    if is_local(request):
        return
    if not key:
        raise MetricsClosed("the metrics are open on this machine only; its operator has to set TALLYSTICK_METRICS_KEY for others")
    raise Unauthenticated("send the key of the metrics: Authorization: Bearer KEY")


@router.get("/metrics", response_class=Response)
def metrics(request: Request) -> Response:
    """The figures of the sync and of the process, in Prometheus' text format."""
    platform = platform_of(request)
    admit(request, key=platform.settings.metrics_key.get_secret_value())
    registry = CollectorRegistry()
    registry.register(SyncCollector(platform.status()))
    ProcessCollector(registry=registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"tallystick_{name}", meaning, value=float(value))


def _labelled(name: str, meaning: str, labels: list[str], rows: Iterable[tuple[list[str], int]]) -> Metric:
    found = GaugeMetricFamily(f"tallystick_{name}", meaning, labels=labels)
    for values, value in rows:
        found.add_metric([str(each) for each in values], value)
    return found


def _at(run: CheckRun | None) -> float | None:
    return None if run is None or run.finished_at is None else run.finished_at.timestamp()
