"""Where a lot stands in its claim tree, as a certificate needs it."""

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, aliased

from registry.receivables.tables import Lot


def path(session: Session, lot_id: str) -> list[int]:
    """Child indexes from the root lot down to a lot; none for a root."""
    step = select(Lot.parent_id, Lot.child_index, literal(0).label("up")).where(Lot.id == lot_id).cte("step", recursive=True)
    parent = aliased(Lot)
    step = step.union_all(select(parent.parent_id, parent.child_index, step.c.up + 1).join(step, parent.id == step.c.parent_id))
    return list(session.scalars(select(step.c.child_index).where(step.c.child_index.is_not(None)).order_by(step.c.up.desc())))
