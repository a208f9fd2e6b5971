"""Money: integers in minor units inside, decimal strings outside. Exponents and numbers are those of ISO 4217 (py-moneyed)."""

import re
from decimal import Decimal

import moneyed

from registry.kernel.errors import Invalid

# The contract keeps amounts in 72 bits.
MAX_AMOUNT = 2**72 - 1
# Digits, a point, digits: no sign, exponent, spaces, grouping or other scripts' digits, so that one amount has few spellings.
_AMOUNT = re.compile(r"(?P<whole>[0-9]{1,24})(\.(?P<part>[0-9]{1,8}))?")


def currency(code: str) -> moneyed.Currency:
    """The ISO 4217 currency of an alphabetic code; Invalid when there is none."""
    try:
        return moneyed.get_currency(code)
    except moneyed.CurrencyDoesNotExist as error:
        raise Invalid(f"{code!r} is not an ISO 4217 currency code", currency=code) from error


def numeric_code(code: str) -> int:
    """ISO 4217 number, as the chain stores it."""
    return int(str(currency(code).numeric))


def alpha_code(number: int) -> str:
    """ISO 4217 letters for a number from the chain; Invalid when there is none."""
    try:
        return str(moneyed.get_currency(iso=f"{number:03d}").code)
    except moneyed.CurrencyDoesNotExist as error:
        raise Invalid(f"{number} is not an ISO 4217 currency number", currency=number) from error


def exponent(code: str) -> int:
    """How many decimals the currency has: 2 for CNY, 0 for JPY, 3 for BHD."""
    return len(str(currency(code).sub_unit)) - 1


def to_minor(text: str, code: str) -> int:
    """Minor units of a decimal string such as "1234.56"; Invalid when it is written otherwise, has too many decimals or is out of range."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise Invalid(f"{text!r} is not an amount; write it like 1234.56", amount=text)
    decimals, whole, part = exponent(code), found["whole"], found["part"] or ""
    minor = int(whole + part.ljust(decimals, "0"))
    if len(part) > decimals or minor > MAX_AMOUNT:
        raise Invalid(f"{text!r} is not an amount in {code} with at most {decimals} decimals", amount=text, currency=code)
    return minor


def to_text(minor: int, code: str) -> str:
    """Decimal string of minor units: 123456 CNY -> "1234.56"."""
    return format(Decimal(minor).scaleb(-exponent(code)), "f")
