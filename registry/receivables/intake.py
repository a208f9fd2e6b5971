"""Invoices in: one XML document, or an ERP export of many rows. The actor is the buyer, who will owe.

What is refused is recorded with the rule and the value that decided it; nothing of it is stored otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from registry.identity import service as identity
from registry.kernel.errors import Conflict, NotFound
from registry.kernel.uow import Unit
from registry.receivables import rules
from registry.receivables.invoices import csvfile, parties, xml
from registry.receivables.invoices.amounts import claim_amount
from registry.receivables.invoices.columns import ColumnMap
from registry.receivables.invoices.csvfile import Mode, PayableRow
from registry.receivables.invoices.errors import ImportRefused, InvoiceMalformed, InvoiceRefused, InvoiceTooLarge, RowError, Violation
from registry.receivables.invoices.fingerprint import fingerprint
from registry.receivables.invoices.model import CREDIT_NOTE_TYPES, Invoice, Party
from registry.receivables.invoices.rules import admit
from registry.receivables.repo import claims, invoices
from registry.receivables.tables import Import


@dataclass(frozen=True)
class Refusal:
    """One finding. `position` is the row's line in the file, 1 for a document."""

    position: int
    rule: str
    value: str
    message: str


@dataclass(frozen=True)
class Intake:
    """What became of a file: ids of the invoices taken in, findings about the rest."""

    import_id: int
    accepted: list[int]
    refused: list[Refusal]


@dataclass(frozen=True)
class _Taken:
    """A document or row that may become an invoice."""

    position: int
    seller: int
    number: str
    issue_date: date
    due_date: date
    currency: str
    total: int
    syntax: str
    content: bytes
    fingerprint: bytes


def import_document(unit: Unit, data: bytes, *, name: str, seller: int | None = None, due: date | None = None) -> Intake:
    """Takes in a UBL or CII invoice. `seller` names the seller where its identifiers don't; `due` is the agreed date where none is stated.

    A refused document gives an Intake with findings; NotFound when `seller` is no registered entity.
    """
    if seller is not None:
        _require_entities(unit, [seller])
    findings: list[Refusal] = []
    taken: list[_Taken] = []
    try:
        invoice = admit(xml.read(data), due=due)
        taken = [_of_document(unit, invoice, seller=_seller(unit, invoice, seller), due=due, data=data)]
    except InvoiceRefused as error:
        findings = [Refusal(1, item.rule, item.value, item.message) for item in error.violations]
    except (InvoiceMalformed, InvoiceTooLarge) as error:
        findings = [Refusal(1, error.code, "", error.message)]
    return _store(unit, kind="document", name=name, taken=taken, findings=findings)


def import_export(unit: Unit, data: bytes, *, name: str, layout: ColumnMap, mode: Mode, sellers: Mapping[str, int]) -> Intake:
    """Takes in an ERP export. `sellers` gives the entity for each seller code of the file.

    Mode "skip" takes the good rows. Mode "all" raises ImportRefused when one row is bad, also for a seller that is not named
    (TS-SELLER) or an invoice that is known already (TS-REPEAT). Raises ImportFileInvalid, ImportMapInvalid, InvoiceTooLarge, and
    NotFound when a seller is no registered entity.
    """
    _require_entities(unit, sellers.values())
    # Findings of every kind are reported together, so that one correction of the file is enough.
    reading = csvfile.read(data, layout, mode="skip")
    errors = list(reading.errors)
    taken = []
    for row in reading.rows:
        seller = sellers.get(row.seller_id)
        if seller is None:
            errors.append(_row_error(row.row, layout.seller_id, row.seller_id, "TS-SELLER", "is no seller that was named; name its entity"))
        elif seller == unit.actor.entity_id:
            errors.append(_row_error(row.row, layout.seller_id, row.seller_id, "TS-SELLER", "is the buyer itself; leave the row out"))
        else:
            taken.append(_of_row(unit, row, seller))
    if mode == "all":
        errors += [_row_error(item.position, layout.number, item.number, "TS-REPEAT", why) for item, why in _repeats(unit, taken)]
        if errors:
            raise ImportRefused(sorted(errors, key=lambda error: error.row))
    findings = [Refusal(error.row, error.rule, error.value, error.message) for error in errors]
    return _store(unit, kind="export", name=name, taken=taken, findings=findings)


def _require_entities(unit: Unit, numbers: Iterable[int]) -> None:
    missing = sorted(set(numbers) - claims.registered(unit.session, set(numbers)))
    if missing:
        raise NotFound(f"there is no entity {missing[0]}; register the seller first", entity=missing[0])


def _seller(unit: Unit, invoice: Invoice, named: int | None) -> int:
    """The seller's entity. Raises InvoiceRefused when the document names other parties than the two."""
    buyer = unit.actor.entity_id
    others = sorted(_entities(unit, invoice.buyer) - {buyer})
    if others:
        message = f"the invoice names entity {others[0]} as its buyer; only the buyer takes an invoice in"
        raise InvoiceRefused([Violation("TS-BUYER", str(others[0]), message)])
    sellers = _entities(unit, invoice.seller) | ({named} if named is not None else set())
    shown = ", ".join(str(number) for number in sorted(sellers)) or (invoice.seller.name if invoice.seller else None) or "missing"
    if len(sellers) != 1:
        several = "its identifiers lead to several entities" if named is None else "the seller named is not the invoice's"
        problem = several if sellers else "no identifier of the seller is registered; name the seller"
        raise InvoiceRefused([Violation("TS-SELLER", shown, f"{problem} (BG-4); found: {shown}")])
    if buyer in sellers:
        raise InvoiceRefused([Violation("TS-SELLER", shown, "seller and buyer are the same entity, so there is no debt")])
    return sellers.pop()


def _entities(unit: Unit, party: Party | None) -> set[int]:
    found = (identity.find_by_identifier(unit, scheme, value) for scheme, value in sorted(parties.identifiers(party)))
    return {entity.id for entity in found if entity is not None}


def _of_document(unit: Unit, invoice: Invoice, *, seller: int, due: date | None, data: bytes) -> _Taken:
    due_date = invoice.due_date or due
    if invoice.number is None or invoice.issue_date is None or invoice.currency is None or due_date is None:
        raise AssertionError("an admitted invoice has number, dates and currency")
    return _Taken(
        position=1,
        seller=seller,
        number=invoice.number,
        issue_date=invoice.issue_date,
        due_date=due_date,
        currency=invoice.currency,
        total=claim_amount(invoice),
        syntax=str(invoice.syntax),
        content=data,
        fingerprint=_fingerprint(unit, seller, invoice.number, invoice.type_group),
    )


def _of_row(unit: Unit, row: PayableRow, seller: int) -> _Taken:
    group = "credit" if row.type_code in CREDIT_NOTE_TYPES else "invoice"
    dates = {"issue_date": str(row.issue_date), "due_date": str(row.due_date)}
    return _Taken(
        position=row.row,
        seller=seller,
        number=row.number,
        issue_date=row.issue_date,
        due_date=row.due_date,
        currency=row.currency,
        total=row.amount,
        syntax="row",
        content=rules.canonical(asdict(row) | dates | {"amount": str(row.amount)}),
        fingerprint=_fingerprint(unit, seller, row.number, group),
    )


def _fingerprint(unit: Unit, seller: int, number: str, group: str) -> bytes:
    buyer = f"entity:{unit.actor.entity_id}"
    return fingerprint(unit.network.fingerprint_key, f"entity:{seller}", buyer, number=number, type_group=group)


def _repeats(unit: Unit, taken: Sequence[_Taken]) -> list[tuple[_Taken, str]]:
    """Items that stand already, each with where: as an invoice of before, or as a row of the same file."""
    known = invoices.known(unit.session, unit.actor.entity_id, [item.fingerprint for item in taken])
    first: dict[bytes, int] = {}
    found = []
    for item in taken:
        earlier, before = first.setdefault(item.fingerprint, item.position), known.get(item.fingerprint)
        if before is not None:
            found.append((item, f"is the same invoice as invoice {before.id} of import {before.import_id}; it counts once"))
        elif earlier != item.position:
            found.append((item, f"is the same invoice as row {earlier}; it counts once"))
    return found


def _store(unit: Unit, *, kind: str, name: str, taken: Sequence[_Taken], findings: Sequence[Refusal]) -> Intake:
    repeats = _repeats(unit, taken)
    repeated = {item.position for item, _ in repeats}
    fresh = [item for item in taken if item.position not in repeated]
    found = [*findings, *(Refusal(item.position, "TS-REPEAT", item.number, f"{item.number!r} {why}") for item, why in repeats)]
    found.sort(key=lambda refusal: refusal.position)
    refused = len({refusal.position for refusal in found})
    owner = unit.actor.entity_id
    record = Import(
        entity_id=owner,
        kind=kind,
        name_sealed=unit.vault.seal(owner, "imports.name_sealed", name),
        read=len(fresh) + refused,
        accepted=len(fresh),
        refused=refused,
        created_at=unit.now,
    )
    invoices.add_import(unit.session, record)
    ids = invoices.add_invoices(unit.session, [_invoice_row(unit, item, record.id) for item in fresh])
    if len(ids) != len(fresh):
        raise Conflict("the same invoices are being taken in by another request; repeat this one", kind=kind)
    invoices.add_refusals(unit.session, [_refusal_row(unit, record.id, place, item) for place, item in enumerate(found)])
    return Intake(record.id, [ids[item.fingerprint] for item in fresh], found)


def _invoice_row(unit: Unit, item: _Taken, import_id: int) -> dict[str, Any]:
    owner = unit.actor.entity_id
    return {
        "entity_id": owner,
        "seller_id": item.seller,
        "import_id": import_id,
        "syntax": item.syntax,
        "fingerprint": item.fingerprint,
        "number_sealed": unit.vault.seal(owner, "invoices.number_sealed", item.number),
        "content_sealed": unit.vault.seal(owner, "invoices.content_sealed", item.content),
        "issue_date": item.issue_date,
        "due_date": item.due_date,
        "currency": item.currency,
        "total": item.total,
        "created_at": unit.now,
    }


def _refusal_row(unit: Unit, import_id: int, finding: int, item: Refusal) -> dict[str, Any]:
    owner = unit.actor.entity_id
    return {
        "import_id": import_id,
        "finding": finding,
        "position": item.position,
        "entity_id": owner,
        "rule": item.rule,
        "value_sealed": unit.vault.seal(owner, "import_refusals.value_sealed", item.value),
        "message_sealed": unit.vault.seal(owner, "import_refusals.message_sealed", item.message),
    }


def _row_error(row: int, column: str, value: str, rule: str, message: str) -> RowError:
    return RowError(row=row, column=column, value=value, rule=rule, message=f"{column}: {value!r} {message}")
