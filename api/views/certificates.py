"""What a certificate proves, in plain words: as of which block, and for how long a lock keeps it true."""

from datetime import UTC, datetime

from api.schemas.certificates import LockOut, VerdictOut
from api.schemas.values import hexed
from chain import ids
from chain.certificate import check
from chain.certificate.check import Proven
from chain.certificate.form import Lock
from chain.certificate.pin import CLIQUE, REGISTRY, Pin
from chain.errors import EvidenceRefused, WrongPin
from chain.structs import PAYABLE_ISSUED, PAYABLE_OVERDUE, PAYABLE_STATE_MASK, PAYABLE_SUSPENDED, STATUS_ACTIVE
from registry.kernel import money
from registry.kernel.errors import Invalid

_ENDLESS = 2**32 - 1
# What to do, by the reason of a refusal.
_ASK = "Don't rely on it; ask the holder for a new one"
_ADVICE = {
    "pin": "Get the pin of the network again, from where you trust it",
    "canonical": "Use the file as it was handed out, byte for byte; if it is, don't rely on it",
    "network": "Use the pin of the certificate's network; if you know no such network, don't rely on it",
    "issuer": "If the network's keys have changed, get its pin again, from where you trust it; otherwise don't rely on it",
    "handover": "Get the pin of the network's validators as they are now, from where you trust it",
    "not_owed": "Nothing is owed any more",
    "not_held": "Nothing is held any more",
}


class CertificateRefused(Invalid):
    """A certificate or a pin is not in its one form, or does not prove what it says; the message says where."""

    code = "certificate_refused"


class OtherNetwork(CertificateRefused):
    """The certificate is of another network than the pin."""

    code = "other_network"


def verdict(content: bytes, pin: bytes | None, *, now: datetime) -> VerdictOut:
    """Verifies a file with the content of a pin, or without one. CertificateRefused, OtherNetwork."""
    try:
        found = check.verify(content, None if pin is None else Pin.of(pin))
    except WrongPin as error:
        raise OtherNetwork(f"{error}. {_ADVICE['network']}", reason=error.reason) from error
    except EvidenceRefused as error:
        raise CertificateRefused(f"{error}. {_ADVICE.get(error.reason, _ASK)}", reason=error.reason) from error
    return _shown(found, now)


def _shown(found: Proven, now: datetime) -> VerdictOut:
    certificate, terms = found.certificate, found.certificate.terms
    return VerdictOut(
        verdict="proven" if found.pinned else "consistent, issuer not pinned",
        says=says(found, now),
        chain_id=certificate.chain_id,
        contract=certificate.contract,
        block=found.number,
        block_hash=hexed(found.block_hash),
        block_time=_at(found.timestamp),
        scheme=found.scheme,
        signers=found.signers,
        handovers=found.handovers,
        signed_at=None if found.signed_at is None else _at(found.signed_at),
        payable=ids.payable_hex(certificate.payable),
        obligor=terms.obligor,
        payee=terms.payee,
        due=_at(terms.due),
        face=_amount(found, terms.face),
        outstanding=_amount(found, found.payable.outstanding),
        available=_amount(found, found.payable.available),
        lot=ids.lot_hex(certificate.lot),
        path=list(certificate.path),
        holder=found.lot.holder,
        holder_keys=list(found.keys),
        amount=_amount(found, found.lot.amount),
        frozen=_amount(found, found.frozen) if found.frozen else None,
        recourse_seller=found.recourse or None,
        lock=None if found.lock is None else _lock(found.lock, now),
        documents=[hexed(digest) for digest in found.documents],
    )


def says(found: Proven, now: datetime) -> list[str]:
    """The proof in sentences, the most important first."""
    lot, debt, terms = found.lot, found.payable, found.certificate.terms
    held = f"As of block {found.number} ({_time(found.timestamp)}), participant {lot.holder} holds {_amount(found, lot.amount)}"
    owed = f"Participant {terms.obligor} confirmed {_amount(found, terms.face)} to participant {terms.payee}, due {_time(terms.due)}"
    open_now = f"{_amount(found, debt.outstanding)} are outstanding, {_amount(found, debt.available)} of it paid in"
    sentences = [f"{held} of payable {ids.payable_hex(found.certificate.payable)}.", _stays(found, now), f"{owed}; {open_now}."]
    if debt.state & PAYABLE_STATE_MASK == PAYABLE_ISSUED:
        sentences.append("The payee has not accepted it yet; until then the obligor may cancel it alone.")
    if debt.state & PAYABLE_OVERDUE:
        sentences.append("It is marked overdue.")
    if debt.state & PAYABLE_SUSPENDED:
        sentences.append("The registrar has suspended its redemption.")
    if found.frozen:
        sentences.append(f"{_amount(found, found.frozen)} of the lot are frozen by the registrar.")
    if found.recourse:
        sentences.append(f"Participant {found.recourse} owes recourse for it.")
    idle = [number for number, participant in found.participants.items() if participant.status != STATUS_ACTIVE]
    sentences += [f"Participant {number} is suspended." for number in idle]
    if found.documents:
        sentences.append(f"{len(found.documents)} disclosed document(s) are among those that the obligor's promise covers.")
    return [*sentences, _issuer(found)]


def _stays(found: Proven, now: datetime) -> str:
    """How long the first sentence stays true."""
    lock = found.lock
    if lock is None:
        return f"It was not locked: it may have moved since block {found.number}."
    if lock.kind == "pledge":
        return f"It is pledged to participant {lock.party}: until that lets go it moves only by force of law, and is paid to it."
    if not _lock(lock, now).holds:
        return f"Its lock for participant {lock.party} ended on {_time(lock.until)}: it may have moved since."
    kind = {"lock": "Locked", "offer": "On offer", "financing": "Locked for financing"}[lock.kind]
    return (
        f"{kind} for participant {lock.party} until {_time(lock.until)}: until then it goes to nobody else, "
        f"unless participant {lock.party} lets go of it or it is moved by force of law."
    )


def _issuer(found: Proven) -> str:
    if not found.pinned:
        return (
            "Issuer not pinned: everything fits together, but nothing says that this is the network you know. "
            "Anyone could have made it. Verify with its pin."
        )
    if found.scheme == REGISTRY:
        signed = _time(found.signed_at or 0)
        return (
            f"The registry's pinned key {found.signers[0]} signed on {signed} that this was the latest block. This chain has no "
            "validators, so this is weaker than seals: whoever holds that key could sign a block that never was."
        )
    where = "this block and those on top of it" if found.scheme == CLIQUE else "this block"
    if not found.handovers:
        return f"{len(found.signers)} of the pinned validators sealed {where}."
    changes = f"The validators changed {found.handovers} time(s) since the first set that the file names, each time by those before."
    return f"{len(found.signers)} of the validators that followed from the pinned ones sealed {where}. {changes}"


def _lock(lock: Lock, now: datetime) -> LockOut:
    until = None if lock.until == _ENDLESS else _at(lock.until)
    return LockOut(kind=lock.kind, party=lock.party, until=until, holds=until is None or now <= until)


def _amount(found: Proven, minor: int) -> str:
    """With the currency's letters; in minor units where ISO 4217 has none for its number."""
    try:
        currency = money.alpha_code(found.certificate.currency)
    except Invalid:
        return f"{minor} minor units of currency {found.certificate.currency:03d}"
    return f"{money.to_text(minor, currency)} {currency}"


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _time(seconds: int) -> str:
    return f"{_at(seconds):%Y-%m-%d %H:%M:%S} UTC"
