"""Payables: the obligor confirms invoices, the payee accepts or refuses, the obligor cancels (with consent once accepted).

Each use case enqueues the contract call that decides; the mirror changes when its block is indexed.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chain import ids, typed
from chain.structs import PAYABLE_ISSUED, PAYABLE_STATE_MASK, Portion, Terms
from registry.identity import keys
from registry.identity.rules import profile_name
from registry.kernel import money, outbox
from registry.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import documents, rules, signatures, visibility
from registry.receivables.errors import ConsentMissing
from registry.receivables.repo import claims, invoices
from registry.receivables.tables import InvoiceRecord, Payable, Profile

_SALT_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """One payable to be: (invoice id, amount in minor units or None for what is free), profile, due time or None for that of the
    invoices, and ids of the obligor's documents."""

    invoices: Sequence[tuple[int, int | None]]
    profile: int
    due: datetime | None = None
    documents: Sequence[int] = ()


@dataclass(frozen=True)
class _Issue:
    """A payable ready to be issued."""

    id: str
    terms: Terms
    portions: list[Portion]
    documents: bytes | None


def confirm(unit: Unit, confirmation: Confirmation) -> str:
    """Confirms invoices of one seller as a debt and gives the payable's id. Limits, tenor and occupation are the contract's to check.

    NotFound for invoices or documents that are not the actor's, Invalid when sellers, currencies or due dates don't fit together,
    InvoiceOccupied when nothing of an invoice is free.
    """
    profile = visibility.profile(unit, confirmation.profile)
    rows = _own_invoices(unit, [invoice_id for invoice_id, _ in confirmation.invoices])
    amounts = [amount for _, amount in confirmation.invoices]
    bundle = documents.bundle(unit, confirmation.documents)
    drawn = _issue(
        unit, profile, list(zip(rows, amounts, strict=True)), due=confirmation.due, root=documents.root(bundle) if bundle else None
    )
    documents.place(unit, f"payable:{drawn.id}", bundle, readers=[drawn.terms.payee])
    _enqueue(unit, [drawn])
    return drawn.id


def confirm_many(
    unit: Unit, *, profile: int, invoice_ids: Sequence[int] = (), import_id: int | None = None, due: datetime | None = None
) -> list[str]:
    """Confirms each invoice as a payable of its own, whole. Of an import: those in the profile's currency with something free.

    `due` for all of them; None: each when its invoice is due.
    """
    rules_of = visibility.profile(unit, profile)
    rows = _own_invoices(unit, invoice_ids) if import_id is None else _confirmable(unit, rules_of, import_id)
    if not rows:
        raise Conflict("there is nothing to confirm: name invoices, or an import with invoices that are not occupied", import_id=import_id)
    used = invoices.occupied(unit.session, unit.actor.entity_id, [row.fingerprint for row in rows])
    found = [_issue(unit, rules_of, [(row, None)], due=due, root=None, used=used) for row in rows]
    _enqueue(unit, found)
    return [item.id for item in found]


def accept(unit: Unit, payable_ids: Iterable[str]) -> list[str]:
    """The payee accepts; from then on the promise is unconditional."""
    debts = visibility.payables_named(unit, payable_ids)
    for debt in debts:
        _require(unit, debt.payee, "payee", debt)
    signer = keys.signer_for(unit, unit.actor.entity_id)
    calls = [outbox.ContractCall("accept", [int(debt.id, 16)], f"payable:{debt.id}") for debt in debts]
    outbox.enqueue_many(unit, calls, signer=signer)
    return [debt.id for debt in debts]


def refuse(unit: Unit, payable_id: str) -> None:
    """The payee refuses before acceptance; limit and invoices become free again."""
    debt = visibility.payable(unit, payable_id)
    _require(unit, debt.payee, "payee", debt)
    _call(unit, debt, "refuse", list(preimage(debt)))


def cancel(unit: Unit, payable_id: str) -> None:
    """The obligor cancels: alone before acceptance, afterwards with the payee's consent. ConsentMissing when there is none yet."""
    debt = visibility.payable(unit, payable_id)
    _require(unit, debt.obligor, "obligor", debt)
    consent = b""
    if debt.state & PAYABLE_STATE_MASK != PAYABLE_ISSUED:
        given = claims.consent(unit.session, debt.id)
        if given is None or given.version != _root_version(unit, debt):
            message = f"payable {debt.id} was accepted: ask entity {debt.payee} to consent to its cancellation, then cancel again"
            raise ConsentMissing(message, payable=debt.id, payee=debt.payee)
        consent = given.signature
    _call(unit, debt, "cancel", [*preimage(debt), consent])


def consent_to_cancel(unit: Unit, payable_id: str, *, signature: bytes | None = None) -> None:
    """The payee consents to the cancellation of an accepted payable; `signature` when its key is kept elsewhere."""
    debt = visibility.payable(unit, payable_id)
    _require(unit, debt.payee, "payee", debt)
    version = _root_version(unit, debt)
    network = unit.network
    digest = typed.cancellation_digest(network.chain_id, network.contract, payable=int(debt.id, 16), version=version)
    claims.save_consent(
        unit.session,
        {
            "payable_id": debt.id,
            "entity_id": unit.actor.entity_id,
            "version": version,
            "signature": signatures.obtained(unit, digest, signature),
            "created_at": unit.now,
        },
    )


def conditions(unit: Unit, payable_id: str) -> rules.Conditions:
    """What the payable's terms hash covers, beside the words of `rules.PROMISE`."""
    debt = visibility.payable(unit, payable_id)
    kept = claims.terms(unit.session, debt.id)
    return rules.Conditions(
        obligor=debt.obligor,
        payee=debt.payee,
        profile=debt.profile,
        currency=debt.currency,
        face=debt.face,
        due=debt.due,
        documents=None if kept is None else kept.documents,
    )


def preimage(debt: Payable) -> tuple[tuple[Any, ...], list[tuple[Any, ...]]]:
    """Terms and portions as the contract takes them to name a payable again."""
    terms = Terms(debt.obligor, debt.payee, debt.profile, debt.due, debt.face, debt.terms, debt.salt)
    return terms.args(), [portion.args() for portion in rules.stored_portions(debt.portions)]


def _own_invoices(unit: Unit, invoice_ids: Sequence[int]) -> list[InvoiceRecord]:
    found = invoices.of_obligor(unit.session, unit.actor.entity_id, invoice_ids)
    missing = next((invoice_id for invoice_id in invoice_ids if invoice_id not in found), None)
    if missing is not None:
        raise NotFound(f"there is no invoice {missing} of yours; take it in first", invoice=missing)
    return [found[invoice_id] for invoice_id in invoice_ids]


def _confirmable(unit: Unit, profile: Profile, import_id: int) -> list[InvoiceRecord]:
    rows = _own_invoices(unit, invoices.ids_of_import(unit.session, unit.actor.entity_id, import_id))
    used = invoices.occupied(unit.session, unit.actor.entity_id, [row.fingerprint for row in rows])
    code = money.alpha_code(profile.currency)
    return [row for row in rows if row.currency == code and used[row.fingerprint] < row.total]


def _issue(
    unit: Unit,
    profile: Profile,
    drawn: Sequence[tuple[InvoiceRecord, int | None]],
    *,
    due: datetime | None,
    root: bytes | None,
    used: dict[bytes, int] | None = None,
) -> _Issue:
    rows = [row for row, _ in drawn]
    code = money.alpha_code(profile.currency)
    sellers, currencies = {row.seller_id for row in rows}, {row.currency for row in rows}
    if len(sellers) > 1:
        raise Invalid("the invoices are of several sellers; confirm one payable for each", sellers=sorted(sellers))
    if currencies - {code}:
        raise Invalid(
            f"profile {profile_name(profile.id)} is in {code}, the invoices are in {', '.join(sorted(currencies))}", profile=profile.id
        )
    marks = [row.fingerprint for row in rows]
    occupied = invoices.occupied(unit.session, unit.actor.entity_id, marks) if used is None else used
    portions = rules.portions(
        rules.Draw(invoice_id=row.id, fingerprint=row.fingerprint, total=row.total, occupied=occupied[row.fingerprint], amount=amount)
        for row, amount in drawn
    )
    agreed = rules.Conditions(
        obligor=unit.actor.entity_id,
        payee=sellers.pop(),
        profile=profile.id,
        currency=code,
        face=sum(portion.amount for portion in portions),
        due=rules.due_time((row.due_date for row in rows), due),
        documents=root,
    )
    salt, mark = secrets.token_bytes(_SALT_BYTES), rules.terms_hash(agreed)
    terms = Terms(agreed.obligor, agreed.payee, agreed.profile, agreed.due, agreed.face, mark, salt)
    number = ids.payable_id(terms, portions)
    return _Issue(ids.payable_hex(number), terms, portions, root)


def _enqueue(unit: Unit, found: Sequence[_Issue]) -> None:
    claims.add_terms(unit.session, [_terms_row(unit, item) for item in found])
    signer = keys.signer_for(unit, unit.actor.entity_id)
    calls = [
        outbox.ContractCall("issue", [item.terms.args(), [portion.args() for portion in item.portions]], f"payable:{item.id}")
        for item in found
    ]
    outbox.enqueue_many(unit, calls, signer=signer)


def _terms_row(unit: Unit, item: _Issue) -> dict[str, Any]:
    return {
        "payable_id": item.id,
        "entity_id": item.terms.obligor,
        "payee": item.terms.payee,
        "profile": item.terms.profile,
        "due": item.terms.due,
        "face": item.terms.face,
        "terms": item.terms.terms,
        "salt": item.terms.salt,
        "portions": rules.portion_rows(item.portions),
        "documents": item.documents,
        "created_at": unit.now,
    }


def _call(unit: Unit, debt: Payable, function: str, args: list[Any]) -> None:
    signer = keys.signer_for(unit, unit.actor.entity_id)
    outbox.enqueue(unit, signer=signer, function=function, args=args, subject=f"payable:{debt.id}")


def _require(unit: Unit, party: int, role: str, debt: Payable) -> None:
    if unit.actor.entity_id != party:
        raise Forbidden(f"only the {role} of payable {debt.id}, entity {party}, may do this", payable=debt.id)


def _root_version(unit: Unit, debt: Payable) -> int:
    root = claims.lot(unit.session, ids.lot_hex(ids.root(int(debt.id, 16))))
    if root is None or not root.exists:
        raise Conflict(f"the root lot of payable {debt.id} is gone, so it can't be cancelled", payable=debt.id)
    return root.version
