// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Profile} from "./Types.sol";

/// @notice Participants, keys, instrument profiles, limits, and the acts that need a legal basis.
/// @dev Every act here but `revokeKey` and `revokeOffers` is restricted by the AccessManager.
interface IRegistrar {
    event ParticipantSet(
        uint32 indexed participant, uint8 roles, uint8 status, uint32 verifiedUntil, address account, bytes32 dossier
    );
    event KeySet(address indexed key, uint32 indexed participant, uint32 from, uint32 until);
    event EpochRaised(uint32 indexed participant, uint32 epoch);
    event ProfileSet(uint16 indexed profile, Profile rules);
    event ProfilePaused(uint16 indexed profile, bool paused);
    event LimitSet(uint32 indexed obligor, uint16 indexed currency, uint72 limit, uint32 agent);
    /// @dev `amount` is the new frozen part, absolute; 0 lifts the freeze.
    event LotFrozen(uint256 indexed lot, uint72 amount, bytes32 basis);
    /// @dev `child` equals `lot` when the whole lot moved.
    event TransferForced(
        uint256 indexed lot, uint256 indexed child, uint32 from, uint32 indexed to, uint72 amount, bytes32 basis
    );
    event RedemptionSuspended(uint256 indexed payableId, bool suspended, bytes32 basis);
    event Anchored(uint8 indexed kind, uint64 indexed sequence, bytes32 head);

    error UnknownParticipant(uint32 participant);
    error ParticipantInactive(uint32 participant, uint8 status);
    error VerificationExpired(uint32 participant, uint32 verifiedUntil);
    error RoleMissing(uint32 participant, uint8 role);
    error UnknownKey(address key);
    error KeyNotValid(address key, uint32 from, uint32 until);
    error KeyBelongsTo(address key, uint32 participant);
    error ProfileExists(uint16 profile);
    error UnknownProfile(uint16 profile);
    error ProfileNotInForce(uint16 profile, uint32 from, uint32 until);
    error ProfileIsPaused(uint16 profile);
    error FrozenAboveAmount(uint256 lot, uint72 frozen, uint72 amount);
    error BadArgument(string what);

    function setParticipant(
        uint32 participant,
        uint8 roles,
        uint8 status,
        uint32 verifiedUntil,
        address account,
        bytes32 dossier
    ) external;
    /// @dev A key belongs to one participant for ever; only its validity may change.
    function setKey(address key, uint32 participant, uint32 from, uint32 until) external;
    /// @notice A participant ends one of its own keys now; signed by any of its valid keys.
    function revokeKey(address key) external;
    /// @notice Raises the caller's epoch: every open offer it signed becomes void.
    function revokeOffers() external;
    function setProfile(uint16 profile, Profile calldata rules) external;
    function pauseProfile(uint16 profile, bool paused) external;
    function setLimit(uint32 obligor, uint16 currency, uint72 limit, uint32 agent) external;
    function freeze(uint256 lot, uint72 amount, bytes32 basis) external;
    /// @notice Moves a lot (child = WHOLE) or a part of it (child index) by force of law; adds no hop.
    function forceTransfer(uint256 lot, uint8 child, uint72 amount, uint32 to, bytes32 basis) external returns (uint256);
    function suspendRedemption(uint256 payableId, bool suspended, bytes32 basis) external;
    function anchor(uint8 kind, uint64 sequence, bytes32 head) external;
}
