"""How an ERP export is laid out: which column holds what, and how dates and amounts are written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Literal

from registry.kernel.errors import Invalid
from registry.receivables.invoices.amounts import money_code
from registry.receivables.invoices.errors import ImportMapInvalid

Unit = Literal["major", "minor"]

# Encodings of ERP systems; utf-8 and utf-16 may begin with a byte order mark.
ENCODINGS = ("utf-8", "utf-16", "gb18030", "cp1252", "latin-1", "iso-8859-15")
DATE_FORMATS = {
    "YYYY-MM-DD": re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})", re.ASCII),
    "YYYY/MM/DD": re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})", re.ASCII),
    "YYYYMMDD": re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII),
    "DD/MM/YYYY": re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.ASCII),
    "MM/DD/YYYY": re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})", re.ASCII),
    "DD.MM.YYYY": re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})", re.ASCII),
}
_DIGITS = re.compile(r"\d{1,20}", re.ASCII)
_DELIMITERS = (",", ";", "\t", "|")
_GROUPINGS = ("", ",", ".", " ", "'")
_MAX_DUE_DAYS = 3650


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMap:
    """Names of columns as the header has them, and how values are written.

    `currency` and `type_code` hold for every row unless a column says otherwise. Where no due date is given, it is the issue date plus
    `due_days`. `unit` "minor" takes amounts as whole minor units (pence); `delimiter` None is found from the header.
    """

    number: str
    issue_date: str
    amount: str
    seller_id: str
    seller_name: str | None = None
    due_date: str | None = None
    currency_column: str | None = None
    type_column: str | None = None
    description: str | None = None
    currency: str | None = None
    type_code: str = "380"
    due_days: int | None = None
    date_format: str = "YYYY-MM-DD"
    decimal: str = "."
    grouping: str = ""
    unit: Unit = "major"
    encoding: str = "utf-8"
    delimiter: str | None = None

    def __post_init__(self) -> None:
        self._one_of("date_format", tuple(DATE_FORMATS))
        self._one_of("decimal", (".", ","))
        self._one_of("grouping", _GROUPINGS)
        self._one_of("unit", ("major", "minor"))
        self._one_of("encoding", ENCODINGS)
        if self.delimiter is not None:
            self._one_of("delimiter", _DELIMITERS)
        if self.grouping == self.decimal:
            raise ImportMapInvalid("grouping and decimal are the same character", key="grouping")
        if self.currency is None and self.currency_column is None:
            raise ImportMapInvalid("name the currency of all rows (currency) or the column that has it (currency_column)", key="currency")
        if self.currency is not None:
            try:
                money_code(self.currency)
            except Invalid as error:
                raise ImportMapInvalid(error.message, key="currency", value=self.currency) from error
        if self.due_date is None and self.due_days is None:
            raise ImportMapInvalid("name the column with the due date (due_date) or days after the issue date (due_days)", key="due_date")
        if self.due_days is not None and not 0 <= self.due_days <= _MAX_DUE_DAYS:
            raise ImportMapInvalid(f"due_days is from 0 to {_MAX_DUE_DAYS}", key="due_days", value=self.due_days)
        names = list(self.columns().values())
        if len(set(names)) != len(names):
            raise ImportMapInvalid("a column stands for two fields", columns=names)

    @classmethod
    def of(cls, values: Mapping[str, object]) -> "ColumnMap":
        """The map in a JSON object. Raises ImportMapInvalid naming the key that is unknown, missing or of the wrong type."""
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ImportMapInvalid(f"{unknown[0]!r} is not a key of a column map; keys are {', '.join(sorted(known))}", key=unknown[0])
        missing = [name for name in ("number", "issue_date", "amount", "seller_id") if name not in values]
        if missing:
            raise ImportMapInvalid(f"the column map lacks {missing[0]!r}", key=missing[0])
        for name, value in values.items():
            wanted: type = int if name == "due_days" else str
            if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
                raise ImportMapInvalid(f"{name!r} is not a {wanted.__name__}", key=name, value=value)
        return cls(**{name: value for name, value in values.items() if value is not None})  # type: ignore[arg-type]

    def columns(self) -> dict[str, str]:
        """Field to column, for the fields that have one."""
        named = ("number", "issue_date", "amount", "seller_id", "seller_name", "due_date", "currency_column", "type_column", "description")
        return {name: column for name in named if (column := getattr(self, name)) is not None}

    def _one_of(self, name: str, allowed: tuple[str, ...]) -> None:
        value = getattr(self, name)
        if value not in allowed:
            raise ImportMapInvalid(f"{name} is {value!r}; it may be {', '.join(map(repr, allowed))}", key=name, value=value)


# Payments of a city council above a threshold: the transaction is the number, the payment date the issue date, amounts are in pence.
# Such publications state no due date; the term is set to 60 days.
COUNCIL_PAYMENTS = ColumnMap(
    number="transaction_no",
    issue_date="paid_date",
    amount="amount_pence",
    seller_id="supplier",
    description="category",
    currency="GBP",
    unit="minor",
    due_days=60,
)
PRESETS: Mapping[str, ColumnMap] = {"council-payments": COUNCIL_PAYMENTS}


def to_date(text: str, date_format: str) -> date:
    """The date a cell states. Raises ValueError."""
    match = DATE_FORMATS[date_format].fullmatch(text)
    if match is None:
        raise ValueError(text)
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def to_decimal(text: str, layout: ColumnMap) -> Decimal:
    """The number a cell states: a minus before or after it, or brackets, make it negative. Raises ValueError.

    Grouping must stand every three digits, so that a comma that was meant as a decimal sign is not read over.
    """
    body, negative = text, False
    if body.startswith("(") and body.endswith(")"):
        body, negative = body[1:-1], True
    elif body.startswith("-") or body.endswith("-"):
        body, negative = body.removeprefix("-") if body.startswith("-") else body.removesuffix("-"), True
    elif body.startswith("+"):
        body = body[1:]
    whole, point, fraction = body.strip(" ").partition(layout.decimal)
    if layout.grouping and layout.grouping in whole:
        groups = whole.split(layout.grouping)
        if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
            raise ValueError(text)
        whole = "".join(groups)
    if not _DIGITS.fullmatch(whole) or (point and not _DIGITS.fullmatch(fraction)):
        raise ValueError(text)
    value = Decimal(f"{whole}.{fraction or 0}") if point else Decimal(whole)
    return -value if negative else value
