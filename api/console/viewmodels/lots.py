"""One lot: its word in plain language, the path that leads to it, and what may be done next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.console.viewmodels.claims import Step, endings, is_live, tier_of, timeline
from api.console.viewmodels.writing import Badge, Writer, short
from api.schemas.instruments import ProfileOut
from api.schemas.lots import LotOut
from api.schemas.payables import PayableOut, TreeOut
from registry.identity.rules import profile_name


@dataclass(frozen=True, slots=True)
class LotRow:
    """A lot in a list."""

    id: str
    short: str
    payable: str
    payable_short: str
    holder: str
    amount: str
    tier: str
    badges: Sequence[Badge]
    mine: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One lot on the path from the root."""

    id: str
    short: str
    label: str
    holder: str
    current: bool


@dataclass(frozen=True, slots=True)
class LotPage:
    """Everything on a lot's page."""

    row: LotRow
    sentences: Sequence[str]
    facts: Sequence[tuple[str, str]]
    path: Sequence[Place]
    next_steps: Sequence[str]
    steps: Sequence[Step]
    live: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A lot with the payable it is part of and the rules it was issued under."""

    lot: LotOut
    payable: PayableOut
    profile: ProfileOut

    @property
    def record(self) -> datetime:
        """From when it no longer changes hands."""
        return self.payable.due - timedelta(seconds=self.profile.record_lead)


def lot_row(lot: LotOut, writer: Writer) -> LotRow:
    """A lot in a list."""
    shown = [flag for flag in lot.flags if flag in {"recourse", "frozen"}]
    return LotRow(
        id=lot.id,
        short=short(lot.id),
        payable=lot.payable,
        payable_short=short(lot.payable),
        holder=writer.name(lot.holder),
        amount=writer.money(lot.amount),
        tier=writer.words("tier", tier=tier_of(lot)),
        badges=[writer.state(lot.state), *(writer.flag(flag) for flag in shown)],
        mine=lot.holder == writer.reader,
    )


def lot_page(lot: LotOut, tree: TreeOut, *, profile: ProfileOut, writer: Writer) -> LotPage:
    """A lot's page. `tree` is what the reader sees of its payable."""
    case = Case(lot, tree.payable, profile)
    row, state = lot_row(lot, writer), endings(tree).get(lot.id, lot.state)
    own = [move for move in tree.moves if lot.id in {move.lot, move.child}]
    return LotPage(
        row=replace(row, badges=[writer.state(state), *row.badges[1:]]),
        sentences=_sentences(case, writer),
        facts=[(writer.words(key), value) for key, value in _facts(case, writer)],
        path=_path(lot, tree, writer),
        next_steps=next_steps(case, writer),
        steps=timeline(own, writer),
        live=is_live(lot),
    )


def next_steps(case: Case, writer: Writer) -> list[str]:
    """What may be done with the lot now, and by whom."""
    lot, payable, say = case.lot, case.payable, writer.words
    holder = writer.name(lot.holder)
    if lot.state == "gone":
        return [say("step_none")]
    if lot.state == "empty":
        return [say("step_tree")]
    if lot.state == "ended":
        return [say("step_reopen")]
    if payable.state == "issued":
        return [say("step_accept", party=writer.name(payable.payee)), say("step_cancel", party=writer.name(payable.obligor))]
    found = []
    if "overdue" in payable.flags:
        found.append(say("step_overdue"))
    elif lot.state == "free" and writer.now < case.record:
        found += _passing_on(case, writer, holder)
    if lot.lock is not None:
        values = {"party": writer.name(lot.lock.party), "until": writer.minute(lot.lock.until)}
        key = {"pledged": "step_pledgee", "financing": "step_funder", "offered": "step_offer_taken"}.get(lot.state, "step_lock_ends")
        found.append(say(key, **values))
    if "suspended" in payable.flags:
        found.append(say("step_suspended"))
    elif writer.now >= case.record or not found:
        found.append(say("step_redeem"))
    return found


def _passing_on(case: Case, writer: Writer, holder: str) -> list[str]:
    say, lot, rules = writer.words, case.lot, case.profile
    if lot.hops >= rules.hops:
        return [say("step_no_hops")]
    found = [say("step_offer", party=holder)]
    if lot.depth < rules.depth:
        found.append(say("step_split", party=holder, count=rules.children))
    return [*found, say("step_finance", party=holder)]


def _sentences(case: Case, writer: Writer) -> list[str]:
    lot, payable, say = case.lot, case.payable, writer.words
    holder, amount = writer.name(lot.holder), writer.money(lot.amount)
    obligor = writer.name(payable.obligor)
    if not is_live(lot):
        return [say(f"say_{lot.state}", holder=holder, amount=amount)]
    found = [say("say_holds", holder=holder, amount=amount, face=writer.money(payable.face), obligor=obligor)]
    found.append(say("say_due", due=writer.day(payable.due), days=writer.days(payable.due)))
    found.append(say("say_record", record=writer.minute(case.record)))
    found.append(say("say_hops", count=lot.hops, most=case.profile.hops))
    if lot.recourse_seller is not None:
        found.append(say("say_recourse", obligor=obligor, seller=writer.name(lot.recourse_seller)))
    if lot.frozen.minor():
        found.append(say("say_frozen", amount=writer.money(lot.frozen)))
    return found


def _facts(case: Case, writer: Writer) -> list[tuple[str, str]]:
    lot, say, rules = case.lot, writer.words, case.profile
    lock = say("none")
    if lot.lock is not None:
        party = writer.name(lot.lock.party)
        pledged = lot.state == "pledged"
        lock = say("word_pledge", party=party) if pledged else say("word_lock_until", party=party, until=writer.minute(lot.lock.until))
    return [
        ("holder", writer.name(lot.holder)),
        ("amount", writer.money(lot.amount)),
        ("word_hops", say("word_of_most", count=lot.hops, most=rules.hops)),
        ("word_depth", say("word_of_most", count=lot.depth, most=rules.depth)),
        ("word_lock", lock),
        ("word_frozen", writer.money(lot.frozen) if lot.frozen.minor() else say("none")),
        ("word_recourse", writer.name(lot.recourse_seller) or say("none")),
        ("word_version", str(lot.version)),
        ("profile", say("profile_no", name=profile_name(case.payable.profile))),
        ("word_id", lot.id),
    ]


def _path(lot: LotOut, tree: TreeOut, writer: Writer) -> list[Place]:
    known = {item.id: item for item in tree.lots}
    line: list[LotOut] = []
    at: LotOut | None = lot
    while at is not None and at not in line:
        line.append(at)
        at = known.get(at.parent or "")
    return [
        Place(
            id=item.id,
            short=short(item.id),
            label=writer.words("path_root") if item.parent is None else writer.words("path_child", number=(item.child_index or 0) + 1),
            holder=writer.name(item.holder),
            current=item.id == lot.id,
        )
        for item in reversed(line)
    ]
