"""What the pages ask: one transaction per page, as the visitor. Shapes answers of services; decides nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from api.bootstrap import Platform
from api.paging import Page, Paging
from api.schemas.chain import CheckOut, EventOut, NetworkOut
from api.schemas.identity import EntityOut
from api.schemas.instruments import LimitOut, ProfileOut
from api.schemas.ledger import BalanceOut
from api.schemas.lots import LotOut
from api.schemas.payables import PayableOut, TreeOut
from api.views import chain, claims, identity
from api.views.claims import LotFilter, PayableFilter
from registry.identity import api_keys, permissions, service
from registry.kernel.uow import SERVICE, Actor, Unit
from registry.receivables import totals
from registry.receivables.totals import Totals
from registry.sync import certificates

Value = TypeVar("Value")
# Events on the overview.
RECENT = 6
# Events that are looked through for a payable's history.
HISTORY = 200


class Seen(NamedTuple, Generic[Value]):
    """An answer with the names of the parties in it, and the time it is of."""

    value: Value
    names: Mapping[int, str]
    now: datetime


@dataclass(frozen=True)
class Vital:
    """One line about the service's health; `said` is a key of the catalogue with its `values`."""

    label: str
    good: bool
    said: str
    values: dict[str, object] = field(default_factory=dict)


class Overview(NamedTuple):
    """What the first page shows."""

    network: NetworkOut
    health: list[Vital]
    totals: Totals
    balances: list[BalanceOut]
    events: list[EventOut]
    roles: list[str]


class PayableSeen(NamedTuple):
    """A payable's claim tree and the latest events about it."""

    tree: TreeOut
    events: list[EventOut]


class LotSeen(NamedTuple):
    """A lot with its tree and the rules of its payable."""

    lot: LotOut
    tree: TreeOut
    profile: ProfileOut


class Parties(NamedTuple):
    """A page of parties and the limits the visitor may see."""

    page: Page[EntityOut]
    limits: list[LimitOut]


class Report(NamedTuple):
    """A check's report and when it ran."""

    report: CheckOut
    at: datetime


# Members of answers that are numbers of parties.
PARTY_MEMBERS = frozenset(
    {
        *("obligor", "payee", "holder", "sender", "recipient", "party", "funder", "agent", "recourse_seller"),
        *("from", "to", "participant", "pledgee", "by", "entity"),
    }
)


class Reads:
    """Answers for the pages of one platform. Keeps the latest check's report."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._report: Report | None = None

    def now(self) -> datetime:
        """The platform's time."""
        return self._platform.clock.now()

    def authenticate(self, token: str, *, request_id: str) -> Actor:
        """The entity an API key stands for; Unauthenticated for none."""
        with self._platform.work.begin(SERVICE, request_id=request_id) as unit:
            return api_keys.authenticate(unit, token)

    def name_of(self, actor: Actor) -> str:
        """The visitor's own name."""
        with self._platform.work.begin(actor) as unit:
            return service.names(unit, [actor.entity_id]).get(actor.entity_id, str(actor.entity_id))

    def network(self) -> NetworkOut:
        """The network, for everybody."""
        with self._platform.work.begin(SERVICE) as unit:
            return chain.network(unit, self._platform)

    def overview(self, actor: Actor) -> Seen[Overview]:
        """Network, health, totals, the visitor's balances, latest events."""
        found = self._ask(
            actor,
            "payable.list",
            lambda unit: (totals.totals(unit), chain.balances(unit, actor.entity_id), chain.events(unit, _first(RECENT))),
        )
        sums, balances, events = found.value
        network, roles = self.network(), permissions.role_names(actor.roles)
        return Seen(Overview(network, self._health(network), sums, balances.items, events.items, roles), found.names, found.now)

    def payables(self, actor: Actor, paging: Paging, *, wanted: PayableFilter) -> Seen[Page[PayableOut]]:
        """A page of payables."""
        return self._ask(actor, "payable.list", lambda unit: claims.payables(unit, paging, wanted=wanted))

    def payable(self, actor: Actor, payable_id: str) -> Seen[PayableSeen]:
        """A payable with its claim tree."""
        return self._ask(
            actor,
            "payable.show",
            lambda unit: PayableSeen(claims.tree(unit, payable_id), chain.events(unit, _first(HISTORY), payable=payable_id).items),
        )

    def lots(self, actor: Actor, paging: Paging, *, wanted: LotFilter) -> Seen[Page[LotOut]]:
        """A page of lots."""
        return self._ask(actor, "lot.list", lambda unit: claims.lots(unit, paging, wanted=wanted))

    def lot(self, actor: Actor, lot_id: str) -> Seen[LotSeen]:
        """A lot with what belongs to it."""

        def question(unit: Unit) -> LotSeen:
            lot = claims.lot(unit, lot_id)
            tree = claims.tree(unit, lot.payable)
            return LotSeen(lot, tree, identity.profile(unit, tree.payable.profile))

        return self._ask(actor, "lot.show", question)

    def certificate(self, actor: Actor, lot_id: str) -> bytes:
        """The certificate of a lot, without documents."""
        permissions.require(actor, "lot.certify")
        with self._platform.work.begin(actor) as unit:
            wanted = certificates.draft(unit, lot_id)
        return certificates.issue(self._platform.work, self._platform.gateway, wanted)

    def pin(self, actor: Actor) -> bytes:
        """The trust root of this installation."""
        permissions.require(actor, "pin.show")
        return certificates.pin(self._platform.work, self._platform.gateway).encode()

    def events(self, actor: Actor, paging: Paging, *, payable: str | None) -> Seen[Page[EventOut]]:
        """A page of events, of one payable or of all."""
        return self._ask(actor, "event.list", lambda unit: chain.events(unit, paging, payable=payable))

    def parties(self, actor: Actor, paging: Paging) -> Seen[Parties]:
        """A page of parties with limits."""
        return self._ask(actor, "entity.list", lambda unit: Parties(identity.entities(unit, paging), identity.all_limits(unit).items))

    def may_check(self, actor: Actor) -> bool:
        """Whether the visitor may run the check and read its report."""
        return permissions.allowed(actor, "check.run")

    def last_check(self, actor: Actor) -> Seen[Report | None]:
        """The latest report, if the visitor may read it and there is one."""
        return Seen(self._report if self.may_check(actor) else None, {}, self.now())

    def run_check(self, actor: Actor) -> None:
        """Runs the check and keeps its report. Forbidden unless the visitor may."""
        permissions.require(actor, "check.run")
        self._report = Report(chain.check(self._platform), self.now())

    def _ask(self, actor: Actor, act: str, question: Callable[[Unit], Value]) -> Seen[Value]:
        permissions.require(actor, act)
        with self._platform.work.begin(actor) as unit:
            value = question(unit)
            return Seen(value, service.names(unit, set(parties_in(value))), unit.now)

    def _health(self, network: NetworkOut) -> list[Vital]:
        found = self._platform.runtime.health()
        lag = max(0, network.node.number - (network.indexed.number if network.indexed else 0))
        pending = found.queued + found.signed
        return [
            Vital("health_node", True, "health_ok"),
            Vital("health_index", lag <= 1, "health_lag" if lag else "health_ok", {"count": lag}),
            Vital(
                "health_runtime",
                found.ready,
                ("health_pending" if pending else "health_ok") if found.ready else "health_bad",
                {"count": pending},
            ),
        ]


def parties_in(value: Any) -> Iterable[int]:
    """Numbers of all parties an answer speaks of, by the names of its members."""
    if isinstance(value, tuple | list):
        for item in value:
            yield from parties_in(item)
    elif hasattr(value, "model_fields_set"):
        yield from _named(dict(value))
    elif isinstance(value, dict):
        yield from _named(value)


def _named(members: Mapping[str, Any]) -> Iterable[int]:
    for key, item in members.items():
        if key in PARTY_MEMBERS and str(item).isdecimal():
            yield int(item)
        else:
            yield from parties_in(item)


def _first(count: int) -> Paging:
    return Paging(after=None, limit=count)
