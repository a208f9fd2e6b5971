"""Cursor pages: `{"items": [...], "next": "..."}`. A cursor is opaque to callers; it holds the place to go on from."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from registry.kernel.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
Item = TypeVar("Item")
Row = TypeVar("Row")


class Page(BaseModel, Generic[Item]):
    """One page of a list. `next` is null on the last one; else pass it as `after`."""

    items: list[Item]
    next: str | None = Field(None, examples=["MHg2ZjFj"])


def seal_cursor(place: str) -> str:
    """The cursor of a place in a list."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def open_cursor(cursor: str) -> str:
    """The place a cursor stands for; Invalid when it is not one."""
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise Invalid("`after` is not a cursor; use the `next` of the page before", after=cursor) from error


class Paging:
    """Which page a caller asked for."""

    def __init__(
        self,
        after: Annotated[str | None, Query(max_length=200, description="the `next` of the page before")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    ) -> None:
        self.after = open_cursor(after) if after else None
        self.limit = limit

    @property
    def number(self) -> int | None:
        """The place, in a list whose order is a number."""
        if self.after is None:
            return None
        if not self.after.lstrip("-").isdecimal():
            raise Invalid("`after` is not a cursor of this list", after=self.after)
        return int(self.after)

    def page(self, rows: Sequence[Row], view: Callable[[Row], Item], place: Callable[[Row], object]) -> Page[Item]:
        """A page of at most `limit` rows; a full one may have a next."""
        shown = rows[: self.limit]
        more = len(rows) >= self.limit and bool(shown)
        return Page(items=[view(row) for row in shown], next=seal_cursor(str(place(shown[-1]))) if more else None)


Paged = Annotated[Paging, Depends(Paging)]


def open_place(paging: Paging) -> tuple[int, int] | None:
    """The place (block, log index) in a list of events."""
    if paging.after is None:
        return None
    block, _, index = paging.after.partition(".")
    if not (block.isdecimal() and index.isdecimal()):
        raise Invalid("`after` is not a cursor of this list", after=paging.after)
    return int(block), int(index)
