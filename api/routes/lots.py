"""Lots: split, merge, lock, release, give up; the registrar's acts by force of law."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.lots import ForceIn, FreezeIn, LockIn, LotOut, LotsOut, MergeIn, MoveOut, ReasonIn, SplitIn
from api.schemas.values import LotId
from api.views import claims as views
from registry.receivables import lots

router = APIRouter(prefix="/lots", tags=["lots"])


@router.get("", response_model=Page[LotOut], **does("lot.list"))
def list_lots(call: Acting, paging: Paged, wanted: Annotated[views.LotFilter, Query()]) -> Response:
    """Lots that the caller may see, by id: those of a payable stand together."""
    return call.read(lambda unit: views.lots(unit, paging, wanted=wanted))


@router.get("/{lot}", response_model=LotOut, **does("lot.show"))
def show_lot(call: Acting, lot: LotId) -> Response:
    """One lot."""
    return call.read(lambda unit: views.lot(unit, lot))


@router.get("/{lot}/history", response_model=Page[MoveOut], **does("lot.show"))
def show_history(call: Acting, lot: LotId) -> Response:
    """Steps in a lot's life, oldest first."""
    return call.read(lambda unit: views.history(unit, lot))


@router.post("/{lot}/split", response_model=LotsOut, status_code=201, **does("lot.split"))
def split(call: Acting, lot: LotId, body: SplitIn) -> Response:
    """Takes parts off a lot for oneself; no hop. Answers the parts."""
    amounts = [amount.minor() for amount in body.amounts]
    return call.write(lambda unit: lots.split(unit, lot, amounts), views.lots_named, subject=f"lot:{lot}")


@router.post("/{lot}/merge", response_model=LotOut, **does("lot.merge"))
def merge(call: Acting, lot: LotId, body: MergeIn) -> Response:
    """Puts other lots of the caller's into this one."""
    return call.write(
        lambda unit: lots.merge(unit, lot, body.others), lambda unit, _done: views.lot(unit, lot), subject=f"lot:{lot}", status=200
    )


@router.post("/{lot}/lock", response_model=LotOut, **does("lot.lock"))
def lock_lot(call: Acting, lot: LotId, body: LockIn) -> Response:
    """Locks a lot for a party until a time: the basis of certificates that stay true."""
    return call.write(
        lambda unit: lots.lock(unit, lot, party=body.party, until=body.until),
        lambda unit, _done: views.lot(unit, lot),
        subject=f"lot:{lot}",
        status=200,
    )


@router.post("/{lot}/release", response_model=LotOut, **does("lot.release"))
def release(call: Acting, lot: LotId) -> Response:
    """Ends a lock, an on-chain offer or a financing lock: its party at any time, the holder once it has run out."""
    return call.write(lambda unit: lots.release(unit, lot), lambda unit, _done: views.lot(unit, lot), subject=f"lot:{lot}", status=200)


@router.post("/{lot}/discharge", response_model=LotOut, **does("lot.discharge"))
def discharge(call: Acting, lot: LotId, body: ReasonIn) -> Response:
    """The holder gives its whole lot up without cash."""
    return call.write(
        lambda unit: lots.discharge(unit, lot, body.reason), lambda unit, _done: views.lot(unit, lot), subject=f"lot:{lot}", status=200
    )


@router.post("/{lot}/set-off", response_model=LotOut, **does("lot.set_off"))
def set_off(call: Acting, lot: LotId, body: ReasonIn) -> Response:
    """The obligor extinguishes a lot that it holds itself."""
    return call.write(
        lambda unit: lots.set_off(unit, lot, body.reason), lambda unit, _done: views.lot(unit, lot), subject=f"lot:{lot}", status=200
    )


@router.post("/{lot}/freeze", response_model=LotOut, **does("lot.freeze"))
def freeze(call: Acting, lot: LotId, body: FreezeIn) -> Response:
    """The registrar freezes a part of a lot; amount 0 lifts the freeze."""
    return call.write(
        lambda unit: lots.freeze(unit, lot, amount=body.amount.minor(), basis=body.basis),
        lambda unit, _done: views.lot(unit, lot),
        subject=f"lot:{lot}",
        status=200,
    )


@router.post("/{lot}/force-transfer", response_model=LotOut, **does("lot.force_transfer"))
def force_transfer(call: Acting, lot: LotId, body: ForceIn) -> Response:
    """The registrar moves a lot, or a part of it, by force of law. Answers the lot that the recipient now holds."""
    amount = None if body.amount is None else body.amount.minor()
    return call.write(
        lambda unit: lots.force_transfer(unit, lot, to=body.to, basis=body.basis, amount=amount),
        views.lot,
        subject=f"lot:{lot}",
        status=200,
    )
