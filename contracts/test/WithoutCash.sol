// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

/// @notice What discharge and set-off have in common: a lot ends without cash, and never below the money already in.
abstract contract WithoutCash is Clearing {
    uint256 internal id;
    uint256 internal root;
    /// @dev Who ends its own lot.
    uint32 internal owner;

    /// @dev The call of the owner's key and nothing else, so that a revert may be expected.
    function _end(uint256 lot) internal virtual;

    function _expectEnded(uint256 lot, uint72 amount) internal virtual;

    function _refused(bytes memory reason) internal {
        _refused(reason, root);
    }

    function _refused(bytes memory reason, uint256 lot) internal {
        vm.expectRevert(reason);
        _end(lot);
    }

    /* REFUSALS */

    function testRefusesAnUnknownLot(uint256 lot) public {
        vm.assume(lot != root);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, lot), lot);
    }

    function testRefusesALotThatWasRedeemed() public {
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(root);
        _refused(abi.encodeWithSelector(ILots.LotEnded.selector, root));
    }

    function testRefusesASuspendedHolder() public {
        _suspend(owner, ROLE_SUPPLIER | ROLE_OBLIGOR);
        _refused(abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, owner, STATUS_SUSPENDED));
    }

    function testRefusesALockedLot(uint32 time) public {
        uint32 until = START + 10 days;
        _lockFor(root, FUNDER, until);
        vm.warp(bound(time, START, until));
        _refused(abi.encodeWithSelector(ILots.LotIsLocked.selector, root, FUNDER, until));
    }

    function testRefusesALotLockedForFinancing() public {
        Financing memory financing = _financing(FINANCE_PLEDGE, false);
        _lockForFinancing(root, financing);
        _refused(abi.encodeWithSelector(ILots.LotIsLocked.selector, root, FUNDER, financing.until));
    }

    function testRefusesAPledgedLotAtAnyTime() public {
        _pledge(root);
        bytes memory reason = abi.encodeWithSelector(ILots.LotIsLocked.selector, root, FUNDER, type(uint32).max);
        _refused(reason);
        _toOverdue(id);
        _refused(reason);
    }

    function testRefusesAFrozenPart(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        _freeze(root, frozen);
        _refused(abi.encodeWithSelector(ILots.FrozenPart.selector, root, frozen));
    }

    function testRefusesALotOfWhichNothingIsLeft() public {
        _passPart(root, 0, FACE, THIRD);
        _refused(abi.encodeWithSelector(ILots.AmountOutOfRange.selector, root, 0, 0));
    }

    function testRefusesToEndWhatMoneyHasCovered(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE));
        _pay(id, paid);
        _refused(abi.encodeWithSelector(IPayments.PaymentAboveOutstanding.selector, id, FACE, FACE - paid));
    }

    function testRefusesWhileARoundIsOpen() public {
        _pay(id, FACE / 2);
        _toRedemption(id);
        _openRound(id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, id));
    }

    function testRefusesASecondTime() public {
        _end(root);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, root));
    }

    /* WHAT IT DOES */

    function testEndsALotAndTheExposure(uint72 part, uint72 paid, uint32 time) public {
        part = uint72(bound(part, SMALLEST, FACE - SMALLEST));
        paid = uint72(bound(paid, 0, part));
        _passPart(root, 3, part, THIRD);
        if (paid != 0) _pay(id, paid);
        vm.warp(bound(time, START, START + 1000 days));
        Debt memory debt = _debt(id);
        uint256 part3 = tally.lotWord(tally.childOf(root, 3));
        uint72 amount = FACE - part;
        _expectEnded(root, amount);
        _end(root);
        debt.outstanding = part;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(tally.lotWord(root), 0, "lot");
        vm.assertEq(tally.lotWord(tally.childOf(root, 3)), part3, "other lot");
        vm.assertEq(
            abi.encode(_credit(OBLIGOR)), abi.encode(Credit(LIMIT, uint72(part - paid), AGENT, 0)), "limit and use"
        );
    }

    function testTheLastLotSettlesThePayable(uint72 face) public {
        face = uint72(bound(face, SMALLEST, LIMIT - FACE));
        (uint256 other, uint256 lot) = _issueAccepted(face);
        if (owner != SUPPLIER) _passWhole(lot, owner);
        _expectEnded(lot, face);
        _end(lot);
        Debt memory debt = Debt(OBLIGOR, PROFILE, START + 90 days, PAYABLE_SETTLED, 0, 0, 0, 0);
        vm.assertEq(abi.encode(_debt(other)), abi.encode(debt), "payable");
        vm.assertEq(_credit(OBLIGOR).used, FACE, "use of the other debt");
    }

    function testTheLargestAmountEndsWithoutAWrap() public {
        _raiseLimitToTheTop();
        uint72 face = type(uint72).max - FACE;
        (uint256 other, uint256 lot) = _issueAccepted(face);
        if (owner != SUPPLIER) _passWhole(lot, owner);
        _end(lot);
        vm.assertEq(_debt(other).state, PAYABLE_SETTLED, "state");
        vm.assertEq(_credit(OBLIGOR).used, FACE, "used");
    }

    function testClearsALockThatHasRunOut(uint32 time) public {
        uint32 until = START + 10 days;
        Financing memory financing = _financing(FINANCE_PLEDGE, false);
        financing.until = until;
        _lockForFinancing(root, financing);
        vm.warp(bound(time, uint256(until) + 1, START + 1000 days));
        _end(root);
        vm.assertEq(tally.consentOf(root), 0, "consent");
        vm.assertEq(tally.lotWord(root), 0, "lot");
    }

    function testForgetsWhoOwesRecourse() public {
        _passWhole(root, THIRD);
        Offer memory offer = _offer(root, WHOLE, FACE, owner);
        offer.kind = OFFER_SALE_RECOURSE;
        _accept(offer);
        vm.assertEq(tally.recourseOf(root), THIRD, "recourse before");
        _end(root);
        vm.assertEq(tally.recourseOf(root), 0, "recourse after");
    }

    function testNeitherPauseNorExpiryNorASpentVersionStopsIt() public {
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _expire(owner, ROLE_SUPPLIER | ROLE_OBLIGOR);
        _setVersion(root, type(uint16).max);
        _end(root);
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED);
    }

    function testASuspensionOfRedemptionDoesNotStopItAndStays() public {
        _asRegistrar();
        tally.suspendRedemption(id, true, BASIS);
        _end(root);
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED | PAYABLE_SUSPENDED);
    }

    function testCuresAnOverdueDebtOnceMoneyCoversTheRest() public {
        _passPart(root, 0, FACE / 4, THIRD);
        _pay(id, FACE / 4);
        _toOverdue(id);
        tally.markOverdue(id);
        vm.expectEmit(address(tally));
        emit IPayments.OverdueCured(id);
        _expectEnded(root, FACE - FACE / 4);
        _end(root);
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE, "state");
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(LIMIT, 0, AGENT, 0)), "limit");
    }

    function testCuresNothingWhileTheRestIsOpen() public {
        _passPart(root, 0, FACE / 4, THIRD);
        _pay(id, FACE / 4 - 1);
        _toOverdue(id);
        tally.markOverdue(id);
        _end(root);
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE | PAYABLE_OVERDUE, "state");
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(LIMIT, 1, AGENT, 1)), "limit");
    }

    /* ATTACKS */

    function testMoneyAlreadyInCannotBeStrandedByEndingLots(uint72 paid) public {
        paid = uint72(bound(paid, FACE / 2 + 1, FACE - 1));
        _passPart(root, 0, FACE / 2, THIRD);
        _pay(id, paid);
        _refused(abi.encodeWithSelector(IPayments.PaymentAboveOutstanding.selector, id, FACE / 2, FACE - paid));
        vm.assertEq(_debt(id).outstanding, FACE, "outstanding");
    }

    function testWhatEndedWithoutCashIsNeverReopened() public {
        _end(root);
        bytes32 hash = keccak256(
            abi.encode(
                keccak256("Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)"),
                root,
                uint16(1),
                FACE,
                RECEIPT
            )
        );
        bytes memory consent = _signStruct(hash, secretOf[AGENT]);
        vm.expectRevert(abi.encodeWithSelector(ILots.UnknownLot.selector, root));
        _asRegistrar();
        tally.reopen(root, FACE, RECEIPT, consent);
    }

    function testAnOfferSignedBeforeFindsNoLot() public {
        Offer memory offer = _offer(root, WHOLE, FACE, THIRD);
        bytes memory signature = _sign(offer, secretOf[owner]);
        _end(root);
        vm.expectRevert(abi.encodeWithSelector(ILots.UnknownLot.selector, root));
        _submit(offer, signature);
    }
}
