"""What a certificate says of a lot beside the chain's words: the payable's preimage, the path, the promise, disclosed documents."""

import hashlib
from collections.abc import Sequence

from chain.certificate.build import Claim
from chain.certificate.form import DocumentProof
from chain.structs import Terms
from registry.kernel import money
from registry.kernel.uow import Unit
from registry.receivables import documents, merkle, payables, rules, visibility
from registry.receivables.documents import Disclosure
from registry.receivables.repo import evidence as repo


def of_lot(unit: Unit, lot_id: str, *, disclosed: Sequence[int] = ()) -> Claim:
    """For a lot that the actor sees; `disclosed` are documents of the payable's that it may read. NotFound otherwise."""
    lot = visibility.lot(unit, lot_id)
    debt = visibility.payable(unit, lot.payable_id)
    promise = rules.promise(payables.conditions(unit, debt.id))
    subject = f"payable:{debt.id}"
    return Claim(
        payable=int(debt.id, 16),
        currency=money.numeric_code(debt.currency),
        terms=Terms(debt.obligor, debt.payee, debt.profile, debt.due, debt.face, debt.terms, debt.salt),
        portions=tuple(rules.stored_portions(debt.portions)),
        path=tuple(repo.path(unit.session, lot.id)),
        # A payable that was issued past this service may rest on other words; they are not ours to show.
        promise=promise.decode() if hashlib.sha256(promise).digest() == debt.terms else None,
        documents=tuple(_proof(documents.disclose(unit, number, subject=subject)) for number in dict.fromkeys(disclosed)),
    )


def _proof(found: Disclosure) -> DocumentProof:
    sides = merkle.sides(index=found.index, size=found.size)
    return DocumentProof(hashlib.sha256(found.content).digest(), found.salt, tuple(zip(sides, found.path, strict=True)))
