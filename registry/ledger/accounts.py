"""Kinds of ledger accounts. An account is one kind of one entity in one currency; debit balances are positive."""

from enum import StrEnum


class Kind(StrEnum):
    """What an account counts, in minor units."""

    # Live claims an entity holds, as the chain has them (debit).
    CLAIMS = "claims"
    # What an obligor owes on confirmed payables (credit).
    PAYABLES = "payables"
    # Money at the entity's own bank, as far as the registry has seen it move: paid in is debit, paid out is credit.
    BANK = "bank"
    # Money that a payment agent has taken in for payables and not paid out yet (debit).
    COLLECTIONS = "collections"
    # Proceeds of a holder's frozen claims, kept apart until the freeze is decided (debit).
    DEPOSITS = "deposits"
