"""From decimals as documents write them to the integers the registry counts in."""

from decimal import Decimal

from registry.kernel.errors import Invalid
from registry.kernel.money import MAX_AMOUNT, currency, exponent
from registry.receivables.invoices.model import Invoice

# Codes of ISO 4217 that are metals, units of account, tests or the absence of a currency: nobody pays a debt in them.
_NOT_MONEY = frozenset({"XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"})


def money_code(code: str) -> str:
    """The same ISO 4217 code, if debts are paid in it. Invalid otherwise."""
    if code in _NOT_MONEY:
        raise Invalid(f"{code!r} is no currency that a debt is paid in", currency=code)
    return str(currency(code).code)


def minor_units(value: Decimal, code: str) -> int:
    """Integer minor units (ISO 4217 exponent) of a decimal; the sign stays. Invalid when decimals or size do not fit."""
    scaled = value.scaleb(exponent(code))
    if scaled != scaled.to_integral_value() or abs(scaled) > MAX_AMOUNT:
        message = f"{value} is not an amount in {code} with at most {exponent(code)} decimals"
        raise Invalid(message, amount=str(value), currency=code)
    return int(scaled)


def claim_amount(invoice: Invoice) -> int:
    """What may back a claim: the amount due for payment (BT-115) in minor units of the invoice currency. Invalid when there is none."""
    if invoice.currency is None or invoice.totals is None or invoice.totals.due is None:
        raise Invalid("the invoice states no amount due (BT-115) or no currency (BT-5)")
    return minor_units(invoice.totals.due.value, invoice.currency)
