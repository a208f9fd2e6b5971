"""Financing: the holder's lock is its binding consent to one assignment or pledge; the funder alone completes or releases it.

Price and account stand in a salted commitment: the funder sees them opened here, the chain sees a hash.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chain.structs import FINANCE_PLEDGE, LOT_FINANCING, LOT_PLEDGED, Financing
from registry.funding import receipts, repo
from registry.funding.errors import AccountMissing, FinancingClosed
from registry.funding.tables import FinancingRecord
from registry.identity import accounts, keys
from registry.kernel import outbox, sealing
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import rules, statements, states, visibility
from registry.receivables.repo.claims import lot as lot_now

_SALT_BYTES = 32
_REFERENCE = "financings.reference_sealed"


@dataclass(frozen=True, kw_only=True)
class NewFinancing:
    """What a holder consents to: `kind` as in states.FINANCING_KINDS, `price` is what the funder pays out (minor units)."""

    lot: str
    funder: int
    kind: str
    price: int
    until: datetime
    recourse: bool = False


@dataclass(frozen=True)
class Opened:
    """The commitment opened: SHA-256(salt || SHA-256(canonical JSON of `content`)). `account` is where the funder pays to."""

    content: dict[str, Any]
    salt: bytes
    commitment: bytes
    account: str


def lock(unit: Unit, new: NewFinancing) -> FinancingRecord:
    """The holder locks a whole lot for one funder and one financing. AccountMissing when it has no account in the currency."""
    row = visibility.own_lot(unit, new.lot)
    debt = visibility.payable(unit, row.payable_id)
    if new.kind not in states.FINANCING_KINDS:
        raise Invalid(f"{new.kind!r} is no kind of financing; use {' or '.join(states.FINANCING_KINDS)}", kind=new.kind)
    if new.price <= 0:
        raise Invalid("the price is above zero", price=new.price)
    account = repo.accounts(unit.session, [unit.actor.entity_id]).get((unit.actor.entity_id, debt.currency))
    if account is None:
        message = f"bind a bank account in {debt.currency} first; the funder pays out to it"
        raise AccountMissing(message, entity=unit.actor.entity_id, currency=debt.currency)
    salt = secrets.token_bytes(_SALT_BYTES)
    record = FinancingRecord(
        entity_id=unit.actor.entity_id,
        funder=new.funder,
        lot_id=row.id,
        payable_id=row.payable_id,
        kind=states.FINANCING_KINDS.index(new.kind),
        recourse=new.recourse,
        until=rules.seconds(new.until),
        currency=debt.currency,
        amount=row.amount,
        price=new.price,
        salt_sealed=unit.vault.seal(unit.actor.entity_id, "financings.salt_sealed", salt),
        account_id=account,
        state="requested",
        created_at=unit.now,
    )
    record.commitment = sealing.commitment(salt, rules.canonical(_content(record, _account_text(unit, record))))
    repo.add(unit.session, record)
    _call(unit, record, "lockForFinancing", [_financing(record).args()])
    return record


def complete(unit: Unit, financing_id: int, *, reference: str) -> FinancingRecord:
    """The funder has paid out and takes the lot, or its pledge. `reference` is the bank's, kept sealed."""
    record = financing(unit, financing_id)
    _require_funder(unit, record)
    row = lot_now(unit.session, record.lot_id)
    if row is None or not row.flags & LOT_FINANCING or row.lock_party != record.funder:
        message = f"lot {record.lot_id} is not locked for financing {record.id}; ask its holder to lock it (again)"
        raise FinancingClosed(message, financing=record.id, state=record.state)
    receipt = receipts.make(unit, _REFERENCE, reference)
    record.receipt, record.reference_sealed = receipt.commitment, receipt.sealed
    _call(unit, record, "finance", [_financing(record).args(), receipt.commitment])
    return record


def release(unit: Unit, financing_id: int) -> FinancingRecord:
    """Ends the lock without a financing: the funder at any time, the holder once it has run out."""
    record = financing(unit, financing_id)
    if unit.actor.entity_id not in (record.funder, record.entity_id):
        raise Forbidden(f"only holder and funder of financing {record.id} may release it", financing=record.id)
    _call(unit, record, "release", [])
    return record


def release_pledge(unit: Unit, financing_id: int, *, registration: str) -> FinancingRecord:
    """The pledgee lets go of its pledge; `registration` is the number of the public filing's discharge, kept sealed."""
    record = financing(unit, financing_id)
    _require_funder(unit, record)
    row = lot_now(unit.session, record.lot_id)
    if record.kind != FINANCE_PLEDGE or row is None or not row.flags & LOT_PLEDGED or row.lock_party != record.funder:
        raise FinancingClosed(f"lot {record.lot_id} is not pledged by financing {record.id}", financing=record.id, state=record.state)
    mark = statements.keep(unit, f"financing:{record.id}", kind="release_pledge", text=registration)
    _call(unit, record, "releasePledge", [mark])
    return record


def financing(unit: Unit, financing_id: int) -> FinancingRecord:
    """A financing the actor is holder or funder of."""
    found = repo.financing(unit.session, unit.actor, financing_id)
    if found is None:
        raise NotFound(f"there is no financing {financing_id}, or it is not yours to see", financing=financing_id)
    return found


def visible_financings(
    unit: Unit, *, lot: str | None = None, after: int | None = None, limit: int = visibility.PAGE
) -> list[FinancingRecord]:
    """A page of financings, latest first."""
    return repo.financings(unit.session, unit.actor, lot=lot, after=after, limit=visibility.page(limit))


def statuses(unit: Unit, records: Sequence[FinancingRecord]) -> dict[int, str]:
    """requested, refused (by the contract), locked, completed, released or pledge_released, by id."""
    asked = {f"financing:{record.id}" for record in records if record.state == "requested"}
    calls = repo.outcomes(unit.session, asked, "lockForFinancing")
    refused = {"reverted", "rejected"}
    return {record.id: "refused" if calls.get(f"financing:{record.id}") in refused else record.state for record in records}


def opened(unit: Unit, financing_id: int) -> Opened:
    """What the commitment covers, for holder and funder to check, and the account to pay to."""
    record = financing(unit, financing_id)
    salt = unit.vault.open(record.entity_id, "financings.salt_sealed", record.salt_sealed)
    account = _account_text(unit, record)
    return Opened(_content(record, account), salt, record.commitment, account)


def reference_of(unit: Unit, record: FinancingRecord) -> str | None:
    """The bank reference of the pay-out, opened; None before completion."""
    if record.reference_sealed is None:
        return None
    return receipts.opened(unit, record.funder, _REFERENCE, sealed=record.reference_sealed)[1]


def _content(record: FinancingRecord, account: str) -> dict[str, Any]:
    return {
        "version": "tallystick.financing.v1",
        "lot": record.lot_id,
        "holder": record.entity_id,
        "funder": record.funder,
        "kind": states.FINANCING_KINDS[record.kind],
        "recourse": record.recourse,
        "until": record.until,
        "currency": record.currency,
        "amount": str(record.amount),
        "price": str(record.price),
        "account": account,
    }


def _account_text(unit: Unit, record: FinancingRecord) -> str:
    return accounts.text_of(unit, record.account_id)


def _financing(record: FinancingRecord) -> Financing:
    return Financing(record.funder, record.until, record.kind, record.recourse, record.commitment)


def _require_funder(unit: Unit, record: FinancingRecord) -> None:
    if unit.actor.entity_id != record.funder:
        raise Forbidden(f"only the funder of financing {record.id} may do this", financing=record.id)


def _call(unit: Unit, record: FinancingRecord, function: str, rest: list[Any]) -> None:
    signer = keys.signer_for(unit, unit.actor.entity_id)
    args = [int(record.lot_id, 16), *rest]
    outbox.enqueue(unit, signer=signer, function=function, args=args, subject=f"financing:{record.id}")
