"""Puts a certificate together from what a node answers and what the registry keeps. What comes out is verified before it is handed out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chain import canonical, ids
from chain.certificate import check, form, words
from chain.certificate.form import DocumentProof
from chain.certificate.pin import CLIQUE, REGISTRY, Pin
from chain.headers import FIELDS, LATER
from chain.structs import Portion, Terms
from chain.words import LotWord

Wanted = tuple[str, int]


@dataclass(frozen=True)
class Claim:
    """What the registry knows of a lot and the chain does not say by itself: preimage, path, promise, documents to disclose."""

    payable: int
    currency: int
    terms: Terms
    portions: tuple[Portion, ...]
    path: tuple[int, ...]
    promise: str | None = None
    documents: tuple[DocumentProof, ...] = ()

    @property
    def lot(self) -> int:
        """The lot that the path leads to."""
        found = ids.root(self.payable)
        for index in self.path:
            found = ids.child(found, index)
        return found


@dataclass(frozen=True)
class Answers:
    """A node's JSON: the block (eth_getBlockByNumber) and the proof of the wanted words at it (eth_getProof)."""

    block: dict[str, Any]
    proof: dict[str, Any]


def wanted(claim: Claim, lot: LotWord, *, recourse: int, keys: Sequence[str]) -> list[Wanted]:
    """The words that the certificate of a lot carries, in order. `keys`: addresses of the holder's keys that are disclosed."""
    first: list[Wanted] = [(words.PAYABLE, claim.payable), (words.LOT, claim.lot), (words.PROFILE, claim.terms.profile)]
    people = check.expected_words(claim.lot, claim.terms, lot, recourse=recourse)
    return [*first, *people, *((words.KEY, int(key, 16)) for key in sorted(set(keys)))]


def slot_of(kind: str, key: int) -> int:
    """Where a wanted word stands in the contract's storage."""
    return words.slot_of(kind, key)


def assemble(pin: Pin, claim: Claim, answers: Answers, *, of: Sequence[Wanted], seal: dict[str, Any]) -> bytes:
    """The file. `of` are the words of `wanted`, in the order in which the proof was asked for; `seal` as the file has it."""
    held = [int(entry["value"], 16) for entry in answers.proof["storageProof"]]
    lot = LotWord.of(held[1])
    lock = check.lock_of(lot, int(answers.block["timestamp"], 16))
    content = {
        "format": form.FORMAT,
        "chain_id": pin.chain_id,
        "genesis": _hex(pin.genesis),
        "contract": pin.contract,
        "block": header_of(answers.block),
        "account_proof": answers.proof["accountProof"],
        "payable": _payable(claim),
        "lot": {"id": ids.lot_hex(claim.lot), "path": list(claim.path)},
        "words": [
            {
                "kind": kind,
                "key": words.text_of(kind, key),
                "word": f"0x{value:064x}",
                "fields": words.plain(kind, value),
                "proof": entry["proof"],
            }
            for (kind, key), value, entry in zip(of, held, answers.proof["storageProof"], strict=True)
        ],
        "lock": None if lock is None else {"kind": lock.kind, "party": lock.party, "until": lock.until},
        "promise": claim.promise,
        "documents": [_document(item) for item in claim.documents],
        "seal": seal,
    }
    return canonical.encode(content)


def registry_seal(signer: str, *, signed_at: int, signature: bytes) -> dict[str, Any]:
    """The registry's signature of `typed.head_digest`, as the file has it."""
    return {"scheme": REGISTRY, "signer": signer, "signed_at": signed_at, "signature": _hex(signature)}


def validators_seal(
    scheme: str, validators: Sequence[str], *, handovers: Sequence[Sequence[dict[str, Any]]] = (), on_top: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The seal of a network of validators, as the file has it. `validators` is the set before the first of the hand-overs.

    Hand-overs and the blocks `on_top` (Clique) are runs of a node's blocks.
    """
    seal: dict[str, Any] = {"scheme": scheme, "validators": sorted(validators)}
    seal["handovers"] = [[header_of(block) for block in run] for run in handovers]
    if scheme == CLIQUE:
        seal["headers"] = [header_of(block) for block in on_top]
    return seal


def header_of(block: dict[str, Any]) -> dict[str, str]:
    """The fields of a block's JSON that make its header."""
    return {name: block[name] for name, _ in (*FIELDS, *LATER) if block.get(name) is not None}


def _payable(claim: Claim) -> dict[str, Any]:
    terms = claim.terms
    return {
        "id": ids.payable_hex(claim.payable),
        "currency": claim.currency,
        "terms": {
            "obligor": terms.obligor,
            "payee": terms.payee,
            "profile": terms.profile,
            "due": terms.due,
            "face": str(terms.face),
            "terms": _hex(terms.terms),
            "salt": _hex(terms.salt),
        },
        "portions": [{"fingerprint": _hex(item.fingerprint), "amount": str(item.amount)} for item in claim.portions],
    }


def _document(item: DocumentProof) -> dict[str, Any]:
    return {
        "content": _hex(item.content),
        "salt": _hex(item.salt),
        "path": [{"side": side, "hash": _hex(other)} for side, other in item.path],
    }


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()
