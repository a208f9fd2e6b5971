"""Every write is done once: same key and body, same answer; other body, conflict; no key, a clear problem."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.api.routes import operations
from tests.factories.api import PROFILE, World, eur
from tests.factories.api_calls import LATER, REQUESTS

POSTS = sorted(operation.path for operation in operations() if operation.method == "POST")


def test_every_post_is_sent_by_this_test() -> None:
    assert set(POSTS) == set(REQUESTS) | LATER


@pytest.mark.parametrize("path", sorted(REQUESTS))
def test_same_key_and_body_get_the_first_answer_again(world: World, path: str) -> None:
    request = REQUESTS[path](world)
    client, key = world[request.who], str(uuid4())
    first = client.post(request.path, request.body, key=key, **request.given())
    assert first.status_code in {200, 201}, first.text
    assert "Idempotency-Replayed" not in first.headers
    again = client.post(request.path, request.body, key=key, **request.given())
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = client.post(request.path, {"other": True}, key=key, params={"x": "1"})
    assert other.status_code in {409, 422}


def test_other_body_under_the_same_key_is_a_conflict(world: World) -> None:
    lot = world.accepted()["root_lot"]
    key = str(uuid4())
    world["supplier"].made(f"/v1/lots/{lot}/split", {"amounts": [eur("10.00")]}, key=key)
    answer = world["supplier"].post(f"/v1/lots/{lot}/split", {"amounts": [eur("20.00")]}, key=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")


def test_keys_of_two_entities_do_not_meet(world: World) -> None:
    key = str(uuid4())
    for name in ("supplier", "bank"):
        path = f"/v1/entities/{world[name].entity}/api-keys"
        assert "Idempotency-Replayed" not in world[name].post(path, {"label": "x"}, key=key).headers


def test_missing_key_is_a_clear_problem(world: World) -> None:
    answer = world["supplier"].http.post("/v1/offers/withdraw")
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


def test_refusal_by_the_contract_is_kept_too(world: World) -> None:
    invoice, key = world.invoice("10.00"), str(uuid4())
    world["obligor"].made("/v1/payables", {"invoices": [{"invoice": invoice}], "profile": PROFILE})
    body = {"invoices": [{"invoice": invoice, "amount": eur("10.00")}], "profile": PROFILE}
    first = world["obligor"].post("/v1/payables", body, key=key)
    again = world["obligor"].post("/v1/payables", body, key=key)
    assert first.status_code == again.status_code == 409
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"


def test_without_waiting_the_answer_names_the_transactions(world: World) -> None:
    payable, key = world.confirmed(), str(uuid4())
    answer = world["supplier"].post(f"/v1/payables/{payable}/accept", key=key, headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    pending = answer.json()
    assert pending["subject"] == f"payable:{payable}"
    world.platform.runtime.wait_for(pending["transactions"], 30)
    found = world["supplier"].shown(f"/v1/transactions/{pending['transactions'][0]}")
    assert (found["function"], found["state"]) == ("accept", "confirmed")
    assert world["supplier"].shown(f"/v1/payables/{payable}")["state"] == "active"
    later = world["supplier"].post(f"/v1/payables/{payable}/accept", key=key)
    assert (later.status_code, later.json()) == (200, pending | {"status": "confirmed"})


def test_pending_creation_names_what_it_makes(world: World) -> None:
    body = {"invoices": [{"invoice": world.invoice()}], "profile": PROFILE}
    pending = world["obligor"].post("/v1/payables", body, headers={"Prefer": "respond-async"}).json()
    world.platform.runtime.wait_for(pending["transactions"], 30)
    kind, _, payable = pending["subject"].partition(":")
    assert kind == "payable"
    assert world["obligor"].shown(f"/v1/payables/{payable}")["state"] == "issued"
    latest = world["obligor"].shown("/v1/acts")["items"][0]
    assert (latest["act"], latest["subject"], latest["outcome"]) == ("payable.confirm", pending["subject"], "accepted")


def test_ten_repeats_at_once_get_one_answer(world: World) -> None:
    invoice, key = world.invoice("10.00"), str(uuid4())
    body = {"invoices": [{"invoice": invoice}], "profile": PROFILE}
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: world["obligor"].post("/v1/payables", body, key=key), range(10)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
