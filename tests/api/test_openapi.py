"""The OpenAPI document: valid 3.1, with examples on every body, problems on every operation, and answers that fit their schemas."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from api.app import build
from tests.api.routes import operations
from tests.factories.api import World

DOCUMENT: dict[str, Any] = build().openapi()


def _each() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        if path.startswith("/v1"):
            for method, operation in methods.items():
                yield method, path, operation


EACH = list(_each())
IDS = [f"{method} {path}" for method, path, _ in EACH]


def test_document_is_openapi_31_with_every_route() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert {(method.upper(), path) for method, path, _ in EACH} == {(item.method, item.path) for item in operations()}


def test_references_lead_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize(("method", "path", "operation"), EACH, ids=IDS)
def test_operation_documents_problems_and_act(method: str, path: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    assert {"400", "401", "403", "404", "422", "500", "503"} <= set(responses)
    assert all("application/problem+json" in responses[code]["content"] for code in ("401", "403", "422", "503"))
    assert operation["x-act"] in operation["description"]
    if method == "post":
        assert {"202", "409", "413"} <= set(responses)
        assert "Idempotency-Key" in {parameter["name"] for parameter in operation["parameters"]}


@pytest.mark.parametrize(
    ("method", "path", "operation"), [item for item in EACH if "requestBody" in item[2]], ids=lambda item: str(item)[:40]
)
def test_every_body_has_examples_that_fit(method: str, path: str, operation: dict[str, Any]) -> None:
    for media in operation["requestBody"]["content"].values():
        reference = media["schema"].get("$ref")
        if reference is None:
            assert media["examples"]
            continue
        schema = DOCUMENT["components"]["schemas"][reference.rsplit("/", 1)[1]]
        assert schema["examples"]
        whole = {"components": DOCUMENT["components"], "$ref": reference}
        for example in schema["examples"]:
            Draft202012Validator(whole).validate(example)


def test_answers_fit_their_schemas(world: World) -> None:
    payable = world.accepted()["id"]
    for path, template in {
        f"/v1/payables/{payable}": "/v1/payables/{payable}",
        f"/v1/payables/{payable}/tree": "/v1/payables/{payable}/tree",
        f"/v1/payables/{payable}/terms": "/v1/payables/{payable}/terms",
        "/v1/lots": "/v1/lots",
        "/v1/events": "/v1/events",
        "/v1/network": "/v1/network",
        "/v1/profiles": "/v1/profiles",
        "/v1/entities": "/v1/entities",
    }.items():
        schema = DOCUMENT["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        whole = {"components": DOCUMENT["components"]} | schema
        Draft202012Validator(whole).validate(world["supplier"].shown(path))
