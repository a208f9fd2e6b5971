// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./WithoutCash.sol";

contract SetOffTest is WithoutCash {
    bytes32 private constant REASON = keccak256("early payment at a discount");

    function setUp() public override {
        super.setUp();
        owner = OBLIGOR;
        (id, root) = _issueAccepted(FACE);
        _passWhole(root, OBLIGOR);
    }

    function _end(uint256 lot) internal override {
        _as(OBLIGOR);
        tally.setOff(lot, REASON);
    }

    function _expectEnded(uint256 lot, uint72 amount) internal override {
        vm.expectEmit(address(tally));
        emit ISettlement.SetOff(lot, OBLIGOR, amount, REASON);
    }

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.setOff(root, REASON);
    }

    function testRefusesAnyoneButTheHolder() public {
        uint32[5] memory others = [SUPPLIER, SECOND, FUNDER, AGENT, OTHER_OBLIGOR];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, root, others[i], OBLIGOR));
            _as(others[i]);
            tally.setOff(root, REASON);
        }
    }

    function testRefusesTheObligorThatDoesNotHoldTheLot() public {
        (, uint256 lot) = _issueAccepted(FACE);
        _refused(abi.encodeWithSelector(ILots.NotHolder.selector, lot, OBLIGOR, SUPPLIER), lot);
    }

    function testRefusesAHolderThatIsNotTheObligor() public {
        (, uint256 lot) = _issueAccepted(FACE);
        vm.expectRevert(abi.encodeWithSelector(IPayables.NotObligor.selector, SUPPLIER, OBLIGOR));
        _as(SUPPLIER);
        tally.setOff(lot, REASON);
    }

    function testRefusesAnObligorOfOtherDebts() public {
        (, uint256 lot) = _issueAccepted(FACE);
        _passWhole(lot, OTHER_OBLIGOR);
        vm.expectRevert(abi.encodeWithSelector(IPayables.NotObligor.selector, OTHER_OBLIGOR, OBLIGOR));
        _as(OTHER_OBLIGOR);
        tally.setOff(lot, REASON);
    }

    /// @dev The usual way of early payment: the supplier sells a part of what it is owed to the one that owes it.
    function testEarlyPaymentOfAPart(uint72 part) public {
        part = uint72(bound(part, SMALLEST, FACE - SMALLEST));
        (uint256 other, uint256 lot) = _issueAccepted(FACE);
        uint256 child = _passPart(lot, 0, part, OBLIGOR);
        _end(child);
        vm.assertEq(_debt(other).outstanding, FACE - part, "outstanding");
        vm.assertEq(_credit(OBLIGOR).used, 2 * FACE - part, "used");
        vm.assertEq(_lot(lot).amount, FACE - part, "supplier's rest");
    }
}
