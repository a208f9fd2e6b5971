"""Checks and breaks over HTTP; readiness and metrics that follow from them."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request

from api.metrics import MetricsClosed, admit
from registry.kernel.errors import Unauthenticated
from registry.sync.alarms import ALARMS
from registry.sync.check.codes import CODES
from tests.factories.api import Client, World
from tests.factories.planting import planted

LOOKS = 600


def checked(client: Client) -> Any:
    """A full check that the service has done because it was asked."""
    key = str(uuid4())
    run = client.made("/v1/checks", key=key)
    assert (run["state"], run["kind"], run["entity"]) == ("requested", "full", client.entity)
    assert client.made("/v1/checks", key=key)["id"] == run["id"]
    for _ in range(LOOKS):
        found = client.shown(f"/v1/checks/{run['id']}", headers={"Prefer": "wait=1"})
        if found["state"] in {"done", "failed"}:
            assert found["failure"] is None
            return found
        client.shown("/v1/balances")
    raise AssertionError("the service did not check")


def test_a_break_is_found_owned_explained_and_resolved(world: World) -> None:
    auditor, registrar = world["auditor"], world["registrar"]
    world.accepted()
    run = checked(auditor)
    assert (run["found"], run["opened"], run["compared"] > 100) == (0, 0, True)
    assert {"lots", "replay", "ledger"} <= {each["name"] for each in run["passes"]}
    with planted(world.platform) as code:
        run = checked(auditor)
        assert run["opened"] == run["found"] == 3
        assert auditor.shown("/v1/check")["clean"] is False
        items = auditor.shown("/v1/breaks")["items"]
        assert {(item["code"], item["state"], item["severity"]) for item in items} == {
            (code, "open", "serious"),
            ("index_row", "open", "serious"),
            ("index_digest", "open", "serious"),
        }
        assert items[0]["check"] == run["id"]
        ready = world.anonymous().get("/ready")
        assert (ready.status_code, ready.json()["reason"]) == (503, f"breaks_open: 1 index_digest, 1 index_row, 1 {code}")
        assert ready.json()["breaks"] == {"serious": 3, "minor": 0, "explained": 0}
        page = auditor.shown("/v1/breaks", params={"limit": 1})
        rest = auditor.shown("/v1/breaks", params={"limit": 2, "after": page["next"]})
        assert [each["id"] for each in (*page["items"], *rest["items"])] == [item["id"] for item in items]
        assert auditor.shown("/v1/breaks", params={"state": ["resolved", "explained"], "code": code})["items"] == []
        for item in items:
            path = f"/v1/breaks/{item['id']}"
            assert auditor.post(f"{path}/explain", {"reason": "no"}).status_code == 403
            owned = registrar.made(f"{path}/own", {"name": "Li Wei"})
            assert owned["owner"] == {"entity": 1, "name": "Li Wei"}
            explained = registrar.made(f"{path}/explain", {"reason": "a drill"})
            assert [step["cause"] for step in explained["history"]] == ["found", "owned", "explained"]
            assert (explained["history"][2]["note"], explained["history"][2]["entity"]) == ("a drill", 1)
        assert world.anonymous().shown("/ready")["breaks"] == {"serious": 0, "minor": 0, "explained": 3}
    run = checked(auditor)
    assert (run["found"], run["resolved"]) == (0, 3)
    for item in items:
        found = auditor.shown(f"/v1/breaks/{item['id']}")
        assert (found["state"], found["history"][-1]["cause"], found["history"][-1]["check"]) == ("resolved", "gone", run["id"])
        assert registrar.post(f"/v1/breaks/{item['id']}/explain", {"reason": "late"}).json()["code"] == "break_resolved"
    assert [each["id"] for each in auditor.shown("/v1/checks", params={"limit": 1})["items"]] >= [run["id"]]


def test_only_oversight_sees_breaks(world: World) -> None:
    for path in ("/v1/breaks", "/v1/checks", "/v1/sync", "/v1/check"):
        assert world["obligor"].get(path).status_code == 403
    assert world["auditor"].shown("/v1/sync")["ready"] is True


def metrics(world: World) -> dict[str, dict[tuple[str, ...], float]]:
    text = httpx.get(f"{world.base_url}/metrics")
    assert text.headers["content-type"].startswith("text/plain; version=")
    families = text_string_to_metric_families(text.text)
    return {family.name: {tuple(s.labels.values()): s.value for s in family.samples} for family in families}


def test_metrics_tell_what_status_tells(world: World) -> None:
    with planted(world.platform, serious=False) as code:
        checked(world["auditor"])
        status, found = world["auditor"].shown("/v1/sync"), metrics(world)
        assert found["tallystick_ready"] == {(): 1.0}
        assert found["tallystick_engine"] == {("embedded",): 1.0}
        for name in ("head", "final", "indexed"):
            assert found[f"tallystick_{name}_block"] == {(): float(status[name])}
        assert (found["tallystick_lag_blocks"], found["tallystick_lag_seconds"]) == ({(): 0.0}, {(): 0.0})
        assert found["tallystick_queue"] == {("queued",): 0.0, ("signed",): 0.0}
        assert {labels[0] for labels in found["tallystick_breaks"]} == set(CODES)
        assert {labels for labels, value in found["tallystick_breaks"].items() if value} == {(code, "minor", "open")}
        assert {labels[0] for labels in found["tallystick_alarm"]} == set(ALARMS)
        assert found["tallystick_last_check_differences"] == {(): 1.0}
        assert found["process_resident_memory_bytes"][()] > 0
    checked(world["auditor"])
    assert sum(metrics(world)["tallystick_breaks"].values()) == 0


def from_elsewhere(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": raw, "client": ("10.0.0.9", 5000), "server": ("10.0.0.1", 80)}
    return Request(scope | {"scheme": "http", "query_string": b""})


def test_metrics_are_open_on_this_machine_only_or_with_their_key(world: World) -> None:
    with pytest.raises(MetricsClosed):
        admit(from_elsewhere(host="10.0.0.1"), key="")
    for headers in ({"host": "10.0.0.1"}, {"host": "10.0.0.1", "authorization": "Bearer wrong"}):
        with pytest.raises(Unauthenticated):
            admit(from_elsewhere(**headers), key="s3cret")
    admit(from_elsewhere(host="10.0.0.1", authorization="Bearer s3cret"), key="s3cret")
    # A proxy on this machine speaks for others.
    answer = httpx.get(f"{world.base_url}/metrics", headers={"X-Forwarded-For": "10.0.0.9"})
    assert (answer.status_code, answer.json()["code"]) == (403, "metrics_closed")
    assert httpx.get(f"{world.base_url}/metrics", headers={"Authorization": "Bearer guess"}).status_code == 401
