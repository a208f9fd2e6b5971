"""Events, transactions, the network, the check; balances of the ledger."""

from api.bootstrap import Platform
from api.paging import Page, Paging, open_place, seal_cursor
from api.schemas.chain import EventOut, HeadOut, NetworkOut, TransactionOut
from api.schemas.ledger import BalanceOut, BalancesOut, EntryOut, LedgerOut, TurnoverOut, side
from api.schemas.values import Money, hexed
from api.views.asof import NOW, Moment
from registry.identity.permissions import sees_all
from registry.kernel.uow import Unit
from registry.ledger import service as ledger
from registry.sync import asof, reads


def events(unit: Unit, paging: Paging, *, payable: str | None = None) -> Page[EventOut]:
    """A page of events, latest first."""
    found = reads.events(unit, payable=payable, before=open_place(paging), limit=paging.limit)
    following = None if found.next is None else seal_cursor(f"{found.next[0]}.{found.next[1]}")
    return Page(items=[EventOut.of(row) for row in found.items], next=following)


def transactions(unit: Unit, paging: Paging, *, subject: str | None = None) -> Page[TransactionOut]:
    """A page of the caller's contract calls, latest first."""
    rows = reads.calls(unit, subject=subject, before=paging.number, limit=paging.limit)
    return paging.page(rows, TransactionOut.of, lambda row: row.id)


def transaction(unit: Unit, number: int) -> TransactionOut:
    """One contract call."""
    return TransactionOut.of(reads.call(unit, number))


def network(unit: Unit, platform: Platform) -> NetworkOut:
    """What is bound to what, and how far node and index are."""
    head = platform.gateway.head()
    indexed = reads.indexed(unit)
    return NetworkOut(
        chain_id=unit.network.chain_id,
        contract=unit.network.contract,
        engine=platform.engine,
        finality=platform.gateway.finality,
        node=HeadOut(number=head.number, hash=hexed(head.hash)),
        indexed=None if indexed is None else HeadOut(number=indexed[0], hash=hexed(indexed[1])),
        time=unit.now,
    )


def balances(unit: Unit, entity: int | None = None, when: Moment = NOW) -> BalancesOut:
    """Accounts of the caller as of a moment; registrar and auditor see those of an entity, or all."""
    wanted = entity if sees_all(unit.actor) else unit.actor.entity_id
    rows = asof.balances(unit, when.found(unit), entity) if when.given else ledger.balances(unit.session, wanted)
    return BalancesOut(
        items=[
            BalanceOut(
                entity=row.entity,
                account=row.kind,
                side=side(row.amount),
                balance=Money.of(abs(row.amount), row.currency),
            )
            for row in rows
        ]
    )


def trial_balance(unit: Unit) -> LedgerOut:
    """Sums of the whole ledger."""
    found = ledger.trial_balance(unit.session)
    sums = [
        TurnoverOut(debit=Money.of(debit, currency), credit=Money.of(credit, currency))
        for currency, (debit, credit) in found.turnover.items()
    ]
    return LedgerOut(balanced=found.zero, turnover=sums)


def entries(unit: Unit, paging: Paging, *, subject: str) -> Page[EntryOut]:
    """Entries about a subject, oldest first."""
    rows = ledger.entries_about(unit.session, subject, after=paging.number or 0, limit=paging.limit)
    return paging.page(rows, EntryOut.of, lambda row: row.id)
