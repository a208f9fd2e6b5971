"""Columns that hold personal or commercial data are sealed, and the one list of them is complete."""

from sqlalchemy import LargeBinary

from registry.kernel.sealing import SEALED
from registry.migrations.all_tables import METADATA
from tests.style.sources import python_files, source

# Wrapped keys have a name of their own.
NAMED_OTHERWISE = {"data_keys.wrapped"}
# Words that would name such data; a column that is called so must be sealed.
TELLING = ("name", "number", "account", "reference", "secret", "salt", "content", "value", "identifiers", "reason")
# Columns with such a name that hold none, and why.
OPEN = {
    "chain_events.name": "name of a contract event",
    "payable_terms.salt": "public once the payable is issued: part of the call",
    "payables.salt": "stands in the issuing event",
    "participants.account": "address on the chain",
    "checkpoint.number": "block number",
    "chain_blocks.number": "block number",
    "chain_journal.number": "block number",
}


def columns() -> dict[str, object]:
    return {f"{table.name}.{column.name}": column.type for table in METADATA.sorted_tables for column in table.columns}


def test_the_list_is_the_schema() -> None:
    sealed = {place for place in columns() if place.endswith("_sealed")} | NAMED_OTHERWISE
    assert sealed == set(SEALED)


def test_sealed_columns_hold_bytes() -> None:
    assert [place for place in SEALED if not isinstance(columns()[place], LargeBinary)] == []


def test_each_says_what_it_protects() -> None:
    assert [place for place, what in SEALED.items() if not what.strip()] == []


def test_no_column_is_named_like_data_that_must_be_sealed() -> None:
    telling = {place for place in columns() if place.split(".")[1] in TELLING}
    assert telling == set(OPEN)


def test_every_sealed_column_is_sealed_somewhere() -> None:
    # The kernel's own are bound to places of their own.
    text = "\n".join(source(path) for path in python_files("registry") if path.name != "sealing.py")
    assert [place for place in SEALED if f'"{place}' not in text] == []
