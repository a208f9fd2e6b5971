"""Balances of the ledger."""

from pydantic import BaseModel, Field

from api.schemas.values import Money


class BalanceOut(BaseModel):
    """What stands on an account and on which side."""

    entity: int
    account: str = Field(description="claims, payables, bank, collections or deposits", examples=["claims"])
    side: str = Field(description="debit or credit")
    balance: Money


class BalancesOut(BaseModel):
    """All accounts that something stands on."""

    items: list[BalanceOut]
