"""BR-CL: coded terms come from the lists EN 16931 names. Lists that decide nothing about a claim are left out."""

from collections.abc import Callable, Container, Iterable, Iterator
from itertools import chain

from registry.receivables.invoices.model import Invoice
from registry.receivables.invoices.rules import codes
from registry.receivables.invoices.rules.rule import MISSING, Check, Rule


def _outside(find: Callable[[Invoice], Iterable[str | None]], known: Callable[[Invoice], Container[str]]) -> Check:
    """The check that every code found is a known one; what is not stated is not judged here."""
    return lambda invoice: (code or MISSING for code in find(invoice) if code is not None and code not in known(invoice))


def _of(listed: Container[str]) -> Callable[[Invoice], Container[str]]:
    return lambda _: listed


def _party_schemes(invoice: Invoice) -> Iterator[str]:
    # SEPA marks a creditor reference, which only the one to be paid has.
    return chain(invoice.codes.party_schemes, (scheme for scheme in invoice.codes.creditor_schemes if scheme != "SEPA"))


def _legal_schemes(invoice: Invoice) -> Iterable[str]:
    return invoice.codes.legal_schemes


def _categories_of_lines(invoice: Invoice) -> Iterable[str]:
    return invoice.codes.line_categories


def _endpoint_schemes(invoice: Invoice) -> Iterable[str]:
    return invoice.codes.endpoint_schemes


def _means(invoice: Invoice) -> Iterator[str | None]:
    return (means.code for means in invoice.payment)


CODE_LISTS = (
    Rule(
        "BR-CL-01",
        "BT-3",
        "the type code is one for invoices or credit notes (UNTDID 1001)",
        _outside(lambda i: (i.type_code,), lambda i: codes.type_codes(i.syntax)),
    ),
    Rule("BR-CL-03", "amounts", "an amount's currency is one of ISO 4217", _outside(lambda i: i.codes.currencies, _of(codes.CURRENCIES))),
    Rule("BR-CL-04", "BT-5", "the invoice currency is one of ISO 4217", _outside(lambda i: (i.currency,), _of(codes.CURRENCIES))),
    Rule("BR-CL-05", "BT-6", "the accounting currency is one of ISO 4217", _outside(lambda i: (i.vat_currency,), _of(codes.CURRENCIES))),
    Rule(
        "BR-CL-06",
        "BT-8",
        "the VAT point code is one of UNTDID 2005 (UBL) or 2475 (CII)",
        _outside(lambda i: i.tax_point_codes, lambda i: codes.tax_points(i.syntax)),
    ),
    Rule("BR-CL-10", "BT-29, BT-46, BT-60", "a party identifier's scheme is one of ISO 6523", _outside(_party_schemes, _of(codes.ICD))),
    Rule("BR-CL-11", "BT-30, BT-47, BT-61", "a legal identifier's scheme is one of ISO 6523", _outside(_legal_schemes, _of(codes.ICD))),
    Rule(
        "BR-CL-14",
        "BT-40, BT-55, BT-69, BT-80",
        "a country code is one of ISO 3166-1",
        _outside(lambda i: i.codes.countries, lambda i: codes.countries(i.syntax)),
    ),
    Rule("BR-CL-16", "BT-81", "the means of payment is one of UNTDID 4461", _outside(_means, _of(codes.PAYMENT_MEANS))),
    Rule(
        "BR-CL-17",
        "BT-95, BT-102, BT-118",
        "the tax category of an allowance, charge or VAT group is one of UNCL 5305",
        _outside(lambda i: i.codes.categories, _of(codes.TAX_CATEGORIES)),
    ),
    Rule("BR-CL-18", "BT-151", "a line's tax category is one of UNCL 5305", _outside(_categories_of_lines, _of(codes.TAX_CATEGORIES))),
    Rule("BR-CL-25", "BT-34, BT-49", "an electronic address' scheme is one of the EAS list", _outside(_endpoint_schemes, _of(codes.EAS))),
)
