"""Child numbers and portions for any state they may meet."""

from hypothesis import given
from hypothesis import strategies as st

from registry.receivables import rules
from registry.receivables.errors import NoFreeChild

words = st.integers(0, 2**40 - 1)
uses = st.integers(1, 2**72 - 1).flatmap(lambda total: st.tuples(st.just(total), st.integers(0, total - 1)))
promises = st.lists(st.integers(0, 39) | st.just(255), max_size=40)


@given(words, promises, st.integers(0, 40), st.integers(1, 40))
def test_children_are_free_lowest_first_and_within_the_limit(spent: int, promised: list[int], limit: int, count: int) -> None:
    try:
        found = rules.free_children(spent, promised, limit=limit, count=count)
    except NoFreeChild:
        assert limit - sum(1 for index in range(limit) if spent >> index & 1 or index in promised) < count
        return
    assert len(set(found)) == count
    assert found == sorted(found)
    assert all(index < limit and not spent >> index & 1 and index not in promised for index in found)
    skipped = set(range(found[-1])) - set(found)
    assert all(spent >> index & 1 or index in promised for index in skipped)


@given(st.dictionaries(st.binary(min_size=32, max_size=32), uses, min_size=1))
def test_portions_are_strictly_sorted_and_never_above_what_is_free(invoices: dict[bytes, tuple[int, int]]) -> None:
    found = rules.portions(
        rules.Draw(invoice_id=place, fingerprint=mark, total=total, occupied=occupied, amount=None)
        for place, (mark, (total, occupied)) in enumerate(invoices.items())
    )
    assert [item.fingerprint for item in found] == sorted(invoices)
    for item in found:
        total, occupied = invoices[item.fingerprint]
        assert (item.amount, item.total) == (total - occupied, total)
    assert rules.stored_portions(rules.portion_rows(found)) == found
