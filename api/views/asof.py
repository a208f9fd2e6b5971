"""Answers about how things stood as of a block or a day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from api.paging import Paging, seal_cursor
from api.schemas.asof import BlockOut, DigestOut, PositionOut, PositionsOut
from registry.kernel.uow import Unit
from registry.sync import asof
from registry.sync.repo import Applied


@dataclass(frozen=True)
class Moment:
    """As of when: a block, or the end of a day in UTC; neither is the latest block."""

    block: int | None = None
    day: date | None = None

    @property
    def given(self) -> bool:
        """Whether anything but the present was asked for."""
        return self.block is not None or self.day is not None

    def found(self, unit: Unit) -> Applied:
        """The applied block that is meant."""
        return asof.moment(unit, block=self.block, day=self.day)


NOW = Moment()


def _moment(
    block: Annotated[int | None, Query(ge=0, lt=2**63, description="as of this block")] = None,
    day: Annotated[date | None, Query(description="as of the end of this day, UTC")] = None,
) -> Moment:
    return Moment(block, day)


AsOf = Annotated[Moment, Depends(_moment)]


def positions(unit: Unit, paging: Paging, when: Moment, *, entity: int | None = None) -> PositionsOut:
    """A page of live lots as of a moment."""
    at = when.found(unit)
    # Subjects of the ledger are the order; a cursor holds one.
    after = None if paging.after is None else f"payable:{paging.after}"
    found = asof.positions(unit, at, entity=entity, after=after, limit=paging.limit)
    following = None if found.next is None else seal_cursor(found.next)
    return PositionsOut(as_of=BlockOut.of(at), items=[PositionOut.of(row) for row in found.items], next=following)


def digest(unit: Unit, when: Moment) -> DigestOut:
    """The digest of the index as of a moment."""
    at = when.found(unit)
    return DigestOut(block=BlockOut.of(at), digest="0x" + asof.digest(unit, at).hex())
