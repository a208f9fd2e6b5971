"""ERP exports as separated values: every row becomes a payable row or findings that name row, column, value and what to do."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from registry.kernel.errors import Invalid
from registry.kernel.money import MAX_AMOUNT
from registry.receivables.invoices.amounts import minor_units, money_code
from registry.receivables.invoices.columns import ColumnMap, to_date, to_decimal
from registry.receivables.invoices.errors import ImportFileInvalid, ImportMapInvalid, ImportRefused, InvoiceTooLarge, RowError
from registry.receivables.invoices.fingerprint import normal_number
from registry.receivables.invoices.model import CREDIT_NOTE_TYPES

Mode = Literal["all", "skip"]

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
_MAX_CELL = 1000
_SHOWN = 80
_HEADER_SAMPLE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableRow:
    """One row that can become an invoice. `row` is the line it begins on, the header being 1; `amount` is in minor units."""

    row: int
    seller_id: str
    seller_name: str | None
    number: str
    issue_date: date
    due_date: date
    amount: int
    currency: str
    type_code: str
    description: str | None


@dataclass(frozen=True, slots=True)
class CsvReading:
    """Rows taken and findings. In mode "all" there are no findings, in mode "skip" rows with findings are left out."""

    rows: tuple[PayableRow, ...]
    errors: tuple[RowError, ...]

    @property
    def read(self) -> int:
        """Rows in the file, good and bad."""
        return len(self.rows) + len({error.row for error in self.errors})


def read(data: bytes, layout: ColumnMap, *, mode: Mode, max_rows: int = MAX_ROWS) -> CsvReading:
    """All rows of a file. Mode "all" raises ImportRefused if one row is bad; "skip" takes the good ones and reports the rest.

    Raises ImportFileInvalid, ImportMapInvalid or InvoiceTooLarge when the file as a whole cannot be read.
    """
    items = list(read_rows(data, layout, max_rows=max_rows))
    rows = [item for item in items if isinstance(item, PayableRow)]
    errors = [item for item in items if isinstance(item, RowError)]
    if errors and mode == "all":
        raise ImportRefused(errors)
    return CsvReading(tuple(rows), tuple(errors))


def read_rows(data: bytes, layout: ColumnMap, *, max_rows: int = MAX_ROWS) -> Iterator[PayableRow | RowError]:
    """Rows and findings in the order of the file, one at a time. A number seen before for the same seller is a finding."""
    records = _records(data, layout)
    header = next(records, (0, []))[1]
    places = _places(header, layout)
    seen: dict[tuple[str, str], int] = {}
    count = 0
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > max_rows:
            raise InvoiceTooLarge(f"the file has more than {max_rows} rows; split it", limit=max_rows)
        reading = _Row(line, layout, places)
        row = reading.payable(cells, len(header))
        if row is not None:
            key = (row.seller_id, normal_number(row.number))
            first = seen.setdefault(key, line)
            if first != line:
                reading.find("number", row.number, rule="CSV-DUPLICATE", message=f"stands in row {first} for the same seller too; keep one")
                row = None
        if row is not None:
            yield row
        yield from reading.errors
    if count == 0:
        raise ImportFileInvalid("the file has no row below its header")


def _records(data: bytes, layout: ColumnMap) -> Iterator[tuple[int, Sequence[str]]]:
    """Line number and cells of each record."""
    if len(data) > MAX_BYTES:
        raise InvoiceTooLarge(f"the file has {len(data)} bytes; {MAX_BYTES} are allowed. Split it", size=len(data), limit=MAX_BYTES)
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else {"utf-8": "utf-8-sig"}.get(layout.encoding, layout.encoding)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not {layout.encoding}; name the encoding of the file"
        raise ImportFileInvalid(message, encoding=layout.encoding) from error
    if "\x00" in text:
        raise ImportFileInvalid("the file has null characters; name its encoding or export it as text", encoding=layout.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter or _delimiter(text), strict=True)
    end = 0
    try:
        for cells in reader:
            yield end + 1, cells
            end = reader.line_num
    except csv.Error as error:
        raise ImportFileInvalid(f"line {reader.line_num}: quotes or separators are wrong ({error})", line=reader.line_num) from error


def _delimiter(text: str) -> str:
    """The separator that stands most often in the header."""
    header = text[:_HEADER_SAMPLE].partition("\n")[0]
    return max((",", ";", "\t", "|"), key=header.count)


def _places(header: Sequence[str], layout: ColumnMap) -> dict[str, int]:
    """Field to position, by the column names of the header."""
    names = [name.strip() for name in header]
    if not any(names):
        raise ImportFileInvalid("the file has no header")
    places = {}
    for field, column in layout.columns().items():
        if names.count(column) != 1:
            problem = "lacks" if column not in names else "repeats"
            message = f"the file {problem} the column {column!r} ({field}); it has {', '.join(names[:30])}"
            raise ImportMapInvalid(message, key=field, value=column)
        places[field] = names.index(column)
    return places


class _Row:
    """Reads the cells of one row and collects its findings."""

    def __init__(self, line: int, layout: ColumnMap, places: dict[str, int]) -> None:
        self.line = line
        self.layout = layout
        self.places = places
        self.errors: list[RowError] = []

    def find(self, field: str, value: str, *, rule: str, message: str) -> None:
        column = self.layout.columns().get(field, field)
        shown = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
        self.errors.append(RowError(row=self.line, column=column, value=shown, rule=rule, message=f"{column}: {shown!r} {message}"))

    def payable(self, cells: Sequence[str], width: int) -> PayableRow | None:
        """The row, or None when there are findings."""
        if len(cells) != width:
            self.find("row", f"{len(cells)} cells", rule="CSV-COLUMNS", message=f"but the header has {width}; check separators and quotes")
            return None
        given = {field: cells[place].strip() for field, place in self.places.items()}
        for field, value in given.items():
            if len(value) > _MAX_CELL:
                self.find(field, value, rule="CSV-LENGTH", message=f"is longer than {_MAX_CELL} characters; shorten it")
        seller = self.filled(given, "seller_id")
        number = self.number(given)
        issued = self.day(given, "issue_date")
        due = self.due(given, issued)
        currency = self.currency(given)
        type_code = given.get("type_column") or self.layout.type_code
        if type_code in CREDIT_NOTE_TYPES:
            self.find("type_column", type_code, rule="CSV-CREDIT", message="is a credit note; leave it out or net it with its invoice")
        amount = None if currency is None else self.amount(given["amount"], currency)
        if self.errors or issued is None or due is None or currency is None or amount is None:
            return None
        return PayableRow(
            row=self.line,
            seller_id=seller,
            seller_name=given.get("seller_name") or None,
            number=number,
            issue_date=issued,
            due_date=due,
            amount=amount,
            currency=currency,
            type_code=type_code,
            description=given.get("description") or None,
        )

    def filled(self, given: dict[str, str], field: str) -> str:
        if not given[field]:
            self.find(field, "", rule="CSV-MISSING", message="is empty; fill it in")
        return given[field]

    def number(self, given: dict[str, str]) -> str:
        number = self.filled(given, "number")
        if number:
            try:
                normal_number(number)
            except Invalid:
                self.find("number", number, rule="CSV-NUMBER", message="is no invoice number; it needs letters or digits, at most 200")
        return number

    def day(self, given: dict[str, str], field: str) -> date | None:
        text = self.filled(given, field)
        if not text:
            return None
        try:
            return to_date(text, self.layout.date_format)
        except ValueError:
            self.find(field, text, rule="CSV-DATE", message=f"is not a date written {self.layout.date_format}")
            return None

    def due(self, given: dict[str, str], issued: date | None) -> date | None:
        if given.get("due_date") or self.layout.due_days is None:
            due = self.day(given, "due_date")
            if due is not None and issued is not None and due < issued:
                self.find("due_date", given["due_date"], rule="CSV-DUE", message=f"is before the issue date {issued}")
            return due
        try:
            return None if issued is None else issued + timedelta(days=self.layout.due_days)
        except OverflowError:
            self.find("issue_date", given["issue_date"], rule="CSV-DATE", message="is too late a date")
            return None

    def currency(self, given: dict[str, str]) -> str | None:
        code = given.get("currency_column") or self.layout.currency
        try:
            return money_code(code or "")
        except Invalid:
            self.find("currency_column", code or "", rule="CSV-CURRENCY", message="is not the ISO 4217 code of a currency, such as EUR")
            return None

    def amount(self, text: str, currency: str) -> int | None:
        if not text:
            self.find("amount", "", rule="CSV-MISSING", message="is empty; fill it in")
            return None
        try:
            value = to_decimal(text, self.layout)
            minor = _whole(value) if self.layout.unit == "minor" else minor_units(value, currency)
        except (ValueError, Invalid):
            self.find(
                "amount", text, rule="CSV-AMOUNT", message=f"is not an amount in {currency} as the map writes it ({self.layout.unit} units)"
            )
            return None
        if minor <= 0:
            self.find("amount", text, rule="CSV-CREDIT", message="is not above zero; leave a credit out or net it with its invoice")
            return None
        return minor


def _whole(value: Decimal) -> int:
    if value != value.to_integral_value() or abs(value) > MAX_AMOUNT:
        raise ValueError(str(value))
    return int(value)
