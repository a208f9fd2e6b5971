"""Session cookies and form tokens: only ours, only for their time, only as they were made."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.session import FORM_LIFETIME, LIFETIME, Sessions, local

NOW = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
SESSIONS = Sessions.of(bytes(range(32)))
TOKEN = "tsk_" + "a" * 52


def test_a_cookie_opens_until_its_end() -> None:
    cookie = SESSIONS.seal(TOKEN, now=NOW)
    assert SESSIONS.open(cookie, now=NOW) == TOKEN
    assert SESSIONS.open(cookie, now=NOW + LIFETIME - timedelta(seconds=1)) == TOKEN
    assert SESSIONS.open(cookie, now=NOW + LIFETIME) is None


def test_a_cookie_does_not_show_its_key_and_no_two_are_alike() -> None:
    one, other = SESSIONS.seal(TOKEN, now=NOW), SESSIONS.seal(TOKEN, now=NOW)
    assert one != other
    assert TOKEN not in one


def test_another_installation_opens_nothing() -> None:
    assert Sessions.of(bytes(32)).open(SESSIONS.seal(TOKEN, now=NOW), now=NOW) is None


@given(st.integers(0, 10**6), st.characters(codec="ascii"))
def test_an_altered_cookie_is_none(place: int, character: str) -> None:
    cookie = SESSIONS.seal(TOKEN, now=NOW)
    at = place % len(cookie)
    altered = cookie[:at] + character + cookie[at + 1 :]
    # The last character carries bits that are not part of the value.
    assert SESSIONS.open(altered, now=NOW) in ({None, TOKEN} if at == len(cookie) - 1 or altered == cookie else {None})


@given(st.text(max_size=3000))
def test_any_text_is_opened_to_nothing(text: str) -> None:
    assert SESSIONS.open(text, now=NOW) is None


def test_a_form_is_ours_with_its_own_token_while_it_is_fresh() -> None:
    cookie = SESSIONS.new_form(now=NOW)
    token = SESSIONS.form_token(cookie)
    assert SESSIONS.form_is_ours(cookie, token, now=NOW)
    assert not SESSIONS.form_is_ours(cookie, SESSIONS.form_token(SESSIONS.new_form(now=NOW)), now=NOW)
    assert not SESSIONS.form_is_ours(cookie, token, now=NOW + FORM_LIFETIME)
    assert not SESSIONS.form_is_ours("", SESSIONS.form_token(""), now=NOW)
    assert not SESSIONS.matches("", SESSIONS.form_token(""))


@given(st.text(), st.text())
def test_no_made_up_form_is_ours(cookie: str, token: str) -> None:
    assert not SESSIONS.form_is_ours(cookie, token, now=NOW)


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/payables?state=active", "/payables?state=active"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/lots\r\nSet-Cookie: x", "/"),
        ("/sign-out", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_only_to_our_own_pages(target: str, kept: str) -> None:
    assert local(target) == kept
