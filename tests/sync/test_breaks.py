"""A difference becomes a break with a history: found, owned, explained, changed, gone. Checks run by themselves and on demand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from chain.errors import NodeUnavailable
from chain.structs import ROLE_AUDITOR
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import SERVICE, Actor
from registry.sync import breaks, check, recording, repo_breaks
from registry.sync.alarms import Severity
from registry.sync.breaks import BreakResolved, Filter, State
from registry.sync.check import Break, CheckReport
from registry.sync.reconciler import Pace, Reconciler
from registry.sync.status import Status, collect
from registry.sync.tables import BreakRecord, CheckRun
from tests.sync.people import OBLIGOR, REGISTRAR
from tests.sync.site import Site
from tests.sync.test_check import deal

AUDITOR = Actor(9, ROLE_AUDITOR, "test")
SECONDS = 60.0


def plant(owner: Engine, statement: str) -> None:
    with owner.begin() as connection:
        connection.execute(text("set local session_replication_role = replica"))
        assert connection.exec_driver_sql(statement).rowcount


def reconciler(site: Site, pace: Pace | None = None) -> Reconciler:
    return Reconciler(site.work, site.gateway, site.runtime.alarms, pace=pace or Pace(0, 0))


def standing(site: Site, *states: State) -> list[BreakRecord]:
    with site.work.begin(AUDITOR) as unit:
        return breaks.listed(unit, Filter(states=states or breaks.STANDING))[::-1]


def history(site: Site, number: int) -> list[tuple[str, str, str | None]]:
    with site.work.begin(AUDITOR) as unit:
        return [(step.cause, step.state, step.note) for step in breaks.history(unit, number)]


def status(site: Site, checks_every: float = 0.0) -> Status:
    return collect(site.work, site.gateway, engine="embedded", raised=site.runtime.alarms.raised, checks_every=checks_every)


def test_a_break_lives_from_found_to_gone(site: Site, owner: Engine) -> None:
    deal(site)
    checks = reconciler(site)
    assert checks.check_now(SERVICE)[1].clean
    assert (standing(site), status(site).ready) == ([], True)
    plant(owner, "update profiles set tenor = tenor + 1")
    number, report = checks.check_now(REGISTRAR)
    found = {row.code: row for row in standing(site)}
    assert set(found) == {"word_profile", "index_row", "index_digest"}
    row = found["word_profile"]
    tenor = int(row.expected.removeprefix("tenor="))
    assert (row.subject, row.found, row.state, row.run_id) == (
        found["index_row"].subject.replace("profiles", "profile"),
        f"tenor={tenor + 1}",
        "open",
        number,
    )
    assert not status(site).ready
    assert status(site).reason == "breaks_open: 1 index_digest, 1 index_row, 1 word_profile"
    # Seen again: the same break.
    site.clock.advance(timedelta(minutes=5))
    again, _ = checks.check_now(SERVICE)
    seen = {each.code: each for each in standing(site)}["word_profile"]
    assert (seen.id, seen.first_seen, seen.last_seen, seen.run_id) == (row.id, row.first_seen, site.clock.now(), again)
    with site.work.begin(REGISTRAR) as unit:
        breaks.own(unit, row.id, "Li Wei")
        for each in found.values():
            breaks.explain(unit, each.id, " a test of the tenor ")
    assert status(site).ready
    with site.work.begin(AUDITOR) as unit:
        assert breaks.owner_name(unit, breaks.one(unit, row.id)) == "Li Wei"
    # An explanation holds as long as the figures do.
    checks.check_now(SERVICE)
    assert {each.state for each in standing(site)} == {"explained"}
    plant(owner, "update profiles set tenor = tenor + 1")
    checks.check_now(SERVICE)
    assert {(each.state, each.id) for each in standing(site)} == {("open", each.id) for each in found.values()}
    # What shows no more is resolved by the check itself.
    plant(owner, "update profiles set tenor = tenor - 2")
    number, report = checks.check_now(SERVICE)
    assert (report.clean, standing(site), status(site).ready) == (True, [], True)
    assert history(site, row.id) == [
        ("found", "open", None),
        ("owned", "open", "Li Wei"),
        ("explained", "explained", "a test of the tenor"),
        ("changed", "open", None),
        ("gone", "resolved", None),
    ]
    with site.work.begin(AUDITOR) as unit:
        run = breaks.run(unit, number)
        assert (run.state, run.kind, run.found, run.opened, run.resolved) == ("done", "full", 0, 0, 3)
    # One that comes back is a new one.
    plant(owner, "update profiles set tenor = tenor + 1")
    checks.check_now(SERVICE)
    assert row.id not in {each.id for each in standing(site)}
    plant(owner, "update profiles set tenor = tenor - 1")


def test_who_may_see_explain_and_own(site: Site, owner: Engine) -> None:
    site.runtime.drain()
    plant(owner, "update nonces set next = next + 1")
    reconciler(site).check_now(SERVICE)
    (row,) = standing(site)
    with site.work.begin(AUDITOR) as unit:
        assert breaks.one(unit, row.id).code == "nonce"
    asks: list[Callable[..., object]] = [
        lambda unit: breaks.explain(unit, row.id, "why"),
        lambda unit: breaks.own(unit, row.id, "who"),
    ]
    for ask in asks:
        for actor in (AUDITOR, OBLIGOR):
            with pytest.raises(Forbidden), site.work.begin(actor) as unit:
                ask(unit)
    with pytest.raises(Forbidden), site.work.begin(OBLIGOR) as unit:
        breaks.listed(unit, Filter())
    for reason in ("", "  ", "a\x00b", "x" * 1001):
        with pytest.raises(Invalid), site.work.begin(REGISTRAR) as unit:
            breaks.explain(unit, row.id, reason)
    with pytest.raises(NotFound), site.work.begin(REGISTRAR) as unit:
        breaks.explain(unit, row.id + 1, "why")
    # A minor break does not hold up the service.
    assert (status(site).ready, status(site).count(Severity.MINOR)) == (True, 1)
    plant(owner, "update nonces set next = next - 1")
    reconciler(site).check_now(SERVICE)
    with pytest.raises(BreakResolved), site.work.begin(REGISTRAR) as unit:
        breaks.own(unit, row.id, "too late")


def test_breaks_are_filtered_and_paged(site: Site, owner: Engine) -> None:
    deal(site)
    plant(owner, "update lots set holder = 7 where amount = 20000")
    plant(owner, "update entities set status = 2 where id = 4")
    reconciler(site).check_now(SERVICE)
    with site.work.begin(AUDITOR) as unit:
        whole = breaks.listed(unit, Filter())
        assert {row.code for row in whole} == {"word_lot", "index_row", "index_digest", "ledger_claims", "record_entity"}
        assert [row.code for row in breaks.listed(unit, Filter(severity=Severity.MINOR))] == ["record_entity"]
        assert [row.code for row in breaks.listed(unit, Filter(code="word_lot"))] == ["word_lot"]
        assert breaks.listed(unit, Filter(code="word_lot", severity=Severity.MINOR)) == []
        assert [row.code for row in breaks.listed(unit, Filter(subject="entity:4"))] == ["record_entity"]
        assert breaks.listed(unit, Filter(states=[State.RESOLVED])) == []
        pages, last = [], None
        while page := breaks.listed(unit, Filter(), before=last, limit=2):
            pages += page
            last = page[-1].id
        assert [row.id for row in pages] == [row.id for row in whole]
        claims = {row.subject: (row.expected_minor, row.found_minor, row.currency) for row in whole if row.code == "ledger_claims"}
        assert claims == {"entity:5:CNY": (100_000, 120_000, "CNY"), "entity:7:CNY": (20_000, 0, "CNY")}


def test_a_quick_check_says_only_what_it_has_seen(site: Site, owner: Engine) -> None:
    checks = reconciler(site)
    checks.quick_now()
    deal(site)
    plant(owner, "update lots set amount = amount + 1 where amount = 20000")
    payment = "update chain_events set args = jsonb_set(args, '{amount}', to_jsonb(%r::text))"
    told = f"{payment} where name = 'PaymentRecorded' and args ->> 'amount' = %r"
    plant(owner, told % ("1", "60000"))
    # Blocks that came since the last check are looked at closely.
    assert {item.code for item in checks.quick_now().breaks} >= {"word_lot", "index_event", "conservation"}
    # Now nothing is new: what add up is seen, the rest is left as it stands.
    assert {item.code for item in checks.quick_now().breaks} & {"word_lot", "index_event", "conservation"} == {"conservation"}
    plant(owner, "update lots set amount = amount - 1 where amount = 20001")
    assert checks.quick_now().clean
    assert {row.code for row in standing(site)} == {"word_lot", "index_event"}
    plant(owner, told % ("60000", "1"))
    checks.check_now(SERVICE)
    assert standing(site) == []


def test_idle_quick_checks_are_not_kept(site: Site) -> None:
    checks = reconciler(site)
    for _ in range(3):
        checks.quick_now()
    checks.check_now(SERVICE)
    checks.quick_now()
    with site.work.begin(AUDITOR) as unit:
        assert [row.kind for row in breaks.runs(unit)] == ["quick", "full"]


def test_a_check_that_began_earlier_does_not_undo_what_a_later_one_saw(site: Site) -> None:
    def begun(kind: str) -> int:
        with site.work.begin(SERVICE) as unit:
            return recording.begin(unit, kind).id

    def finish(number: int, *found: Break, covered: frozenset[str] = frozenset(check.CODES)) -> None:
        with site.work.begin(SERVICE) as unit:
            recording.finish(unit, number, CheckReport(1, breaks=list(found), covered=covered))

    word, total = Break("word_lot", "lot:0x1", "1", "2"), Break("outstanding", "payable:0x1", "1", "2")
    first, second, third = begun("full"), begun("quick"), begun("full")
    finish(second, total, covered=check.QUICK)
    # It may still tell of what the quick one has not compared.
    finish(first, word)
    assert [row.code for row in standing(site)] == ["outstanding", "word_lot"]
    early, late = begun("full"), begun("full")
    finish(late)
    finish(early, word, total)
    assert standing(site) == []
    finish(third, word)
    assert standing(site) == []


def test_of_too_many_breaks_of_a_code_no_more_are_kept_and_none_is_called_over(site: Site) -> None:
    def finish(found: list[Break]) -> None:
        with site.work.begin(SERVICE) as unit:
            recording.finish(unit, recording.begin(unit, "full").id, CheckReport(1, breaks=found))

    many = [Break("index_row", f"lots:{number}", "1", "2") for number in range(recording.MOST + 5)]
    finish([Break("index_row", "lots:before", "1", "2"), Break("nonce", "key:0x1", "1", "2")])
    finish(many)
    with site.work.begin(SERVICE) as unit:
        counts = {(row.code, row.state): row.number for row in repo_breaks.counts(unit.session)}
    assert counts == {("index_row", "open"): recording.MOST + 1}
    finish([])
    assert standing(site) == []


def wait_for(condition: Callable[[], bool], checks: Reconciler) -> None:
    """Waits on the bell that rings whenever the worker is asked to look."""
    seen = 0
    for _ in range(int(SECONDS * 10)):
        if condition():
            return
        checks._bell.wait(seen, 0.1)
        seen = checks._bell.rings
    raise AssertionError("it did not happen")


def runs(site: Site) -> list[CheckRun]:
    with site.work.begin(AUDITOR) as unit:
        return breaks.runs(unit)


def test_the_service_checks_by_itself_and_when_it_is_asked(site: Site, owner: Engine) -> None:
    with site.work.begin(SERVICE) as unit:
        lost = recording.begin(unit, "full").id
    checks = reconciler(site, Pace(quick=0.05, full=0.1, rest=0))
    assert not checks.running
    checks.start()
    try:
        assert checks.running
        deal(site)
        plant(owner, "update credit_limits set used = 0")
        wait_for(lambda: {row.code for row in standing(site)} >= {"limit_used", "word_limit", "index_row"}, checks)
        plant(owner, "update credit_limits set used = (select sum(outstanding - available) from payables)")
        wait_for(lambda: standing(site) == [], checks)
    finally:
        checks.stop()
    # What an earlier process had begun is not left running for ever.
    assert {row.id: row.state for row in runs(site)}[lost] == "failed"
    checks = reconciler(site, Pace(quick=0, full=0))
    checks.start()
    try:
        with site.work.begin(AUDITOR) as unit:
            asked = recording.ask(unit).id
        checks.wake()
        wait_for(lambda: {row.id: row.state for row in runs(site)}[asked] == "done", checks)
        assert not checks.running
    finally:
        checks.stop()


class Silent:
    """A node that has gone away."""

    finality = 0

    def __getattr__(self, name: str) -> object:
        raise NodeUnavailable("nobody answers")


def test_a_check_that_fails_is_an_alarm_until_one_succeeds(site: Site) -> None:
    site.runtime.drain()
    checks = reconciler(site, Pace(quick=0.05, full=0, rest=0))
    checks._gateway = Silent()  # type: ignore[assignment]
    checks.start()
    try:
        wait_for(lambda: [each.name for each in site.runtime.alarms.raised] == ["check_failed"], checks)
        assert {row.failure for row in runs(site) if row.state == "failed"} == {"NodeUnavailable: nobody answers"}
        checks._gateway = site.gateway
        wait_for(lambda: site.runtime.alarms.raised == [], checks)
    finally:
        checks.stop()


def test_a_full_check_ends_with_the_service(site: Site) -> None:
    deal(site)
    # It would rest for hours.
    checks = reconciler(site, Pace(quick=0.01, full=0.01, share=1e-7))
    checks.start()
    wait_for(lambda: any((row.kind, row.state) == ("full", "running") for row in runs(site)), checks)
    checks.stop()
    assert [row.failure for row in runs(site) if row.kind == "full"] == ["Stopped: the service ends"]
