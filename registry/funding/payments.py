"""Payments: the agent records money that came in; agent and registrar together take a recording back, or reopen a returned pay-out.

Two hands for what undoes: the agent's EIP-712 consent is stored first, then the registrar submits it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from chain import typed
from chain.structs import LOT_ENDED, ROLE_REGISTRAR
from registry.funding import receipts, repo
from registry.funding.errors import PaymentRepeated
from registry.funding.tables import AgentConsent, PaymentRecord
from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.outbox import ContractCall
from registry.kernel.uow import Unit
from registry.receivables import signatures, statements, visibility
from registry.receivables.errors import ConsentMissing
from registry.receivables.repo.claims import hold, hold_all
from registry.receivables.tables import Lot, Payable

_COLUMN = "payments.reference_sealed"
_REFUSED = frozenset({"reverted", "rejected"})


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Money that came in for a payable, in minor units of its currency, with the bank's reference."""

    payable_id: str
    amount: int
    reference: str


def record(unit: Unit, payable_id: str, *, amount: int, reference: str) -> PaymentRecord:
    """The agent states that money came in for a payable; part payments add up. The same bank reference counts once per payable.

    PaymentRepeated for a reference that was recorded before. Money above what is open is refused by the contract.
    """
    return record_many(unit, [NewPayment(payable_id, amount, reference)])[0]


def record_many(unit: Unit, items: Sequence[NewPayment]) -> list[PaymentRecord]:
    """`record` for many payments at once, such as a bank statement: all of them, or none and the first that can't be is named."""
    debts = visibility.payables_named(unit, [item.payable_id for item in items])
    _require_agent(unit, debts)
    wrong = next((item for item in items if item.amount <= 0), None)
    if wrong is not None:
        raise Invalid("the amount is above zero", amount=wrong.amount)
    hold_all(unit.session, [f"payments:{debt.id}" for debt in debts])
    blinds = [receipts.blind(unit, debt.id, item.reference) for debt, item in zip(debts, items, strict=True)]
    _refuse_repeats(unit, debts, blinds)
    following = repo.next_sequences(unit.session, {debt.id for debt in debts})
    found = []
    for debt, item, blind in zip(debts, items, blinds, strict=True):
        found.append(_record(unit, debt, item, blind=blind, sequence=following[debt.id]))
        following[debt.id] += 1
    repo.add(unit.session, *found)
    calls = [
        ContractCall("recordPayment", [int(row.payable_id, 16), row.sequence, row.amount, row.receipt], f"payment:{row.id}")
        for row in found
    ]
    outbox.enqueue_many(unit, calls, signer=keys.signer_for(unit, unit.actor.entity_id))
    return found


def _record(unit: Unit, debt: Payable, item: NewPayment, *, blind: bytes, sequence: int) -> PaymentRecord:
    receipt = receipts.make(unit, _COLUMN, item.reference)
    return PaymentRecord(
        entity_id=unit.actor.entity_id,
        obligor=debt.obligor,
        payable_id=debt.id,
        sequence=sequence,
        currency=debt.currency,
        amount=item.amount,
        receipt=receipt.commitment,
        reference_sealed=receipt.sealed,
        reference_blind=blind,
        state="requested",
        created_at=unit.now,
    )


def reverse(unit: Unit, payment_id: int, reason: str, *, signature: bytes | None = None) -> PaymentRecord:
    """Takes a recorded payment back, in two steps: the agent consents (`signature` when its key is elsewhere), the registrar submits.

    ConsentMissing when the registrar comes first, or when another payment came between. Only money that is still available goes back.
    """
    found = payment(unit, payment_id)
    if statuses(unit, [found])[found.id] != "recorded":
        raise Conflict(f"payment {found.id} is not recorded on-chain, so there is nothing to reverse", payment=found.id)
    debt, subject = visibility.payable(unit, found.payable_id), f"payment:{found.id}"
    hold(unit.session, f"payments:{debt.id}")
    if unit.actor.entity_id == visibility.agent_of(unit, debt):
        values = _consent_values(unit, debt, amount=found.amount, receipt=found.receipt)
        digest = typed.reversal_digest(unit.network.chain_id, unit.network.contract, payable=int(debt.id, 16), **_signed(values))
        statements.keep(unit, subject, kind="reverse", text=reason)
        repo.save_consent(unit.session, values | {"subject": subject, "signature": signatures.obtained(unit, digest, signature)})
        return found
    given = _submittable(unit, debt, subject)
    statements.keep(unit, subject, kind="reverse", text=reason)
    _call(unit, "reversePayment", [int(debt.id, 16), given.amount, given.receipt, given.signature], subject)
    return found


def reopen(unit: Unit, lot_id: str, reason: str, *, signature: bytes | None = None) -> Lot:
    """The bank returned the pay-out of a redeemed lot: it lives again for its holder. Two steps as in `reverse`."""
    row = visibility.lot(unit, lot_id)
    debt, subject = visibility.payable(unit, row.payable_id), f"lot:{row.id}"
    hold(unit.session, f"payments:{debt.id}")
    if unit.actor.entity_id == visibility.agent_of(unit, debt):
        mark = statements.keep(unit, subject, kind="reopen", text=reason)
        line = repo.latest_line(unit.session, row.id)
        if line is None and not row.flags & LOT_ENDED:
            raise Conflict(f"nothing was paid out on lot {row.id}, so there is nothing to reopen", lot=row.id)
        amount = row.amount if row.flags & LOT_ENDED or line is None else line.amount
        values = _consent_values(unit, debt, amount=amount, receipt=mark if line is None else line.receipt)
        digest = typed.reopening_digest(unit.network.chain_id, unit.network.contract, lot=int(row.id, 16), **_signed(values))
        repo.save_consent(unit.session, values | {"subject": subject, "signature": signatures.obtained(unit, digest, signature)})
        return row
    given = _submittable(unit, debt, subject)
    statements.keep(unit, subject, kind="reopen", text=reason)
    _call(unit, "reopen", [int(row.id, 16), given.amount, given.receipt, given.signature], subject)
    return row


def mark_overdue(unit: Unit, payable_id: str) -> None:
    """Anybody who sees the payable states that it is late; the contract looks at the clock and the money."""
    debt = visibility.payable(unit, payable_id)
    _call(unit, "markOverdue", [int(debt.id, 16)], f"payable:{debt.id}")


def payment(unit: Unit, payment_id: int) -> PaymentRecord:
    """A payment that the actor recorded or owes."""
    return payments_named(unit, [payment_id])[0]


def payments_named(unit: Unit, numbers: Sequence[int]) -> list[PaymentRecord]:
    """Payments by id, in that order; NotFound names the first one that is missing or not the actor's to see."""
    found = repo.payments_by_id(unit.session, unit.actor, numbers)
    missing = next((number for number in numbers if number not in found), None)
    if missing is not None:
        raise NotFound(f"there is no payment {missing}, or it is not yours to see", payment=missing)
    return [found[number] for number in numbers]


def visible_payments(
    unit: Unit, *, payable: str | None = None, after: int | None = None, limit: int = visibility.PAGE
) -> list[PaymentRecord]:
    """A page of payments, latest first."""
    return repo.payments(unit.session, unit.actor, payable=payable, after=after, limit=visibility.page(limit))


def statuses(unit: Unit, records: Sequence[PaymentRecord]) -> dict[int, str]:
    """requested, refused (by the contract), recorded or reversed, by id."""
    asked = {f"payment:{item.id}" for item in records if item.state == "requested"}
    calls = repo.outcomes(unit.session, asked, "recordPayment")
    return {item.id: "refused" if calls.get(f"payment:{item.id}") in _REFUSED else item.state for item in records}


def consent_of(unit: Unit, payment_id: int) -> AgentConsent | None:
    """The agent's consent to a payment's reversal, if there is one."""
    return repo.consent(unit.session, f"payment:{payment(unit, payment_id).id}")


def reference_of(unit: Unit, row: PaymentRecord) -> str:
    """The bank reference, opened."""
    return receipts.opened(unit, row.entity_id, _COLUMN, sealed=row.reference_sealed)[1]


def _refuse_repeats(unit: Unit, debts: Sequence[Payable], blinds: Sequence[bytes]) -> None:
    before = repo.payments_blind(unit.session, blinds)
    known = statuses(unit, before)
    standing = next((item for item in before if known[item.id] in {"requested", "recorded"}), None)
    if standing is not None:
        message = f"this bank reference was recorded for payable {standing.payable_id} as payment {standing.id}; it counts once"
        raise PaymentRepeated(message, payment=standing.id, payable=standing.payable_id)
    counts = Counter(blinds)
    twice = next((debt for debt, blind in zip(debts, blinds, strict=True) if counts[blind] > 1), None)
    if twice is not None:
        message = f"the list has the same bank reference twice for payable {twice.id}; it counts once"
        raise PaymentRepeated(message, payable=twice.id)


def _consent_values(unit: Unit, debt: Payable, *, amount: int, receipt: bytes) -> dict[str, Any]:
    return {
        "entity_id": unit.actor.entity_id,
        "payable_id": debt.id,
        "sequence": repo.next_sequences(unit.session, [debt.id])[debt.id],
        "amount": amount,
        "receipt": receipt,
        "created_at": unit.now,
    }


def _signed(values: dict[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in ("sequence", "amount", "receipt")}


def _submittable(unit: Unit, debt: Payable, subject: str) -> AgentConsent:
    if not unit.actor.roles & ROLE_REGISTRAR:
        raise Forbidden("only the payment agent consents to this, and only the registrar submits it", subject=subject)
    given = repo.consent(unit.session, subject)
    if given is None or given.sequence != debt.sequence + 1:
        message = f"ask the payment agent of payable {debt.id} to consent (again); then submit it before another payment is recorded"
        raise ConsentMissing(message, subject=subject, payable=debt.id)
    return given


def _require_agent(unit: Unit, debts: Iterable[Payable]) -> None:
    for number, agent in visibility.agents_of(unit, debts).items():
        if unit.actor.entity_id != agent:
            raise Forbidden(f"only the payment agent of payable {number} records payments for it", payable=number)


def _call(unit: Unit, function: str, args: list[Any], subject: str) -> None:
    signer = keys.signer_for(unit, unit.actor.entity_id)
    outbox.enqueue(unit, signer=signer, function=function, args=args, subject=subject)
