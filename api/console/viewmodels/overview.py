"""The first page: counts, money by currency, the reader's own accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from api.console.viewmodels.claims import Slice, slices
from api.console.viewmodels.writing import Writer
from api.schemas.ledger import BalanceOut
from api.schemas.values import Money
from registry.receivables.totals import Money as Sums
from registry.receivables.totals import Totals


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with the list it leads to; `more` is a key of the catalogue with its `values`."""

    label: str
    value: str
    href: str
    more: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    tone: str = ""


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """A currency's face and what became of it."""

    currency: str
    face: str
    bar: Sequence[Slice]


def figures(totals: Totals) -> list[Figure]:
    """Counts over everything the reader sees."""
    states = totals.payables
    lots = totals.lots_by_tier
    tiers = " · ".join(f"{tier}: {count:,}" for tier, count in sorted(lots.items()))
    return [
        Figure(
            "count_active", f"{states.get('active', 0):,}", "/payables?state=active", "count_all", {"count": f"{sum(states.values()):,}"}
        ),
        Figure("count_waiting", f"{states.get('issued', 0):,}", "/payables?state=issued"),
        Figure("count_overdue", f"{totals.overdue:,}", "/payables?state=active", tone="bad" if totals.overdue else ""),
        Figure("count_live_lots", f"{sum(lots.values()):,}", "/lots?which=live", "count_tiers" if lots else "", {"tiers": tiers}),
    ]


def currency_row(sums: Sums, writer: Writer) -> CurrencyRow:
    """A currency's line."""
    parts = {"redeemed": sums.redeemed, "outstanding": sums.outstanding, "released": sums.released, "cancelled": sums.cancelled}
    face = writer.amount(Money.of(sums.face, sums.currency))
    return CurrencyRow(sums.currency, face, slices(sums.currency, parts=parts, writer=writer))


def balance_rows(balances: Sequence[BalanceOut], writer: Writer) -> list[tuple[str, str, str]]:
    """Kind of account, side and amount, of what stands on the reader's own accounts."""
    return [
        (writer.words(f"account:{row.account}"), writer.words(f"side:{row.side}"), writer.money(row.balance))
        for row in balances
        if row.balance.minor()
    ]
