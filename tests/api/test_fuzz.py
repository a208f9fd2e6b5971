"""Requests that nobody would write: each is answered with what the OpenAPI document says, and never with a fault of the service."""

from collections.abc import Iterator

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.api.test_openapi import DOCUMENT
from tests.factories.api import World

SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations() if found.ok().path.startswith("/v1")]
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    """One connection for all requests."""
    with requests.Session() as found:
        yield found


@pytest.mark.parametrize("who", ["registrar", "obligor", "supplier"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_odd_requests_are_answered_as_documented(
    world: World, session: requests.Session, operation: schemathesis.APIOperation, who: str
) -> None:
    headers = {"Authorization": world[who].http.headers["Authorization"]}

    @settings(
        max_examples=3, deadline=None, derandomize=True, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(data=st.data())
    def send(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy())
        case.call_and_validate(base_url=world.base_url, session=session, headers=headers, checks=CHECKS, timeout=60)

    send()
