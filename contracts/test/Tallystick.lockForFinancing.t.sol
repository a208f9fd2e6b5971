// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract LockForFinancingTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(Financing memory financing, bytes memory reason) private {
        vm.expectRevert(reason);
        _as(SUPPLIER);
        tally.lockForFinancing(_root, financing);
    }

    function testRefusesAnyoneButTheHolder() public {
        vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, _root, FUNDER, SUPPLIER));
        _as(FUNDER);
        tally.lockForFinancing(_root, _financing(FINANCE_ASSIGNMENT, false));
    }

    function testRefusesAFunderWithoutTheRole() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        financing.funder = SECOND;
        _refused(financing, abi.encodeWithSelector(IRegistrar.RoleMissing.selector, SECOND, ROLE_FUNDER));
    }

    function testRefusesAFunderWhoseVerificationExpired() public {
        _expire(FUNDER, ROLE_FUNDER);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.VerificationExpired.selector, FUNDER, START);
        _refused(_financing(FINANCE_PLEDGE, false), reason);
    }

    function testRefusesAnUnknownKind(uint8 kind) public {
        vm.assume(kind > FINANCE_PLEDGE);
        _refused(_financing(kind, false), abi.encodeWithSelector(ILots.KindNotAllowed.selector, _root, kind));
    }

    function testRefusesAFrozenLot() public {
        _freeze(_root, 1);
        bytes memory reason = abi.encodeWithSelector(ILots.FrozenPart.selector, _root, 1);
        _refused(_financing(FINANCE_ASSIGNMENT, false), reason);
    }

    function testRefusesAPausedProfile() public {
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE);
        _refused(_financing(FINANCE_PLEDGE, false), reason);
    }

    function testRefusesAnAssignmentWithoutAHopLeftButNotAPledge() public {
        uint32[2] memory turn = [SECOND, SUPPLIER];
        for (uint256 i = 0; i < HOPS; ++i) {
            _passWhole(_root, turn[i % 2]);
        }
        bytes memory reason = abi.encodeWithSelector(IOffers.TooManyHops.selector, _root, HOPS);
        _refused(_financing(FINANCE_ASSIGNMENT, false), reason);
        _lockForFinancing(_root, _financing(FINANCE_PLEDGE, false));
    }

    function testRefusesATimeThatReachesTheRecordTime() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        financing.until = _recordTime(_id);
        bytes4 beyond = ILots.LockBeyondRecordTime.selector;
        _refused(financing, abi.encodeWithSelector(beyond, financing.until, financing.until));
    }

    function testRefusesALotThatIsLocked() public {
        _lockFor(_root, FUNDER, START + 1 days);
        bytes memory reason = abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, START + 1 days);
        _refused(_financing(FINANCE_ASSIGNMENT, false), reason);
    }

    function testRefusesWithoutAVersionLeftForItsCompletion() public {
        _setVersion(_root, type(uint16).max - 1);
        bytes memory reason = abi.encodeWithSelector(ILots.VersionSpent.selector, _root);
        _refused(_financing(FINANCE_ASSIGNMENT, false), reason);
    }

    function testBindsTheHolderToOneNamedFinancing(uint32 until, bool pledge, bool recourse, bytes32 what) public {
        Financing memory financing = _financing(pledge ? FINANCE_PLEDGE : FINANCE_ASSIGNMENT, recourse);
        financing.until = uint32(bound(until, START + 1, _recordTime(_id) - 1));
        financing.commitment = what;
        Holding memory lot = _lot(_root);
        vm.expectEmit(address(tally));
        emit IOffers.FinancingLocked(_root, FUNDER, financing.until, financing.kind, recourse, what);
        _lockForFinancing(_root, financing);
        (lot.version, lot.flags, lot.lockParty, lot.lockUntil) = (1, LOT_FINANCING, FUNDER, financing.until);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
        vm.assertEq(tally.consentOf(_root), tally.financingHash(financing));
    }
}
