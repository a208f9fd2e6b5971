"""The demo as its users start it: it is killed in the middle, goes on, ends with the figures it promises, and doubles nothing."""

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CURRENCIES = {"DKK", "EUR", "GBP", "NOK", "SEK"}


def demo(folder: Path) -> subprocess.Popen[str]:
    words = ["--data", str(folder), "--port", "0", "--exit", "--json", str(folder.parent / "figures.json")]
    return subprocess.Popen([sys.executable, "-m", "scripts.story", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True)


def figures(folder: Path) -> dict[str, Any]:
    """Runs the demo to its end."""
    with demo(folder) as process:
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 0, said
    return dict(json.loads((folder.parent / "figures.json").read_text()))


def chapters_told(folder: Path) -> int:
    try:
        return len(json.loads((folder / "story.json").read_text())["done"])
    except FileNotFoundError:
        return 0


def kill_after(chapters: int, folder: Path) -> None:
    """Kills the demo, not its service, once so many chapters are told."""
    with demo(folder) as process:
        while chapters_told(folder) < chapters:
            with contextlib.suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"the demo ended early with code {process.wait(timeout=0.05)}")
        process.send_signal(signal.SIGKILL)
        assert process.stderr is not None
        process.stderr.read()
    assert process.returncode == -signal.SIGKILL


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A story that was cut off by SIGKILL and told to its end."""
    folder = tmp_path_factory.mktemp("demo") / "data folder"
    kill_after(4, folder)
    return folder, figures(folder)


def test_the_figures_are_what_the_story_promises(told: tuple[Path, dict[str, Any]]) -> None:
    found = told[1]
    assert found["invoices_by_source"]["documents"]["accepted"] >= 25
    assert found["invoices"]["read"] == found["invoices"]["accepted"] + found["invoices"]["refused"]
    assert found["payables_by_source"]["export_rows"] >= 500
    payables = found["payables"]
    assert payables["issued"] == sum(found["payables_by_source"].values())
    assert payables["issued"] == sum(payables[name] for name in ("refused", "cancelled", "paid_full", "paid_short"))
    assert (payables["refused"], payables["cancelled"], payables["paid_short"]) == (1, 1, 1)
    assert set(found["lots_by_tier"]) == {"1", "2", "3", "funder"}
    assert found["double_financing_refused"] == 1
    assert found["redeemed"] >= payables["paid_full"]
    assert set(found["money"]) == CURRENCIES
    assert found["breaks"] == 0
    assert len(found["checks"]) > 20
    assert (found["crash"]["lost"], found["crash"]["doubled"]) == (0, 0)


def test_a_second_run_goes_on_and_doubles_nothing(told: tuple[Path, dict[str, Any]]) -> None:
    folder, first = told
    again = figures(folder)
    moving = {"checks"}
    assert {name: again[name] for name in again if name not in moving} == {name: first[name] for name in first if name not in moving}


def test_the_page_stands_alone(told: tuple[Path, dict[str, Any]]) -> None:
    page = (told[0] / "story.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert "src=" not in page
    for name in ("Hartwald Drives AG", "Jiangcheng Precision Castings Co., Ltd.", "Xiaohe Fasteners Co., Ltd.", "invoice_exceeded"):
        assert name in page
