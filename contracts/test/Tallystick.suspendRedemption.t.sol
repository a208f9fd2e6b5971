// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract SuspendRedemptionTest is Base {
    function _suspendRedemption(uint256 id, bool suspended) private {
        _asRegistrar();
        tally.suspendRedemption(id, suspended, BASIS);
    }

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        (uint256 id,) = _issueAccepted(FACE);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.suspendRedemption(id, true, BASIS);
    }

    function testRefusesWithoutALegalBasis() public {
        (uint256 id,) = _issueAccepted(FACE);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "basis"));
        _asRegistrar();
        tally.suspendRedemption(id, true, 0);
    }

    function testRefusesAnUnknownPayable(uint256 id) public {
        vm.expectRevert(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id));
        _suspendRedemption(id, true);
    }

    function testRefusesAPayableThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        vm.expectRevert(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED));
        _suspendRedemption(id, true);
    }

    function testRefusesAPayableThatIsSettled() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(lot);
        vm.expectRevert(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_SETTLED));
        _suspendRedemption(id, true);
    }

    function testRaisesAndLowersOneFlagAndNothingElse(bool[4] memory turns, bytes32 basis) public {
        vm.assume(basis != 0);
        (uint256 id,) = _issueAccepted(FACE);
        _pay(id, FACE / 2);
        _toOverdue(id);
        tally.markOverdue(id);
        Debt memory debt = _debt(id);
        for (uint256 i = 0; i < turns.length; ++i) {
            vm.expectEmit(address(tally));
            emit IRegistrar.RedemptionSuspended(id, turns[i], basis);
            _asRegistrar();
            tally.suspendRedemption(id, turns[i], basis);
            debt.state = PAYABLE_ACTIVE | PAYABLE_OVERDUE | (turns[i] ? PAYABLE_SUSPENDED : 0);
            vm.assertEq(abi.encode(_debt(id)), abi.encode(debt));
        }
    }

    function testStopsRedemptionUntilItIsLifted() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        _suspendRedemption(id, true);
        vm.expectRevert(abi.encodeWithSelector(IPayments.RedemptionIsSuspended.selector, id));
        _as(AGENT);
        tally.redeem(lot, RECEIPT);
        _suspendRedemption(id, false);
        _redeem(lot);
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED);
    }

    function testStopsRoundsUntilItIsLifted() public {
        (uint256 id,) = _issueAccepted(FACE);
        _pay(id, FACE / 2);
        _toRedemption(id);
        _suspendRedemption(id, true);
        vm.expectRevert(abi.encodeWithSelector(IPayments.RedemptionIsSuspended.selector, id));
        _as(AGENT);
        tally.openRound(id);
        _suspendRedemption(id, false);
        _as(AGENT);
        tally.openRound(id);
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE | PAYABLE_ROUND_OPEN);
    }

    function testPaymentsAreRecordedWhileItStands() public {
        (uint256 id,) = _issueAccepted(FACE);
        _suspendRedemption(id, true);
        _pay(id, FACE);
        vm.assertEq(_debt(id).available, FACE);
    }
}
