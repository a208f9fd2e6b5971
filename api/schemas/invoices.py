"""Imports of invoices, what was refused of them, and the invoices that stand."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.values import Body, EntityId, Hash, Money
from registry.receivables.intake import Intake, Refusal
from registry.receivables.tables import Import


class RefusalOut(BaseModel):
    """A document or row that was refused: the rule that decided, the value that broke it."""

    position: int = Field(description="line of the row in the file; 1 for a document")
    rule: str = Field(examples=["BR-CO-15"])
    value: str
    message: str


class IntakeOut(BaseModel):
    """What came of a file: ids of the invoices that stand, and what was found about the rest."""

    id: int = Field(description="the import")
    accepted: list[int]
    refused: list[RefusalOut]

    @classmethod
    def of(cls, found: Intake) -> "IntakeOut":
        """The view of an intake."""
        return cls(id=found.import_id, accepted=found.accepted, refused=refusals_out(found.refused))


class ImportOut(BaseModel):
    """A file that was handed in: how many documents or rows it had, and what became of them."""

    id: int
    obligor: EntityId
    kind: str = Field(description="document or export")
    name: str
    read: int
    accepted: int
    refused: int
    created_at: datetime

    @classmethod
    def of(cls, row: Import, *, name: str) -> "ImportOut":
        """The view of a row with its opened name."""
        return cls(
            id=row.id,
            obligor=row.entity_id,
            kind=row.kind,
            name=name,
            read=row.read,
            accepted=row.accepted,
            refused=row.refused,
            created_at=row.created_at,
        )


class FindingsOut(ImportOut):
    """An import with its findings in the order of the file."""

    findings: list[RefusalOut]


def refusals_out(found: Sequence[Refusal]) -> list[RefusalOut]:
    """The view of findings."""
    return [RefusalOut(position=item.position, rule=item.rule, value=item.value, message=item.message) for item in found]


class ExportIn(Body):
    """An ERP export and how it is laid out. `layout` names a preset, or says which column holds what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "payments-2026-q3.csv",
                    "content": "invoice;date;total;vendor\n2026-101;2026-07-01;1200.00;V-17\n",
                    "layout": {
                        "number": "invoice",
                        "issue_date": "date",
                        "amount": "total",
                        "seller_id": "vendor",
                        "currency": "EUR",
                        "due_days": 60,
                    },
                    "mode": "skip",
                    "sellers": {"V-17": 12},
                }
            ]
        }
    )

    name: str = Field(max_length=200)
    content: str = Field(description="the file's text")
    layout: str | dict[str, Any]
    mode: Literal["all", "skip"] = Field("all", description="`all`: nothing when one row is bad; `skip`: the good rows")
    sellers: dict[str, EntityId] = Field(description="the export's vendor codes and the entities they stand for")


class InvoiceOut(BaseModel):
    """An invoice that stands: payables may be built on what is free of it."""

    id: int
    obligor: EntityId
    seller: EntityId
    number: str
    syntax: str = Field(examples=["ubl"])
    issue_date: date
    due_date: date
    total: Money
    occupied: Money
    fingerprint: Hash
    import_id: int
    created_at: datetime
