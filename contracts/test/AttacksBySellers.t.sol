// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice A seller who regrets after the funder has paid: whatever it does, the lot it bound goes where it was agreed to go.
contract AttacksBySellersTest is Base {
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (, _root) = _issueAccepted(FACE);
    }

    function testAFinancingAfterTheSellerRevokedItsOffersAndItsKey() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        vm.startPrank(keyOf[SUPPLIER]);
        tally.revokeOffers();
        tally.revokeKey(keyOf[SUPPLIER]);
        vm.stopPrank();
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        vm.assertEq(_lot(_root).holder, FUNDER);
    }

    function testAFinancingAfterTheSellerWasSuspendedThePauseCameAndTheFundersVerificationEnded() public {
        Financing memory financing = _financing(FINANCE_PLEDGE, false);
        _lockForFinancing(_root, financing);
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _expire(FUNDER, ROLE_FUNDER);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        vm.assertEq(_lot(_root).flags, LOT_PLEDGED);
    }

    function testASellerThatSellsWhatIsLockedForAFinancing() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        Offer memory offer = _offer(_root, WHOLE, FACE, THIRD);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, financing.until));
        _submit(offer, signature);
        vm.expectRevert(abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, financing.until));
        _as(SUPPLIER);
        tally.discharge(_root, RECEIPT);
    }

    function testAFinancingAfterTheSellerRotatedItsKeys() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        (address next, uint256 secret) = makeAddrAndKey("the seller's next key");
        vm.startPrank(registrar);
        tally.setKey(next, SUPPLIER, START, KEY_UNTIL);
        tally.setKey(keyOf[SUPPLIER], SUPPLIER, START - 1, START);
        vm.stopPrank();
        Offer memory offer = _offer(_root, WHOLE, FACE, THIRD);
        bytes memory signature = _sign(offer, secret);
        vm.expectRevert(abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, financing.until));
        _submit(offer, signature);
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        vm.assertEq(_lot(_root).holder, FUNDER);
    }

    function testASellerThatWaitsOutTheClockBeforeTheFunderCompletes() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        vm.warp(financing.until);
        vm.expectRevert(abi.encodeWithSelector(ILots.NotLockParty.selector, _root, SUPPLIER, FUNDER));
        _as(SUPPLIER);
        tally.release(_root);
        // The lock's last second is the funder's.
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        vm.assertEq(_lot(_root).holder, FUNDER);
    }

    function testAPledgorThatWaitsOutTheClock(uint32 time) public {
        _pledge(_root);
        vm.warp(bound(time, START, KEY_UNTIL - 1));
        vm.expectRevert(abi.encodeWithSelector(IOffers.LotIsPledged.selector, _root));
        _as(SUPPLIER);
        tally.release(_root);
    }
}
