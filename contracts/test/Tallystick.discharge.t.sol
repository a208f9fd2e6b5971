// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./WithoutCash.sol";

contract DischargeTest is WithoutCash {
    bytes32 private constant REASON = keccak256("released");

    function setUp() public override {
        super.setUp();
        owner = SUPPLIER;
        (id, root) = _issueAccepted(FACE);
    }

    function _end(uint256 lot) internal override {
        _as(owner);
        tally.discharge(lot, REASON);
    }

    function _expectEnded(uint256 lot, uint72 amount) internal override {
        vm.expectEmit(address(tally));
        emit ISettlement.Discharged(lot, owner, amount, REASON);
    }

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.discharge(root, REASON);
    }

    function testRefusesAnyoneButTheHolder() public {
        uint32[5] memory others = [OBLIGOR, SECOND, FUNDER, AGENT, OTHER_OBLIGOR];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, root, others[i], SUPPLIER));
            _as(others[i]);
            tally.discharge(root, REASON);
        }
    }

    function testRefusesTheSellerAfterTheTransfer() public {
        _passWhole(root, SECOND);
        _refused(abi.encodeWithSelector(ILots.NotHolder.selector, root, SUPPLIER, SECOND));
    }

    function testRefusesBeforeTheAcceptance() public {
        uint256 issued = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, issued, PAYABLE_ISSUED), issued << 96);
    }
}
