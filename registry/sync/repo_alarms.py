"""SQL of the alarms that the running sync has raised."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.sync.tables import AlarmRecord


def replace(session: Session, rows: Sequence[AlarmRecord]) -> None:
    """What stands from now on."""
    session.execute(delete(AlarmRecord))
    session.add_all(rows)
    session.flush()


def standing(session: Session) -> list[AlarmRecord]:
    """What stands, oldest first."""
    return list(session.scalars(select(AlarmRecord).order_by(AlarmRecord.since, AlarmRecord.alarm)))
