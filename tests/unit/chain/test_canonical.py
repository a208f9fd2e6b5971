"""Canonical JSON: the published examples of RFC 8785 that need no fractions, and one form only."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import canonical
from chain.errors import BadCertificate

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-canonical.MAX_INTEGER, canonical.MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4),
)


def test_strings_of_the_rfc() -> None:
    """Section 3.2.2.2 and 3.2.2.3."""
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    assert canonical.encode({"string": text, "literals": [None, True, False]}) == (
        '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'.encode()
    )


@given(VALUES)
def test_there_and_back(value: Any) -> None:
    encoded = canonical.encode(value)
    assert canonical.decode(encoded) == value
    assert json.loads(encoded) == value


@given(VALUES)
def test_other_forms_are_refused(value: Any) -> None:
    encoded = canonical.encode(value)
    for other in (encoded + b" ", b"\n" + encoded, json.dumps(value, indent=1).encode(), json.dumps(value).encode()):
        if other != encoded:
            with pytest.raises(BadCertificate):
                canonical.decode(other)


@pytest.mark.parametrize(
    "text",
    [
        b"1.0",
        b"1e2",
        b"-0",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b'{"a":1,"a":1}',
        b'{"b":1,"a":1}',
        b'"\\u0041"',
        b'"\\ud800"',
        b"[" * 100_000,
    ],
)
def test_what_has_no_form_here(text: bytes) -> None:
    with pytest.raises(BadCertificate):
        canonical.decode(text)


@pytest.mark.parametrize("value", [1.5, {"é": 1}, {1: 2}, b"bytes", 2**53, "\ud800"])
def test_what_cannot_be_written(value: Any) -> None:
    with pytest.raises(BadCertificate):
        canonical.encode(value)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'["]",{"\\"}":'])
def test_endless_nesting_never_reaches_the_parser(opening: bytes) -> None:
    """With a high recursion limit it would take the stack."""
    with pytest.raises(BadCertificate, match="nested"):
        canonical.decode(opening * 100_000)
    depth = canonical.MAX_DEPTH
    assert canonical.decode(b"[" * depth + b"]" * depth)
    assert canonical.decode(b'"' + b"[" * 100 + b'"') == "[" * 100
