// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract SetKeyTest is Base {
    function _set(address key, uint32 participant, uint32 from, uint32 until) private {
        _asRegistrar();
        tally.setKey(key, participant, from, until);
    }

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.setKey(caller, SUPPLIER, START, KEY_UNTIL);
    }

    function testRefusesAParticipantThatNamesItsOwnKey() public {
        _expectUnauthorized(keyOf[SUPPLIER]);
        _as(SUPPLIER);
        tally.setKey(stranger, SUPPLIER, START, KEY_UNTIL);
    }

    function testRefusesTheZeroAddress() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "key validity"));
        _set(address(0), SUPPLIER, START, KEY_UNTIL);
    }

    function testRefusesAValidityThatEndsBeforeItBegins(uint32 from, uint32 until) public {
        until = uint32(bound(until, 0, from));
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "key validity"));
        _set(stranger, SUPPLIER, from, until);
    }

    function testRefusesAnUnknownParticipant() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownParticipant.selector, NOBODY));
        _set(stranger, NOBODY, START, KEY_UNTIL);
    }

    function testRefusesAKeyOfAnotherParticipant() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyBelongsTo.selector, keyOf[SUPPLIER], SUPPLIER));
        _set(keyOf[SUPPLIER], SECOND, START, KEY_UNTIL);
    }

    function testRefusesAKeyOfAnotherParticipantEvenWhenItHasEnded() public {
        _as(SUPPLIER);
        tally.revokeKey(keyOf[SUPPLIER]);
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyBelongsTo.selector, keyOf[SUPPLIER], SUPPLIER));
        _set(keyOf[SUPPLIER], SECOND, START, KEY_UNTIL);
    }

    function testBindsAKeyToItsParticipantForADatedTime(address key, uint32 from, uint32 until) public {
        vm.assume(key != address(0) && tally.keyWord(key) == 0);
        from = uint32(bound(from, 0, type(uint32).max - 1));
        until = uint32(bound(until, uint256(from) + 1, type(uint32).max));
        vm.expectEmit(address(tally));
        emit IRegistrar.KeySet(key, SUPPLIER, from, until);
        _set(key, SUPPLIER, from, until);
        uint256 word = uint256(SUPPLIER) | (uint256(from) << 32) | (uint256(until) << 64);
        vm.assertEq(tally.keyWord(key), word);
    }

    function testSignsFromTheFirstSecondToTheLastBeforeTheEnd(uint32 from, uint32 length, uint32 time) public {
        from = uint32(bound(from, START, START + 100 days));
        uint32 until = from + uint32(bound(length, 1, 100 days));
        time = uint32(bound(time, START, START + 250 days));
        _set(stranger, SUPPLIER, from, until);
        vm.warp(time);
        if (time < from || time >= until) {
            vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, stranger, from, until));
        }
        vm.prank(stranger);
        tally.revokeOffers();
        vm.assertEq(_epoch(SUPPLIER), time < from || time >= until ? 0 : 1);
    }

    function testChangesTheValidityOfAKeyThatStands(uint32 until) public {
        until = uint32(bound(until, START + 1, type(uint32).max));
        _set(keyOf[SUPPLIER], SUPPLIER, START, until);
        vm.assertEq(uint32(tally.keyWord(keyOf[SUPPLIER]) >> 64), until);
    }

    function testNamesAKeyOfASuspendedParticipant() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _set(stranger, SUPPLIER, START, KEY_UNTIL);
        vm.assertEq(uint32(tally.keyWord(stranger)), SUPPLIER);
    }
}
