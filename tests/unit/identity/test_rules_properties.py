"""Properties of identifiers: check digits find every single mistake, normal forms are stable."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum import lei
from stdnum.cn import uscc

from registry.identity import rules
from registry.identity.errors import IdentifierInvalid


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18))
def test_every_lei_with_its_check_digits_is_taken(body: str) -> None:
    whole = body + f"{98 - int(''.join(str(int(c, 36)) for c in body + '00')) % 97:02d}"
    assert lei.is_valid(whole)
    assert rules.check("lei", whole).doubt is None


@given(st.integers(min_value=0, max_value=17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_changed_character_of_a_uscc_never_passes_unnoticed(place: int, character: str) -> None:
    good = "91110000600037341L"
    changed = good[:place] + character + good[place + 1 :]
    try:
        doubt = rules.check("uscc", changed).doubt
    except IdentifierInvalid:
        doubt = "malformed"
    assert (doubt is None) == (changed == good) == uscc.is_valid(changed)


@given(st.text(max_size=40))
def test_normal_form_is_stable(text: str) -> None:
    for scheme in ("vat", "eas:EM"):
        once = rules.normal(scheme, text)
        assert rules.normal(scheme, once) == once
