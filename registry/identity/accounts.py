"""Bank accounts that pay-outs go to: one open account per entity and currency, sealed under the entity's key."""

from registry.identity import repo, rules
from registry.identity.permissions import require_own
from registry.identity.tables import BankAccount
from registry.kernel import money
from registry.kernel.errors import NotFound
from registry.kernel.uow import Unit

_COLUMN = "bank_accounts.account_sealed"


def bind(unit: Unit, entity_id: int, *, currency: str, account: str) -> BankAccount:
    """Makes an account the one for pay-outs in a currency from now on; financings locked before keep theirs. Repeating it changes nothing.

    For the entity and the registrar. Raises NotFound, Forbidden, Invalid for a currency or an account that is none.
    """
    require_own(unit.actor, entity_id)
    code, number = str(money.currency(currency).code), rules.account(account)
    if repo.lock_entity(unit.session, entity_id) is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    present = current(unit, entity_id, code)
    if present is not None:
        if text_of(unit, present.id) == number:
            return present
        present.closed_at = unit.now
    sealed = unit.vault.seal(entity_id, _COLUMN, number)
    row = BankAccount(entity_id=entity_id, currency=code, account_sealed=sealed, created_at=unit.now)
    repo.add(unit.session, row)
    return row


def current(unit: Unit, entity_id: int, currency: str) -> BankAccount | None:
    """The account that is open now."""
    return next((row for row in repo.accounts(unit.session, entity_id, currency) if row.closed_at is None), None)


def listed(unit: Unit, entity_id: int) -> list[BankAccount]:
    """All accounts of an entity, oldest first; for itself and the registrar."""
    require_own(unit.actor, entity_id)
    return repo.accounts(unit.session, entity_id)


def text_of(unit: Unit, account_id: int) -> str:
    """The account number. Whoever asks must have the right to pay to it: the caller's duty. NotFound when there is none."""
    row = repo.account(unit.session, account_id)
    if row is None:
        raise NotFound(f"there is no bank account {account_id}", account=account_id)
    return unit.vault.read(row.entity_id, _COLUMN, row.account_sealed)
