"""Payables: confirm, accept, refuse, cancel; the claim tree."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.payables import AcceptIn, BatchIn, ConfirmIn, ConsentIn, ConsentOut, PayableOut, PayablesOut, SuspendIn, TermsOut, TreeOut
from api.schemas.values import PayableId, unhexed
from api.views import claims as views
from registry.funding import payments
from registry.receivables import lots, payables

router = APIRouter(prefix="/payables", tags=["payables"])


@router.get("", response_model=Page[PayableOut], **does("payable.list"))
def list_payables(call: Acting, paging: Paged, wanted: Annotated[views.PayableFilter, Query()]) -> Response:
    """Payables that the caller may see, latest first."""
    return call.read(lambda unit: views.payables(unit, paging, wanted=wanted))


@router.get("/{payable}", response_model=PayableOut, **does("payable.show"))
def show_payable(call: Acting, payable: PayableId) -> Response:
    """One payable."""
    return call.read(lambda unit: views.payable(unit, payable))


@router.get("/{payable}/tree", response_model=TreeOut, **does("payable.show"))
def show_tree(call: Acting, payable: PayableId) -> Response:
    """The claim tree: the lots the caller may see, each naming its parent, and the steps in their lives."""
    return call.read(lambda unit: views.tree(unit, payable))


@router.get("/{payable}/terms", response_model=TermsOut, **does("payable.show"))
def show_terms(call: Acting, payable: PayableId) -> Response:
    """The promise in words and the conditions that the payable's `terms` hash covers."""
    return call.read(lambda unit: TermsOut.of(payables.conditions(unit, payable)))


@router.post("", response_model=PayableOut, status_code=201, **does("payable.confirm"))
def confirm(call: Acting, body: ConfirmIn) -> Response:
    """The obligor confirms invoices of one seller as a debt to it."""
    return call.write(lambda unit: payables.confirm(unit, body.confirmation()), views.payable, subject="payable:{}".format)


@router.post("/batch", response_model=PayablesOut, status_code=201, **does("payable.confirm"))
def confirm_many(call: Acting, body: BatchIn) -> Response:
    """Confirms many invoices at once, one payable each."""
    return call.write(
        lambda unit: payables.confirm_many(unit, profile=body.profile, invoice_ids=body.invoices, import_id=body.import_id, due=body.due),
        views.payables_named,
        subject="payable" if body.import_id is None else f"import:{body.import_id}",
    )


@router.post("/accept", response_model=PayablesOut, **does("payable.accept"))
def accept_many(call: Acting, body: AcceptIn) -> Response:
    """The payee accepts many payables at once."""
    return call.write(lambda unit: payables.accept(unit, body.payables), views.payables_named, subject="payable", status=200)


@router.post("/{payable}/accept", response_model=PayableOut, **does("payable.accept"))
def accept(call: Acting, payable: PayableId) -> Response:
    """The payee accepts; from then on the promise is unconditional."""
    return call.write(
        lambda unit: payables.accept(unit, [payable]),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
        status=200,
    )


@router.post("/{payable}/refuse", response_model=PayableOut, **does("payable.refuse"))
def refuse(call: Acting, payable: PayableId) -> Response:
    """The payee refuses before acceptance; limit and invoices become free again."""
    return call.write(
        lambda unit: payables.refuse(unit, payable),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
        status=200,
    )


@router.post("/{payable}/cancel", response_model=PayableOut, **does("payable.cancel"))
def cancel(call: Acting, payable: PayableId) -> Response:
    """The obligor cancels: alone before acceptance, afterwards with the payee's consent."""
    return call.write(
        lambda unit: payables.cancel(unit, payable),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
        status=200,
    )


@router.post("/{payable}/consent", response_model=ConsentOut, status_code=201, **does("payable.consent"))
def consent(call: Acting, payable: PayableId, body: ConsentIn) -> Response:
    """The payee consents to the cancellation of an accepted payable."""
    signature = unhexed(body.signature) if body.signature else None
    return call.write(
        lambda unit: payables.consent_to_cancel(unit, payable, signature=signature),
        lambda _unit, _done: ConsentOut(payable=payable),
        subject=f"payable:{payable}",
    )


@router.post("/{payable}/suspension", response_model=PayableOut, **does("payable.suspend_redemption"))
def suspend(call: Acting, payable: PayableId, body: SuspendIn) -> Response:
    """The registrar suspends redemption of a payable, or lets it go on."""
    return call.write(
        lambda unit: lots.suspend_redemption(unit, payable, suspended=body.suspended, basis=body.basis),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
        status=200,
    )


@router.post("/{payable}/overdue", response_model=PayableOut, **does("payable.mark_overdue"))
def mark_overdue(call: Acting, payable: PayableId) -> Response:
    """Marks a payable that is due, out of grace and not paid in full; its obligor stops issuing until it is cured."""
    return call.write(
        lambda unit: payments.mark_overdue(unit, payable),
        lambda unit, _done: views.payable(unit, payable),
        subject=f"payable:{payable}",
        status=200,
    )
