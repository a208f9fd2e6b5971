// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract PauseProfileTest is Base {
    function _pause(bool paused) private {
        _asRegistrar();
        tally.pauseProfile(PROFILE, paused);
    }

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.pauseProfile(PROFILE, true);
    }

    function testRefusesAnUnknownProfile(uint16 id) public {
        vm.assume(id != PROFILE);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownProfile.selector, id));
        _asRegistrar();
        tally.pauseProfile(id, true);
    }

    function testPausesAndResumesWithoutTouchingTheRules(bool[4] memory turns) public {
        for (uint256 i = 0; i < turns.length; ++i) {
            vm.expectEmit(address(tally));
            emit IRegistrar.ProfilePaused(PROFILE, turns[i]);
            _pause(turns[i]);
            (Profile memory rules, bool paused) = tally.profileOf(PROFILE);
            vm.assertEq(paused, turns[i], "paused");
            vm.assertEq(abi.encode(rules), abi.encode(_rules()), "rules");
        }
    }

    function testStopsNewDebtsUntilResumed() public {
        _pause(true);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE));
        _issue(FACE);
        _pause(false);
        vm.assertEq(_debt(_issue(FACE)).outstanding, FACE);
    }

    function testStopsLotsFromChangingHands() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Offer memory offer = _offer(lot, WHOLE, FACE, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        _pause(true);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE));
        _submit(offer, signature);
    }

    function testStopsNewFinancing() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _pause(true);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE));
        _as(SUPPLIER);
        tally.lockForFinancing(lot, financing);
    }

    function testNeverStopsAFinancingThatIsBound() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(lot, financing);
        _pause(true);
        _as(FUNDER);
        tally.finance(lot, financing, RECEIPT);
        vm.assertEq(_lot(lot).holder, FUNDER);
    }

    function testNeverStopsPaymentAndRedemption() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pause(true);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(lot);
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED);
    }
}
