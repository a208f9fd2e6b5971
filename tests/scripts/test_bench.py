"""The benchmarks run on real parts, here with a handful of rows, and give the figures that others read as JSON."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from scripts.benchmarks import certificate, claims, compare, gas, history, index, submit
from scripts.benchmarks.figures import Figure
from scripts.benchmarks.site import START, opened
from scripts.story.process import Service

ROOT = Path(__file__).parents[2]


def test_gas_names_every_act_that_is_aimed_at() -> None:
    found, figures = gas.run(fresh=False)
    assert set(found) == {
        "issue_one_invoice",
        "extra_invoice",
        "split_by_offer",
        "whole_by_offer",
        "lock",
        "redeem",
        "record_payment",
        "batch_leg",
        "clearing_leg",
        "largest_contract_bytes",
    }
    assert [name for name, value in found.items() if not value and name != "batch_leg"] == []
    assert len(figures) == len(found)
    assert all(figure.target for figure in figures)


def test_the_comparison_in_the_readme_is_the_snapshots() -> None:
    found = compare.committed()
    assert compare.table(found) in compare.README.read_text()
    # Nothing measured is left out, and every act is measured of this contract.
    shown = {f"{token}, {act}" for token in compare.TOKENS for act in compare.ACTS}
    assert set(found) - shown == {"Tallystick, lock by the holder"}
    assert [act for act in compare.ACTS if not compare.gas_of(found, "Tallystick", act)] == []
    assert [figure.name for figure in compare.figures(found)] == list(compare.ACTS)


def test_a_figure_knows_which_way_its_target_points() -> None:
    assert Figure(name="gas", ours=5, unit="", target=5).holds
    assert not Figure(name="gas", ours=6, unit="", target=5).holds
    assert Figure(name="rate", ours=5, unit="", target=5, least=True).holds
    assert not Figure(name="rate", ours=4, unit="", target=5, least=True).holds
    assert Figure(name="unknown", ours=None, unit="", target=5).holds is None


def test_rates_and_steps_are_measured_on_real_parts(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        indexed = index.measure(site, 3)
        sent = submit.queue(site, 4, first=3)
        proofs = certificate.measure(site, others=2, repeats=3, first=7)
        invoices = site.take_in(4, first=10)
    service = Service(tmp_path, 0, now=START)
    try:
        sent |= submit.api(service, site.tokens["obligor"], invoices, clients=2)
        steps = claims.measure(service, site.tokens, supplier=site.supplier.entity_id, rows=30, payables=3)
    finally:
        service.stop()
    assert set(indexed) == {
        *("events", "blocks", "cached_events_per_s", "rpc_events_per_s", "getlogs_events_per_s", "submit_tx_per_s"),
        *("ponder_events", "ponder_events_per_s", "ratio"),
    }
    assert indexed["events"] == 3 * 2 + 10
    assert set(sent) == {
        *("transactions", "queue_tps", "raw_tps"),
        *("requests", "clients", "api_tps", "api_p50_ms", "api_p99_ms", "async_tps", "async_p50_ms", "async_p99_ms", "lost", "doubled"),
    }
    assert (sent["transactions"], sent["requests"], sent["lost"], sent["doubled"]) == (4, 4, 0, 0)
    assert set(steps) == {"rows", "accepted", "payables", "import_s", "confirm_s", "accept_s", "pay_s", "clear_s"}
    assert (steps["rows"], steps["payables"]) == (30, 3)
    assert set(proofs) == {"payables", "bytes", *(f"{name}_{mark}_ms" for name in ("build", "verify", "page") for mark in ("p50", "p99"))}
    assert all(proofs.values())
    for rows in (certificate.figures(proofs), index.figures(indexed | {"ratio": 1.0}), submit.figures(sent), claims.figures(steps)):
        assert all(row.ours is not None for row in rows)


def test_a_made_up_history_is_indexed_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as site:
        found = history.measure(site, [100, 900])
        with history.empty(site, "bench_history") as work, work.engine.connect() as connection:
            names = {
                row.name: row.total for row in connection.execute(text("select name, count(*) as total from chain_events group by name"))
            }
            ended = connection.scalar(text("select count(*) from payables where redeemed = face"))
    assert set(found) == {f"history_{mark}_{kind}" for mark in (100, 900) for kind in ("events_per_s", "peak_mb")}
    assert sum(names.values()) == sum(map(history.count, range(1, 9))) == sum(len(history.events(number)) for number in range(9))
    assert ended == names["Redeemed"]
    assert all(row.ours for row in history.figures(found))


def test_the_command_says_what_there_is() -> None:
    shown = subprocess.run([sys.executable, "-m", "scripts.benchmarks", "--help"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert all(name in shown.stdout for name in ("gas", "submit", "index", "claims", "certificate", "--json"))
