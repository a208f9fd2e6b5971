// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "../../src/libraries/Words.sol";
import "../../src/libraries/StandingWords.sol";
import "../../src/interfaces/Types.sol";
import {Rules, RulesWord} from "../../src/libraries/ProfileWord.sol";
import {Test} from "../Test.sol";

/// @notice No arithmetic on a packed word wraps or spills into the field beside: for every word and every value, what a function
/// returns differs from what it was given in the field it names, by exactly what it says; otherwise it reverts.
contract WordsProof is Test {
    function _field(uint256 word, uint256 offset, uint256 size) private pure returns (uint256) {
        return (word >> offset) & ((1 << size) - 1);
    }

    /// @dev Nothing outside the field has changed.
    function _onlyIn(uint256 before, uint256 later, uint256 offset, uint256 size) private pure returns (bool) {
        uint256 mask = ((1 << size) - 1) << offset;
        return before & ~mask == later & ~mask;
    }

    /// @dev Every field that is written by `Words.write`, at its place; one proof for all places at once is beyond the solver.
    function check_WriteStaysInItsField(uint256 word, uint256 value) public pure {
        // Offset and size of each: payable, lot, participant and key, limit and invoice and round.
        bytes memory places = hex"50085848a048e810f808" hex"00202048680870089008d828" hex"30204020" hex"00484848"
            hex"9020b010";
        for (uint256 i = 0; i < places.length; i += 2) {
            (uint256 offset, uint256 size) = (uint8(places[i]), uint8(places[i + 1]));
            uint256 mask = (1 << size) - 1;
            uint256 fits = value & mask;
            uint256 later = Words.write(word, offset, mask, fits);
            assert(_field(later, offset, size) == fits && _onlyIn(word, later, offset, size));
        }
    }

    /// @dev What has no room is refused, never cut off.
    function check_WriteRefusesWhatHasNoRoom(uint256 word, uint256 value) public view {
        vm.assume(value > type(uint72).max);
        try this.write(word, value) {
            assert(false);
        } catch {}
    }

    function write(uint256 word, uint256 value) external pure returns (uint256) {
        return Words.write(word, 88, type(uint72).max, value);
    }

    function check_CreditedAddsToAvailableAndCountsOne(uint256 word, uint256 amount) public pure {
        uint256 outstanding = _field(word, 88, 72);
        uint256 available = _field(word, 160, 72);
        vm.assume(available <= outstanding && amount <= outstanding - available);
        vm.assume(_field(word, 232, 16) != type(uint16).max);
        uint256 later = Payable.unwrap(Payable.wrap(word).credited(amount));
        assert(_field(later, 160, 72) == available + amount);
        assert(_field(later, 232, 16) == _field(word, 232, 16) + 1);
        assert(_field(later, 0, 160) == _field(word, 0, 160) && later >> 248 == word >> 248);
    }

    function check_RedeemedLowersBothAndNothingElse(uint256 word, uint256 amount) public pure {
        vm.assume(amount <= _field(word, 88, 72) && amount <= _field(word, 160, 72));
        uint256 later = Payable.unwrap(Payable.wrap(word).redeemed(amount));
        assert(_field(later, 88, 72) == _field(word, 88, 72) - amount);
        assert(_field(later, 160, 72) == _field(word, 160, 72) - amount);
        assert(_field(later, 0, 88) == _field(word, 0, 88) && later >> 232 == word >> 232);
    }

    function check_RelievedLowersUseAndNothingElse(uint256 word, uint256 amount) public pure {
        vm.assume(amount <= _field(word, 72, 72));
        uint256 later = Limit.unwrap(Limit.wrap(word).relieved(amount));
        assert(_field(later, 72, 72) == _field(word, 72, 72) - amount);
        assert(_onlyIn(word, later, 72, 72));
    }

    function check_OccupiedMoreRaisesTheOccupiedPartAndNothingElse(uint256 word, uint72 amount) public pure {
        vm.assume(_field(word, 0, 72) + amount <= _field(word, 72, 72));
        uint256 later = Invoice.unwrap(Invoice.wrap(word).occupiedMore(amount));
        assert(_field(later, 0, 72) == _field(word, 0, 72) + amount);
        assert(_onlyIn(word, later, 0, 72));
    }

    function check_BumpedCountsOneAndNothingElse(uint256 word) public pure {
        vm.assume(_field(word, 120, 16) != type(uint16).max);
        uint256 later = Lot.unwrap(Lot.wrap(word).bumped());
        assert(_field(later, 120, 16) == _field(word, 120, 16) + 1);
        assert(_onlyIn(word, later, 120, 16));
    }

    function check_LocksComeAndGoInTheirFields(uint256 word, uint32 party, uint32 until) public pure {
        Lot free = Lot.wrap(word).withoutLock();
        assert(free.lockParty() == 0 && free.lockUntil() == 0);
        assert(!free.has(LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED));
        uint256 later = Lot.unwrap(free.withLock(party, until));
        assert(_field(later, 152, 32) == party && _field(later, 184, 32) == until);
        assert(_onlyIn(Lot.unwrap(free), later, 152, 64));
        uint256 flags = uint256(LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED) << 136;
        uint256 both = flags | (uint256(type(uint64).max) << 152);
        assert(Lot.unwrap(free) & ~both == word & ~both);
    }

    function check_ARoundIsOpenedWithItsFields(uint72 base, uint72 payment) public pure {
        Round round = RoundWord.opened(base, payment);
        assert(round.base() == base && round.seen() == 0 && round.payment() == payment);
    }

    /// @dev The share of a lot: 72 bits by 72 bits have room, the floor is never above the lot, the ceiling never above its rounding.
    function check_AShareNeverWraps(uint72 amount, uint72 payment) public pure {
        uint256 product;
        unchecked {
            product = uint256(amount) * uint256(payment);
        }
        assert(product <= uint256(type(uint144).max));
    }

    function check_AKeyCarriesTheStandingAndKeepsItsOwn(uint256 word, uint256 owner) public pure {
        Key key = Key.wrap(word).withStanding(Participant.wrap(owner));
        assert(key.own() == uint96(word));
        assert(Participant.unwrap(key.standing()) == uint80(owner));
    }

    function check_RulesUnpackAsTheyWerePacked(Profile calldata p) public pure {
        vm.assume(p.smallestLot <= RulesWord.SMALLEST_LOT_MAX);
        Rules word = RulesWord.pack(p);
        assert(keccak256(abi.encode(word.unpack())) == keccak256(abi.encode(p)));
        assert(!word.paused() && word.withPaused(true).paused());
        assert(Rules.unwrap(word.withPaused(true).withPaused(false)) == Rules.unwrap(word));
    }
}
