// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRegistrar} from "./interfaces/IRegistrar.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules, RulesWord} from "./libraries/ProfileWord.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {State} from "./State.sol";

/// @notice Extension: participants and their keys, instrument profiles, limits, suspension of redemption, anchors.
contract Registrar is State, Delegating, IRegistrar {
    /// @dev How many keys of a participant may be valid now or later.
    uint256 private constant MAX_KEYS = 16;

    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /* PARTICIPANTS */

    /// @inheritdoc IRegistrar
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
        _setStanding(
            id,
            Participant.wrap(
                uint256(roles) | (uint256(status) << 8) | (uint256(verifiedUntil) << 16) | (epoch << 48)
                    | (uint256(uint160(account)) << 80)
            )
        );
        _dossiers[id] = dossier;
        emit IRegistrar.ParticipantSet(id, roles, status, verifiedUntil, account, dossier);
    }

    /// @dev Every key that is valid now or later carries a copy of its participant's standing.
    function _setStanding(uint256 id, Participant standing) private {
        _participants[id] = standing;
        address[] storage keyring = _keyring[id];
        for (uint256 i = 0; i < keyring.length; ++i) {
            _keys[keyring[i]] = _keys[keyring[i]].withStanding(standing);
        }
    }

    /// @inheritdoc IRegistrar
    function setKey(address key, uint32 participant, uint32 from, uint32 until) external restricted {
        if (key == address(0) || from >= until) revert IRegistrar.BadArgument("key validity");
        Participant standing = _participants[participant];
        if (standing.status() == STATUS_NONE) revert IRegistrar.UnknownParticipant(participant);
        uint256 owner = _keys[key].participant();
        if (owner != 0 && owner != participant) revert IRegistrar.KeyBelongsTo(key, uint32(owner));
        _addToKeyring(participant, key);
        _keys[key] = KeyWord.created(participant, from, until).withStanding(standing);
        emit IRegistrar.KeySet(key, participant, from, until);
    }

    /// @dev Bounded: a key that has ended gives its place to the next.
    function _addToKeyring(uint256 participant, address key) private {
        address[] storage keyring = _keyring[participant];
        uint256 place = keyring.length;
        for (uint256 i = 0; i < keyring.length; ++i) {
            if (keyring[i] == key) return;
            if (_keys[keyring[i]].until() <= block.timestamp) place = i;
        }
        if (place == MAX_KEYS) revert IRegistrar.BadArgument("keys");
        if (place == keyring.length) keyring.push(key);
        else keyring[place] = key;
    }

    /// @inheritdoc IRegistrar
    /// @dev Also open to a suspended participant: closing a key is always safe.
    function revokeKey(address key) external {
        Key word = _keys[key];
        uint256 owner = word.participant();
        if (owner == 0 || _validKey(msg.sender).participant() != owner) revert IRegistrar.UnknownKey(key);
        uint32 end = uint32(block.timestamp);
        uint32 from = uint32(word.fromTime());
        if (word.until() <= end) revert IRegistrar.KeyNotValid(key, from, uint32(word.until()));
        _keys[key] = word.withUntil(end);
        emit IRegistrar.KeySet(key, uint32(owner), from, end);
    }

    /// @inheritdoc IRegistrar
    function revokeOffers() external {
        uint256 id = _validKey(msg.sender).participant();
        uint256 epoch = _participants[id].epoch() + 1;
        _setStanding(id, _participants[id].withEpoch(epoch));
        emit IRegistrar.EpochRaised(uint32(id), uint32(epoch));
    }

    /* RULES AND LIMITS */

    /// @inheritdoc IRegistrar
    function setProfile(uint16 id, Profile calldata rules) external restricted {
        if (_rules[id].exists()) revert IRegistrar.ProfileExists(id);
        if (Ids.currencyOf(id) == 0 || Ids.currencyOf(id) > 999) revert IRegistrar.BadArgument("currency");
        if (rules.from >= rules.until) revert IRegistrar.BadArgument("validity");
        if (rules.tenor == 0) revert IRegistrar.BadArgument("tenor");
        if (rules.children > MAX_CHILDREN) revert IRegistrar.BadArgument("children");
        if (rules.smallestLot > RulesWord.SMALLEST_LOT_MAX) revert IRegistrar.BadArgument("smallestLot");
        _rules[id] = RulesWord.pack(rules);
        emit IRegistrar.ProfileSet(id, rules);
    }

    /// @inheritdoc IRegistrar
    function pauseProfile(uint16 id, bool paused) external restricted {
        if (!_rules[id].exists()) revert IRegistrar.UnknownProfile(id);
        _rules[id] = _rules[id].withPaused(paused);
        emit IRegistrar.ProfilePaused(id, paused);
    }

    /// @inheritdoc IRegistrar
    /// @dev A limit may be set below its use: it stops new debts, not old ones.
    function setLimit(uint32 obligor, uint16 currency, uint72 limit, uint32 agent) external restricted {
        _requireRole(obligor, _active(obligor), ROLE_OBLIGOR);
        _requireRole(agent, _active(agent), ROLE_AGENT);
        if (agent == obligor) revert IRegistrar.BadArgument("agent is the obligor");
        uint256 key = _limitKey(obligor, currency);
        _limits[key] = _limits[key].withLimit(limit).withAgent(agent);
        emit IRegistrar.LimitSet(obligor, currency, limit, agent);
    }

    /* ACTS WITH A BASIS */

    /// @inheritdoc IRegistrar
    function suspendRedemption(uint256 id, bool suspended, bytes32 basis) external restricted {
        if (basis == 0) revert IRegistrar.BadArgument("basis");
        Payable debt = _activePayable(id, 0);
        uint256 state = debt.state() & ~uint256(PAYABLE_SUSPENDED);
        _payables[id] = debt.withState(suspended ? state | PAYABLE_SUSPENDED : state);
        emit IRegistrar.RedemptionSuspended(id, suspended, basis);
    }

    /// @inheritdoc IRegistrar
    function anchor(uint8 kind, uint64 sequence, bytes32 head) external restricted {
        emit IRegistrar.Anchored(kind, sequence, head);
    }
}
