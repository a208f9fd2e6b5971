"""Clearing: the list of pay-outs that follows from the chain's state, and its run by the payment agent.

Covered: every live lot is redeemed whole. Short: a round is opened, each lot gets its share, the round is closed. The bank pays, the
receipts burn the claims; the list needs nothing but the mirror, so that anybody with the same block gets the same lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chain.structs import PAYABLE_ROUND_OPEN
from registry.funding import receipts, repo, rules
from registry.funding.errors import MirrorBehind, NothingToClear
from registry.funding.rules import Claim, Line
from registry.funding.tables import ClearingLine, ClearingRun
from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import visibility
from registry.receivables.errors import StillPending
from registry.receivables.repo.claims import hold
from registry.receivables.repo.visibility import sees_all
from registry.receivables.tables import Lot, Payable

# Lot, amount, receipt.
_PayOut = tuple[str, int, bytes]
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
    found = _plan(unit, debt)
    if sees_all(unit.actor) or visibility.is_party(unit, debt):
        return found
    me = unit.actor.entity_id
    own = [line for line in found.lines if me in (line.holder, line.payee)]
    return ClearingPlan(found.payable_id, found.currency, found.block_number, found.round, found.base, found.payment, own)


def run(unit: Unit, payable_id: str, references: Mapping[str, str | None] | None = None) -> ClearingRun:
    """The agent clears a payable: records the list with its bank references and enqueues the redemptions.

    `references` has the bank's reference of the pay-out by lot id; lots without one get an end-to-end reference of ours ("TS-run-line").
    """
    debt = visibility.payable(unit, payable_id)
    if unit.actor.entity_id != visibility.agent_of(unit, debt):
        raise Forbidden(f"only the payment agent of payable {debt.id} clears it", payable=debt.id)
    hold(unit.session, f"clearing:{debt.id}")
    before = repo.pending_run(unit.session, debt.id)
    if before is not None:
        raise StillPending(f"clearing run {before} of payable {debt.id} is on its way; wait for its block", run=before)
    found = _plan(unit, debt)
    given = {lot.lower(): reference for lot, reference in (references or {}).items()}
    unknown = sorted(set(given) - {line.lot for line in found.lines})
    if unknown:
        raise Invalid(f"lot {unknown[0]} is not on the clearing list; read the list again", lot=unknown[0])
    record = _record(unit, debt, found)
    rows = _line_rows(unit, record, found, given)
    repo.add_lines(unit.session, rows)
    _enqueue(unit, record, [(row["lot_id"], row["amount"], row["receipt"]) for row in rows])
    return record


def resume(unit: Unit, number: int) -> ClearingRun:
    """Goes on with a round that was opened and not closed, because one of its calls was refused: the lines that are missing, then close."""
    record = clearing_run(unit, number)
    debt = visibility.payable(unit, record.payable_id)
    if unit.actor.entity_id != visibility.agent_of(unit, debt):
        raise Forbidden(f"only the payment agent of payable {debt.id} clears it", payable=debt.id)
    hold(unit.session, f"clearing:{debt.id}")
    if not debt.state & PAYABLE_ROUND_OPEN or record.round != debt.round:
        raise NothingToClear(f"clearing run {record.id} is not the open round of payable {debt.id}", run=record.id, payable=debt.id)
    if repo.pending_run(unit.session, debt.id) is not None:
        raise StillPending(f"clearing run {record.id} is on its way; wait for its block", run=record.id)
    seen = {lot.id for lot in repo.live_lots(unit.session, debt.id) if lot.round == debt.round}
    rest = [line for line in repo.lines(unit.session, unit.actor, record.id) if line.lot_id not in seen]
    _enqueue_round(unit, record, [(line.lot_id, line.amount, line.receipt) for line in rest])
    return record


def clearing_run(unit: Unit, number: int) -> ClearingRun:
    """One clearing run of a party, or one that pays the actor."""
    found = repo.run(unit.session, unit.actor, number)
    if found is None:
        raise NotFound(f"there is no clearing run {number}, or it is not yours to see", run=number)
    return found


def visible_runs(unit: Unit, *, payable: str | None = None, after: int | None = None, limit: int = visibility.PAGE) -> list[ClearingRun]:
    """A page of clearing runs, latest first."""
    return repo.runs(unit.session, unit.actor, payable=payable, after=after, limit=visibility.page(limit))


def lines(unit: Unit, number: int) -> list[ClearingLine]:
    """Lines of a run: all for its parties, one's own for those who are paid."""
    return repo.lines(unit.session, unit.actor, clearing_run(unit, number).id)


def reference_of(unit: Unit, line: ClearingLine) -> str:
    """The bank reference of a pay-out, opened."""
    return receipts.opened(unit, line.entity_id, _COLUMN, sealed=line.reference_sealed)[1]


def _plan(unit: Unit, debt: Payable) -> ClearingPlan:
    if debt.state & PAYABLE_ROUND_OPEN:
        raise StillPending(f"round {debt.round} of payable {debt.id} is open; resume its run to close it", payable=debt.id)
    if debt.outstanding == 0 or debt.available == 0:
        message = f"payable {debt.id} has {debt.available} available and {debt.outstanding} outstanding; record a payment first"
        raise NothingToClear(message, payable=debt.id)
    claims = [_claim(lot) for lot in repo.live_lots(unit.session, debt.id)]
    base = sum(claim.amount for claim in claims)
    if base != debt.outstanding:
        message = f"the lots of payable {debt.id} add up to {base}, not to {debt.outstanding}; repeat, and run check if it stays"
        raise MirrorBehind(message, payable=debt.id)
    covered = debt.available >= debt.outstanding
    return ClearingPlan(
        payable_id=debt.id,
        currency=debt.currency,
        block_number=repo.indexed_block(unit.session),
        round=0 if covered else debt.round + 1,
        base=base,
        payment=base if covered else debt.available,
        lines=rules.in_full(claims) if covered else rules.pro_rata(claims, debt.available),
    )


def _claim(lot: Lot) -> Claim:
    return Claim(lot=lot.id, holder=lot.holder, payee=visibility.pledgee(lot) or lot.holder, amount=lot.amount, frozen=lot.frozen)


def _record(unit: Unit, debt: Payable, found: ClearingPlan) -> ClearingRun:
    record = ClearingRun(
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
    repo.add(unit.session, record)
    return record


def _line_rows(unit: Unit, record: ClearingRun, found: ClearingPlan, given: Mapping[str, str | None]) -> list[dict[str, Any]]:
    accounts = repo.accounts(unit.session, {line.payee for line in found.lines}, found.currency)
    rows = []
    for number, line in enumerate(found.lines, start=1):
        receipt = receipts.make(unit, _COLUMN, given.get(line.lot) or f"TS-{record.id}-{number}")
        rows.append(
            {
                "run_id": record.id,
                "lot_id": line.lot,
                "entity_id": unit.actor.entity_id,
                "holder": line.holder,
                "payee": line.payee,
                "account_id": accounts.get(line.payee),
                "base": line.base,
                "amount": line.amount,
                "deposit": line.deposit,
                "receipt": receipt.commitment,
                "reference_sealed": receipt.sealed,
            }
        )
    return rows


def _enqueue(unit: Unit, record: ClearingRun, payouts: Sequence[_PayOut]) -> None:
    """Calls of one signer are sent in order, so that the round is open before its lines and closed after them."""
    if record.round:
        _call(unit, record, "openRound", [int(record.payable_id, 16)])
        _enqueue_round(unit, record, payouts)
        return
    for chunk in rules.chunks(payouts):
        _call(unit, record, "redeemMany", [[int(lot, 16) for lot, _, _ in chunk], [receipt for _, _, receipt in chunk]])


def _enqueue_round(unit: Unit, record: ClearingRun, payouts: Sequence[_PayOut]) -> None:
    for chunk in rules.chunks(payouts):
        lots, amounts, proofs = zip(*chunk, strict=True)
        _call(unit, record, "redeemInRound", [[int(lot, 16) for lot in lots], list(amounts), list(proofs)])
    _call(unit, record, "closeRound", [int(record.payable_id, 16)])


def _call(unit: Unit, record: ClearingRun, function: str, args: list[Any]) -> None:
    signer = keys.signer_for(unit, unit.actor.entity_id)
    outbox.enqueue(unit, signer=signer, function=function, args=args, subject=f"clearing:{record.id}")
