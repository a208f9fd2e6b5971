"""A served platform with a small cast, and clients that act as its entities through HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from api.app import create_app
from api.bootstrap import Platform
from api.serving import listen, server, url_of
from registry.identity import api_keys
from registry.identity.keys import REGISTRAR
from registry.identity.rules import profile_number
from registry.identity.service import actor
from registry.kernel.clock import Clock
from registry.kernel.settings import Settings
from registry.kernel.uow import SERVICE
from tests.fakes.clock import SimulatedClock

CAST = {
    "obligor": ["obligor"],
    "supplier": ["supplier"],
    "subsupplier": ["supplier"],
    "bank": ["funder"],
    "agent": ["agent"],
    "auditor": ["auditor"],
    "stranger": ["supplier"],
}
CURRENCY = "EUR"
PROFILE = profile_number(CURRENCY)
DUE_DAYS = 30
_LATER = "2031-12-31T00:00:00Z"
_numbers = count(1)


def eur(amount: str) -> dict[str, str]:
    """Money as the API takes it."""
    return {"amount": amount, "currency": CURRENCY}


class Client:
    """Calls the API as one entity; every write gets a fresh Idempotency-Key unless it brings one."""

    def __init__(self, base_url: str, token: str | None, entity: int = 0) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=60)
        self.entity = entity
        self.token = token
        if token is not None:
            self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **given: Any) -> httpx.Response:
        """GET under the base URL."""
        return self.http.get(path, **given)

    def post(self, path: str, body: object = None, *, key: str | None = None, **given: Any) -> httpx.Response:
        """POST of a JSON body."""
        headers = {"Idempotency-Key": key or str(uuid4()), **given.pop("headers", {})}
        if body is not None:
            given["json"] = body
        return self.http.post(path, headers=headers, **given)

    def made(self, path: str, body: object = None, **given: Any) -> Any:
        """The JSON of a POST that must succeed at once."""
        answer = self.post(path, body, **given)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    def shown(self, path: str, **given: Any) -> Any:
        """The JSON of a GET that must succeed."""
        answer = self.get(path, **given)
        assert answer.status_code == 200, answer.text
        return answer.json()


@dataclass
class World:
    """What API tests share. Payables are made fresh for each test."""

    platform: Platform
    clock: Clock
    base_url: str
    clients: dict[str, Client] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Client:
        return self.clients[name]

    def anonymous(self) -> Client:
        """A caller without a key."""
        return self.clients["anonymous"]

    def invoice(self, amount: str = "1000.00") -> int:
        """A new invoice of the obligor, sold by the supplier."""
        number = f"T-{next(_numbers)}"
        content = f"number,date,total,vendor\n{number},{self.clock.now():%Y-%m-%d},{amount},S\n"
        layout = {
            "number": "number",
            "issue_date": "date",
            "amount": "total",
            "seller_id": "vendor",
            "currency": CURRENCY,
            "due_days": DUE_DAYS,
        }
        body = {"name": "export.csv", "content": content, "layout": layout, "sellers": {"S": self["supplier"].entity}}
        return int(self["obligor"].made("/v1/imports/export", body)["accepted"][0])

    def confirmed(self, amount: str = "1000.00") -> str:
        """A new payable that waits for its payee."""
        return str(self["obligor"].made("/v1/payables", {"invoices": [{"invoice": self.invoice(amount)}], "profile": PROFILE})["id"])

    def accepted(self, amount: str = "1000.00") -> dict[str, Any]:
        """A new payable that the supplier has accepted."""
        found: dict[str, Any] = self["supplier"].made(f"/v1/payables/{self.confirmed(amount)}/accept")
        return found

    def document(self, owner: str, subject: str) -> int:
        """A trade document."""
        params = {"subject": subject, "name": "note.txt", "media_type": "text/plain"}
        return int(self[owner].made("/v1/documents", params=params, content=b"delivery note")["id"])

    def offered(self, lot: str, *, sender: str, recipient: str, amount: str | None = None) -> dict[str, Any]:
        """An offer with a document behind it."""
        body: dict[str, Any] = {
            "lot": lot,
            "recipient": self[recipient].entity,
            "documents": [self.document(sender, f"lot:{lot}")],
            "deadline": self.soon(),
        }
        if amount is not None:
            body["amount"] = eur(amount)
        found: dict[str, Any] = self[sender].made("/v1/offers", body)
        return found

    def pass_time(self, step: timedelta) -> None:
        """Moves the simulated clock."""
        assert isinstance(self.clock, SimulatedClock)
        self.clock.advance(step)

    def soon(self, days: int = 3) -> str:
        """A time a few days ahead."""
        return stamp(self.clock.now() + timedelta(days=days))


def stamp(moment: datetime) -> str:
    """RFC 3339."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def served(platform: Platform) -> Iterator[str]:
    """The app on a free port of this machine, for as long as the block lasts."""
    listener = listen("127.0.0.1", 0)
    serving = server(create_app(platform))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield url_of(listener)
    finally:
        serving.should_exit = True
        thread.join()


@contextmanager
def opened(folder: Path, clock: Clock) -> Iterator[World]:
    """A served platform on a folder of its own, with its cast registered through the API."""
    # Checks run when a test asks for one.
    settings = Settings(data_dir=folder, wait_seconds=30, max_body=1_000_000, check_seconds=0, full_check_seconds=0, failures_per_minute=0)
    with Platform.open(settings, clock=clock) as platform, served(platform) as base_url:
        world = World(platform, clock, base_url)
        world.clients["anonymous"] = Client(base_url, None)
        world.clients["registrar"] = Client(base_url, _token(platform, REGISTRAR), REGISTRAR)
        _register(world)
        yield world
        for client in world.clients.values():
            client.http.close()


def _token(platform: Platform, entity: int) -> str:
    with platform.work.begin(SERVICE) as unit:
        who = actor(unit, entity, via="cli")
    with platform.work.begin(who) as unit:
        return api_keys.issue(unit, entity, label="test")[1]


def _register(world: World) -> None:
    registrar = world["registrar"]
    for name, roles in CAST.items():
        body = {"name": name.title(), "country": "DE", "roles": roles, "verified_until": _LATER}
        entity = registrar.made("/v1/entities", body)["id"]
        token = registrar.made(f"/v1/entities/{entity}/api-keys", {"label": "test"})["token"]
        world.clients[name] = Client(world.base_url, token, entity)
    rules = {
        "currency": CURRENCY,
        "valid_from": "2025-01-01T00:00:00Z",
        "valid_until": _LATER,
        "tenor": 366 * 86400,
        "hops": 8,
        "depth": 6,
        "children": 40,
        "record_lead": 0,
        "redeem_delay": 0,
        "grace": 3600,
        "reopen_period": 604800,
        "smallest_lot": eur("1.00"),
    }
    registrar.made("/v1/profiles", rules)
    limit = {"obligor": world["obligor"].entity, "limit": eur("100000000.00"), "agent": world["agent"].entity}
    registrar.made("/v1/limits", limit)
    for name in ("supplier", "subsupplier", "bank"):
        account = {"currency": CURRENCY, "account": "DE89370400440532013000"}
        world[name].made(f"/v1/entities/{world[name].entity}/accounts", account)
