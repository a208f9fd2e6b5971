"""Credit limits and instrument profiles: the registrar decides, the chain keeps and enforces them."""

from collections.abc import Sequence

from chain.structs import ROLE_AGENT, ROLE_OBLIGOR, Profile
from registry.identity import keys, repo, rules
from registry.identity.errors import RoleMissing
from registry.identity.permissions import require, role_names, sees_all
from registry.identity.tables import CreditLimit
from registry.kernel import money, outbox
from registry.kernel.errors import Invalid, NotFound
from registry.kernel.uow import Unit


def set_limit(unit: Unit, obligor: int, *, currency: str, limit: int, agent: int) -> None:
    """Sets an obligor's limit (minor units) in a currency and its payment agent. Below its use it stops new debts, not old ones.

    Raises NotFound, RoleMissing, Invalid.
    """
    require(unit.actor, "limit.set")
    if not 0 <= limit <= money.MAX_AMOUNT:
        raise Invalid("a limit has at most 72 bits of minor units", limit=limit)
    if agent == obligor:
        raise Invalid("an obligor can't be its own payment agent", agent=agent)
    _require_role(unit, obligor, ROLE_OBLIGOR)
    _require_role(unit, agent, ROLE_AGENT)
    args = [obligor, money.numeric_code(currency), limit, agent]
    _enqueue(unit, "setLimit", args, subject=f"entity:{obligor}")


def set_profile(unit: Unit, profile_id: int, profile: Profile) -> None:
    """Sets the dated rules of an instrument; once set they never change. Invalid for a number of no currency and for rules that
    contradict themselves."""
    require(unit.actor, "profile.set")
    rules.profile_name(profile_id)
    if profile.from_time >= profile.until:
        raise Invalid("a profile's rules end after they begin", profile=profile_id)
    if not 0 <= profile.smallest_lot < 2**39:
        raise Invalid("the smallest lot of a profile has at most 39 bits of minor units", profile=profile_id)
    _enqueue(unit, "setProfile", [profile_id, profile.args()], subject=f"profile:{profile_id}")


def pause_profile(unit: Unit, profile_id: int, *, paused: bool) -> None:
    """Stops or allows new confirmations under a profile; redemption is never stopped."""
    require(unit.actor, "profile.pause")
    _enqueue(unit, "pauseProfile", [profile_id, paused], subject=f"profile:{profile_id}")


def visible(unit: Unit) -> list[CreditLimit]:
    """Limits as the chain has them: all for registrar and auditor, else those one is obligor or agent of."""
    own = None if sees_all(unit.actor) else unit.actor.entity_id
    return repo.limits(unit.session, entity_id=own)


def _enqueue(unit: Unit, function: str, args: Sequence[object], *, subject: str) -> None:
    outbox.enqueue(unit, signer=keys.signer_for(unit, keys.REGISTRAR), function=function, args=args, subject=subject)


def _require_role(unit: Unit, entity_id: int, role: int) -> None:
    row = repo.entity(unit.session, entity_id)
    if row is None:
        raise NotFound(f"there is no entity {entity_id}", entity=entity_id)
    if not row.roles & role:
        wanted = role_names(role)[0]
        raise RoleMissing(f"entity {entity_id} is no {wanted}; register one that is", entity=entity_id, role=wanted)
