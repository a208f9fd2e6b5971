"""Every error of the contracts is told with a code and a sentence that uses its values."""

import string

import pytest

from chain.reverts import UNKNOWN, errors
from registry.kernel.errors import Kind
from registry.kernel.refusals import MEANINGS, refused

HERE = {"NoSecret", "BadCall"}


def test_every_error_of_the_abi_has_a_meaning_and_no_other() -> None:
    names = {entry.name for entry in errors().values()}
    assert names | {UNKNOWN} | HERE == set(MEANINGS)


@pytest.mark.parametrize("entry", errors().values(), ids=lambda entry: entry.name)
def test_sentences_use_only_the_values_of_their_error(entry) -> None:  # type: ignore[no-untyped-def]
    fields = {name for _, name, _, _ in string.Formatter().parse(MEANINGS[entry.name].sentence) if name}
    assert fields <= set(entry.names)


def test_values_are_shown_as_people_read_them() -> None:
    args = {"obligor": 5, "currency": 156, "limit": "100000", "used": "99000", "face": "2050"}
    error = refused("LimitExceeded", args)
    assert (error.code, error.kind) == ("limit_exceeded", Kind.CONFLICT)
    assert error.message == "990.00 CNY of the limit of 1000.00 CNY are used; 20.50 CNY more is too much, confirm less or ask the registrar"
    assert error.context == {"error": "LimitExceeded", **args}


def test_ids_and_times() -> None:
    error = refused("LotIsLocked", {"lot": "255", "party": "7", "until": "1700000000"})
    assert error.message == f"lot 0x{255:064x} is locked for participant 7 until 2023-11-14 22:13:20Z; wait or have it released"
    assert error.context["lot"] == f"0x{255:064x}"


def test_arguments_named_like_fields_of_an_error_do_no_harm() -> None:
    assert refused("KindNotAllowed", {"lot": "1", "kind": "3"}).code == "kind_not_allowed"
    assert refused("Panic", {"code": "17"}).kind is Kind.UNAVAILABLE


def test_one_of_a_list_is_named_by_its_place() -> None:
    error = refused("LotEnded", {"lot": "255", "leg": "2"})
    assert error.message.startswith(f"number 3 of the list: lot 0x{255:064x}")
    assert (error.code, error.context["leg"]) == ("lot_ended", "2")


def test_an_error_nobody_knows() -> None:
    assert refused("SomethingNew", {"x": "1"}).code == "contract_refused"
