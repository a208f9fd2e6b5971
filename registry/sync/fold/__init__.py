"""The fold: what each contract event does to the mirror, rule by rule as the contract does it. Pure.

After every event the rows equal the chain's storage words; `check` compares them. Events that the mirror has no place for (anchors) do
nothing. Every event of the ABI is named here; a test holds that.
"""

from collections.abc import Callable, Iterable, Sequence

from chain.events import Event
from registry.sync.fold import lots, parties, payables
from registry.sync.fold.state import (
    KEYS,
    LIMITS,
    LOTS,
    OCCUPATIONS,
    PARTICIPANTS,
    PAYABLES,
    PROFILES,
    Key,
    MemoryState,
    MirrorBroken,
    Place,
    State,
)

__all__ = ["EFFECTS", "MemoryState", "MirrorBroken", "Place", "State", "apply", "joined", "payable_id", "touched"]

Effect = Callable[[State, Event, Place], None]


def _nothing(_state: State, _event: Event, _place: Place) -> None:
    """Recorded as an event, no effect on rows."""


EFFECTS: dict[str, Effect] = {
    "ParticipantSet": parties.participant_set,
    "KeySet": parties.key_set,
    "EpochRaised": parties.epoch_raised,
    "ProfileSet": parties.profile_set,
    "ProfilePaused": parties.profile_paused,
    "LimitSet": parties.limit_set,
    "Anchored": _nothing,
    "AuthorityUpdated": _nothing,
    "EIP712DomainChanged": _nothing,
    "Issued": payables.issued,
    "Accepted": payables.accepted,
    "Refused": payables.undone,
    "Cancelled": payables.undone,
    "RedemptionSuspended": payables.redemption_suspended,
    "PaymentRecorded": payables.payment_recorded,
    "PaymentReversed": payables.payment_reversed,
    "RoundOpened": payables.round_opened,
    "RoundClosed": payables.round_closed,
    "OverdueMarked": payables.overdue_marked,
    "OverdueCured": payables.overdue_cured,
    "Transferred": lots.transferred,
    "OfferMade": lots.offer_made,
    "Split": lots.split,
    "Merged": lots.merged,
    "Locked": lots.locked,
    "Released": lots.released,
    "FinancingLocked": lots.financing_locked,
    "Financed": lots.financed,
    "PledgeReleased": lots.pledge_released,
    "LotFrozen": lots.frozen,
    "TransferForced": lots.transfer_forced,
    "Redeemed": lots.redeemed,
    "Reopened": lots.reopened,
    "Discharged": lots.given_up,
    "SetOff": lots.given_up,
}


def apply(state: State, event: Event, place: Place) -> None:
    """Applies one event. MirrorBroken when the rows can't be those of the chain before it."""
    EFFECTS[event.name](state, event, place)


def joined(event: Event, before: Event | None) -> bool:
    """Whether an event belongs to the same merge as the one before it in its transaction."""
    return before is not None and event.name == before.name == "Merged" and event.args["into"] == before.args["into"]


def payable_id(event: Event) -> str | None:
    """The payable an event belongs to, as text; None for events of the registrar."""
    args = event.args
    if "payableId" in args:
        return f"0x{args['payableId']:040x}"
    lot = args.get("lot", args.get("into"))
    return None if lot is None else f"0x{lot >> 96:040x}"


def touched(events: Iterable[Event]) -> dict[str, set[Key]]:
    """Rows that the events name, for loading them at once. What hangs on a payable (limit, invoices) is found through its row."""
    found: dict[str, set[Key]] = {name: set() for name in (PARTICIPANTS, KEYS, LIMITS, PROFILES, OCCUPATIONS, PAYABLES, LOTS)}
    for event in events:
        args = event.args
        payable = payable_id(event)
        if payable is not None:
            found[PAYABLES].add((payable,))
            found[LOTS] |= {(f"0x{lot:064x}",) for lot in _lots(event)}
        if event.name == "Issued":
            found[LIMITS].add((args["obligor"], args["currency"]))
            found[OCCUPATIONS] |= {(args["obligor"], mark) for mark, _, _ in args["portions"]}
        elif payable is None:
            _touched_parties(event, found)
    return found


def _lots(event: Event) -> Sequence[int]:
    args = event.args
    if event.name in {"Issued", "Accepted", "Refused", "Cancelled"}:
        return (args["payableId"] << 96,)
    return tuple(args[name] for name in ("lot", "child", "into", "absorbed") if name in args)


def _touched_parties(event: Event, found: dict[str, set[Key]]) -> None:
    args = event.args
    if event.name in {"ParticipantSet", "EpochRaised"}:
        found[PARTICIPANTS].add((args["participant"],))
    elif event.name == "KeySet":
        found[KEYS].add((args["key"],))
    elif event.name in {"ProfileSet", "ProfilePaused"}:
        found[PROFILES].add((args["profile"],))
    elif event.name == "LimitSet":
        found[LIMITS].add((args["obligor"], args["currency"]))
