"""Effects of the registrar's events: participants, keys, profiles, limits (Registrar.sol)."""

from chain.events import Event
from chain.structs import Profile
from registry.sync.fold.state import KEYS, LIMITS, PARTICIPANTS, PROFILES, Place, State, need


def participant_set(state: State, event: Event, _: Place) -> None:
    """A participant as the registrar states it; its epoch stays."""
    args = event.args
    key = (args["participant"],)
    before = state.get(PARTICIPANTS, key)
    row = {
        "id": args["participant"],
        "roles": args["roles"],
        "status": args["status"],
        "verified_until": args["verifiedUntil"],
        "epoch": before["epoch"] if before else 0,
        "account": args["account"],
        "dossier": args["dossier"],
    }
    state.put(PARTICIPANTS, key, row)


def key_set(state: State, event: Event, _: Place) -> None:
    """Whom a key signs for, and when."""
    args = event.args
    row = {"address": args["key"], "participant": args["participant"], "valid_from": args["from"], "valid_until": args["until"]}
    state.put(KEYS, (args["key"],), row)


def epoch_raised(state: State, event: Event, _: Place) -> None:
    """All offers a participant signed before are void."""
    key = (event.args["participant"],)
    state.put(PARTICIPANTS, key, {**need(state, PARTICIPANTS, key), "epoch": event.args["epoch"]})


def profile_set(state: State, event: Event, _: Place) -> None:
    """A new instrument profile."""
    rules = Profile.of(event.args["rules"])
    row = {
        "id": event.args["profile"],
        "valid_from": rules.from_time,
        "valid_until": rules.until,
        "tenor": rules.tenor,
        "hops": rules.hops,
        "depth": rules.depth,
        "children": rules.children,
        "record_lead": rules.record_lead,
        "redeem_delay": rules.redeem_delay,
        "grace": rules.grace,
        "reopen_period": rules.reopen_period,
        "smallest_lot": rules.smallest_lot,
        "paused": False,
    }
    state.put(PROFILES, (row["id"],), row)


def profile_paused(state: State, event: Event, _: Place) -> None:
    """A profile stops or goes on issuing and passing on."""
    key = (event.args["profile"],)
    state.put(PROFILES, key, {**need(state, PROFILES, key), "paused": event.args["paused"]})


def limit_set(state: State, event: Event, _: Place) -> None:
    """An obligor's limit and payment agent in one currency; what is used stays."""
    args = event.args
    key = (args["obligor"], args["currency"])
    before = state.get(LIMITS, key)
    row = {
        "obligor": args["obligor"],
        "currency": args["currency"],
        "limit": args["limit"],
        "used": before["used"] if before else 0,
        "agent": args["agent"],
        "overdue": before["overdue"] if before else 0,
    }
    state.put(LIMITS, key, row)
