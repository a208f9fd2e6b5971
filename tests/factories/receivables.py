"""Mirror rows as the indexer would write them: profiles, limits, payables with their root lot, parts of lots."""

import secrets
from typing import Any

from sqlalchemy.orm import Session

from chain import ids
from chain.structs import PAYABLE_ACTIVE, Portion, Terms
from registry.identity.tables import CreditLimit, Participant, ParticipantKey
from registry.receivables import rules
from registry.receivables.tables import InvoiceOccupation, Lot, Payable, Profile
from tests.fakes.clock import START

CNY = 156
PROFILE = ids.profile_id(CNY)
NOW = int(START.timestamp())
DAY = 86_400
DUE = NOW + 90 * DAY


def profile(session: Session, number: int = PROFILE, **changes: Any) -> Profile:
    """A profile in CNY with room for everything."""
    values: dict[str, Any] = {
        "id": number,
        "valid_from": 0,
        "valid_until": 2**32 - 1,
        "tenor": 365 * DAY,
        "hops": 10,
        "depth": 10,
        "children": 8,
        "record_lead": DAY,
        "redeem_delay": 0,
        "grace": DAY,
        "reopen_period": 30 * DAY,
        "smallest_lot": 1,
        "paused": False,
    }
    return _added(session, Profile(**values | changes))


def limit(session: Session, obligor: int, agent: int, *, currency: int = CNY) -> CreditLimit:
    """A limit that is never reached, with its payment agent."""
    return _added(session, CreditLimit(obligor=obligor, currency=currency, limit=2**60, used=0, agent=agent, overdue=0))


def participant(session: Session, number: int, roles: int, *, epoch: int = 0) -> Participant:
    """A participant as the chain knows it."""
    values: dict[str, Any] = {"status": 1, "verified_until": 2**32 - 1, "account": "0x" + "00" * 20, "dossier": b"\0" * 32}
    return _added(session, Participant(id=number, roles=roles, epoch=epoch, **values))


def key(session: Session, number: int, address: str) -> ParticipantKey:
    """A key of a participant that is always valid."""
    return _added(session, ParticipantKey(address=address, participant=number, valid_from=0, valid_until=2**32 - 1))


def payable(session: Session, *, obligor: int, payee: int, face: int = 100_000, **changes: Any) -> Payable:
    """An accepted payable with its root lot in the payee's hands. Ids are derived as the contract derives them."""
    portion = Portion(secrets.token_bytes(32), face, face)
    profile_number, due = changes.get("profile", PROFILE), changes.get("due", DUE)
    terms = Terms(obligor, payee, profile_number, due, face, b"\x11" * 32, secrets.token_bytes(32))
    number = ids.payable_id(terms, [portion])
    values: dict[str, Any] = {
        "id": ids.payable_hex(number),
        "obligor": obligor,
        "payee": payee,
        "profile": profile_number,
        "currency": "CNY",
        "due": due,
        "face": face,
        "terms": terms.terms,
        "salt": terms.salt,
        "portions": rules.portion_rows([portion]),
        "state": PAYABLE_ACTIVE,
        "outstanding": face,
        **dict.fromkeys(("available", "sequence", "round", "round_base", "round_seen", "round_payment"), 0),
        **dict.fromkeys(("paid", "redeemed", "released", "cancelled"), 0),
        "issued_at": NOW,
        "issued_block": 1,
    }
    row = _added(session, Payable(**values | changes))
    _added(session, InvoiceOccupation(obligor=obligor, fingerprint=portion.fingerprint, occupied=face, total=face, currency=CNY))
    lot(session, ids.lot_hex(ids.root(number)), holder=payee, amount=face)
    return row


def lot(session: Session, lot_id: str, *, holder: int, amount: int, **changes: Any) -> Lot:
    """A lot as its word would say."""
    values: dict[str, Any] = {
        "id": lot_id,
        "payable_id": lot_id[:42],
        "parent_id": None,
        "child_index": None,
        "holder": holder,
        "amount": amount,
        **dict.fromkeys(("hops", "depth", "version", "flags", "round", "lock_party", "lock_until", "children"), 0),
        **dict.fromkeys(("frozen", "recourse_seller"), 0),
        "consent": None,
        "consent_recourse": False,
        "exists": True,
    }
    return _added(session, Lot(**values | changes))


def root_of(session: Session, debt: Payable) -> Lot:
    """The root lot of a payable."""
    return session.get_one(Lot, ids.lot_hex(ids.root(int(debt.id, 16))))


def part(session: Session, parent: Lot, *, holder: int, amount: int, **changes: Any) -> Lot:
    """The next child of a lot, passed on to a holder."""
    index = next(number for number in range(40) if not parent.children >> number & 1)
    parent.children |= 1 << index
    parent.amount -= amount
    child = ids.lot_hex(ids.child(int(parent.id, 16), index))
    place = {"parent_id": parent.id, "child_index": index, "depth": parent.depth + 1, "hops": parent.hops + 1}
    return lot(session, child, holder=holder, amount=amount, **place | changes)


def _added(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
