"""Identifiers, names and accounts in their one form."""

from datetime import UTC, datetime

import pytest
from stdnum import iban

from registry.identity import rules
from registry.identity.errors import IdentifierInvalid
from registry.kernel.errors import Invalid


@pytest.mark.parametrize(
    ("scheme", "written", "form"),
    [
        ("lei", "5493 001k-jtiigc8y1r12", "5493001KJTIIGC8Y1R12"),
        ("uscc", "91110000600037341L", "91110000600037341L"),
        ("vat", "DE 136.695.976", "DE136695976"),
        ("vat", "EL094259216", "EL094259216"),
        ("vat", "NO 995 525 828 MVA", "NO995525828MVA"),
        ("vat", "GB980780684", "GB980780684"),
        ("vat", "QQ12345", "QQ12345"),
        ("gln", "5790000435944", "5790000435944"),
        ("icd:0184", "dk-16356706", "DK16356706"),
        ("eas:EM", " Billing@Example.COM ", "billing@example.com"),
        ("legal:GB", "SC 123456", "SC123456"),
    ],
)
def test_good_identifiers(scheme: str, written: str, form: str) -> None:
    found = rules.check(scheme, written)
    assert (found.value, found.doubt) == (form, None)


@pytest.mark.parametrize(
    ("scheme", "value"), [("lei", "5493001KJTIIGC8Y1R13"), ("uscc", "911100006000373419"), ("vat", "DE136695977"), ("gln", "5790000435945")]
)
def test_a_wrong_check_digit_is_a_doubt_that_a_reason_settles(scheme: str, value: str) -> None:
    assert rules.check(scheme, value).doubt
    for reason in (None, "", "  "):
        with pytest.raises(IdentifierInvalid):
            rules.check_all({scheme: value}, reason)
    assert rules.check_all({scheme: value}, "printed so on the licence")[0].value == value


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("lei", "123"),
        ("uscc", "9111"),
        ("vat", "DE1"),
        ("gln", "57900004359"),
        ("LEI", "5493001KJTIIGC8Y1R12"),
        ("", "12"),
        ("duns", ""),
        ("duns", "a'b"),
    ],
)
def test_malformed_identifiers_are_refused_whatever_the_reason(scheme: str, value: str) -> None:
    with pytest.raises(IdentifierInvalid):
        rules.check_all({scheme: value}, "because")


def test_accounts() -> None:
    assert rules.account("de89 3704 0044 0532 0130 00") == "DE89370400440532013000"
    assert rules.account("6222 0212-3456 7890 123") == "6222021234567890123"
    assert iban.is_valid(rules.account("GB33BUKB20201555555555"))
    for bad in ("DE89370400440532013001", "12", "", "12345;6", "4" * 65):
        with pytest.raises(Invalid):
            rules.account(bad)


def test_names_reasons_and_countries() -> None:
    assert rules.name("  Harbour   Steel\tWorks ") == "Harbour Steel Works"
    assert rules.name("北京钢铁有限公司") == "北京钢铁有限公司"
    for bad in ("", "  ", "x" * 201, "a\x07b"):
        with pytest.raises(Invalid):
            rules.name(bad)
    for bad in ("", " ", "x" * 501):
        with pytest.raises(Invalid):
            rules.reason(bad)
    assert rules.country("CN") == "CN"
    for bad in ("cn", "CHN", "C1", ""):
        with pytest.raises(Invalid):
            rules.country(bad)


def test_seconds_fit_the_chain() -> None:
    assert rules.seconds(datetime(2026, 1, 1, tzinfo=UTC), "due") == 1_767_225_600
    for bad in (datetime(1969, 1, 1, tzinfo=UTC), datetime(2107, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)):  # noqa: DTZ001 - naive on purpose
        with pytest.raises(Invalid):
            rules.seconds(bad, "due")
