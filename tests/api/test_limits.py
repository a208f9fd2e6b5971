"""No caller takes the service from the others: shares per entity, failed sign-ins, what is in flight, and how long a body may take."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from tests.factories.api import Client, World, served


@contextmanager
def limited(world: World, **settings: object) -> Iterator[dict[str, Client]]:
    """The same platform served under other limits."""
    with served(replace(world.platform, settings=world.platform.settings.model_copy(update=settings))) as url:
        clients = {name: Client(url, world[name].token, world[name].entity) for name in ("supplier", "bank", "anonymous")}
        yield clients
        for client in clients.values():
            client.http.close()


@contextmanager
def unfinished(url: httpx.URL) -> Iterator[socket.socket]:
    """A request whose body does not end."""
    with socket.create_connection((url.host, url.port)) as line:
        line.sendall(b"POST /v1/offers/withdraw HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12")
        yield line


def test_an_entity_has_its_share_and_no_more(world: World) -> None:
    with limited(world, reads_per_minute=3, writes_per_minute=1) as clients:
        left = []
        for _ in range(3):
            answer = clients["supplier"].get("/v1/me")
            assert answer.status_code == 200
            assert answer.headers["RateLimit-Policy"] == '"reads";q=3;w=60'
            left.append(re.fullmatch(r'"reads";r=(\d+);t=(\d+)', answer.headers["RateLimit"]))
        assert [int(found.group(1)) for found in left if found] == [2, 1, 0]
        refused = clients["supplier"].get("/v1/me")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert clients["bank"].get("/v1/me").status_code == 200
        # Writes have a share of their own; a refused one has done nothing and its key is free.
        assert clients["supplier"].post("/v1/offers/withdraw").headers["RateLimit-Policy"] == '"writes";q=1;w=60'
        assert clients["supplier"].post("/v1/offers/withdraw", key="later").status_code == 429
        assert "Idempotency-Replayed" not in world["supplier"].post("/v1/offers/withdraw", key="later").headers


def test_without_limits_nothing_is_counted(world: World) -> None:
    with limited(world, reads_per_minute=0) as clients:
        assert "RateLimit" not in clients["supplier"].get("/v1/me").headers


def test_an_address_that_only_guesses_is_stopped(world: World) -> None:
    with limited(world, failures_per_minute=5) as clients:
        for _ in range(5):
            assert clients["anonymous"].get("/v1/me").status_code == 401
        assert clients["anonymous"].get("/v1/me").json()["code"] == "too_many_requests"
        # Others may share the address.
        assert clients["bank"].get("/v1/me").status_code == 200


def test_more_than_it_can_take_is_refused_and_life_signs_are_not(world: World) -> None:
    with limited(world, max_in_flight=1) as clients, unfinished(clients["bank"].http.base_url):
        found = clients["bank"].get("/v1/me")
        while found.status_code == 200:
            # The open request may not have come in yet.
            found = clients["bank"].get("/v1/me")
        assert (found.status_code, found.json()["code"], found.headers["Retry-After"]) == (503, "overloaded", "1")
        assert clients["anonymous"].get("/health").status_code == 200


@pytest.mark.parametrize("seconds", [0.0, 0.2])
def test_a_body_that_does_not_come_is_not_waited_for(world: World, seconds: float) -> None:
    with limited(world, body_seconds=seconds) as clients, unfinished(clients["bank"].http.base_url) as line:
        assert line.recv(65_536).startswith(b"HTTP/1.1 408")
