// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Words} from "./Words.sol";

/// @dev A legal entity: roles 8, status 8, verifiedUntil 32, epoch 32, account 160.
type Participant is uint256;

using ParticipantWord for Participant global;

library ParticipantWord {
    function roles(Participant word) internal pure returns (uint256) {
        return Participant.unwrap(word) & type(uint8).max;
    }

    function status(Participant word) internal pure returns (uint256) {
        return (Participant.unwrap(word) >> 8) & type(uint8).max;
    }

    function verifiedUntil(Participant word) internal pure returns (uint256) {
        return (Participant.unwrap(word) >> 16) & type(uint32).max;
    }

    function epoch(Participant word) internal pure returns (uint256) {
        return (Participant.unwrap(word) >> 48) & type(uint32).max;
    }

    function withEpoch(Participant word, uint256 value) internal pure returns (Participant) {
        return Participant.wrap(Words.write(Participant.unwrap(word), 48, type(uint32).max, value));
    }

    function account(Participant word) internal pure returns (address) {
        return address(uint160(Participant.unwrap(word) >> 80));
    }
}

/// @dev Which participant a key signs for, and when: participant 32, from 32, until 32; then a copy of the participant's standing, its
/// lowest 80 bits (roles 8, status 8, verifiedUntil 32, epoch 32), so that one read tells who acts and what it may do.
type Key is uint256;

using KeyWord for Key global;

library KeyWord {
    uint256 private constant OWN = 2 ** 96 - 1;
    uint256 private constant STANDING = 2 ** 80 - 1;

    function created(uint32 participant_, uint32 from_, uint32 until_) internal pure returns (Key) {
        return Key.wrap(uint256(participant_) | (uint256(from_) << 32) | (uint256(until_) << 64));
    }

    function participant(Key word) internal pure returns (uint256) {
        return Key.unwrap(word) & type(uint32).max;
    }

    function fromTime(Key word) internal pure returns (uint256) {
        return (Key.unwrap(word) >> 32) & type(uint32).max;
    }

    function until(Key word) internal pure returns (uint256) {
        return (Key.unwrap(word) >> 64) & type(uint32).max;
    }

    function withUntil(Key word, uint256 value) internal pure returns (Key) {
        return Key.wrap(Words.write(Key.unwrap(word), 64, type(uint32).max, value));
    }

    /// @dev The word without the copy.
    function own(Key word) internal pure returns (uint256) {
        return Key.unwrap(word) & OWN;
    }

    /// @dev Roles, status, verification and epoch of the participant; no account.
    function standing(Key word) internal pure returns (Participant) {
        return Participant.wrap(Key.unwrap(word) >> 96);
    }

    function withStanding(Key word, Participant owner) internal pure returns (Key) {
        return Key.wrap(word.own() | ((Participant.unwrap(owner) & STANDING) << 96));
    }
}
