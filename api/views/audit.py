"""The log of acts as auditors see it."""

from collections.abc import Iterator

from api.schemas.identity import ActOut, AuditOut, DamageOut
from api.schemas.values import hexed
from registry.identity import acts
from registry.kernel.chaining import AnchorKind
from registry.kernel.uow import Unit
from registry.sync import anchors


def verified(unit: Unit) -> AuditOut:
    """Reads the whole log and says what does not hold."""
    found = [DamageOut(number=item.number, finding=item.finding) for item in anchors.damage(unit.session)]
    number, head = acts.head(unit.session)
    told = [anchor for anchor in anchors.anchors(unit.session) if anchor.kind is AnchorKind.ACTS]
    return AuditOut(
        clean=not found,
        acts=number,
        head=hexed(head),
        anchors=len(told),
        anchored=max((anchor.number for anchor in told), default=0),
        damage=found,
    )


def exported(unit: Unit) -> Iterator[bytes]:
    """Every act as a line of JSON, oldest first; each has what its hash covers."""
    for act in acts.everything(unit.session):
        yield ActOut.of(act).model_dump_json().encode() + b"\n"
