"""Credit limits and instrument profiles."""

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.schemas.values import Body, CurrencyCode, EntityId, Money
from chain.ids import VARIANTS, variant_of
from chain.structs import Profile as Rules
from registry.identity.rules import profile_name, profile_number
from registry.identity.tables import CreditLimit
from registry.kernel import money
from registry.kernel.errors import Invalid
from registry.receivables.tables import Profile

_LATER = "2028-12-31T00:00:00Z"


class LimitIn(Body):
    """An obligor's credit limit in a currency, and the payment agent that collects for it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"obligor": 2, "limit": {"amount": "1000000.00", "currency": "CNY"}, "agent": 6}]}
    )

    obligor: EntityId
    limit: Money
    agent: EntityId


class LimitOut(BaseModel):
    """A credit limit as the chain has it."""

    obligor: EntityId
    limit: Money
    used: Money
    agent: int
    overdue: int = Field(description="overdue payables; above 0 the obligor can't confirm more")

    @classmethod
    def of(cls, row: CreditLimit) -> "LimitOut":
        """The view of a mirror row."""
        currency = money.alpha_code(row.currency)
        return cls(
            obligor=row.obligor,
            limit=Money.of(row.limit, currency),
            used=Money.of(row.used, currency),
            agent=row.agent,
            overdue=row.overdue,
        )


class LimitsOut(BaseModel):
    """Credit limits."""

    items: list[LimitOut]


class ProfileIn(Body):
    """Dated rules of an instrument; once set they never change. Durations are seconds, hops and depth are counts.

    A profile's number is (ISO 4217 number of its currency << 6) | variant: it follows from currency and variant, or is given as `id` and
    agrees with them.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "currency": "CNY",
                    "variant": 0,
                    "valid_from": "2026-01-01T00:00:00Z",
                    "valid_until": _LATER,
                    "tenor": 31536000,
                    "hops": 8,
                    "depth": 6,
                    "children": 40,
                    "record_lead": 0,
                    "redeem_delay": 0,
                    "grace": 86400,
                    "reopen_period": 604800,
                    "smallest_lot": {"amount": "1.00", "currency": "CNY"},
                }
            ]
        }
    )

    id: int | None = Field(default=None, ge=1, lt=2**16, description="number; left out, it follows from currency and variant")
    currency: CurrencyCode
    variant: int | None = Field(default=None, ge=0, lt=VARIANTS, description="which profile of its currency; 0 when left out")
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    tenor: int = Field(ge=1, lt=2**32, description="longest time from confirmation to due")
    hops: int = Field(ge=1, lt=2**8)
    depth: int = Field(ge=1, lt=2**8)
    children: int = Field(ge=1, le=40)
    record_lead: int = Field(ge=0, lt=2**24, description="how long before the due time lots stop changing hands")
    redeem_delay: int = Field(ge=0, lt=2**24, description="how long after the record time redemption opens")
    grace: int = Field(ge=0, lt=2**24)
    reopen_period: int = Field(ge=0, lt=2**24)
    smallest_lot: Money

    def number(self) -> int:
        """The profile's number. Invalid when id, currency and variant contradict each other."""
        return profile_number(self.currency, self.variant, self.id)

    def rules(self) -> Rules:
        """As the contract takes them. Invalid when the smallest lot is in another currency."""
        if self.smallest_lot.currency != self.currency:
            raise Invalid("the smallest lot is in the profile's currency", currency=self.currency)
        return Rules(
            from_time=int(self.valid_from.timestamp()),
            until=int(self.valid_until.timestamp()),
            tenor=self.tenor,
            hops=self.hops,
            depth=self.depth,
            children=self.children,
            record_lead=self.record_lead,
            redeem_delay=self.redeem_delay,
            grace=self.grace,
            reopen_period=self.reopen_period,
            smallest_lot=self.smallest_lot.minor(),
        )


class PauseIn(Body):
    """Whether new confirmations under a profile are paused. Redemption never is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"paused": True}]})

    paused: bool


class ProfileOut(BaseModel):
    """The rules of an instrument profile."""

    id: int
    name: str = Field(description="currency and variant, as in EUR/0")
    currency: str
    variant: int
    valid_from: datetime
    valid_until: datetime
    tenor: int
    hops: int
    depth: int
    children: int
    record_lead: int
    redeem_delay: int
    grace: int
    reopen_period: int
    smallest_lot: Money
    paused: bool

    @classmethod
    def of(cls, row: Profile) -> "ProfileOut":
        """The view of a mirror row."""
        currency = money.alpha_code(row.currency)
        return cls(
            id=row.id,
            name=profile_name(row.id),
            currency=currency,
            variant=variant_of(row.id),
            valid_from=datetime.fromtimestamp(row.valid_from, UTC),
            valid_until=datetime.fromtimestamp(row.valid_until, UTC),
            tenor=row.tenor,
            hops=row.hops,
            depth=row.depth,
            children=row.children,
            record_lead=row.record_lead,
            redeem_delay=row.redeem_delay,
            grace=row.grace,
            reopen_period=row.reopen_period,
            smallest_lot=Money.of(row.smallest_lot, currency),
            paused=row.paused,
        )


class ProfilesOut(BaseModel):
    """Instrument profiles."""

    items: list[ProfileOut]
