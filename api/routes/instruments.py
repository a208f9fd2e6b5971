"""Credit limits and instrument profiles: the registrar sets them, the chain enforces them."""

from fastapi import APIRouter, Response

from api.acting import Acting, does
from api.schemas.instruments import LimitIn, LimitOut, LimitsOut, PauseIn, ProfileIn, ProfileOut, ProfilesOut
from api.schemas.values import Number
from api.views import identity as views
from registry.identity import limits

router = APIRouter()


@router.get("/limits", response_model=LimitsOut, tags=["limits"], **does("limit.list"))
def list_limits(call: Acting) -> Response:
    """Limits the caller is obligor or payment agent of; registrar and auditor see all."""
    return call.read(views.all_limits)


@router.post("/limits", response_model=LimitOut, status_code=201, tags=["limits"], **does("limit.set"))
def set_limit(call: Acting, body: LimitIn) -> Response:
    """Sets an obligor's limit in a currency, and the payment agent that collects for it."""
    return call.write(
        lambda unit: limits.set_limit(unit, body.obligor, currency=body.limit.currency, limit=body.limit.minor(), agent=body.agent),
        lambda unit, _done: views.limit(unit, body.obligor, body.limit.currency),
        subject=f"entity:{body.obligor}",
    )


@router.get("/profiles", response_model=ProfilesOut, tags=["profiles"], **does("profile.list"))
def list_profiles(call: Acting) -> Response:
    """Instrument profiles by number."""
    return call.read(views.profiles)


@router.get("/profiles/{profile}", response_model=ProfileOut, tags=["profiles"], **does("profile.show"))
def show_profile(call: Acting, profile: Number) -> Response:
    """The rules of one instrument."""
    return call.read(lambda unit: views.profile(unit, profile))


@router.post("/profiles", response_model=ProfileOut, status_code=201, tags=["profiles"], **does("profile.set"))
def set_profile(call: Acting, body: ProfileIn) -> Response:
    """Sets the dated rules of an instrument; once set they never change."""
    number = body.number()
    return call.write(
        lambda unit: limits.set_profile(unit, number, body.rules()),
        lambda unit, _done: views.profile(unit, number),
        subject=f"profile:{number}",
    )


@router.post("/profiles/{profile}/pause", response_model=ProfileOut, tags=["profiles"], **does("profile.pause"))
def pause_profile(call: Acting, profile: Number, body: PauseIn) -> Response:
    """Stops or allows confirming and passing on under a profile; redemption is never stopped."""
    return call.write(
        lambda unit: limits.pause_profile(unit, profile, paused=body.paused),
        lambda unit, _done: views.profile(unit, profile),
        subject=f"profile:{profile}",
        status=200,
    )
