// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract ReleasePledgeTest is Base {
    bytes32 private constant REGISTRATION = keccak256("number of the public filing");
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(uint32 by, bytes memory reason) private {
        vm.expectRevert(reason);
        _as(by);
        tally.releasePledge(_root, REGISTRATION);
    }

    function testRefusesALotThatIsNotPledged() public {
        _refused(FUNDER, abi.encodeWithSelector(IHoldings.LotNotPledged.selector, _root));
        _lockFor(_root, FUNDER, START + 1 days);
        _refused(FUNDER, abi.encodeWithSelector(IHoldings.LotNotPledged.selector, _root));
    }

    function testRefusesAnyoneButThePledgee() public {
        _pledge(_root);
        _refused(SUPPLIER, abi.encodeWithSelector(ILots.NotLockParty.selector, _root, SUPPLIER, FUNDER));
        _refused(OTHER_FUNDER, abi.encodeWithSelector(ILots.NotLockParty.selector, _root, OTHER_FUNDER, FUNDER));
    }

    function testRefusesALotThatEnded() public {
        _pledge(_root);
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        _refused(FUNDER, abi.encodeWithSelector(ILots.LotEnded.selector, _root));
    }

    function testFreesTheLot(bytes32 registration, uint32 time) public {
        _pledge(_root);
        Holding memory lot = _lot(_root);
        vm.warp(bound(time, START, KEY_UNTIL - 1));
        vm.expectEmit(address(tally));
        emit IHoldings.PledgeReleased(_root, FUNDER, registration);
        _as(FUNDER);
        tally.releasePledge(_root, registration);
        (lot.version, lot.flags, lot.lockParty, lot.lockUntil) = (3, 0, 0, 0);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
    }

    function testASpentVersionDoesNotHoldAPledge() public {
        _pledge(_root);
        _setVersion(_root, type(uint16).max);
        _as(FUNDER);
        tally.releasePledge(_root, REGISTRATION);
        vm.assertEq(_lot(_root).version, type(uint16).max);
        vm.assertEq(_lot(_root).flags, 0);
    }
}
