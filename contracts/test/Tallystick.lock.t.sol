// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract LockTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(uint32 party, uint32 until, bytes memory reason) private {
        vm.expectRevert(reason);
        _as(SUPPLIER);
        tally.lock(_root, party, until);
    }

    function testRefusesAnUnknownLot(uint256 lot) public {
        vm.assume(lot != _root);
        vm.expectRevert(abi.encodeWithSelector(ILots.UnknownLot.selector, lot));
        _as(SUPPLIER);
        tally.lock(lot, FUNDER, START + 1);
    }

    function testRefusesAnyoneButTheHolder() public {
        vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, _root, FUNDER, SUPPLIER));
        _as(FUNDER);
        tally.lock(_root, FUNDER, START + 1);
    }

    function testRefusesASuspendedHolder() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        bytes4 inactive = IRegistrar.ParticipantInactive.selector;
        _refused(FUNDER, START + 1, abi.encodeWithSelector(inactive, SUPPLIER, STATUS_SUSPENDED));
    }

    function testRefusesTheHolderItself() public {
        _refused(SUPPLIER, START + 1, abi.encodeWithSelector(IRegistrar.BadArgument.selector, "party is the holder"));
    }

    function testRefusesNoParty() public {
        _refused(0, START + 1, abi.encodeWithSelector(IRegistrar.BadArgument.selector, "party"));
    }

    /// @dev Whether a party is active is asked when it acts, so a lock for one that is not binds until its time and gives nothing away.
    function testALockForAPartyThatIsNotActiveOnlyWaits() public {
        _suspend(FUNDER, ROLE_FUNDER);
        _lockFor(_root, FUNDER, START + 1 days);
        bytes memory inactive =
            abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, FUNDER, STATUS_SUSPENDED);
        Offer memory offer = _offer(_root, WHOLE, FACE, FUNDER);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(inactive);
        _submit(offer, signature);
        vm.expectRevert(inactive);
        _as(FUNDER);
        tally.release(_root);
        vm.warp(START + 1 days + 1);
        _as(SUPPLIER);
        tally.release(_root);
    }

    function testRefusesATimeThatHasPassed(uint32 until) public {
        until = uint32(bound(until, 0, START));
        _refused(FUNDER, until, abi.encodeWithSelector(ILots.LockInPast.selector, until));
    }

    function testRefusesATimeThatReachesTheRecordTime(uint32 until) public {
        uint32 time = _recordTime(_id);
        until = uint32(bound(until, time, type(uint32).max));
        _refused(FUNDER, until, abi.encodeWithSelector(ILots.LockBeyondRecordTime.selector, until, time));
    }

    function testRefusesASecondLockWhileOneStands() public {
        _lockFor(_root, FUNDER, START + 1 days);
        bytes memory reason = abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, START + 1 days);
        _refused(FUNDER, START + 2 days, reason);
        vm.warp(START + 1 days);
        _refused(THIRD, START + 2 days, reason);
    }

    function testRefusesAnEmptyLot() public {
        _passPart(_root, 0, FACE, SECOND);
        _refused(FUNDER, START + 1, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, 0, 0));
    }

    function testRefusesAPledgedLot() public {
        _pledge(_root);
        bytes memory reason = abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, type(uint32).max);
        _refused(THIRD, START + 1 days, reason);
    }

    function testRefusesALotAtItsLastVersion() public {
        _setVersion(_root, type(uint16).max);
        _refused(FUNDER, START + 1, abi.encodeWithSelector(ILots.VersionSpent.selector, _root));
    }

    function testNamesAPartyUntilATimeAndChangesNothingElse(uint32 until) public {
        until = uint32(bound(until, START + 1, _recordTime(_id) - 1));
        Holding memory lot = _lot(_root);
        vm.expectEmit(address(tally));
        emit IOffers.Locked(_root, FUNDER, until);
        _as(SUPPLIER);
        tally.lock(_root, FUNDER, until);
        (lot.version, lot.lockParty, lot.lockUntil) = (1, FUNDER, until);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
    }

    function testANewLockReplacesOneThatRanOut(uint32 later) public {
        _lockFor(_root, FUNDER, START + 1 days);
        vm.warp(bound(later, START + 1 days + 1, _recordTime(_id) - 2));
        _lockFor(_root, OTHER_FUNDER, _recordTime(_id) - 1);
        vm.assertEq(_lot(_root).lockParty, OTHER_FUNDER);
        vm.assertEq(_lot(_root).version, 2);
    }
}
