"""Differences planted on a served platform for as long as a block lasts."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from api.bootstrap import Platform
from registry.kernel.uow import SERVICE


@contextmanager
def planted(platform: Platform, *, serious: bool = True) -> Iterator[str]:
    """A code that a check names meanwhile: rules of an instrument (serious), or an entity's standing (minor)."""
    there = "update profiles set tenor = tenor + 1" if serious else "update entities set status = 3 - status where id = 2"
    back = there.replace("+", "-")
    _run(platform, there)
    try:
        yield "word_profile" if serious else "record_entity"
    finally:
        _run(platform, back)


def _run(platform: Platform, statement: str) -> None:
    with platform.work.begin(SERVICE) as unit:
        unit.session.execute(text(statement))
