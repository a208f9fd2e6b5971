// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract AcceptManyTest is Base {
    function _debts(uint256 count) private returns (uint256[] memory ids) {
        ids = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            ids[i] = _issue(FACE);
        }
    }

    function _acceptMany(uint256[] memory ids) private {
        _as(SUPPLIER);
        tally.acceptMany(ids);
    }

    function testAFailingLegNamesItselfAndUndoesAll(uint8 place) public {
        uint256[] memory ids = _debts(4);
        uint256 failing = place % 4;
        uint256 taken = ids[failing];
        _accept(taken);
        bytes memory reason = abi.encodeWithSelector(IPayables.WrongState.selector, taken, PAYABLE_ACTIVE);
        vm.expectRevert(_legFailed(failing, reason));
        _acceptMany(ids);
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(_debt(ids[i]).state, i == failing ? PAYABLE_ACTIVE : PAYABLE_ISSUED);
        }
    }

    function testRefusesTheSameDebtTwice() public {
        uint256[] memory ids = _debts(2);
        ids[1] = ids[0];
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IPayables.WrongState.selector, ids[0], PAYABLE_ACTIVE)));
        _acceptMany(ids);
    }

    function testRefusesALegOfAnotherPayee() public {
        uint256[] memory ids = _debts(3);
        Terms memory terms = _terms(FACE);
        terms.payee = SECOND;
        ids[2] = _issue(terms, _portions(FACE));
        vm.expectRevert(_legFailed(2, abi.encodeWithSelector(IPayables.NotPayee.selector, SUPPLIER, SECOND)));
        _acceptMany(ids);
    }

    function testRefusesAPayeeWhoseVerificationHasExpired() public {
        uint256[] memory ids = _debts(1);
        _expire(SUPPLIER, ROLE_SUPPLIER);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.VerificationExpired.selector, SUPPLIER, _now());
        vm.expectRevert(_legFailed(0, reason));
        _acceptMany(ids);
    }

    function testRefusesAnUnknownDebt(uint256 id) public {
        uint256[] memory ids = _debts(2);
        vm.assume(id != ids[0] && id != ids[1]);
        ids[1] = id;
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IPayables.UnknownPayable.selector, id)));
        _acceptMany(ids);
    }

    function testAnEmptyListDoesNothing() public {
        _acceptMany(new uint256[](0));
    }

    function testAcceptsThemAllAndEmitsForEach(uint8 count) public {
        uint256[] memory ids = _debts(bound(count, 1, 8));
        for (uint256 i = 0; i < ids.length; ++i) {
            vm.expectEmit(address(tally));
            emit IPayables.Accepted(ids[i]);
        }
        _acceptMany(ids);
        for (uint256 i = 0; i < ids.length; ++i) {
            vm.assertEq(_debt(ids[i]).state, PAYABLE_ACTIVE);
        }
    }
}
