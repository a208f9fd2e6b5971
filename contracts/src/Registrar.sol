// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistrar} from "./interfaces/IRegistrar.sol";
import "./interfaces/Types.sol";
import {Rules, RulesWord} from "./libraries/ProfileWord.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {State} from "./State.sol";

/// @notice Extension: participants and their keys, instrument profiles, limits, suspension of redemption, anchors.
contract Registrar is State, Delegating {
    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /* PARTICIPANTS */

    /// @notice See IRegistrar.setParticipant.
    function setParticipant(
        uint32 id,
        uint8 roles,
        uint8 status,
        uint32 verifiedUntil,
        address account,
        bytes32 dossier
    ) external restricted {
        if (id == 0) revert IRegistrar.BadArgument("participant");
        if (status != STATUS_ACTIVE && status != STATUS_SUSPENDED) revert IRegistrar.BadArgument("status");
        uint256 epoch = _participants[id].epoch();
        _participants[id] = Participant.wrap(
            uint256(roles) | (uint256(status) << 8) | (uint256(verifiedUntil) << 16) | (epoch << 48)
                | (uint256(uint160(account)) << 80)
        );
        _dossiers[id] = dossier;
        emit IRegistrar.ParticipantSet(id, roles, status, verifiedUntil, account, dossier);
    }

    /// @notice See IRegistrar.setKey.
    function setKey(address key, uint32 participant, uint32 from, uint32 until) external restricted {
        if (key == address(0) || from >= until) revert IRegistrar.BadArgument("key validity");
        if (_participants[participant].status() == STATUS_NONE) revert IRegistrar.UnknownParticipant(participant);
        uint32 owner = _keys[key].participant();
        if (owner != 0 && owner != participant) revert IRegistrar.KeyBelongsTo(key, owner);
        _keys[key] = Key.wrap(uint256(participant) | (uint256(from) << 32)).withUntil(until);
        emit IRegistrar.KeySet(key, participant, from, until);
    }

    /// @notice See IRegistrar.revokeKey. Also open to a suspended participant: closing a key is always safe.
    function revokeKey(address key) external {
        uint32 owner = _keys[key].participant();
        if (owner == 0 || _signerOf(msg.sender) != owner) revert IRegistrar.UnknownKey(key);
        Key word = _keys[key];
        uint32 end = uint32(block.timestamp);
        if (word.until() <= end) revert IRegistrar.KeyNotValid(key, word.fromTime(), word.until());
        _keys[key] = word.withUntil(end);
        emit IRegistrar.KeySet(key, owner, word.fromTime(), end);
    }

    /// @notice See IRegistrar.revokeOffers.
    function revokeOffers() external {
        uint32 id = _signerOf(msg.sender);
        uint32 epoch = _participants[id].epoch() + 1;
        _participants[id] = _participants[id].withEpoch(epoch);
        emit IRegistrar.EpochRaised(id, epoch);
    }

    /* RULES AND LIMITS */

    /// @notice See IRegistrar.setProfile.
    function setProfile(uint16 id, Profile calldata rules) external restricted {
        if (_rules[id].exists()) revert IRegistrar.ProfileExists(id);
        if (rules.currency == 0 || rules.currency > 999) revert IRegistrar.BadArgument("currency");
        if (rules.from >= rules.until) revert IRegistrar.BadArgument("validity");
        if (rules.tenor == 0) revert IRegistrar.BadArgument("tenor");
        if (rules.children > MAX_CHILDREN) revert IRegistrar.BadArgument("children");
        if (rules.smallestLot > RulesWord.SMALLEST_LOT_MAX) revert IRegistrar.BadArgument("smallestLot");
        _rules[id] = RulesWord.pack(rules);
        emit IRegistrar.ProfileSet(id, rules);
    }

    /// @notice See IRegistrar.pauseProfile.
    function pauseProfile(uint16 id, bool paused) external restricted {
        if (!_rules[id].exists()) revert IRegistrar.UnknownProfile(id);
        _rules[id] = _rules[id].withPaused(paused);
        emit IRegistrar.ProfilePaused(id, paused);
    }

    /// @notice See IRegistrar.setLimit. A limit may be set below its use: it stops new debts, not old ones.
    function setLimit(uint32 obligor, uint16 currency, uint72 limit, uint32 agent) external restricted {
        _requireRole(obligor, _active(obligor), ROLE_OBLIGOR);
        _requireRole(agent, _active(agent), ROLE_AGENT);
        if (agent == obligor) revert IRegistrar.BadArgument("agent is the obligor");
        uint256 key = _limitKey(obligor, currency);
        _limits[key] = _limits[key].withLimit(limit).withAgent(agent);
        emit IRegistrar.LimitSet(obligor, currency, limit, agent);
    }

    /* ACTS WITH A BASIS */

    /// @notice See IRegistrar.suspendRedemption.
    function suspendRedemption(uint256 id, bool suspended, bytes32 basis) external restricted {
        if (basis == 0) revert IRegistrar.BadArgument("basis");
        Payable debt = _activePayable(id);
        uint8 state = debt.state() & ~PAYABLE_SUSPENDED;
        _payables[id] = debt.withState(suspended ? state | PAYABLE_SUSPENDED : state);
        emit IRegistrar.RedemptionSuspended(id, suspended, basis);
    }

    /// @notice See IRegistrar.anchor.
    function anchor(uint8 kind, uint64 sequence, bytes32 head) external restricted {
        emit IRegistrar.Anchored(kind, sequence, head);
    }
}
