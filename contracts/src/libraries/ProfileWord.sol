// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Profile} from "../interfaces/Types.sol";

/// @dev An instrument's rules in one slot, from the lowest bit up: from 32, until 32, tenor 32, hops 8, depth 8, children 8,
/// recordLead 24, redeemDelay 24, grace 24, reopenPeriod 24, smallestLot 39, paused 1. Zero: no such profile.
type Rules is uint256;

using RulesWord for Rules global;

library RulesWord {
    uint256 internal constant PAUSED = 1 << 255;
    uint40 internal constant SMALLEST_LOT_MAX = 2 ** 39 - 1;

    function pack(Profile calldata p) internal pure returns (Rules) {
        uint256 low = uint256(p.from) | (uint256(p.until) << 32) | (uint256(p.tenor) << 64) | (uint256(p.hops) << 96)
            | (uint256(p.depth) << 104) | (uint256(p.children) << 112);
        uint256 high = (uint256(p.recordLead) << 120) | (uint256(p.redeemDelay) << 144) | (uint256(p.grace) << 168)
            | (uint256(p.reopenPeriod) << 192) | (uint256(p.smallestLot) << 216);
        return Rules.wrap(low | high);
    }

    function unpack(Rules word) internal pure returns (Profile memory) {
        return Profile({
            from: uint32(word.fromTime()),
            until: uint32(word.untilTime()),
            tenor: uint32(word.tenor()),
            hops: uint8(word.hops()),
            depth: uint8(word.depth()),
            children: uint8(word.children()),
            recordLead: uint24(word.recordLead()),
            redeemDelay: uint24(word.redeemDelay()),
            grace: uint24(word.grace()),
            reopenPeriod: uint24(word.reopenPeriod()),
            smallestLot: uint40(word.smallestLot())
        });
    }

    function exists(Rules word) internal pure returns (bool) {
        return Rules.unwrap(word) != 0;
    }

    function paused(Rules word) internal pure returns (bool) {
        return Rules.unwrap(word) & PAUSED != 0;
    }

    function withPaused(Rules word, bool value) internal pure returns (Rules) {
        uint256 bare = Rules.unwrap(word) & ~PAUSED;
        return Rules.wrap(value ? bare | PAUSED : bare);
    }

    function fromTime(Rules word) internal pure returns (uint256) {
        return Rules.unwrap(word) & type(uint32).max;
    }

    function untilTime(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 32) & type(uint32).max;
    }

    function tenor(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 64) & type(uint32).max;
    }

    function hops(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 96) & type(uint8).max;
    }

    function depth(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 104) & type(uint8).max;
    }

    function children(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 112) & type(uint8).max;
    }

    function recordLead(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 120) & type(uint24).max;
    }

    function redeemDelay(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 144) & type(uint24).max;
    }

    function grace(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 168) & type(uint24).max;
    }

    function reopenPeriod(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 192) & type(uint24).max;
    }

    function smallestLot(Rules word) internal pure returns (uint256) {
        return (Rules.unwrap(word) >> 216) & SMALLEST_LOT_MAX;
    }
}
