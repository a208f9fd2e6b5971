"""The page at /verify in a real browser, opened from the disk, offline."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.build_verify import PAGE
from tests.factories.chromium import BINARY, Tab, browser
from tests.factories.tampering import FOLDER

pytestmark = pytest.mark.skipif(BINARY is None, reason="needs a Chromium on the path; Node runs the same script in test_verify_page.py")
DESKTOP, PHONE = (1280, 800), (390, 844)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("chromium")) as found:
        found.do("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        yield found


def told(tab: Tab, *, language: str, **files: list[Path]) -> str:
    """What a person sees after giving these files, in a language."""
    tab.open(PAGE.as_uri())
    tab.ask(f"document.querySelector('[data-language={language}]').click()")
    for kind, given in files.items():
        tab.choose(f"#{kind}-file", *given)
        names = ", ".join(file.name for file in given)
        shown = f"document.getElementById('{kind}-name').textContent === '{names}'"
        tab.ask(f"new Promise(done => {{ const look = () => ({shown}) ? done() : requestAnimationFrame(look); look(); }})")
    return str(tab.ask("document.getElementById('result').innerText"))


@pytest.mark.parametrize("screen", [DESKTOP, PHONE])
@pytest.mark.parametrize(
    ("language", "files", "expected"),
    [
        ("en", ("locked", "pin"), ["Proven", "participant 4 holds 200.00 CNY", "weaker than seals", "What is not"]),
        ("zh", ("locked", "pin"), ["已证明", "参与方 4 持有", "200.00 CNY", "未证明的内容"]),
        ("en", ("clique-votes", "pin-clique"), ["Proven", "The validators changed 2 time(s)"]),
        ("en", ("whole", None), ["Consistent, issuer not pinned", "Anyone could have made it"]),
        ("zh", ("whole", "pin-qbft"), ["属于另一个网络"]),
        ("en", ("made-settled", "pin"), ["Refused", "nothing is owed"]),
        ("en", ("pin", "pin"), ["Refused", "not a certificate of version 1"]),
    ],
)
def test_what_a_person_sees(tab: Tab, screen: tuple[int, int], language: str, files: tuple[str, str | None], expected: list[str]) -> None:
    (width, height), (name, pin) = screen, files
    tab.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500)
    given = {"certificate": [FOLDER / f"{name}.json"]} | ({"pin": [FOLDER / f"{pin}.json"]} if pin else {})
    text = told(tab, language=language, **given)
    assert [part for part in expected if part not in text] == []
    assert tab.ask("document.documentElement.scrollWidth") <= width
    assert tab.complaints == []
    assert {url.partition(":")[0] for url in tab.requests} <= {"file", "about"}


def test_documents_are_compared(tab: Tab, tmp_path: Path) -> None:
    (tmp_path / "contract.txt").write_bytes(b"contract")
    (tmp_path / "other.txt").write_bytes(b"contract!")
    given = {"certificate": [FOLDER / "whole.json"], "pin": [FOLDER / "pin.json"]}
    text = told(tab, language="en", **given, document=[tmp_path / "contract.txt", tmp_path / "other.txt"])
    assert "contract.txt is one of the disclosed documents." in text
    assert "other.txt is not among the disclosed documents." in text


def test_a_changed_file_is_refused(tab: Tab, tmp_path: Path) -> None:
    changed = tmp_path / "changed.json"
    changed.write_bytes((FOLDER / "whole.json").read_bytes().replace(b'"amount":"123456"', b'"amount":"923456"', 1))
    text = told(tab, language="en", certificate=[changed], pin=[FOLDER / "pin.json"])
    assert "Refused" in text
    assert "holds" not in text


def test_markup_in_a_certificate_stays_text(tab: Tab, tmp_path: Path) -> None:
    """Whatever stands in a file, and in its name."""
    hostile = tmp_path / "<img src=x onerror=alert(1)>.json"
    hostile.write_bytes((FOLDER / "whole.json").read_bytes().replace(b'"lock":null', b'"<img src=x>":null', 1))
    assert "Refused" in told(tab, language="en", certificate=[hostile])
    assert tab.ask("document.querySelectorAll('img').length") == 0
