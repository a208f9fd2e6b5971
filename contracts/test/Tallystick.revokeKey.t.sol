// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract RevokeKeyTest is Base {
    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        _as(SUPPLIER);
        tally.revokeKey(stranger);
    }

    function testRefusesAnUnknownCaller() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.revokeKey(keyOf[SUPPLIER]);
    }

    function testRefusesTheKeyOfAnotherParticipant() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, keyOf[SUPPLIER]));
        _as(SECOND);
        tally.revokeKey(keyOf[SUPPLIER]);
    }

    function testRefusesACallerWhoseOwnKeyHasEnded() public {
        _addKey(START, KEY_UNTIL);
        _asRegistrar();
        tally.setKey(keyOf[SUPPLIER], SUPPLIER, START - 1, START);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START - 1, START));
        _as(SUPPLIER);
        tally.revokeKey(stranger);
    }

    function testRefusesAKeyThatHasEndedAlready() public {
        _addKey(START - 2, START - 1);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, stranger, START - 2, START - 1));
        _as(SUPPLIER);
        tally.revokeKey(stranger);
    }

    function testEndsTheCallersOwnKeyInThisSecond(uint32 time) public {
        time = uint32(bound(time, START, KEY_UNTIL - 1));
        vm.warp(time);
        vm.expectEmit(address(tally));
        emit IRegistrar.KeySet(keyOf[SUPPLIER], SUPPLIER, START, time);
        _as(SUPPLIER);
        tally.revokeKey(keyOf[SUPPLIER]);
        uint256 word = uint256(SUPPLIER) | (uint256(START) << 32) | (uint256(time) << 64);
        vm.assertEq(tally.keyWord(keyOf[SUPPLIER]), word);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START, time));
        _as(SUPPLIER);
        tally.revokeOffers();
    }

    function testEndsAnotherKeyOfTheSameParticipant() public {
        _addKey(START, KEY_UNTIL);
        vm.prank(stranger);
        tally.revokeKey(keyOf[SUPPLIER]);
        vm.assertEq(uint32(tally.keyWord(keyOf[SUPPLIER]) >> 64), START);
        vm.assertEq(uint32(tally.keyWord(stranger) >> 64), KEY_UNTIL);
    }

    function testEndsAKeyBeforeItsBegin() public {
        _addKey(START + 10 days, KEY_UNTIL);
        _as(SUPPLIER);
        tally.revokeKey(stranger);
        vm.warp(START + 11 days);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, stranger, START + 10 days, START));
        vm.prank(stranger);
        tally.revokeOffers();
    }

    function testStaysOpenToASuspendedParticipant() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _as(SUPPLIER);
        tally.revokeKey(keyOf[SUPPLIER]);
        vm.assertEq(uint32(tally.keyWord(keyOf[SUPPLIER]) >> 64), START);
    }

    function testVoidsOffersThatTheKeySigned() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Offer memory offer = _offer(lot, 0, SMALLEST, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        _as(SUPPLIER);
        tally.revokeKey(keyOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START, START));
        _submit(offer, signature);
    }

    function _addKey(uint32 from, uint32 until) private {
        _asRegistrar();
        tally.setKey(stranger, SUPPLIER, from, until);
    }
}
