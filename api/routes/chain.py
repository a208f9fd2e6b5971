"""What the chain recorded and what was sent to it; the network; balances."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.acting import Acting, does
from api.paging import Page, Paged
from api.schemas.chain import EventOut, NetworkOut, TransactionOut
from api.schemas.ledger import BalancesOut, EntryOut, LedgerOut
from api.schemas.values import EntityId, Number, PayableId
from api.views import chain as views
from api.views.asof import AsOf

router = APIRouter()


@router.get("/events", response_model=Page[EventOut], tags=["events"], **does("event.list"))
def list_events(call: Acting, paging: Paged, payable: Annotated[PayableId | None, Query()] = None) -> Response:
    """Contract events of the payables and lots the caller may see, latest first. A page may be short though there is a next one."""
    return call.read(lambda unit: views.events(unit, paging, payable=payable))


@router.get("/transactions", response_model=Page[TransactionOut], tags=["transactions"], **does("transaction.list"))
def list_transactions(call: Acting, paging: Paged, subject: Annotated[str | None, Query(max_length=80)] = None) -> Response:
    """The caller's contract calls, latest first; with `subject` those about it ("payable:0x..")."""
    return call.read(lambda unit: views.transactions(unit, paging, subject=subject))


@router.get("/transactions/{number}", response_model=TransactionOut, tags=["transactions"], **does("transaction.show"))
def show_transaction(call: Acting, number: Number) -> Response:
    """One contract call: where it is and what became of it."""
    return call.read(lambda unit: views.transaction(unit, number))


@router.get("/balances", response_model=BalancesOut, tags=["ledger"], **does("balance.list"))
def list_balances(call: Acting, when: AsOf, entity: Annotated[EntityId | None, Query()] = None) -> Response:
    """Ledger accounts of the caller, now or as of a block or a day; registrar and auditor may ask for an entity's, or all."""
    return call.read(lambda unit: views.balances(unit, entity, when))


@router.get("/ledger", response_model=LedgerOut, tags=["ledger"], **does("ledger.show"))
def show_ledger(call: Acting) -> Response:
    """The trial balance: sums of all postings per currency."""
    return call.read(views.trial_balance)


@router.get("/ledger/entries", response_model=Page[EntryOut], tags=["ledger"], **does("ledger.show"))
def list_entries(call: Acting, paging: Paged, subject: Annotated[str, Query(max_length=80, description="payable:0x..")]) -> Response:
    """Journal entries about a subject, oldest first, with their lines and hashes."""
    return call.read(lambda unit: views.entries(unit, paging, subject=subject))


@router.get("/network", response_model=NetworkOut, tags=["network"], **does("network.show"))
def show_network(call: Acting) -> Response:
    """Chain id and contract that typed data are bound to, and how far node and index are."""
    return call.read(lambda unit: views.network(unit, call.platform))
