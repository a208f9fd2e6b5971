"""The pages on a real platform: who sees what, in both languages, as clean HTML."""

from collections.abc import Callable
from typing import Any

import pytest

from chain.certificate import check
from chain.certificate.pin import Pin
from scripts.build_verify import PAGE
from tests.console.conftest import HOSTILE, Browser, Scene
from tests.factories.planting import planted

Enter = Callable[[str], Browser]
ROLES = ["registrar", "obligor", "supplier", "subsupplier", "bank", "agent", "auditor", "stranger"]
LISTS = ["/", "/payables", "/lots", "/lots?which=mine", "/lots?which=over", "/events", "/checks", "/parties", "/about"]


def assert_clean(page: Any) -> None:
    """Nothing inline, nothing from elsewhere, every text filled in, one heading, labelled fields."""
    assert page.xpath("//@style | //style | //script[not(@src)] | //@*[starts-with(name(), 'on')]") == []
    assert [link for link in page.xpath("//@href | //@src | //@action") if not link.startswith(("/", "#"))] == []
    assert len(page.xpath("//h1")) == 1
    text = page.text_content()
    assert "{" not in text
    assert "Undefined" not in text
    assert {field.get("id") for field in page.xpath("//input[not(@type='hidden')]")} <= set(page.xpath("//label/@for"))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_is_there_for_every_role(scene: Scene, signed_in: Enter, role: str, language: str) -> None:
    browser = signed_in(role)
    # The payee sees its payable, but not the part that it passed on.
    lot = scene.root if role == "supplier" else scene.part
    detail = [] if role == "stranger" else [f"/payables/{scene.payable}", f"/lots/{lot}"]
    browser.get("/about", lang=language)
    for path in LISTS + detail:
        assert_clean(browser.page(path))


def test_the_overview_counts_what_the_visitor_sees(signed_in: Enter) -> None:
    text = signed_in("auditor").text("/")
    assert "1 active payables 2 in all" in text
    assert "1 awaiting acceptance" in text
    assert "EUR 1,077.00 Issued" in text
    assert "0 active payables" in signed_in("stranger").text("/")
    assert "Nothing has been confirmed yet." in signed_in("stranger").text("/")
    assert "claims held debit 777.00 EUR" in signed_in("supplier").text("/")


def test_payables_are_filtered_and_paged(scene: Scene, signed_in: Enter) -> None:
    browser = signed_in("obligor")
    rows = browser.page("/payables").xpath("//tbody/tr/@data-href")
    assert rows == [f"/payables/{scene.waiting}", f"/payables/{scene.payable}"]
    assert browser.page("/payables", state="active").xpath("//tbody/tr/@data-href") == [f"/payables/{scene.payable}"]
    first = browser.page("/payables", limit="1")
    assert first.xpath("//tbody/tr/@data-href") == [f"/payables/{scene.waiting}"]
    (older,) = first.xpath("//nav[@class='pager']/a[@class='on']/@href")
    assert browser.page(older).xpath("//tbody/tr/@data-href") == [f"/payables/{scene.payable}"]
    assert "No payable matches." in browser.text("/payables", state="refused")


def test_the_claim_tree_leads_from_the_obligor_to_the_second_tier(scene: Scene, signed_in: Enter) -> None:
    page = signed_in("agent").page(f"/payables/{scene.payable}")
    (drawing,) = page.xpath("//svg[contains(@class, 'tree')]")
    boxes = [" ".join(box.text_content().split()) for box in drawing.xpath(".//g[contains(@class, 'box')]")]
    assert [box.rpartition(" EUR")[0].split()[-1] for box in boxes] == ["1,000.00", "1,000.00", "300.00"]
    assert drawing.xpath(".//a/@href") == [f"/lots/{scene.root}", f"/lots/{scene.part}"]
    text = page.text_content()
    assert "Obligor confirmed 1,000.00 EUR to Supplier" in text
    assert "Supplier passed 300.00 EUR to Subsupplier" in text
    assert "Subsupplier locked 300.00 EUR for financing by Bank" in text


def test_a_holder_sees_its_lot_and_the_path_to_it(scene: Scene, signed_in: Enter) -> None:
    browser = signed_in("subsupplier")
    text = browser.text(f"/lots/{scene.part}")
    assert "Subsupplier holds 300.00 EUR of the 1,000.00 EUR that Obligor owes." in text
    assert "Bank completes the financing with its pay-out receipt" in text
    assert "root claim Supplier" in text
    assert browser.page("/lots", which="mine").xpath("//tbody/tr/@data-href") == [f"/lots/{scene.part}"]


@pytest.mark.parametrize("path", ["/payables/{payable}", "/lots/{root}", "/lots/{part}", "/payables/0x00", "/lots/nonsense"])
def test_a_stranger_finds_nothing(scene: Scene, signed_in: Enter, path: str) -> None:
    browser = signed_in("stranger")
    answer = browser.get(path.format(payable=scene.payable, root=scene.root, part=scene.part))
    assert answer.status_code == 404
    assert "1,000.00" not in answer.text
    assert browser.page("/payables").xpath("//tbody/tr") == []
    assert browser.page("/lots").xpath("//tbody/tr") == []


def test_events_are_told_and_narrowed_to_a_payable(scene: Scene, signed_in: Enter) -> None:
    browser = signed_in("obligor")
    text = browser.text("/events", payable=scene.payable)
    assert "Claim passed on Supplier → Subsupplier" in text
    assert "Payable confirmed Obligor → Supplier" in text
    assert browser.get("/events", payable="nonsense").status_code == 400
    assert scene.payable[:10] not in signed_in("stranger").text("/events")


def test_oversight_runs_the_check(scene: Scene, signed_in: Enter) -> None:
    browser = signed_in("auditor")
    assert browser.http.post("/checks", data={"form_token": "made-up"}).status_code == 303
    assert "The latest full check" not in browser.text("/checks")
    assert browser.send("/checks", "/checks").headers["location"] == "/checks"
    assert "Everything agrees" in browser.text("/checks")
    assert "Claims on the chain and in the index" in browser.text("/checks")
    stranger = signed_in("stranger")
    assert "Everything agrees" not in stranger.text("/checks")
    assert stranger.page("/checks").xpath("//form[@action='/checks']") == []
    token = stranger.page("/").xpath("//form[@action='/sign-out']/input/@value")[0]
    assert stranger.http.post("/checks", data={"form_token": token}).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Differences found: 3", "breaks_open", "serious", "open")),
        ("zh", ("发现差异：3 处", "breaks_open", "严重", "未处理")),
    ],
)
def test_a_break_is_shown_with_its_history(scene: Scene, signed_in: Enter, language: str, words: tuple[str, ...]) -> None:
    browser = signed_in("registrar")
    browser.get("/about", lang=language)
    with planted(scene.world.platform) as code:
        browser.send("/checks", "/checks")
        assert_clean(browser.page("/checks"))
        assert all(word in browser.text("/checks") for word in words), browser.text("/checks")
        (link,) = browser.page("/checks", code=code).xpath("//tbody/tr/@data-href")
        number = int(link.rsplit("/", 1)[1])
        registrar = scene.world["registrar"]
        registrar.made(f"/v1/breaks/{number}/own", {"name": "Li <Wei>"})
        registrar.made(f"/v1/breaks/{number}/explain", {"reason": "a <b>drill</b>"})
        assert_clean(browser.page(link))
        text = browser.text(link)
        assert all(word in text for word in (code, "profile:", "tenor=", "Li <Wei>", "a <b>drill</b>"))
        assert browser.page("/checks", state="explained").xpath("//tbody/tr/@data-href") == [link]
        assert "3 serious" not in browser.text("/")
        assert signed_in("auditor").get(link).status_code == 200
        assert signed_in("supplier").get(link).status_code == 403
    browser.send("/checks", "/checks")
    assert link not in browser.page("/checks").xpath("//tbody/tr/@data-href")
    assert_clean(browser.page(link))
    assert browser.get("/breaks/999999").status_code == 404


def test_parties_and_limits(signed_in: Enter) -> None:
    text = signed_in("registrar").text("/parties")
    assert HOSTILE in text
    assert "100,000,000.00 EUR" in text
    assert "<script>alert" not in signed_in("registrar").get("/parties").text
    assert "100,000,000.00 EUR" not in signed_in("stranger").text("/parties")


@pytest.mark.parametrize(
    ("path", "status"), [("/nope", 404), ("/lots?which=odd", 400), ("/payables?obligor=x", 400), ("/payables?after=%00", 400)]
)
def test_errors_have_pages(signed_in: Enter, path: str, status: int) -> None:
    answer = signed_in("supplier").get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")


def test_a_lot_offers_its_certificate_and_where_to_verify_it(scene: Scene, signed_in: Enter) -> None:
    browser = signed_in("subsupplier")
    links = browser.page(f"/lots/{scene.part}").xpath("//main//section//a/@href")
    assert f"/lots/{scene.part}/certificate" in links
    content, pin = browser.get(f"/lots/{scene.part}/certificate"), browser.get("/pin")
    assert content.headers["content-disposition"].startswith("attachment")
    found = check.verify(content.content, Pin.of(pin.content))
    assert (found.pinned, found.certificate.lot) == (True, int(scene.part, 16))
    assert "/verify" in browser.page("/about").xpath("//main//a/@href")
    page = browser.get("/verify")
    assert page.status_code == 200
    assert "default-src 'none'; script-src 'sha256-" in page.headers["content-security-policy"]
    assert page.text == PAGE.read_text()
    assert signed_in("stranger").get(f"/lots/{scene.part}/certificate").status_code == 404
