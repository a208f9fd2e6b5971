"""Reasons and legal bases in words: sealed here, a salted commitment on-chain, opened to whoever must check it."""

import secrets

from registry.kernel import sealing
from registry.kernel.errors import Invalid
from registry.kernel.uow import Unit
from registry.receivables.repo import documents as repo
from registry.receivables.tables import Statement

MAX_TEXT = 4000
_SALT_BYTES = 32


def keep(unit: Unit, subject: str, *, kind: str, text: str) -> bytes:
    """Keeps a statement of the actor's and gives its commitment (32 bytes). Invalid when it is empty or too long."""
    if not text.strip() or len(text) > MAX_TEXT:
        raise Invalid(f"say why in 1 to {MAX_TEXT} characters; it is kept sealed, only a commitment goes on-chain", kind=kind)
    owner, salt = unit.actor.entity_id, secrets.token_bytes(_SALT_BYTES)
    row = Statement(
        entity_id=owner,
        subject=subject,
        kind=kind,
        text_sealed=unit.vault.seal(owner, "statements.text_sealed", text),
        salt_sealed=unit.vault.seal(owner, "statements.salt_sealed", salt),
        commitment=sealing.commitment(salt, text.encode()),
        created_at=unit.now,
    )
    return repo.add_statement(unit.session, row).commitment


def about(unit: Unit, subject: str) -> list[Statement]:
    """Statements about a subject that the actor made; registrar and auditor read all."""
    return repo.statements(unit.session, unit.actor, subject)


def text_of(unit: Unit, row: Statement) -> str:
    """The words, opened."""
    return unit.vault.read(row.entity_id, "statements.text_sealed", row.text_sealed)
