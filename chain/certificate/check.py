"""Verifies a certificate: every step by hashing and signatures, nothing believed, nothing asked."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chain import canonical, ids, proofs, seals
from chain.certificate import form, sealed, words
from chain.certificate.form import Certificate, DocumentProof, Lock, WordProof
from chain.certificate.pin import Pin
from chain.errors import BadCertificate, BadProof, WrongPin
from chain.headers import header_items
from chain.structs import (
    LOT_ENDED,
    LOT_FINANCING,
    LOT_FROZEN,
    LOT_OFFERED,
    LOT_PLEDGED,
    LOT_RECOURSE,
    PAYABLE_ACTIVE,
    PAYABLE_ISSUED,
    PAYABLE_STATE_MASK,
    Terms,
)
from chain.words import KeyWord, LotWord, ParticipantWord, PayableWord, ProfileWord


@dataclass
class Proven:
    """What a certificate proves, as of its block. `pinned`: the issuer is the one that the verifier knows. Times in UTC seconds."""

    certificate: Certificate
    number: int
    block_hash: bytes
    timestamp: int
    payable: PayableWord
    lot: LotWord
    profile: ProfileWord
    lock: Lock | None
    # Amount that a freeze holds, and the seller that owes recourse; 0 for none.
    frozen: int = 0
    recourse: int = 0
    participants: dict[int, ParticipantWord] = field(default_factory=dict)
    # The holder's keys that were disclosed and valid at the block's time, by address.
    keys: dict[str, KeyWord] = field(default_factory=dict)
    # SHA-256 of each disclosed document that the obligor's promise covers.
    documents: list[bytes] = field(default_factory=list)
    scheme: str = ""
    signers: list[str] = field(default_factory=list)
    # How often the validators changed between the first set that the file names and the block.
    handovers: int = 0
    # When the registry signed that the block was the latest; None for a network of validators.
    signed_at: int | None = None
    pinned: bool = False


def verify(content: bytes, pin: Pin | None = None) -> Proven:
    """What the file proves. BadCertificate, BadProof or BadSeal with the reason when it doesn't, WrongPin when it is of another network."""
    certificate = form.parse(content)
    if pin is not None:
        _check_pin(certificate, pin)
    _check_ids(certificate)
    items = header_items(certificate.block)
    held = _held(certificate, bytes.fromhex(certificate.block["stateRoot"][2:]))
    found = Proven(
        certificate=certificate,
        number=seals.number_of(items),
        block_hash=b"",
        timestamp=int(certificate.block["timestamp"], 16),
        payable=PayableWord.of(held[0]),
        lot=LotWord.of(held[1]),
        profile=ProfileWord.of(held[2]),
        lock=None,
    )
    _check_debt(found)
    found.lock = lock_of(found.lot, found.timestamp)
    if found.lock != certificate.lock:
        raise BadCertificate("lock: it is not what the lot's word says at the block's time", reason="lock")
    _take_words(found, held)
    found.documents = _opened(certificate)
    seal = sealed.check(certificate, items, found.timestamp, pin=pin)
    found.block_hash, found.signers, found.handovers = seal.block_hash, list(seal.signers), seal.handovers
    found.scheme, found.signed_at = certificate.seal["scheme"], certificate.seal.get("signed_at")
    found.pinned = pin is not None
    return found


def _check_ids(certificate: Certificate) -> None:
    """The payable's id is the hash of its preimage, the lot's id that of the path from the payable's root."""
    terms, portions = certificate.terms, certificate.portions
    marks = [portion.fingerprint for portion in portions]
    if marks != sorted(set(marks)) or sum(portion.amount for portion in portions) != terms.face:
        raise BadCertificate("payable.portions: they are strictly sorted by fingerprint and add up to the face amount", reason="payable")
    if ids.currency_of(terms.profile) != certificate.currency:
        raise BadCertificate("payable.currency: it is not what the profile's number says", reason="currency")
    if ids.payable_id(terms, portions) != certificate.payable:
        raise BadCertificate("payable.id: it is not the hash of terms, currency and portions", reason="payable")
    lot = ids.root(certificate.payable)
    for index in certificate.path:
        lot = ids.child(lot, index)
    if lot != certificate.lot:
        raise BadCertificate("lot.id: the path does not lead to it", reason="lot")


def _check_pin(certificate: Certificate, pin: Pin) -> None:
    said = (certificate.chain_id, certificate.genesis, certificate.contract, certificate.seal["scheme"])
    if said != (pin.chain_id, pin.genesis, pin.contract, pin.scheme):
        raise WrongPin(
            f"the certificate is of chain {certificate.chain_id}, contract {certificate.contract}, sealed by {said[3]}; "
            f"the pin is of chain {pin.chain_id}, contract {pin.contract}, sealed by {pin.scheme}"
        )


def _held(certificate: Certificate, state_root: bytes) -> list[int]:
    """The words, each proven under the contract's account."""
    account = proofs.account(state_root, certificate.contract, certificate.account_proof)
    if account is None:
        raise BadProof("there is no contract at this address")
    numbers = []
    for place, item in enumerate(certificate.words):
        slot = words.slot_of(item.kind, _key_of(item, place))
        found = proofs.storage(account.storage_root, slot, item.proof)
        if found != item.word:
            raise BadProof(f"words[{place}]: the contract holds another word")
        if words.plain(item.kind, found) != item.fields:
            raise BadCertificate(f"words[{place}].fields: they are not what the word says", reason="fields")
        numbers.append(found)
    expected = [(words.PAYABLE, certificate.payable), (words.LOT, certificate.lot), (words.PROFILE, certificate.terms.profile)]
    _require_keys(certificate, 0, expected)
    return numbers


def _key_of(item: WordProof, place: int) -> int:
    """The number that a word's key stands for."""
    try:
        key = int(item.key, 16 if item.key.startswith("0x") else 10)
    except ValueError:
        key = -1
    if not 0 <= key < words.key_limit(item.kind) or words.text_of(item.kind, key) != item.key:
        raise BadCertificate(f"words[{place}].key: it is not in its one form", reason="words")
    return key


def _require_keys(certificate: Certificate, start: int, expected: Sequence[tuple[str, int]]) -> None:
    found = [(item.kind, item.key) for item in certificate.words[start : start + len(expected)]]
    if found != [(kind, words.text_of(kind, key)) for kind, key in expected]:
        raise BadCertificate(
            f"words: {' '.join(f'{kind} {words.text_of(kind, key)}' for kind, key in expected)} belong at {start}", reason="words"
        )


def _check_debt(found: Proven) -> None:
    """The words belong together and stand for money that is owed."""
    terms, debt, lot = found.certificate.terms, found.payable, found.lot
    if (debt.obligor, debt.profile, debt.due) != (terms.obligor, terms.profile, terms.due):
        raise BadCertificate("the payable's word is of other terms", reason="terms")
    if debt.state & PAYABLE_STATE_MASK not in {PAYABLE_ISSUED, PAYABLE_ACTIVE}:
        raise BadCertificate("the payable was refused, cancelled or settled: nothing is owed", reason="not_owed")
    if lot.holder == 0 or lot.flags & LOT_ENDED or lot.amount == 0:
        raise BadCertificate("the lot does not exist, has ended or was split up: nothing is held", reason="not_held")
    if lot.depth != len(found.certificate.path):
        raise BadCertificate("the lot's depth is not the length of its path", reason="depth")
    if lot.amount > debt.outstanding or debt.outstanding > terms.face:
        raise BadCertificate("more is held than owed", reason="amounts")


def lock_of(lot: LotWord, timestamp: int) -> Lock | None:
    """What binds a lot at a block's time: the contract takes a lock to stand through its last second."""
    if lot.lock_party == 0 or timestamp > lot.lock_until:
        return None
    kinds = ((LOT_PLEDGED, "pledge"), (LOT_FINANCING, "financing"), (LOT_OFFERED, "offer"))
    kind = next((name for flag, name in kinds if lot.flags & flag), "lock")
    return Lock(kind, lot.lock_party, lot.lock_until)


def expected_words(lot_id: int, terms: Terms, lot: LotWord, *, recourse: int) -> list[tuple[str, int]]:
    """The words after payable, lot and profile that a certificate must carry; keys of the holder may follow."""
    people = {terms.obligor, terms.payee, lot.holder, lot.lock_party, recourse} - {0}
    named = [(words.FROZEN, lot_id)] if lot.flags & LOT_FROZEN else []
    named += [(words.RECOURSE, lot_id)] if lot.flags & LOT_RECOURSE else []
    return named + [(words.PARTICIPANT, number) for number in sorted(people)]


def _take_words(found: Proven, held: Sequence[int]) -> None:
    certificate = found.certificate
    rest = dict(zip([(item.kind, item.key) for item in certificate.words], held, strict=True))
    mark = words.text_of(words.LOT, certificate.lot)
    found.frozen, found.recourse = rest.get((words.FROZEN, mark), 0), rest.get((words.RECOURSE, mark), 0)
    expected = expected_words(certificate.lot, certificate.terms, found.lot, recourse=found.recourse)
    _require_keys(certificate, 3, expected)
    for kind, key in expected:
        if kind == words.PARTICIPANT:
            found.participants[key] = ParticipantWord.of(rest[kind, words.text_of(kind, key)])
    keys = certificate.words[3 + len(expected) :]
    if any(item.kind != words.KEY for item in keys) or [item.key for item in keys] != sorted({item.key for item in keys}):
        raise BadCertificate("words: after the participants only keys of the holder follow, in ascending order", reason="words")
    for item in keys:
        signing_key = KeyWord.of(item.word)
        if signing_key.participant != found.lot.holder or not signing_key.from_time <= found.timestamp < signing_key.until:
            raise BadCertificate(f"{item.key}: it was no valid key of the holder at the block's time", reason="key")
        found.keys[item.key] = signing_key


def _opened(certificate: Certificate) -> list[bytes]:
    """Digests of the disclosed documents, each under the root that the promise names; the promise under the terms' hash."""
    if certificate.promise is None:
        if certificate.documents:
            raise BadCertificate("documents: they stand under the promise, which is not disclosed", reason="documents")
        return []
    promise = certificate.promise.encode()
    if hashlib.sha256(promise).digest() != certificate.terms.terms:
        raise BadCertificate("promise: it is not the text that the terms' hash covers", reason="promise")
    try:
        conditions: Any = canonical.decode(promise)
    except BadCertificate as error:
        raise BadCertificate(f"promise: {error}", reason="promise") from error
    root = conditions.get("documents") if isinstance(conditions, dict) else None
    for place, document in enumerate(certificate.documents):
        if "0x" + _root(document).hex() != root:
            raise BadCertificate(f"documents[{place}]: it does not stand under the promise's root", reason="documents")
    contents = [document.content for document in certificate.documents]
    if len(set(contents)) != len(contents):
        raise BadCertificate("documents: one is named twice", reason="documents")
    return contents


def _root(document: DocumentProof) -> bytes:
    """RFC 6962: leaves are hashed after 0x00, nodes after 0x01."""
    commitment = hashlib.sha256(document.salt + document.content).digest()
    found = hashlib.sha256(b"\x00" + commitment).digest()
    for side, other in document.path:
        pair = other + found if side == "left" else found + other
        found = hashlib.sha256(b"\x01" + pair).digest()
    return found
