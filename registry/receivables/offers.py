"""Offers: a holder signs away a lot or a part of it to one recipient, who accepts in one transaction.

Custodial holders sign here; others prepare the typed data here, sign it elsewhere and hand the signature in. Many offers from one lot may
be open at once: each part has its own child number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chain import typed
from chain.structs import OFFER_REPURCHASE, WHOLE, Offer
from registry.identity import keys
from registry.kernel import outbox
from registry.kernel.errors import Forbidden, Invalid, NotFound
from registry.kernel.uow import Unit
from registry.receivables import documents, lots, rules, signatures, states, visibility
from registry.receivables.errors import DocumentsMissing, OfferClosed, StillPending
from registry.receivables.repo import claims
from registry.receivables.repo import offers as repo
from registry.receivables.tables import Document, Lot, OfferRecord


@dataclass(frozen=True, kw_only=True)
class NewOffer:
    """What a holder offers. `amount` in minor units, None for the whole lot; `kind` as in states.OFFER_KINDS; at least one document."""

    lot: str
    recipient: int
    deadline: datetime
    documents: Sequence[int]
    amount: int | None = None
    kind: str = "sale"
    on_chain: bool = False


@dataclass(frozen=True)
class Prepared:
    """An offer to be signed elsewhere: its values, the digest, and the typed data for eth_signTypedData_v4."""

    offer: Offer
    digest: bytes
    document: dict[str, Any]


def make(unit: Unit, new: NewOffer) -> OfferRecord:
    """Makes an offer in the holder's name: signed by its custodial key, or on-chain (the lot is locked for the recipient until the
    deadline). The documents become readable to the recipient."""
    row, offer, bundle = _drawn(unit, new)
    if new.on_chain:
        record = _store(unit, row, offer, bundle=bundle, signature=b"")
        signer = keys.signer_for(unit, unit.actor.entity_id)
        outbox.enqueue(unit, signer=signer, function="makeOffer", args=[offer.args()], subject=f"offer:{record.id}")
        return record
    return _store(unit, row, offer, bundle=bundle, signature=keys.sign_digest(unit, unit.actor.entity_id, _digest(unit, offer)))


def prepare(unit: Unit, new: NewOffer) -> Prepared:
    """The same offer, for a holder that keeps its keys elsewhere. Nothing is stored: `submit_signed` brings it back."""
    _, offer, _ = _drawn(unit, new)
    network = unit.network
    return Prepared(offer, _digest(unit, offer), typed.offer_document(network.chain_id, network.contract, offer=offer))


def submit_signed(unit: Unit, offer: Offer, *, signature: bytes, document_ids: Sequence[int]) -> OfferRecord:
    """Takes in an offer that the holder signed elsewhere. SignatureInvalid unless one of its keys signed exactly these values."""
    row = visibility.own_lot(unit, f"0x{offer.lot:064x}")
    bundle = _bundle(unit, offer.recipient, document_ids)
    if offer.documents != documents.root(bundle):
        raise Invalid("the offer commits to other documents; name the same ones in the same order as when it was prepared", lot=row.id)
    signatures.require(unit, unit.actor.entity_id, digest=_digest(unit, offer), signature=signature)
    return _store(unit, row, offer, bundle=bundle, signature=signature)


def accept(unit: Unit, offer_id: int) -> str:
    """The recipient accepts; gives the id of the lot it will hold. OfferClosed when the offer can't be accepted any more."""
    record = offer(unit, offer_id)
    if record.recipient != unit.actor.entity_id:
        raise Forbidden(f"only the recipient of offer {record.id} accepts it", offer=record.id)
    claims.hold(unit.session, f"offer:{record.id}")
    status = statuses(unit, [record])[record.id]
    if status != "open":
        raise OfferClosed(f"offer {record.id} is {status}; ask the holder for a new one", offer=record.id, status=status)
    if claims.pending(unit.session, f"offer:{record.id}", ("acceptOffer",)):
        raise StillPending(f"offer {record.id} is being accepted already; wait for its block", offer=record.id)
    signer = keys.signer_for(unit, unit.actor.entity_id)
    args = [offer_of(record).args(), record.signature]
    outbox.enqueue(unit, signer=signer, function="acceptOffer", args=args, subject=f"offer:{record.id}")
    return record.child_id


def withdraw_all(unit: Unit) -> int:
    """Voids every open offer of the actor's by raising its epoch on-chain; how many there were."""
    signer = keys.signer_for(unit, unit.actor.entity_id)
    outbox.enqueue(unit, signer=signer, function="revokeOffers", args=[], subject=f"entity:{unit.actor.entity_id}")
    return claims.withdraw_offers(unit.session, unit.actor.entity_id)


def offer(unit: Unit, offer_id: int) -> OfferRecord:
    """An offer the actor made or received."""
    found = repo.one(unit.session, unit.actor, offer_id)
    if found is None:
        raise NotFound(f"there is no offer {offer_id}, or it is not yours to see", offer=offer_id)
    return found


def visible_offers(unit: Unit, *, side: str = "all", after: int | None = None, limit: int = visibility.PAGE) -> list[OfferRecord]:
    """A page of offers, latest first. `side` is made, received or all."""
    if side not in {"made", "received", "all"}:
        raise Invalid(f"{side!r} is no side of an offer; use made, received or all", side=side)
    return repo.listed(unit.session, unit.actor, side=side, after=after, limit=visibility.page(limit))


def statuses(unit: Unit, records: Sequence[OfferRecord]) -> dict[int, str]:
    """open, accepted, withdrawn, expired or stale, by offer id."""
    rows = claims.lots(unit.session, {record.lot_id for record in records})
    epochs = claims.epochs(unit.session, {record.entity_id for record in records})
    return {record.id: _status(unit, record, rows.get(record.lot_id), epochs.get(record.entity_id, 0)) for record in records}


def offer_of(record: OfferRecord) -> Offer:
    """The offer as the contract takes it."""
    return Offer(
        lot=int(record.lot_id, 16),
        version=record.version,
        child=record.child,
        amount=record.amount,
        recipient=record.recipient,
        kind=record.kind,
        documents=record.documents,
        deadline=record.deadline,
        epoch=record.epoch,
    )


def _status(unit: Unit, record: OfferRecord, row: Lot | None, epoch: int) -> str:
    return states.offer_status(
        record.state,
        child=record.child,
        versions=(record.version, _version_offered(unit, record, row)),
        epochs=(record.epoch, epoch),
        children=0 if row is None else row.children,
        expired=unit.timestamp > record.deadline,
    )


def _version_offered(unit: Unit, record: OfferRecord, row: Lot | None) -> int:
    """The version of the lot that an open offer names now; -1 when the offerer holds it no more."""
    if row is None or row.holder != record.entity_id:
        return -1
    if not record.on_chain:
        return row.version
    # An offer on-chain locks the lot, which raises its version by one; until its block it is on its way.
    on_its_way = row.version == record.version and claims.pending(unit.session, f"offer:{record.id}", ("makeOffer",))
    return record.version if on_its_way else row.version - 1


def _drawn(unit: Unit, new: NewOffer) -> tuple[Lot, Offer, list[Document]]:
    """The lot, the offer with values filled in from the mirror, and its documents."""
    row = visibility.own_lot(unit, new.lot)
    if new.kind not in states.OFFER_KINDS:
        raise Invalid(f"{new.kind!r} is no kind of offer; use {', '.join(states.OFFER_KINDS)}", kind=new.kind)
    kind = states.OFFER_KINDS.index(new.kind)
    whole = new.amount is None or new.amount == row.amount
    if kind >= OFFER_REPURCHASE and not whole:
        raise Invalid("an overdue lot moves whole only; leave the amount out", lot=row.id)
    if new.amount is not None and new.amount <= 0:
        raise Invalid("the amount is above zero; leave it out for the whole lot", lot=row.id)
    bundle = _bundle(unit, new.recipient, new.documents)
    drawn = Offer(
        lot=int(row.id, 16),
        version=row.version,
        child=WHOLE if whole else lots.reserve_children(unit, row, 1)[0],
        amount=row.amount if new.amount is None else new.amount,
        recipient=new.recipient,
        kind=kind,
        documents=documents.root(bundle),
        deadline=rules.seconds(new.deadline),
        epoch=claims.epoch(unit.session, unit.actor.entity_id),
    )
    if drawn.deadline <= unit.timestamp:
        raise Invalid("the deadline is in the past", deadline=new.deadline.isoformat())
    return row, drawn, bundle


def _bundle(unit: Unit, recipient: int, document_ids: Sequence[int]) -> list[Document]:
    if recipient == unit.actor.entity_id:
        raise Invalid("the recipient is the holder itself; split the lot instead", recipient=recipient)
    if not document_ids:
        message = "every transfer carries its trade documents: attach at least one (contract, delivery note, invoice) and name it"
        raise DocumentsMissing(message, recipient=recipient)
    return documents.bundle(unit, document_ids)


def _store(unit: Unit, row: Lot, drawn: Offer, *, bundle: Sequence[Document], signature: bytes) -> OfferRecord:
    record = OfferRecord(
        entity_id=unit.actor.entity_id,
        recipient=drawn.recipient,
        lot_id=row.id,
        payable_id=row.payable_id,
        version=drawn.version,
        child=drawn.child,
        child_id=row.id if drawn.child == WHOLE else lots.child_id(row.id, drawn.child),
        amount=drawn.amount,
        kind=drawn.kind,
        documents=drawn.documents,
        deadline=drawn.deadline,
        epoch=drawn.epoch,
        signature=signature,
        on_chain=not signature,
        state="open",
        settled_block=None,
        created_at=unit.now,
    )
    repo.add(unit.session, record)
    documents.place(unit, f"offer:{record.id}", bundle, readers=[drawn.recipient])
    return record


def _digest(unit: Unit, drawn: Offer) -> bytes:
    return typed.offer_digest(unit.network.chain_id, unit.network.contract, offer=drawn)
