"""ERP exports: good rows become payables, bad ones say where and why, and the caller chooses whether one bad row refuses the file."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from time import process_time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.receivables.invoices.amounts import minor_units
from registry.receivables.invoices.columns import COUNCIL_PAYMENTS, DATE_FORMATS, PRESETS, ColumnMap, to_date, to_decimal
from registry.receivables.invoices.csvfile import Mode, PayableRow, read, read_rows
from registry.receivables.invoices.errors import ImportFileInvalid, ImportMapInvalid, ImportRefused, InvoiceTooLarge, RowError
from tests.unit.receivables.invoices.official import DATA, DEMO

PLAIN = ColumnMap(number="no", issue_date="issued", due_date="due", amount="amount", seller_id="seller", currency="EUR")
GERMAN = ColumnMap(
    number="Belegnr",
    issue_date="Belegdatum",
    due_date="Fälligkeit",
    amount="Betrag",
    seller_id="Kreditor",
    seller_name="Name",
    currency_column="Währung",
    description="Text",
    date_format="DD.MM.YYYY",
    decimal=",",
    grouping=".",
    encoding="cp1252",
)
CHINESE = ColumnMap(
    number="发票号码",
    issue_date="开票日期",
    due_date="到期日",
    amount="金额",
    seller_id="供应商代码",
    seller_name="供应商",
    description="摘要",
    currency="CNY",
    date_format="YYYY/MM/DD",
    grouping=",",
    encoding="gb18030",
)
HEADER = "no,issued,due,amount,seller\n"
GOOD = "1,2026-01-05,2026-02-05,10.00,S1\n"


def one_error(row: str, layout: ColumnMap = PLAIN) -> RowError:
    (found,) = read_rows((HEADER + row).encode(), layout)
    assert isinstance(found, RowError)
    return found


def test_a_good_row() -> None:
    reading = read((HEADER + GOOD).encode(), PLAIN, mode="all")
    assert reading.rows == (
        PayableRow(
            row=2,
            seller_id="S1",
            seller_name=None,
            number="1",
            issue_date=date(2026, 1, 5),
            due_date=date(2026, 2, 5),
            amount=1000,
            currency="EUR",
            type_code="380",
            description=None,
        ),
    )
    assert (reading.errors, reading.read) == ((), 1)


def test_a_german_export_with_every_kind_of_bad_row() -> None:
    reading = read((DATA / "payables" / "german.csv").read_bytes(), GERMAN, mode="skip")
    assert [(row.row, row.number, row.amount) for row in reading.rows] == [
        (2, "R-2024-0001", 123456),
        (3, "R-2024-0002", 9990),
        (8, "R-2024-0001", 500),
    ]
    assert reading.rows[1].description == "Regal; zerlegt"
    assert reading.rows[1].seller_name == "Müller & Söhne KG"
    assert [(error.row, error.column, error.value, error.rule) for error in reading.errors] == [
        (4, "Belegdatum", "31.02.2024", "CSV-DATE"),
        (5, "Fälligkeit", "08.01.2024", "CSV-DUE"),
        (6, "Betrag", "1.23,00", "CSV-AMOUNT"),
        (7, "Belegnr", "R 2024 0001", "CSV-DUPLICATE"),
        (9, "Betrag", "50,00-", "CSV-CREDIT"),
        (10, "Kreditor", "", "CSV-MISSING"),
        (10, "Belegnr", "", "CSV-MISSING"),
        (10, "Währung", "EUX", "CSV-CURRENCY"),
    ]
    assert "row 2" in reading.errors[3].message
    assert reading.read == 9


def test_all_or_nothing_takes_nothing_when_one_row_is_bad() -> None:
    with pytest.raises(ImportRefused) as caught:
        read((DATA / "payables" / "german.csv").read_bytes(), GERMAN, mode="all")
    assert len(caught.value.errors) == 8
    assert caught.value.context["count"] == 8
    assert caught.value.message.startswith("row 4: Belegdatum: '31.02.2024' is not a date written DD.MM.YYYY")


def test_a_chinese_export() -> None:
    reading = read((DATA / "payables" / "chinese.csv").read_bytes(), CHINESE, mode="all")
    assert [(row.number, row.amount, row.currency, row.due_date) for row in reading.rows] == [
        ("25312000000012345678", 125_000_000, "CNY", date(2025, 8, 28)),
        ("25312000000012345679", 8_800_050, "CNY", date(2025, 8, 29)),
    ]
    assert reading.rows[0].seller_name == "上海示例钢铁有限公司"


def test_the_council_export_takes_well_under_a_second() -> None:
    data = (DEMO / "payables.csv").read_bytes()
    start = process_time()
    reading = read(data, COUNCIL_PAYMENTS, mode="skip")
    assert process_time() - start < 0.5
    assert (len(reading.rows), len(reading.errors), reading.read) == (1391, 29, 1420)
    assert Counter(error.rule for error in reading.errors) == {"CSV-CREDIT": 29}
    assert all(row.currency == "GBP" and row.due_date - row.issue_date == timedelta(days=60) for row in reading.rows)
    assert {row.seller_id for row in reading.rows} == {"S00039", "S00097"}
    assert sum(row.amount for row in reading.rows) == 562_823_624


def test_presets_are_known_by_name() -> None:
    assert PRESETS["council-payments"] is COUNCIL_PAYMENTS


def test_rows_come_one_at_a_time() -> None:
    stream = read_rows((HEADER + GOOD + '2,"cut').encode(), PLAIN)
    assert isinstance(next(stream), PayableRow)
    with pytest.raises(ImportFileInvalid, match="line 3"):
        next(stream)


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        (",2026-01-05,2026-02-05,10.00,S1", "CSV-MISSING", "no"),
        ("-/-,2026-01-05,2026-02-05,10.00,S1", "CSV-NUMBER", "no"),
        ("1,,2026-02-05,10.00,S1", "CSV-MISSING", "issued"),
        ("1,05/01/2026,2026-02-05,10.00,S1", "CSV-DATE", "issued"),
        ("1,2026-01-05,,10.00,S1", "CSV-MISSING", "due"),
        ("1,2026-01-05,2026-01-04,10.00,S1", "CSV-DUE", "due"),
        ("1,2026-01-05,2026-02-05,,S1", "CSV-MISSING", "amount"),
        ("1,2026-01-05,2026-02-05,10.001,S1", "CSV-AMOUNT", "amount"),
        ("1,2026-01-05,2026-02-05,1e3,S1", "CSV-AMOUNT", "amount"),
        ("1,2026-01-05,2026-02-05,EUR 10,S1", "CSV-AMOUNT", "amount"),
        (f"1,2026-01-05,2026-02-05,{'9' * 20},S1", "CSV-AMOUNT", "amount"),
        ("1,2026-01-05,2026-02-05,0.00,S1", "CSV-CREDIT", "amount"),
        ("1,2026-01-05,2026-02-05,-10.00,S1", "CSV-CREDIT", "amount"),
        ("1,2026-01-05,2026-02-05,(10.00),S1", "CSV-CREDIT", "amount"),
        ("1,2026-01-05,2026-02-05,10.00,", "CSV-MISSING", "seller"),
        (f"1,2026-01-05,2026-02-05,10.00,{'S' * 1001}", "CSV-LENGTH", "seller"),
        ("1,2026-01-05,2026-02-05,10.00", "CSV-COLUMNS", "row"),
        ("1,2026-01-05,2026-02-05,1,000.00,S1", "CSV-COLUMNS", "row"),
    ],
)
def test_bad_rows_name_row_column_value_and_rule(row: str, rule: str, column: str) -> None:
    error = one_error(row)
    assert (error.row, error.column, error.rule) == (2, column, rule)
    assert error.message.startswith(f"{column}: ")


def test_credit_note_types_are_refused() -> None:
    data = (HEADER.strip() + ",type\n" + GOOD.strip() + ",381\n" + GOOD.strip().replace("1", "2", 1) + ",\n").encode()
    reading = read(data, replace(PLAIN, type_column="type"), mode="skip")
    assert [(error.row, error.column, error.value, error.rule) for error in reading.errors] == [(2, "type", "381", "CSV-CREDIT")]
    assert [row.type_code for row in reading.rows] == ["380"]


def test_a_bad_row_does_not_take_a_number() -> None:
    """The number of a row that was refused is free for the row that corrects it."""
    reading = read((HEADER + GOOD.replace("10.00", "-1") + GOOD).encode(), PLAIN, mode="skip")
    assert [row.row for row in reading.rows] == [3]


def test_line_numbers_count_quoted_line_breaks_and_blank_lines() -> None:
    data = HEADER + '"1\n2",2026-01-05,2026-02-05,10.00,S1\n\n,,,,\n' + GOOD.replace("1,", "x,", 1).replace("10.00", "x")
    reading = read(data.encode(), PLAIN, mode="skip")
    assert [row.row for row in reading.rows] == [2]
    assert [error.row for error in reading.errors] == [6]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_and_marks_are_found(delimiter: str, encoding: str) -> None:
    data = (HEADER + GOOD).replace(",", delimiter).replace("\n", "\r\n").encode(encoding)
    assert len(read(data, PLAIN, mode="all").rows) == 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", ImportFileInvalid),
        (b"\n\n", ImportFileInvalid),
        (HEADER.encode(), ImportFileInvalid),
        ((HEADER + "é").encode("latin-1"), ImportFileInvalid),
        (HEADER.encode() + b"\x00", ImportFileInvalid),
        (HEADER.encode() + b'1,"2', ImportFileInvalid),
        (b"no,issued,due,amount\n", ImportMapInvalid),
        (HEADER.replace("seller", "no").encode(), ImportMapInvalid),
        (HEADER.encode() + b'"' + b"x" * 200_000 + b'"', ImportFileInvalid),
    ],
    ids=["empty", "blank", "no rows", "encoding", "null", "quote", "column missing", "column twice", "endless cell"],
)
def test_files_that_cannot_be_read(data: bytes, error: type[Exception]) -> None:
    for mode in ("all", "skip"):
        chosen: Mode = mode
        with pytest.raises(error):
            read(data, PLAIN, mode=chosen)


def test_limits_on_bytes_and_rows() -> None:
    with pytest.raises(InvoiceTooLarge, match="bytes"):
        read(b"x" * (20 * 1024 * 1024 + 1), PLAIN, mode="all")
    rows = HEADER + "".join(GOOD.replace("1", str(number), 1) for number in range(3))
    assert len(read(rows.encode(), PLAIN, mode="all", max_rows=3).rows) == 3
    with pytest.raises(InvoiceTooLarge, match="2 rows"):
        read(rows.encode(), PLAIN, mode="all", max_rows=2)


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"number": "n"}, "issue_date"),
        ({"colour": "red"}, "colour"),
        ({"due_days": "60"}, "due_days"),
        ({"due_days": True}, "due_days"),
        ({"due_days": -1}, "due_days"),
        ({"number": 7}, "number"),
        ({"date_format": "%Y"}, "date_format"),
        ({"decimal": ";"}, "decimal"),
        ({"grouping": "."}, "grouping"),
        ({"unit": "cents"}, "unit"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"delimiter": "--"}, "delimiter"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": None}, "currency"),
        ({"due_date": None}, "due_date"),
    ],
)
def test_maps_that_make_no_sense(values: dict[str, object], key: str) -> None:
    whole = {"number": "no", "issue_date": "issued", "due_date": "due", "amount": "amount", "seller_id": "seller", "currency": "EUR"}
    given_values = values if values == {"number": "n"} else whole | values
    with pytest.raises(ImportMapInvalid) as caught:
        ColumnMap.of(given_values)
    assert caught.value.context["key"] == key


def test_one_column_for_two_fields_makes_no_sense() -> None:
    with pytest.raises(ImportMapInvalid, match="two fields"):
        replace(PLAIN, due_date="issued")


def test_maps_come_from_json() -> None:
    values = {"number": "no", "issue_date": "issued", "due_date": "due", "amount": "amount", "seller_id": "seller", "currency": "EUR"}
    assert ColumnMap.of(values | {"delimiter": None}) == PLAIN


@given(
    st.integers(0, 10**18),
    st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "'"), (".", "")]),
    st.sampled_from(["", "-", "()", "after", "+"]),
)
def test_amounts_come_back_from_every_style(minor: int, marks: tuple[str, str], sign: str) -> None:
    point, group = marks
    layout = replace(PLAIN, decimal=point, grouping=group)
    body = f"{minor // 100:,}".replace(",", group) + point + f"{minor % 100:02d}"
    text = {"": body, "-": "-" + body, "()": f"({body})", "after": body + "-", "+": "+" + body}[sign]
    expected = minor if sign in ("", "+") else -minor
    assert minor_units(to_decimal(text, layout), "EUR") == expected


@given(st.text(max_size=20))
@example("0\x85")
def test_text_is_an_amount_or_refused(text: str) -> None:
    try:
        value = to_decimal(text, PLAIN)
    except ValueError:
        return
    assert text.isascii()
    assert value == Decimal(text.strip("()+-")) * (-1 if {"-", "("} & set(text) else 1)


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(sorted(DATE_FORMATS)))
def test_dates_come_back_from_every_format(day: date, style: str) -> None:
    text = style.replace("YYYY", f"{day.year:04d}").replace("MM", f"{day.month:02d}").replace("DD", f"{day.day:02d}")
    assert to_date(text, style) == day


@given(st.binary(max_size=300), st.sampled_from(["all", "skip"]))
def test_any_bytes_are_read_or_refused(tail: bytes, mode: Mode) -> None:
    try:
        reading = read(HEADER.encode() + tail, PLAIN, mode=mode)
    except (ImportFileInvalid, ImportMapInvalid, ImportRefused):
        return
    assert all(row.amount > 0 for row in reading.rows)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=20))
def test_every_row_is_taken_or_found_bad_and_numbers_stay_unique(rows: list[tuple[int, bool]]) -> None:
    data = HEADER + "".join(f"N-{number},2026-01-05,2026-02-05,{'1.00' if good else 'x'},S1\n" for number, good in rows)
    reading = read(data.encode(), PLAIN, mode="skip")
    lines = sorted([row.row for row in reading.rows] + [error.row for error in reading.errors])
    assert lines == list(range(2, len(rows) + 2))
    assert len({row.number for row in reading.rows}) == len(reading.rows) == len({number for number, good in rows if good})
