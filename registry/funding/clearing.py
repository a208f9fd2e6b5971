"""Clearing: the list of pay-outs that follows from the chain's state, and its run by the payment agent.

Covered: every live lot is redeemed whole. Short: a round is opened, each lot gets its share, the round is closed. The bank pays, the
receipts burn the claims; the list needs nothing but the mirror, so that anybody with the same block gets the same lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from chain.structs import PAYABLE_ROUND_OPEN
from registry.funding import receipts, repo, rules
from registry.funding.errors import MirrorBehind, NothingToClear
from registry.funding.rules import Claim, Line
from registry.funding.tables import ClearingLine, ClearingRun
from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.outbox import ContractCall
from registry.kernel.uow import Unit
from registry.receivables import visibility
from registry.receivables.errors import StillPending
from registry.receivables.repo.claims import hold, hold_all
from registry.receivables.repo.visibility import sees_all
from registry.receivables.tables import Lot, Payable


class _PayOut(NamedTuple):
    lot: str
    base: int
    amount: int
    receipt: bytes


_COLUMN = "clearing_lines.reference_sealed"


@dataclass(frozen=True)
class ClearingPlan:
    """A clearing list as of a block; `round` 0 means in full. Amounts in minor units of `currency`."""

    payable_id: str
    currency: str
    block_number: int
    round: int
    base: int
    payment: int
    lines: list[Line]


def plan(unit: Unit, payable_id: str) -> ClearingPlan:
    """The list as it would be run now; those who are not a party of the payable see their own lines. NothingToClear without money."""
    debt = visibility.payable(unit, payable_id)
    (found,) = _plans(unit, [debt])
    if sees_all(unit.actor) or visibility.is_party(unit, debt):
        return found
    me = unit.actor.entity_id
    own = [line for line in found.lines if me in (line.holder, line.payee)]
    return ClearingPlan(found.payable_id, found.currency, found.block_number, found.round, found.base, found.payment, own)


def run(unit: Unit, payable_id: str, references: Mapping[str, str | None] | None = None) -> ClearingRun:
    """The agent clears a payable: records the list with its bank references and enqueues the redemptions.

    `references` has the bank's reference of the pay-out by lot id; lots without one get an end-to-end reference of ours ("TS-run-line").
    """
    return run_many(unit, [payable_id], references)[0]


def run_many(unit: Unit, payable_ids: Sequence[str], references: Mapping[str, str | None] | None = None) -> list[ClearingRun]:
    """`run` for many payables at once, such as all that fell due today: all of them, or none and the first that can't be is named."""
    wanted = [payable_id.lower() for payable_id in payable_ids]
    if len(set(wanted)) < len(wanted):
        raise Invalid("a payable is cleared once at a time; the list has one twice")
    hold_all(unit.session, [f"clearing:{payable_id}" for payable_id in wanted])
    debts = visibility.payables_named(unit, wanted)
    _require_agent(unit, debts)
    before = repo.pending_runs(unit.session, wanted)
    late = next((debt.id for debt in debts if debt.id in before), None)
    if late is not None:
        raise StillPending(f"clearing run {before[late]} of payable {late} is on its way; wait for its block", run=before[late])
    plans = _plans(unit, debts)
    given = {lot.lower(): reference for lot, reference in (references or {}).items()}
    unknown = sorted(set(given) - {line.lot for found in plans for line in found.lines})
    if unknown:
        raise Invalid(f"lot {unknown[0]} is not on the clearing list; read the list again", lot=unknown[0])
    records = [_record(unit, debt, found) for debt, found in zip(debts, plans, strict=True)]
    repo.add(unit.session, *records)
    rows = _line_rows(unit, list(zip(records, plans, strict=True)), given)
    repo.add_lines(unit.session, [row for of_run in rows for row in of_run])
    _enqueue(unit, [call for record, of_run in zip(records, rows, strict=True) for call in _calls(record, _pay_outs(of_run))])
    return records


def resume(unit: Unit, number: int) -> ClearingRun:
    """Goes on with a round that was opened and not closed, because one of its calls was refused: the lines that are missing, then close."""
    record = clearing_run(unit, number)
    debt = visibility.payable(unit, record.payable_id)
    _require_agent(unit, [debt])
    hold(unit.session, f"clearing:{debt.id}")
    if not debt.state & PAYABLE_ROUND_OPEN or record.round != debt.round:
        raise NothingToClear(f"clearing run {record.id} is not the open round of payable {debt.id}", run=record.id, payable=debt.id)
    if repo.pending_runs(unit.session, [debt.id]):
        raise StillPending(f"clearing run {record.id} is on its way; wait for its block", run=record.id)
    seen = {lot.id for lot in repo.live_lots(unit.session, [debt.id]) if lot.round == debt.round}
    lines = [_PayOut(line.lot_id, line.base, line.amount, line.receipt) for line in repo.lines(unit.session, unit.actor, [record.id])]
    rest, done = [line for line in lines if line.lot not in seen], [line for line in lines if line.lot in seen]
    _enqueue(unit, _round_calls(record, rest, done))
    return record


def clearing_run(unit: Unit, number: int) -> ClearingRun:
    """One clearing run of a party, or one that pays the actor."""
    return runs_named(unit, [number])[0]


def runs_named(unit: Unit, numbers: Sequence[int]) -> list[ClearingRun]:
    """Clearing runs by id, in that order; NotFound names the first one that is missing or not the actor's to see."""
    found = repo.runs_by_id(unit.session, unit.actor, numbers)
    missing = next((number for number in numbers if number not in found), None)
    if missing is not None:
        raise NotFound(f"there is no clearing run {missing}, or it is not yours to see", run=missing)
    return [found[number] for number in numbers]


def visible_runs(unit: Unit, *, payable: str | None = None, after: int | None = None, limit: int = visibility.PAGE) -> list[ClearingRun]:
    """A page of clearing runs, latest first."""
    return repo.runs(unit.session, unit.actor, payable=payable, after=after, limit=visibility.page(limit))


def lines(unit: Unit, number: int) -> list[ClearingLine]:
    """Lines of a run: all for its parties, one's own for those who are paid."""
    return lines_of(unit, [clearing_run(unit, number)])[number]


def lines_of(unit: Unit, runs: Sequence[ClearingRun]) -> dict[int, list[ClearingLine]]:
    """Lines of runs that the actor sees, by run."""
    found: dict[int, list[ClearingLine]] = {record.id: [] for record in runs}
    for line in repo.lines(unit.session, unit.actor, list(found)):
        found[line.run_id].append(line)
    return found


def reference_of(unit: Unit, line: ClearingLine) -> str:
    """The bank reference of a pay-out, opened."""
    return receipts.opened(unit, line.entity_id, _COLUMN, sealed=line.reference_sealed)[1]


def _require_agent(unit: Unit, debts: Sequence[Payable]) -> None:
    for number, agent in visibility.agents_of(unit, debts).items():
        if unit.actor.entity_id != agent:
            raise Forbidden(f"only the payment agent of payable {number} clears it", payable=number)


def _plans(unit: Unit, debts: Sequence[Payable]) -> list[ClearingPlan]:
    for debt in debts:
        _require_money(debt)
    claims: dict[str, list[Claim]] = {debt.id: [] for debt in debts}
    for lot in repo.live_lots(unit.session, list(claims)):
        claims[lot.payable_id].append(_claim(lot))
    block_number = repo.indexed_block(unit.session)
    return [_plan(debt, claims[debt.id], block_number) for debt in debts]


def _require_money(debt: Payable) -> None:
    if debt.state & PAYABLE_ROUND_OPEN:
        raise StillPending(f"round {debt.round} of payable {debt.id} is open; resume its run to close it", payable=debt.id)
    if debt.outstanding == 0 or debt.available == 0:
        message = f"payable {debt.id} has {debt.available} available and {debt.outstanding} outstanding; record a payment first"
        raise NothingToClear(message, payable=debt.id)


def _plan(debt: Payable, claims: Sequence[Claim], block_number: int) -> ClearingPlan:
    base = sum(claim.amount for claim in claims)
    if base != debt.outstanding:
        message = f"the lots of payable {debt.id} add up to {base}, not to {debt.outstanding}; repeat, and run check if it stays"
        raise MirrorBehind(message, payable=debt.id)
    covered = debt.available >= debt.outstanding
    return ClearingPlan(
        payable_id=debt.id,
        currency=debt.currency,
        block_number=block_number,
        round=0 if covered else debt.round + 1,
        base=base,
        payment=base if covered else debt.available,
        lines=rules.in_full(claims) if covered else rules.pro_rata(claims, debt.available),
    )


def _claim(lot: Lot) -> Claim:
    return Claim(lot=lot.id, holder=lot.holder, payee=visibility.pledgee(lot) or lot.holder, amount=lot.amount, frozen=lot.frozen)


def _record(unit: Unit, debt: Payable, found: ClearingPlan) -> ClearingRun:
    return ClearingRun(
        entity_id=unit.actor.entity_id,
        obligor=debt.obligor,
        payable_id=debt.id,
        block_number=found.block_number,
        round=found.round,
        currency=found.currency,
        base=found.base,
        payment=found.payment,
        created_at=unit.now,
    )


def _line_rows(unit: Unit, runs: Sequence[tuple[ClearingRun, ClearingPlan]], given: Mapping[str, str | None]) -> list[list[dict[str, Any]]]:
    """Rows of the lines of each run."""
    accounts = repo.accounts(unit.session, {line.payee for _, found in runs for line in found.lines})
    return [
        [
            _line_row(unit, record, line, account=accounts.get((line.payee, found.currency)), reference=given.get(line.lot) or reference)
            for line, reference in ((line, f"TS-{record.id}-{number}") for number, line in enumerate(found.lines, start=1))
        ]
        for record, found in runs
    ]


def _line_row(unit: Unit, record: ClearingRun, line: Line, *, account: int | None, reference: str) -> dict[str, Any]:
    receipt = receipts.make(unit, _COLUMN, reference)
    return {
        "run_id": record.id,
        "lot_id": line.lot,
        "entity_id": unit.actor.entity_id,
        "holder": line.holder,
        "payee": line.payee,
        "account_id": account,
        "base": line.base,
        "amount": line.amount,
        "deposit": line.deposit,
        "receipt": receipt.commitment,
        "reference_sealed": receipt.sealed,
    }


def _pay_outs(rows: Sequence[dict[str, Any]]) -> list[_PayOut]:
    return [_PayOut(row["lot_id"], row["base"], row["amount"], row["receipt"]) for row in rows]


def _calls(record: ClearingRun, payouts: Sequence[_PayOut]) -> list[ContractCall]:
    """Calls of one signer are sent in order, so that the round is open before its lines and closed after them."""
    if record.round:
        return [_call(record, "openRound", [int(record.payable_id, 16)]), *_round_calls(record, payouts)]
    return [
        _call(record, "redeemMany", [[int(line.lot, 16) for line in chunk], [line.receipt for line in chunk]])
        for chunk in rules.chunks(payouts)
    ]


def _round_calls(record: ClearingRun, payouts: Sequence[_PayOut], done: Sequence[_PayOut] = ()) -> list[ContractCall]:
    calls = []
    for chunk in rules.chunks(rules.paced(payouts, base=record.base, payment=record.payment, done=done)):
        args = [[int(line.lot, 16) for line in chunk], [line.amount for line in chunk], [line.receipt for line in chunk]]
        calls.append(_call(record, "redeemInRound", args))
    return [*calls, _call(record, "closeRound", [int(record.payable_id, 16)])]


def _call(record: ClearingRun, function: str, args: list[Any]) -> ContractCall:
    return ContractCall(function, args, f"clearing:{record.id}")


def _enqueue(unit: Unit, calls: Sequence[ContractCall]) -> None:
    outbox.enqueue_many(unit, calls, signer=keys.signer_for(unit, unit.actor.entity_id))
