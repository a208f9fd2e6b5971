"""An invoice in the terms of EN 16931 (BT: business term, BG: group of them), the same whichever syntax it came in.

Values stand as they were read: an empty element is None, an amount keeps its decimals. `unreadable` lists what could not be read;
rules judge the rest only when it is empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

# UNTDID 1001 codes that EN 16931 lists as credit notes.
CREDIT_NOTE_TYPES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})


class Syntax(StrEnum):
    """The syntaxes EN 16931 binds its model to (CEN/TS 16931-3-2 and -3-3)."""

    UBL_INVOICE = "ubl-invoice"
    UBL_CREDIT_NOTE = "ubl-creditnote"
    CII = "cii"


@dataclass(frozen=True, slots=True)
class Amount:
    """A decimal as written, with the currency its element names, if any."""

    value: Decimal
    currency: str | None = None

    @property
    def decimals(self) -> int:
        """Digits written after the point: 3 for 1.500."""
        return max(0, -int(self.value.as_tuple().exponent))


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier and the scheme that issued it, as the document names it (ISO 6523 ICD, EAS, or VAT/FC for tax)."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; only its country decides anything."""

    country: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Seller (BG-4), buyer (BG-7), payee (BG-10) or tax representative (BG-11)."""

    name: str | None = None
    trading_name: str | None = None
    ids: tuple[Identifier, ...] = ()
    legal_id: Identifier | None = None
    tax_ids: tuple[Identifier, ...] = ()
    endpoint: Identifier | None = None
    address: Address | None = None

    @property
    def vat_id(self) -> str | None:
        """BT-31, BT-48 or BT-63."""
        return next((tax.value for tax in self.tax_ids if tax.scheme == "VAT"), None)


@dataclass(frozen=True, slots=True)
class Period:
    """BG-14 or BG-26; `code` is BT-8 where the syntax keeps it here."""

    start: date | None = None
    end: date | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """BG-17: where to pay. `id` is BT-84 (an IBAN or a national number), `name` BT-85, `bic` BT-86."""

    id: str | None = None
    name: str | None = None
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """BG-16: code BT-81, remittance information BT-83 and the account."""

    code: str | None = None
    remittance: str | None = None
    account: Account | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCategory:
    """A tax category (UNCL 5305) with its rate in percent. Only categories of VAT count for the VAT rules."""

    code: str | None = None
    rate: Decimal | None = None
    is_vat: bool = False
    exempt: bool = False

    @property
    def vat_code(self) -> str | None:
        """The code, when the category is one of VAT."""
        return self.code if self.is_vat else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An allowance (BG-20, BG-27) or a charge (BG-21, BG-28)."""

    charge: bool
    amount: Amount | None = None
    base: Amount | None = None
    has_reason: bool = False
    category: TaxCategory | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """BG-25, an invoice line."""

    id: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    net: Amount | None = None
    name: str | None = None
    price: Amount | None = None
    gross_price: Amount | None = None
    category: TaxCategory | None = None
    adjustments: tuple[Adjustment, ...] = ()
    period: Period | None = None
    standard_id: Identifier | None = None
    classifications: tuple[Identifier, ...] = ()
    attributes: tuple[tuple[str | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VatBreakdown:
    """BG-23: taxable amount BT-116 and tax amount BT-117 of one category."""

    taxable: Amount | None = None
    tax: Amount | None = None
    category: TaxCategory | None = None


@dataclass(frozen=True, slots=True)
class VatTotal:
    """BT-110 or BT-111 with the category amounts it must be the sum of; no parts when the syntax gives none for it."""

    amount: Amount | None
    parts: tuple[Decimal, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """BG-22, the document totals."""

    lines: Amount | None = None  # BT-106
    allowances: Amount | None = None  # BT-107
    charges: Amount | None = None  # BT-108
    net: Amount | None = None  # BT-109
    gross: Amount | None = None  # BT-112
    paid: Amount | None = None  # BT-113
    rounding: Amount | None = None  # BT-114
    due: Amount | None = None  # BT-115


@dataclass(frozen=True, slots=True)
class Delivery:
    """BG-13: actual date BT-72 and the deliver-to address BG-15."""

    actual_date: date | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """BG-3, a preceding invoice: number BT-25, issue date BT-26."""

    number: str | None = None
    issue_date: date | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A term whose value cannot be taken as what it must be."""

    term: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """Coded values as they stand anywhere in the document, also where no term above keeps them."""

    currencies: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    party_schemes: tuple[str, ...] = ()
    creditor_schemes: tuple[str, ...] = ()
    legal_schemes: tuple[str, ...] = ()
    endpoint_schemes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    line_categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice or credit note."""

    syntax: Syntax
    specification: str | None = None  # BT-24
    number: str | None = None  # BT-1
    issue_date: date | None = None  # BT-2
    type_code: str | None = None  # BT-3
    currency: str | None = None  # BT-5
    vat_currency: str | None = None  # BT-6
    tax_point_date: date | None = None  # BT-7
    tax_point_codes: tuple[str, ...] = ()  # BT-8
    due_date: date | None = None  # BT-9
    buyer_reference: str | None = None  # BT-10
    contract_reference: str | None = None  # BT-12
    order_reference: str | None = None  # BT-13
    payment_terms: str | None = None  # BT-20
    preceding: tuple[Reference, ...] = ()  # BG-3
    seller: Party | None = None
    buyer: Party | None = None
    payee: Party | None = None
    tax_representative: Party | None = None
    delivery: Delivery | None = None
    period: Period | None = None
    payment: tuple[PaymentMeans, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    totals: Totals | None = None
    vat_totals: tuple[VatTotal, ...] = ()
    breakdown: tuple[VatBreakdown, ...] = ()
    documents: tuple[str | None, ...] = ()  # BT-122
    lines: tuple[Line, ...] = ()
    codes: Codes = Codes()
    unreadable: tuple[Unreadable, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        """Lowers a debt instead of making one, by its syntax or its type code (BT-3)."""
        return self.syntax is Syntax.UBL_CREDIT_NOTE or self.type_code in CREDIT_NOTE_TYPES

    @property
    def type_group(self) -> str:
        """What the fingerprint tells apart: a re-issued or corrected invoice keeps the identity of the debt."""
        return "credit" if self.is_credit_note else "invoice"

    @property
    def vat_total(self) -> Amount | None:
        """BT-110: the VAT total in the invoice currency."""
        return next(iter(self.vat_totals_in(self.currency)), None)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Every account the invoice asks to be paid to."""
        return tuple(means.account for means in self.payment if means.account is not None and means.account.id)

    def vat_totals_in(self, currency: str | None) -> list[Amount]:
        """VAT totals stated in a currency; there should be one."""
        return [item.amount for item in self.vat_totals if item.amount is not None and item.amount.currency == currency]

    def misread(self, term: str) -> bool:
        """Whether the term is stated but cannot be read."""
        return any(item.term == term for item in self.unreadable)

    def every_adjustment(self) -> Iterator[Adjustment]:
        """Allowances and charges of the document, then of its lines."""
        yield from self.adjustments
        for line in self.lines:
            yield from line.adjustments
