"""Signing in and out; what is shown without it."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from api.console.app import create_console
from api.console.frame import POLICY, SESSION_COOKIE
from api.limiting import Limiter
from tests.console.conftest import Browser, Scene, key_of

Enter = Callable[[str], Browser]


def test_without_sign_in_only_the_network_is_shown(browser: Browser, scene: Scene) -> None:
    text = browser.text("/about")
    assert scene.world.platform.work.network.contract in text
    assert "Subsupplier" not in text
    assert "EUR" not in text


@pytest.mark.parametrize("path", ["/payables", "/lots", "/events", "/checks", "/parties", "/payables/0x" + "0" * 40])
def test_other_pages_ask_to_sign_in_first_and_come_back(browser: Browser, path: str) -> None:
    answer = browser.get(path, state="active")
    assert answer.status_code == 303
    assert answer.headers["location"] == httpx.URL("/sign-in", params={"next": f"{path}?state=active"})
    assert browser.get("/").headers["location"] == "/about"


def test_signing_in_leads_where_one_wanted_to_go(browser: Browser, scene: Scene) -> None:
    answer = browser.sign_in(key_of(scene, "supplier"), "/sign-in?next=/lots")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lots")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(SESSION_COOKIE))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert key_of(scene, "supplier") not in cookie
    assert "Supplier" in browser.page("/").text_content()


def test_over_https_the_cookie_is_secure(scene: Scene) -> None:
    async def ask() -> list[str]:
        transport = httpx.ASGITransport(create_console(scene.world.platform, Limiter(scene.world.platform.settings)))
        async with httpx.AsyncClient(transport=transport, base_url="https://console.example") as client:
            return (await client.get("/sign-in?lang=zh")).headers.get_list("set-cookie")

    cookies = asyncio.run(ask())
    assert len(cookies) == 2
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)


def test_a_wrong_key_is_refused(browser: Browser) -> None:
    answer = browser.sign_in("tsk_" + "a" * 52)
    assert answer.status_code == 401
    assert "No organisation has this key" in answer.text
    assert SESSION_COOKIE not in browser.http.cookies


def test_a_form_from_elsewhere_is_refused(browser: Browser, scene: Scene) -> None:
    values = {"key": key_of(scene, "supplier"), "form_token": "made-up"}
    assert browser.http.post("/sign-in", data=values).status_code == 400
    browser.get("/sign-in")
    assert browser.http.post("/sign-in", data=values).status_code == 400
    assert SESSION_COOKIE not in browser.http.cookies


def test_signing_out_ends_the_session(signed_in: Enter) -> None:
    browser = signed_in("supplier")
    assert browser.http.post("/sign-out", data={"form_token": "made-up"}).headers["location"] == "/"
    assert browser.get("/lots").status_code == 200
    answer = browser.send("/", "/sign-out")
    assert answer.headers["location"] == "/sign-in?out=1"
    assert browser.get("/lots").status_code == 303
    assert "You are signed out." in browser.text("/sign-in", out="1")


def test_the_network_page_knows_who_is_signed_in(browser: Browser, signed_in: Enter) -> None:
    assert signed_in("bank").page("/about").xpath("//nav[@aria-label='Pages']/a")
    assert browser.page("/about").xpath("//nav[@aria-label='Pages']/a") == []


def test_a_revoked_key_ends_its_sessions(scene: Scene, browser: Browser) -> None:
    registrar, entity = scene.world["registrar"], scene.world["bank"].entity
    issued = registrar.made(f"/v1/entities/{entity}/api-keys", {"label": "console"})
    assert browser.sign_in(issued["token"]).status_code == 303
    assert browser.get("/lots").status_code == 200
    registrar.made(f"/v1/api-keys/{issued['id']}/revoke")
    assert browser.get("/lots").status_code == 303


def test_a_made_up_session_is_none(browser: Browser) -> None:
    browser.http.cookies.set(SESSION_COOKIE, "A" * 100)
    assert browser.get("/lots").status_code == 303


@pytest.mark.parametrize("path", ["/about", "/sign-in", "/nope", "/lots", "/static/look.css"])
def test_headers_hold_on_every_answer(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert (headers.get("cache-control") == "no-store") is not path.startswith("/static/")


def test_the_language_is_asked_for_remembered_or_preferred(browser: Browser) -> None:
    assert browser.page("/about").get("lang") == "en"
    assert browser.page("/about", lang="zh").get("lang") == "zh-Hans"
    assert browser.page("/sign-in").get("lang") == "zh-Hans"
    assert browser.page("/sign-in", lang="en").get("lang") == "en"
    fresh = httpx.get(browser.http.base_url.join("/about"), headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert 'lang="zh-Hans"' in fresh.text


def test_the_api_stands_beside_the_console(browser: Browser) -> None:
    assert browser.get("/v1/payables").headers["content-type"] == "application/problem+json"
    assert browser.get("/nope").headers["content-type"].startswith("text/html")
