// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract FinanceTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(Financing memory financing, bytes32 receipt, bytes memory reason) private {
        vm.expectRevert(reason);
        _as(FUNDER);
        tally.finance(_root, financing, receipt);
    }

    function testRefusesALotWithoutAFinancingLock() public {
        _lockFor(_root, FUNDER, START + 1 days);
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _refused(financing, RECEIPT, abi.encodeWithSelector(IOffers.FinancingMismatch.selector, _root));
    }

    function testRefusesAnyOtherFinancingThanTheAgreed(uint8 field) public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        field = uint8(bound(field, 0, 4));
        if (field == 0) financing.funder = OTHER_FUNDER;
        if (field == 1) financing.until += 1;
        if (field == 2) financing.kind = FINANCE_PLEDGE;
        if (field == 3) financing.recourse = true;
        if (field == 4) financing.commitment = 0;
        _refused(financing, RECEIPT, abi.encodeWithSelector(IOffers.FinancingMismatch.selector, _root));
    }

    function testRefusesAnyoneButTheFunder() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        vm.expectRevert(abi.encodeWithSelector(ILots.NotLockParty.selector, _root, OTHER_FUNDER, FUNDER));
        _as(OTHER_FUNDER);
        tally.finance(_root, financing, RECEIPT);
    }

    function testRefusesWithoutAReceipt() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        _refused(financing, 0, abi.encodeWithSelector(IPayments.ReceiptMissing.selector));
    }

    function testRefusesAfterTheLockHasEnded(uint32 late) public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        vm.warp(bound(late, uint256(financing.until) + 1, KEY_UNTIL - 1));
        _refused(financing, RECEIPT, abi.encodeWithSelector(IOffers.OfferExpired.selector, financing.until));
    }

    function testRefusesASecondCompletion() public {
        Financing memory financing = _financing(FINANCE_PLEDGE, false);
        _finance(_root, financing);
        _refused(financing, RECEIPT, abi.encodeWithSelector(IOffers.FinancingMismatch.selector, _root));
    }

    function testAssignsTheLotToTheFunder(bool recourse, uint32 time) public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, recourse);
        _lockForFinancing(_root, financing);
        vm.warp(bound(time, START, financing.until));
        vm.expectEmit(address(tally));
        emit IOffers.Financed(_root, FUNDER, SUPPLIER, FACE, FINANCE_ASSIGNMENT, RECEIPT);
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        Holding memory lot;
        (lot.holder, lot.amount, lot.hops, lot.version) = (FUNDER, FACE, 1, 2);
        lot.flags = recourse ? LOT_RECOURSE : 0;
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
        vm.assertEq(tally.recourseOf(_root), recourse ? SUPPLIER : 0);
        vm.assertEq(tally.consentOf(_root), 0);
    }

    function testPledgesTheLotToTheFunder() public {
        Financing memory financing = _financing(FINANCE_PLEDGE, true);
        _lockForFinancing(_root, financing);
        vm.expectEmit(address(tally));
        emit IOffers.Financed(_root, FUNDER, SUPPLIER, FACE, FINANCE_PLEDGE, RECEIPT);
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        Holding memory lot;
        (lot.holder, lot.amount, lot.version, lot.flags) = (SUPPLIER, FACE, 2, LOT_PLEDGED);
        (lot.lockParty, lot.lockUntil) = (FUNDER, type(uint32).max);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
    }
}
