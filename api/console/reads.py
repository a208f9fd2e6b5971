"""What the pages ask: one transaction per page, as the visitor. Shapes answers of services; decides nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from api.bootstrap import Platform
from api.paging import Page, Paging
from api.schemas.chain import EventOut, NetworkOut
from api.schemas.checks import BreakDetailOut, CheckRunOut, StandingBreakOut, SyncOut
from api.schemas.identity import EntityOut
from api.schemas.instruments import LimitOut, ProfileOut
from api.schemas.ledger import BalanceOut
from api.schemas.lots import LotOut
from api.schemas.payables import PayableOut, TreeOut
from api.views import chain, checks, claims, identity
from api.views.claims import LotFilter, PayableFilter
from registry.identity import api_keys, permissions, service
from registry.kernel.uow import SERVICE, Actor, Unit
from registry.receivables import totals
from registry.receivables.totals import Totals
from registry.sync import breaks, certificates
from registry.sync.alarms import Severity
from registry.sync.breaks import Filter

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


class Checks(NamedTuple):
    """How the sync stands, the latest full check, and a page of breaks."""

    sync: SyncOut
    run: CheckRunOut | None
    breaks: Page[StandingBreakOut]


# Members of answers that are numbers of parties.
PARTY_MEMBERS = frozenset(
    {
        *("obligor", "payee", "holder", "sender", "recipient", "party", "funder", "agent", "recourse_seller"),
        *("from", "to", "participant", "pledgee", "by", "entity"),
    }
)


class Reads:
    """Answers for the pages of one platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

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
        return Seen(Overview(network, self._health(), sums, balances.items, events.items, roles), found.names, found.now)

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
        """Whether the visitor may run the check and see breaks."""
        return permissions.allowed(actor, "break.list")

    def checks(self, actor: Actor, paging: Paging, *, wanted: Filter) -> Seen[Checks]:
        """How the sync stands, what the latest full check compared, and breaks."""
        sync = checks.sync(self._platform)

        def question(unit: Unit) -> Checks:
            run = breaks.last_full(unit)
            return Checks(sync, CheckRunOut.of(run) if run else None, checks.page_of_breaks(unit, paging, wanted))

        return self._ask(actor, "break.list", question)

    def one_break(self, actor: Actor, number: int) -> Seen[BreakDetailOut]:
        """A break with its history."""
        return self._ask(actor, "break.show", lambda unit: checks.one_break(unit, number))

    def run_check(self, actor: Actor) -> None:
        """Runs a full check and keeps what it finds. Forbidden unless the visitor may."""
        permissions.require(actor, "check.run")
        self._platform.reconciler.check_now(actor)

    def _ask(self, actor: Actor, act: str, question: Callable[[Unit], Value]) -> Seen[Value]:
        permissions.require(actor, act)
        with self._platform.work.begin(actor) as unit:
            value = question(unit)
            return Seen(value, service.names(unit, set(parties_in(value))), unit.now)

    def _health(self) -> list[Vital]:
        found = self._platform.status()
        lag, pending = found.lag_blocks, found.queued + found.signed
        halted = any(each.name in {"sync_halted", "chain_halted"} for each in found.alarms)
        serious = found.count(Severity.SERIOUS)
        return [
            Vital("health_node", found.head is not None, "health_ok" if found.head is not None else "health_silent"),
            Vital("health_index", lag <= 1, "health_lag" if lag else "health_ok", {"count": lag}),
            Vital(
                "health_runtime",
                not halted,
                "health_bad" if halted else "health_pending" if pending else "health_ok",
                {"count": pending},
            ),
            Vital("health_books", not serious, "health_breaks" if serious else "health_ok", {"count": serious}),
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
