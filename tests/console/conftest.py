"""One served platform with a claim tree on it, and browsers of its entities."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from lxml import html

from tests.factories.api import World, eur, opened
from tests.fakes.clock import SimulatedClock

HOSTILE = "<script>alert(1)</script> & Söhne"


@dataclass(frozen=True)
class Scene:
    """What stands on the platform: a payable split over two tiers with a part under a financing lock, and one that waits."""

    world: World
    payable: str
    root: str
    part: str
    waiting: str


class Browser:
    """A browser without scripts: keeps cookies, fills in forms."""

    def __init__(self, base_url: str) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=60, headers={"Accept-Language": "en"})

    def get(self, path: str, **params: str) -> httpx.Response:
        """A page, redirects not followed."""
        return self.http.get(path, params=params or None)

    def page(self, path: str, **params: str) -> Any:
        """A parsed page that must be there."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return html.fromstring(answer.text)

    def text(self, path: str, **params: str) -> str:
        """What a reader sees of a page."""
        return " ".join(" ".join(self.page(path, **params).xpath("//main")[0].itertext()).split())

    def send(self, path: str, action: str, **values: str) -> httpx.Response:
        """Fills in and sends the form with this action on a page."""
        (form,) = self.page(path).xpath(f"//form[@action='{action}']")
        hidden = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
        return self.http.post(action, data=hidden | values)

    def sign_in(self, key: str, path: str = "/sign-in") -> httpx.Response:
        """Signs in with an API key."""
        return self.send(path, "/sign-in", key=key)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The platform."""
    with opened(tmp_path_factory.mktemp("console"), SimulatedClock()) as world:
        body = {"name": HOSTILE, "country": "DE", "roles": ["supplier"], "verified_until": "2031-12-31T00:00:00Z"}
        world["registrar"].made("/v1/entities", body)
        payable = world.accepted("1000.00")
        offer = world.offered(payable["root_lot"], sender="supplier", recipient="subsupplier", amount="300.00")
        part = world["subsupplier"].made(f"/v1/offers/{offer['id']}/accept")
        lock = {"lot": part["id"], "funder": world["bank"].entity, "price": eur("290.00"), "until": world.soon()}
        world["subsupplier"].made("/v1/financings", lock)
        yield Scene(world, payable["id"], payable["root_lot"], part["id"], world.confirmed("77.00"))


@pytest.fixture
def browser(scene: Scene) -> Iterator[Browser]:
    """A browser that is not signed in."""
    found = Browser(scene.world.base_url)
    yield found
    found.http.close()


@pytest.fixture
def signed_in(scene: Scene) -> Iterator[Callable[[str], Browser]]:
    """Browsers that are signed in as an entity."""
    made: list[Browser] = []

    def enter(name: str) -> Browser:
        found = Browser(scene.world.base_url)
        made.append(found)
        assert found.sign_in(key_of(scene, name)).status_code == 303
        return found

    yield enter
    for found in made:
        found.http.close()


def key_of(scene: Scene, name: str) -> str:
    """The API key of an entity."""
    return str(scene.world[name].http.headers["Authorization"].removeprefix("Bearer "))
