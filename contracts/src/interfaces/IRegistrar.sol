// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Profile} from "./Types.sol";

/// @notice Participants, keys, instrument profiles, limits, suspension of redemption, anchors.
/// @dev Every act but `revokeKey` and `revokeOffers` is restricted by the AccessManager, which knows roles and delays.
/// Trust: the registrar knows who its participants are, and suspends with a legal basis. It can't issue, redeem or make money.
interface IRegistrar {
    /* EVENTS */

    /// @notice A participant as it is from now on, but for its epoch.
    /// @param roles Bits: 1 obligor, 2 supplier, 4 funder, 8 payment agent, 16 registrar, 32 auditor.
    /// @param status 1 active, 2 suspended.
    /// @param verifiedUntil From that second on it enters into nothing new; what it holds is still redeemed.
    /// @param account Where other software sees its tokens (ERC-721 ownerOf); no right hangs on it.
    /// @param dossier Commitment to its KYB dossier.
    event ParticipantSet(
        uint32 indexed participant, uint8 roles, uint8 status, uint32 verifiedUntil, address account, bytes32 dossier
    );
    /// @notice A key signs for a participant from `from` until before `until`.
    event KeySet(address indexed key, uint32 indexed participant, uint32 from, uint32 until);
    /// @notice Offers signed under an earlier epoch are void.
    event EpochRaised(uint32 indexed participant, uint32 epoch);
    /// @notice The rules of a profile, for ever.
    event ProfileSet(uint16 indexed profile, Profile rules);
    /// @notice Issuing and passing on under a profile have stopped, or may go on. Redemption never stops.
    event ProfilePaused(uint16 indexed profile, bool paused);
    /// @notice An obligor's limit in a currency and who records its payments.
    event LimitSet(uint32 indexed obligor, uint16 indexed currency, uint72 limit, uint32 agent);
    /// @notice Redemption of a debt is suspended, or may go on.
    /// @param basis Commitment to the order.
    event RedemptionSuspended(uint256 indexed payableId, bool suspended, bytes32 basis);
    /// @notice Head number `sequence` of a hash chain kept off-chain: `kind` 1 audit log, 2 ledger journal.
    event Anchored(uint8 indexed kind, uint64 indexed sequence, bytes32 head);

    /* ERRORS */

    /// @notice The registrar has not set this participant.
    error UnknownParticipant(uint32 participant);
    /// @notice Suspended; `status` as in ParticipantSet.
    error ParticipantInactive(uint32 participant, uint8 status);
    /// @notice Verified until before `verifiedUntil` only.
    error VerificationExpired(uint32 participant, uint32 verifiedUntil);
    /// @notice None of the `role` bits that the act asks for.
    error RoleMissing(uint32 participant, uint8 role);
    /// @notice The address is nobody's key; for revokeKey, not one of the caller's participant.
    error UnknownKey(address key);
    /// @notice The key signs from `from` until before `until` only.
    error KeyNotValid(address key, uint32 from, uint32 until);
    /// @notice A key belongs to one participant for ever, and this one to `participant`.
    error KeyBelongsTo(address key, uint32 participant);
    /// @notice A profile is set once.
    error ProfileExists(uint16 profile);
    /// @notice The registrar has not set this profile.
    error UnknownProfile(uint16 profile);
    /// @notice Debts are issued under it from `from` until before `until` only.
    error ProfileNotInForce(uint16 profile, uint32 from, uint32 until);
    /// @notice The registrar has paused it.
    error ProfileIsPaused(uint16 profile);
    /// @notice The argument named `what` can't be that.
    error BadArgument(string what);

    /* PARTICIPANTS */

    /// @notice Registers a participant or states it anew; its epoch stays, its keys carry the new standing at once.
    /// @dev Restricted. Emits ParticipantSet.
    /// @param status 1 active or 2 suspended: nobody is forgotten.
    function setParticipant(
        uint32 participant,
        uint8 roles,
        uint8 status,
        uint32 verifiedUntil,
        address account,
        bytes32 dossier
    ) external;

    /// @notice Gives a participant a key, or changes the validity of one of its keys. Past authority stays provable by the events.
    /// @dev Restricted. At most 16 keys of a participant are valid now or later. Emits KeySet.
    function setKey(address key, uint32 participant, uint32 from, uint32 until) external;

    /// @notice A participant ends one of its own keys now.
    /// @dev Signed by any of its valid keys, also while it is suspended. Emits KeySet.
    function revokeKey(address key) external;

    /// @notice Raises the caller's epoch: every open offer it signed becomes void. A financing lock does not.
    /// @dev Signed by any valid key of the participant, also while it is suspended. Emits EpochRaised.
    function revokeOffers() external;

    /* RULES AND LIMITS */

    /// @notice Sets the rules of an instrument, once. A change of law is a new profile; debts keep the rules they were issued under.
    /// @dev Restricted. Emits ProfileSet.
    /// @param profile (ISO 4217 number of the currency << 6) | variant; the currency is 1 to 999.
    function setProfile(uint16 profile, Profile calldata rules) external;

    /// @notice Stops issuing, passing on and financing under a profile, or lets them go on.
    /// @dev Restricted. Emits ProfilePaused.
    function pauseProfile(uint16 profile, bool paused) external;

    /// @notice Sets how much an obligor may owe in a currency (minor units) and its payment agent.
    /// @dev Restricted. Both are active and have their roles; they are not the same. A limit may be set below its use: it stops new debts, not
    /// old ones. A new agent also settles the old debts. Emits LimitSet.
    function setLimit(uint32 obligor, uint16 currency, uint72 limit, uint32 agent) external;

    /* ACTS WITH A BASIS */

    /// @notice Stops redemption of an accepted debt, or lets it go on.
    /// @dev Restricted. Emits RedemptionSuspended.
    /// @param basis Commitment to the order; not 0.
    function suspendRedemption(uint256 payableId, bool suspended, bytes32 basis) external;

    /// @notice Puts the head of a hash chain on record.
    /// @dev Restricted. Nothing is stored; the event is the record. Emits Anchored.
    function anchor(uint8 kind, uint64 sequence, bytes32 head) external;
}
