// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract RevokeOffersTest is Base {
    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.revokeOffers();
    }

    function testRefusesAKeyThatHasEnded() public {
        vm.warp(KEY_UNTIL);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START, KEY_UNTIL));
        _as(SUPPLIER);
        tally.revokeOffers();
    }

    function testRaisesOnlyTheCallersEpoch(uint8 times) public {
        uint256 before = tally.participantWord(SUPPLIER);
        uint256 other = tally.participantWord(SECOND);
        uint32 raises = uint32(bound(times, 1, 8));
        for (uint32 epoch = 1; epoch <= raises; ++epoch) {
            vm.expectEmit(address(tally));
            emit IRegistrar.EpochRaised(SUPPLIER, epoch);
            _as(SUPPLIER);
            tally.revokeOffers();
        }
        vm.assertEq(tally.participantWord(SUPPLIER), before | (uint256(raises) << 48), "own word");
        vm.assertEq(tally.participantWord(SECOND), other, "other's word");
    }

    function testVoidsEveryOfferSignedBefore(uint8 first, uint8 second) public {
        (, uint256 lot) = _issueAccepted(FACE);
        (, uint256 another) = _issueAccepted(FACE);
        Offer memory part = _offer(lot, uint8(bound(first, 0, CHILDREN - 1)), SMALLEST, SECOND);
        Offer memory whole = _offer(another, WHOLE, FACE, THIRD);
        bytes memory partSignature = _sign(part, secretOf[SUPPLIER]);
        bytes memory wholeSignature = _sign(whole, secretOf[SUPPLIER]);
        _as(SUPPLIER);
        tally.revokeOffers();
        vm.expectRevert(abi.encodeWithSelector(IOffers.EpochStale.selector, SUPPLIER, 1));
        _submit(part, partSignature);
        vm.expectRevert(abi.encodeWithSelector(IOffers.EpochStale.selector, SUPPLIER, 1));
        _submit(whole, wholeSignature);
        _passPart(lot, uint8(bound(second, 0, CHILDREN - 1)), SMALLEST, SECOND);
    }

    function testStaysOpenToASuspendedParticipant() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _as(SUPPLIER);
        tally.revokeOffers();
        vm.assertEq(_epoch(SUPPLIER), 1);
    }
}
