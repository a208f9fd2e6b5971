"""What the contract's own errors mean to a caller: a stable code, a kind, and a sentence that says what to do.

Every error of the ABI has an entry; a test holds that. Values in braces are the error's arguments: ids as hex, times as UTC, amounts
with their currency where the error names it and else as minor units. Where one of a list of acts was refused, all of it was; the sentence
says which one.
"""

# ruff: noqa: E501 - one error a line
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chain.reverts import LEG
from registry.kernel import money
from registry.kernel.errors import ChainRefused, Kind
from registry.kernel.tables import OutboxMessage


class Meaning(NamedTuple):
    """How a contract error is told."""

    code: str
    kind: Kind
    sentence: str


_IDS = {"lot": 64, "into": 64, "other": 64, "payableId": 40}
_TIMES = {"due", "latest", "deadline", "until", "from", "recordTime", "opensAt", "verifiedUntil"}
_AMOUNTS = {"limit", "used", "face"}
C, F, V, N, U = Kind.CONFLICT, Kind.FORBIDDEN, Kind.INVALID, Kind.NOT_FOUND, Kind.UNAVAILABLE

_TABLE: dict[str, tuple[str, Kind, str]] = {
    # Participants, keys, profiles.
    "UnknownParticipant": ("unknown_participant", N, "participant {participant} is not on the chain; the registrar registers it first"),
    "ParticipantInactive": ("participant_inactive", F, "participant {participant} is suspended; the registrar can lift that"),
    "VerificationExpired": ("verification_expired", F, "the verification of participant {participant} ended {verifiedUntil}; have it renewed"),
    "RoleMissing": ("role_missing", F, "participant {participant} lacks the role this needs (bit {role}); ask the registrar"),
    "UnknownKey": ("unknown_key", F, "the key {key} belongs to no participant; register it first"),
    "KeyNotValid": ("key_not_valid", F, "the key {key} is valid from {from} until {until}; use one that is valid now"),
    "KeyBelongsTo": ("key_taken", C, "the key {key} belongs to participant {participant} for ever; make a fresh one"),
    "ProfileExists": ("profile_exists", C, "profile {profile} is set already and never changes; choose another number"),
    "UnknownProfile": ("unknown_profile", N, "there is no profile {profile}; choose one that is listed"),
    "ProfileNotInForce": ("profile_not_in_force", C, "profile {profile} is in force from {from} until {until}; choose another"),
    "ProfileIsPaused": ("profile_paused", C, "profile {profile} is paused; nothing is issued or passed on until the registrar lifts that"),
    "BadArgument": ("bad_argument", V, "the contract does not take this {what}; correct it"),
    # Payables.
    "NotObligor": ("not_obligor", F, "only the obligor ({obligor}) may do this, not participant {participant}"),
    "NotPayee": ("not_payee", F, "only the payee ({payee}) may do this, not participant {participant}"),
    "PayableExists": ("payable_exists", C, "the same debt was confirmed before as {payableId}; it can't exist twice"),
    "UnknownPayable": ("unknown_payable", N, "there is no payable {payableId} on the chain"),
    "WrongState": ("wrong_state", C, "the state of payable {payableId} does not allow this; read it again"),
    "NoPortions": ("no_portions", V, "a payable stands on at least one invoice; name it"),
    "PortionsNotSorted": ("portions_not_sorted", V, "invoice portions are strictly sorted by fingerprint; number {index} is not"),
    "PortionZero": ("portion_zero", V, "invoice portion {index} is zero; leave it out"),
    "FaceMismatch": ("face_mismatch", V, "the portions sum to {sum}, the face says {face}; make them equal"),
    "InvoiceExceeded": ("invoice_exceeded", C, "{occupied} of {total} of this invoice back payables already; {amount} more is too much"),
    "InvoiceMismatch": ("invoice_mismatch", C, "this invoice stands on the chain with another total or currency; correct the import"),
    "TenorTooLong": ("tenor_too_long", V, "due {due} is too late; the profile allows {latest} at the latest"),
    "DueNotInFuture": ("due_not_in_future", C, "the due time {due} is past; choose a later one"),
    "LimitExceeded": ("limit_exceeded", C, "{used} of the limit of {limit} are used; {face} more is too much, confirm less or ask the registrar"),
    "NoPaymentAgent": ("no_payment_agent", C, "obligor {obligor} has no limit and payment agent in this currency; the registrar sets them"),
    "ObligorOverdue": ("obligor_overdue", C, "obligor {obligor} has {overdue} overdue payables; it issues again when they are paid"),
    "AmountTooSmall": ("amount_too_small", V, "{amount} is below the smallest amount of the profile ({smallest} minor units)"),
    "CancellationBarred": ("cancellation_barred", C, "payable {payableId} was split, passed on, locked or paid; it can't be cancelled any more"),
    "BadSignature": ("bad_signature", F, "the signature is not by a valid key of the party whose consent is needed; sign again"),
    # Lots and offers.
    "UnknownLot": ("unknown_lot", N, "there is no lot {lot} on the chain"),
    "NotHolder": ("not_holder", F, "lot {lot} is held by participant {holder}; only it may do this"),
    "NotRecipient": ("not_recipient", F, "the offer is made to participant {recipient}; only it may accept"),
    "LotEnded": ("lot_ended", C, "lot {lot} was redeemed; nothing can be done with it"),
    "LotIsLocked": ("lot_locked", C, "lot {lot} is locked for participant {party} until {until}; wait or have it released"),
    "LotNotLocked": ("lot_not_locked", C, "lot {lot} is not locked; there is nothing to release"),
    "NotLockParty": ("not_lock_party", F, "lot {lot} is locked for participant {party}; only it may do this while the lock stands"),
    "LotIsPledged": ("lot_pledged", C, "lot {lot} is pledged; the pledgee releases it"),
    "LotNotPledged": ("lot_not_pledged", C, "lot {lot} is not pledged; there is nothing to release"),
    "FrozenPart": ("lot_frozen", C, "a part of lot {lot} is frozen by the registrar; only its free part can be split off"),
    "OfferExpired": ("offer_expired", C, "the offer ended {deadline}; ask for a new one"),
    "OfferStale": ("offer_stale", C, "lot {lot} has changed since the offer was signed (version {version} now); ask for a new one"),
    "EpochStale": ("offer_withdrawn", C, "participant {participant} has withdrawn its offers; ask for a new one"),
    "OfferMismatch": ("offer_mismatch", C, "the offer does not fit lot {lot} as it stands; ask for a new one"),
    "ChildSpent": ("child_spent", C, "part number {child} of lot {lot} was used before; sign with another"),
    "ChildOutOfRange": ("child_out_of_range", V, "the profile allows {children} parts of a lot, numbered from 0; {child} is none of them"),
    "AmountOutOfRange": ("amount_out_of_range", C, "{amount} minor units can't be taken from lot {lot}; {available} are free, and no dust may stay"),
    "TooManyHops": ("too_many_hops", C, "lot {lot} has changed hands {hops} times; the profile allows no more"),
    "TooDeep": ("too_deep", C, "lot {lot} is {depth} splits deep; the profile allows no more"),
    "PastRecordTime": ("past_record_time", C, "lots of payable {payableId} no longer change hands since {recordTime}; wait for redemption"),
    "LockBeyondRecordTime": ("lock_beyond_record_time", V, "a lock ends before the record time {recordTime}; choose an earlier end"),
    "LockInPast": ("lock_in_past", V, "the lock would end {until}, which is past; choose a later end"),
    "KindNotAllowed": ("kind_not_allowed", C, "lot {lot} can't move this way (kind {kind}); overdue lots go back to the seller or to who paid"),
    "VersionSpent": ("version_spent", C, "lot {lot} has changed 65,535 times; it can only be redeemed"),
    "NotMergeable": ("not_mergeable", C, "{other} does not merge into {into}: same holder, payable and recourse, neither locked nor frozen"),
    "FinancingMismatch": ("financing_mismatch", C, "the holder has not consented to this financing of lot {lot}; read the lock again"),
    "FrozenAboveAmount": ("frozen_above_amount", V, "lot {lot} has {amount} minor units; {frozen} can't be frozen"),
    "UseFreeze": ("use_freeze", V, "a freeze needs the hash of its legal basis; use freeze"),
    "UseForceTransfer": ("use_force_transfer", V, "a forced transfer needs the hash of its legal basis; use forceTransfer"),
    "UseAcceptOffer": ("use_accept_offer", V, "lots move by an accepted offer, not by a plain transfer"),
    # Money.
    "NotPaymentAgent": ("not_payment_agent", F, "the payment agent is participant {agent}; only it may do this"),
    "WrongSequence": ("wrong_sequence", C, "the next payment of payable {payableId} has number {expected}; this one may be recorded already"),
    "PaymentAboveOutstanding": ("payment_above_outstanding", C, "{open} minor units are open on payable {payableId}; record no more than that"),
    "NothingToReverse": ("nothing_to_reverse", C, "{available} minor units of payable {payableId} are not paid out; no more can be reversed"),
    "RedemptionNotOpen": ("redemption_not_open", C, "redemption of payable {payableId} opens {opensAt}; wait until then"),
    "RedemptionIsSuspended": ("redemption_suspended", C, "the registrar has suspended redemption of payable {payableId}"),
    "NotCovered": ("not_covered", C, "{available} of {outstanding} minor units are paid in; redeem in full when all is there, else in a round"),
    "RoundIsOpen": ("round_open", C, "a clearing round of payable {payableId} is open; finish it first"),
    "NoOpenRound": ("no_open_round", C, "no clearing round of payable {payableId} is open; open one first"),
    "RoundIncomplete": ("round_incomplete", C, "the round of payable {payableId} has seen {seen} of {base} minor units; redeem the other lots first"),
    "RoundUnbalanced": ("round_unbalanced", C, "the round of payable {payableId} paid {redeemed}, {payment} were there; correct the lines"),
    "AlreadyInRound": ("already_in_round", C, "lot {lot} has had its line in round {round}"),
    "NotProRata": ("not_pro_rata", V, "{amount} is not the share of lot {lot}; it is {floor} or one more"),
    "LengthMismatch": ("length_mismatch", V, "the lists differ in length, or one that must name something is empty"),
    "LegFailed": ("leg_failed", C, "number {index} of the list was refused, so nothing of it was done"),
    "ReopenPeriodOver": ("reopen_period_over", C, "lot {lot} could be reopened until {until}; settle it outside"),
    "NotReopenable": ("not_reopenable", C, "only what was paid out last on lot {lot} ({amount} minor units) can be reopened, and once"),
    "NotOverdue": ("not_overdue", C, "payable {payableId} is not overdue: in time, within grace, or paid"),
    "AlreadyOverdue": ("already_overdue", C, "payable {payableId} is marked overdue already"),
    "ReceiptMissing": ("receipt_missing", V, "a receipt is needed; name the bank's reference"),
    # Administration and the machine itself.
    "AccessManagedUnauthorized": ("not_registrar", F, "only the registrar's key may do this, not {caller}"),
    "AccessManagedInvalidAuthority": ("administration_refused", F, "{authority} is no authority"),
    "AccessManagedRequiredDelay": ("administration_delayed", F, "this act is scheduled first and takes effect after {delay} seconds"),
    "AccessManagerAlreadyScheduled": ("administration_scheduled", C, "this act is scheduled already"),
    "AccessManagerBadConfirmation": ("administration_refused", F, "the confirmation does not name the caller"),
    "AccessManagerExpired": ("administration_expired", C, "the scheduled act has expired; schedule it again"),
    "AccessManagerInvalidInitialAdmin": ("administration_refused", F, "{initialAdmin} can't be the first administrator"),
    "AccessManagerLockedRole": ("administration_refused", F, "role {roleId} can't be changed"),
    "AccessManagerNotReady": ("administration_delayed", C, "the scheduled act is not ready yet; wait for its delay"),
    "AccessManagerNotScheduled": ("administration_refused", C, "this act was never scheduled"),
    "AccessManagerUnauthorizedAccount": ("administration_refused", F, "{msgsender} lacks role {roleId}"),
    "AccessManagerUnauthorizedCall": ("administration_refused", F, "{caller} may not call this on {target}"),
    "AccessManagerUnauthorizedCancel": ("administration_refused", F, "{msgsender} may not cancel what {caller} scheduled"),
    "AccessManagerUnauthorizedConsume": ("administration_refused", F, "{target} may not consume a scheduled act"),
    "AddressEmptyCode": ("no_code", V, "there is no contract at {target}"),
    "FailedCall": ("call_failed", C, "a call inside the transaction failed"),
    "InsufficientBalance": ("insufficient_balance", C, "the account has {balance} wei of {needed}"),
    "InvalidShortString": ("bad_text", V, "the text is too long"),
    "StringTooLong": ("bad_text", V, "the text is too long"),
    "NoExtension": ("no_code", V, "there is no contract at {extension}"),
    "SafeCastOverflowedUintDowncast": ("number_too_large", V, "{value} does not fit into {bits} bits"),
    "StringsInsufficientHexLength": ("number_too_large", V, "{value} does not fit into {length} bytes"),
    "Error": ("contract_refused", C, "the contract refused: {message}"),
    "Panic": ("contract_panic", U, "the contract stopped at an internal check ({code}); tell the operator"),
    "Unknown": ("contract_refused", C, "the contract refused without a reason that is known here; read the transaction"),
    # Never reached the chain: the submitter turned it away.
    "NoSecret": ("no_custodial_key", C, "the key {signer} is not kept here; sign this call yourself and submit it"),
    "BadCall": ("bad_call", V, "the call can't be encoded for the contract: {why}"),
}  # fmt: skip

MEANINGS: dict[str, Meaning] = {name: Meaning(*row) for name, row in _TABLE.items()}


def meaning(name: str) -> Meaning:
    """What an error of the contract means; one that is not known is told as Unknown."""
    return MEANINGS.get(name, MEANINGS["Unknown"])


def refused(name: str, args: Mapping[str, Any]) -> ChainRefused:
    """The domain error of a contract error. `args` by ABI names, integers also as decimal strings."""
    told = meaning(name)
    shown = {key: _shown(key, value, args) for key, value in args.items()}
    try:
        sentence = told.sentence.format(**shown)
    except (KeyError, IndexError):
        sentence = told.sentence
    if LEG in args:
        sentence = f"number {int(args[LEG]) + 1} of the list: {sentence}"
    error = ChainRefused(sentence, code=told.code, kind=told.kind)
    error.context = {"error": name} | {key: shown[key] if key in _IDS else value for key, value in args.items()}
    return error


def chain_refused(message: OutboxMessage) -> ChainRefused:
    """The domain error of a message that was reverted or rejected."""
    error = refused(message.error or "Unknown", message.detail or {})
    error.context["transaction"] = message.id
    return error


def _shown(key: str, value: Any, args: Mapping[str, Any]) -> str:
    if key in _IDS:
        return f"0x{int(value):0{_IDS[key]}x}"
    if key in _TIMES:
        return _time(int(value))
    if key in _AMOUNTS and "currency" in args:
        code = money.alpha_code(int(args["currency"]))
        return f"{money.to_text(int(value), code)} {code}"
    return str(value)


def _time(value: int) -> str:
    return "for ever" if value >= 2**32 - 1 else datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
