// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract ReleaseTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(uint32 by, bytes memory reason) private {
        vm.expectRevert(reason);
        _as(by);
        tally.release(_root);
    }

    function testRefusesALotWithoutALock() public {
        _refused(SUPPLIER, abi.encodeWithSelector(IOffers.LotNotLocked.selector, _root));
    }

    function testRefusesTheHolderWhileTheLockStands(uint32 time) public {
        _lockFor(_root, FUNDER, START + 1 days);
        vm.warp(bound(time, START, START + 1 days));
        _refused(SUPPLIER, abi.encodeWithSelector(ILots.NotLockParty.selector, _root, SUPPLIER, FUNDER));
    }

    function testRefusesAnyoneElseAtAnyTime(uint32 time) public {
        _lockFor(_root, FUNDER, START + 1 days);
        vm.warp(bound(time, START, KEY_UNTIL - 1));
        _refused(THIRD, abi.encodeWithSelector(ILots.NotLockParty.selector, _root, THIRD, FUNDER));
    }

    function testRefusesToReleaseAPledge() public {
        _pledge(_root);
        _refused(FUNDER, abi.encodeWithSelector(IOffers.LotIsPledged.selector, _root));
    }

    function _assertReleases(uint32 by) private {
        Holding memory lot = _lot(_root);
        vm.expectEmit(address(tally));
        emit IOffers.Released(_root, by);
        _as(by);
        tally.release(_root);
        (lot.version, lot.lockParty, lot.lockUntil, lot.flags) = (lot.version + 1, 0, 0, 0);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
        vm.assertEq(tally.consentOf(_root), 0);
    }

    function testThePartyLetsGoAtAnyTime(uint32 time) public {
        _lockFor(_root, FUNDER, START + 1 days);
        vm.warp(bound(time, START, KEY_UNTIL - 1));
        _assertReleases(FUNDER);
    }

    function testTheHolderIsFreeOnceTheLockHasEnded(uint32 time) public {
        _lockFor(_root, FUNDER, START + 1 days);
        vm.warp(bound(time, START + 1 days + 1, KEY_UNTIL - 1));
        _assertReleases(SUPPLIER);
    }

    function testTheFunderLetsGoOfAFinancing() public {
        _lockForFinancing(_root, _financing(FINANCE_ASSIGNMENT, true));
        _refused(SUPPLIER, abi.encodeWithSelector(ILots.NotLockParty.selector, _root, SUPPLIER, FUNDER));
        _assertReleases(FUNDER);
    }

    function testTheRecipientDeclinesAnOfferMadeOnChain() public {
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        _as(SUPPLIER);
        tally.makeOffer(offer);
        _assertReleases(SECOND);
    }
}
