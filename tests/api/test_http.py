"""What every answer carries: problems, headers, pages, ETags, limits, the documentation."""

import re
from typing import Any

import pytest

from api.paging import seal_cursor
from tests.factories.api import PROFILE, World, eur


def test_problem_has_the_documented_shape(world: World) -> None:
    answer = world["bank"].get("/v1/payables/0x" + "00" * 20)
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "code", "context"}
    assert (problem["status"], problem["code"], problem["type"]) == (404, "not_found", "urn:tallystick:problem:not_found")


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/v1/payables", {"invoices": [], "profile": PROFILE}, "body/invoices"),
        ("/v1/payables", {"invoices": [{"invoice": 1}], "profile": PROFILE, "proflie": 2}, "body/proflie"),
        ("/v1/payables/0x12/accept", None, "path/payable"),
        ("/v1/lots/0x12/split", {"amounts": []}, "path/lot"),
    ],
)
def test_malformed_request_says_where(world: World, path: str, body: Any, where: str) -> None:
    client = world["obligor"] if path == "/v1/payables" else world["supplier"]
    answer = client.post(path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")
    assert where in {item["where"] for item in answer.json()["context"]["errors"]}


@pytest.mark.parametrize("amount", ["1.234", "-1.00", "abc", "", "1e400"])
def test_amounts_are_exact(world: World, amount: str) -> None:
    lot = world.accepted()["root_lot"]
    answer = world["supplier"].post(f"/v1/lots/{lot}/split", {"amounts": [{"amount": amount, "currency": "EUR"}]})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_value")


def test_too_large_body_is_refused(world: World) -> None:
    answer = world["obligor"].post("/v1/imports", content=b"x" * 2_000_000)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")


def test_unknown_paths_and_methods_are_problems(world: World) -> None:
    assert world["bank"].get("/v1/nothing").json()["code"] == "not_found"
    assert world["bank"].http.delete("/v1/payables").json()["code"] == "method_not_allowed"


def test_headers_of_every_answer(world: World) -> None:
    answer = world["bank"].get("/v1/me", headers={"X-Request-Id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert re.fullmatch(r"app;dur=\d+\.\d", answer.headers["server-timing"])
    assert re.fullmatch(r"[0-9a-f]{16}", world["bank"].get("/v1/me", headers={"X-Request-Id": "a b"}).headers["x-request-id"])
    assert "server" not in answer.headers or "tallystick" not in answer.headers["server"].lower()


def test_unchanged_answers_are_not_sent_again(world: World) -> None:
    path = f"/v1/payables/{world.confirmed()}"
    tag = world["obligor"].get(path).headers["etag"]
    again = world["obligor"].get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    world["supplier"].made(f"{path}/accept")
    assert world["obligor"].get(path, headers={"If-None-Match": tag}).status_code == 200


def test_pages_go_on_where_they_ended(world: World) -> None:
    lot = world.accepted()["root_lot"]
    world["supplier"].made(f"/v1/lots/{lot}/split", {"amounts": [eur("10.00")] * 4})
    for path in ("/v1/lots", "/v1/payables", "/v1/events", "/v1/transactions", "/v1/acts", "/v1/invoices"):
        client = world["obligor"] if path == "/v1/invoices" else world["supplier"]
        whole = client.shown(path, params={"limit": 200})["items"][:6]
        found: list[Any] = []
        after: str | None = ""
        while len(found) < len(whole) and after is not None:
            page = client.shown(path, params={"limit": 2} | ({"after": after} if after else {}))
            assert len(page["items"]) <= 2
            found, after = found + page["items"], page["next"]
        assert found[: len(whole)] == whole, path


def test_wrong_cursor_is_refused(world: World) -> None:
    for after in ("%%%", "ü", "_w", "bm90IGEgbnVtYmVy", seal_cursor(str(10**30))):
        assert world["bank"].get("/v1/transactions", params={"after": after}).json()["code"] == "invalid_value"


def test_me_lists_roles_and_acts(world: World) -> None:
    me = world["agent"].shown("/v1/me")
    assert (me["entity"], me["roles"]) == (world["agent"].entity, ["agent"])
    assert "payment.record" in me["acts"]
    assert "payable.confirm" not in me["acts"]


def test_health_and_readiness_need_no_key(world: World) -> None:
    assert world.anonymous().shown("/health") == {"status": "ok"}
    assert world.anonymous().shown("/ready")["ready"] is True


def test_documentation_works_without_the_internet(world: World) -> None:
    page = world.anonymous().get("/docs").text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    for asset in assets:
        assert asset.startswith("/docs-assets/")
        assert world.anonymous().get(asset).status_code == 200


def test_document_is_kept_sealed_and_proved(world: World) -> None:
    root = world.accepted()["root_lot"]
    offer = world.offered(root, sender="supplier", recipient="subsupplier")
    paper = world["subsupplier"].shown("/v1/documents", params={"subject": f"offer:{offer['id']}"})["items"][0]
    assert world["subsupplier"].get(f"/v1/documents/{paper['id']}/content").content == b"delivery note"
    proof = world["subsupplier"].shown(f"/v1/documents/{paper['id']}/disclosure", params={"subject": f"offer:{offer['id']}"})
    assert proof["root"] == offer["documents"]
    assert world["bank"].get(f"/v1/documents/{paper['id']}").status_code == 404


def test_auditor_reads_the_ledger(world: World) -> None:
    payable = world.accepted()["id"]
    assert world["auditor"].shown("/v1/ledger")["balanced"] is True
    entry = world["auditor"].shown("/v1/ledger/entries", params={"subject": f"payable:{payable}"})["items"][0]
    assert entry["kind"] == "Issued"
    assert {(line["entity"], line["account"], line["side"]) for line in entry["lines"]} == {
        (world["supplier"].entity, "claims", "debit"),
        (world["obligor"].entity, "payables", "credit"),
    }


def test_entity_is_found_by_an_identifier(world: World) -> None:
    body = {
        "name": "Known",
        "country": "DE",
        "roles": ["supplier"],
        "identifiers": {"lei": "5493001KJTIIGC8Y1R12"},
        "verified_until": "2030-01-01T00:00:00Z",
    }
    made = world["registrar"].made("/v1/entities", body)
    assert made["identifiers"] == {"lei": "5493001KJTIIGC8Y1R12"}
    found = world["bank"].shown("/v1/entities/lookup", params={"scheme": "lei", "value": "5493001KJTIIGC8Y1R12"})
    assert (found["id"], found["identifiers"]) == (made["id"], None)
    assert world["bank"].get("/v1/entities/lookup", params={"scheme": "lei", "value": "549300GFXDSN7P7S0W61"}).status_code in {400, 404}
