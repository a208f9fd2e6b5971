"""The log of acts: who did what, when, with which outcome. Refused acts too. Rows are written once."""

from typing import Any

from registry.identity import repo
from registry.identity.permissions import sees_all
from registry.identity.tables import Act
from registry.kernel.uow import Unit

PAGE = 50


def record(unit: Unit, *, act: str, subject: str, outcome: str, detail: dict[str, Any] | None = None) -> None:
    """Writes an act of the unit's actor. `outcome` is "accepted" or the code of the error; `detail` never holds secrets or names."""
    repo.add_act(
        unit.session,
        {
            "at": unit.now,
            "entity_id": unit.actor.entity_id,
            "via": unit.actor.via,
            "act": act,
            "subject": subject,
            "outcome": outcome,
            "request_id": unit.request_id,
            "detail": detail or {},
        },
    )


def visible(unit: Unit, *, before: int | None = None, limit: int = PAGE) -> list[Act]:
    """Acts, latest first: an entity sees its own, registrar and auditor all."""
    own = None if sees_all(unit.actor) else unit.actor.entity_id
    return repo.acts(unit.session, entity_id=own, before=before, limit=limit)
