"""The log of acts: who did what, when, with which outcome. Refused acts too. Rows are written once and chained by hash.

A record is the last thing its transaction writes: whoever writes one keeps all others waiting until it commits.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.identity import repo
from registry.identity.permissions import sees_all
from registry.identity.tables import Act
from registry.kernel.chaining import START, link
from registry.kernel.uow import Unit

PAGE = 50


class Damage(NamedTuple):
    """What is wrong with the log at one number, and how that shows."""

    number: int
    finding: str


def record(unit: Unit, *, act: str, subject: str, outcome: str, detail: dict[str, Any] | None = None) -> None:
    """Writes an act of the unit's actor. `outcome` is "accepted" or the code of the error; `detail` never holds secrets or names."""
    number, previous = repo.act_head(unit.session)
    values = {
        "id": number + 1,
        "at": unit.now,
        "entity_id": unit.actor.entity_id,
        "via": unit.actor.via,
        "act": act,
        "subject": subject,
        "outcome": outcome,
        "request_id": unit.request_id,
        "detail": detail or {},
    }
    repo.add_act(unit.session, values | {"hash": link(previous, content(Act(**values)))})


def content(act: Act) -> list[Any]:
    """What an act's hash covers beside the hash of the act before."""
    return [act.id, act.at.isoformat(), act.entity_id, act.via, act.act, act.subject, act.outcome, act.request_id, act.detail]


def verify(session: Session, anchors: Iterable[tuple[int, bytes]] = ()) -> Iterator[Damage]:
    """What does not hold in the whole log, against itself, its head and `anchors`."""
    return damage(repo.all_acts(session), head=repo.latest_act(session), anchors=anchors)


def damage(log: Iterable[Act], *, head: tuple[int, bytes] | None = None, anchors: Iterable[tuple[int, bytes]] = ()) -> Iterator[Damage]:
    """Everything that does not hold: edited, removed, inserted and moved acts; an end other than `head` (number, hash); and `anchors`
    (number, hash) that the log contradicts."""
    expected = dict(anchors)
    previous, number = START, 0
    for act in log:
        if act.id != number + 1:
            yield Damage(number + 1, f"acts {number + 1} to {act.id - 1} are missing")
        elif link(previous, content(act)) != act.hash:
            yield Damage(act.id, "its hash is not that of its content and the act before")
        anchored = expected.pop(act.id, act.hash)
        if anchored != act.hash:
            yield Damage(act.id, f"the chain anchors 0x{anchored.hex()} here, the log has 0x{act.hash.hex()}")
        previous, number = act.hash, act.id
    if head is not None and head != (number, previous):
        yield Damage(number, f"the log ends here; the head says at {head[0]} with 0x{head[1].hex()}")
    for beyond in sorted(expected):
        yield Damage(beyond, "the chain anchors this act, the log does not have it")


def head(session: Session) -> tuple[int, bytes]:
    """Number and hash of the latest act; 0 and zeros for an empty log."""
    return repo.latest_act(session)


def everything(session: Session) -> Iterator[Act]:
    """The whole log, oldest first; for oversight, which the table of permissions has asked for."""
    return repo.all_acts(session)


def visible(unit: Unit, *, before: int | None = None, limit: int = PAGE) -> list[Act]:
    """Acts, latest first: an entity sees its own, registrar and auditor all."""
    own = None if sees_all(unit.actor) else unit.actor.entity_id
    return repo.acts(unit.session, entity_id=own, before=before, limit=limit)
