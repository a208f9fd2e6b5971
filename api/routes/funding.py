"""Financings, payments, clearing."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.funding import (
    ClearingIn,
    ClearingOut,
    ClearingsIn,
    ClearingsOut,
    FinancingIn,
    FinancingOut,
    OpenedOut,
    PaymentIn,
    PaymentOut,
    PaymentsIn,
    PaymentsOut,
    ReferenceIn,
    RegistrationIn,
    ReversalIn,
)
from api.schemas.lots import LotOut
from api.schemas.values import LotId, Number, PayableId
from api.views import claims
from api.views import funding as views
from registry.funding import clearing, financings, payments
from registry.funding.payments import NewPayment

router = APIRouter()


@router.get("/financings", response_model=Page[FinancingOut], tags=["financings"], **does("financing.list"))
def list_financings(call: Acting, paging: Paged, lot: Annotated[LotId | None, Query()] = None) -> Response:
    """Financings the caller is holder or funder of, latest first."""
    return call.read(lambda unit: views.page_of_financings(unit, paging, lot=lot))


@router.get("/financings/{financing}", response_model=FinancingOut, tags=["financings"], **does("financing.show"))
def show_financing(call: Acting, financing: Number) -> Response:
    """One financing and how far it is."""
    return call.read(lambda unit: views.financing(unit, financing))


@router.get("/financings/{financing}/opened", response_model=OpenedOut, tags=["financings"], **does("financing.show"))
def show_opened(call: Acting, financing: Number) -> Response:
    """What the commitment covers, and the account to pay to."""
    return call.read(lambda unit: views.opened(unit, financing))


@router.post("/financings", response_model=FinancingOut, status_code=201, tags=["financings"], **does("financing.lock"))
def lock(call: Acting, body: FinancingIn) -> Response:
    """The holder locks a whole lot for one funder: binding consent to one assignment or pledge."""
    return call.write(
        lambda unit: financings.lock(unit, body.new()),
        lambda unit, made: views.financing(unit, made.id),
        subject=lambda made: f"financing:{made.id}",
    )


@router.post("/financings/{financing}/complete", response_model=FinancingOut, tags=["financings"], **does("financing.complete"))
def complete(call: Acting, financing: Number, body: ReferenceIn) -> Response:
    """The funder has paid out and takes the lot, or its pledge."""
    return call.write(
        lambda unit: financings.complete(unit, financing, reference=body.reference),
        lambda unit, _done: views.financing(unit, financing),
        subject=f"financing:{financing}",
        status=200,
    )


@router.post("/financings/{financing}/release", response_model=FinancingOut, tags=["financings"], **does("financing.release"))
def release(call: Acting, financing: Number) -> Response:
    """Ends the lock without a financing: the funder at any time, the holder once it has run out."""
    return call.write(
        lambda unit: financings.release(unit, financing),
        lambda unit, _done: views.financing(unit, financing),
        subject=f"financing:{financing}",
        status=200,
    )


@router.post("/financings/{financing}/release-pledge", response_model=FinancingOut, tags=["financings"], **does("financing.release_pledge"))
def release_pledge(call: Acting, financing: Number, body: RegistrationIn) -> Response:
    """The pledgee lets go of its pledge."""
    return call.write(
        lambda unit: financings.release_pledge(unit, financing, registration=body.registration),
        lambda unit, _done: views.financing(unit, financing),
        subject=f"financing:{financing}",
        status=200,
    )


@router.get("/payments", response_model=Page[PaymentOut], tags=["payments"], **does("payment.list"))
def list_payments(call: Acting, paging: Paged, payable: Annotated[PayableId | None, Query()] = None) -> Response:
    """Payments that the caller recorded or owes, latest first."""
    return call.read(lambda unit: views.page_of_payments(unit, paging, payable=payable))


@router.get("/payments/{payment}", response_model=PaymentOut, tags=["payments"], **does("payment.show"))
def show_payment(call: Acting, payment: Number) -> Response:
    """One payment."""
    return call.read(lambda unit: views.payment(unit, payment))


@router.post("/payments", response_model=PaymentOut, status_code=201, tags=["payments"], **does("payment.record"))
def record(call: Acting, body: PaymentIn) -> Response:
    """The payment agent states that money came in for a payable. The same bank reference counts once."""
    return call.write(
        lambda unit: payments.record(unit, body.payable, amount=body.amount.minor(), reference=body.reference),
        lambda unit, made: views.payment(unit, made.id),
        subject=lambda made: f"payment:{made.id}",
    )


@router.post("/payments/batch", response_model=PaymentsOut, status_code=201, tags=["payments"], **does("payment.record"))
def record_many(call: Acting, body: PaymentsIn) -> Response:
    """Payments for many payables at once, such as the lines of a bank statement. All are recorded, or the first that can't be is named."""
    return call.write(
        lambda unit: payments.record_many(unit, [NewPayment(item.payable, item.amount.minor(), item.reference) for item in body.items]),
        lambda unit, made: views.payments_named(unit, [row.id for row in made]),
        subject="payments",
    )


@router.post("/payments/{payment}/reverse", response_model=PaymentOut, tags=["payments"], **does("payment.reverse"))
def reverse(call: Acting, payment: Number, body: ReversalIn) -> Response:
    """Takes a recorded payment back: first the payment agent consents, then the registrar submits."""
    return call.write(
        lambda unit: payments.reverse(unit, payment, body.reason, signature=body.signed()),
        lambda unit, _done: views.payment(unit, payment),
        subject=f"payment:{payment}",
        status=200,
    )


@router.post("/lots/{lot}/reopen", response_model=LotOut, tags=["payments"], **does("lot.reopen"))
def reopen(call: Acting, lot: LotId, body: ReversalIn) -> Response:
    """A pay-out came back: the lot lives again. First the payment agent consents, then the registrar submits."""
    return call.write(
        lambda unit: payments.reopen(unit, lot, body.reason, signature=body.signed()),
        lambda unit, _done: claims.lot(unit, lot),
        subject=f"lot:{lot}",
        status=200,
    )


@router.get("/payables/{payable}/clearing", response_model=ClearingOut, tags=["clearings"], **does("clearing.plan"))
def show_plan(call: Acting, payable: PayableId) -> Response:
    """The clearing list as it would be run now."""
    return call.read(lambda unit: views.plan(unit, payable))


@router.get("/clearings", response_model=Page[ClearingOut], tags=["clearings"], **does("clearing.list"))
def list_runs(call: Acting, paging: Paged, payable: Annotated[PayableId | None, Query()] = None) -> Response:
    """Clearing runs the caller is a party of or was paid by, latest first."""
    return call.read(lambda unit: views.page_of_runs(unit, paging, payable=payable))


@router.get("/clearings/{number}", response_model=ClearingOut, tags=["clearings"], **does("clearing.show"))
def show_run(call: Acting, number: Number) -> Response:
    """One clearing run with its lines."""
    return call.read(lambda unit: views.run(unit, number))


@router.post("/clearings", response_model=ClearingOut, status_code=201, tags=["clearings"], **does("clearing.run"))
def run(call: Acting, body: ClearingIn) -> Response:
    """The payment agent redeems all lots of a payable: whole when it is covered, else each its share."""
    return call.write(
        lambda unit: clearing.run(unit, body.payable, body.references),
        lambda unit, made: views.run(unit, made.id),
        subject=lambda made: f"clearing:{made.id}",
    )


@router.post("/clearings/batch", response_model=ClearingsOut, status_code=201, tags=["clearings"], **does("clearing.run"))
def run_many(call: Acting, body: ClearingsIn) -> Response:
    """Clears many payables at once, such as all that fell due today. All are run, or the first that can't be is named."""
    return call.write(
        lambda unit: clearing.run_many(unit, body.payables),
        lambda unit, made: views.runs_named(unit, [row.id for row in made]),
        subject="clearings",
    )
