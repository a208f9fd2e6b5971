// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract MarkOverdueTest is Clearing {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(bytes memory reason, uint256 id) private {
        vm.expectRevert(reason);
        tally.markOverdue(id);
    }

    /* REFUSALS */

    function testRefusesAnUnknownPayable(uint256 id) public {
        vm.assume(id != _id);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), id);
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _toOverdue(id);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id);
    }

    function testRefusesADebtThatWasRefusedOrCancelled() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 refused = _issue(terms, portions);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        (terms, portions) = (_terms(FACE), _portions(FACE));
        uint256 cancelled = _issue(terms, portions);
        _as(OBLIGOR);
        tally.cancel(terms, portions, "");
        _toOverdue(_id);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, refused, PAYABLE_REFUSED), refused);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, cancelled, PAYABLE_CANCELLED), cancelled);
    }

    function testRefusesASettledDebt() public {
        _pay(_id, FACE);
        _toOverdue(_id);
        _redeem(_root);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, _id, PAYABLE_SETTLED), _id);
    }

    function testRefusesUntilTheGraceHasEnded(uint32 time) public {
        vm.warp(bound(time, START, uint256(_debt(_id).due) + GRACE));
        _refused(abi.encodeWithSelector(ISettlement.NotOverdue.selector, _id), _id);
    }

    function testRefusesADebtThatMoneyCovers() public {
        _pay(_id, FACE);
        _toOverdue(_id);
        _refused(abi.encodeWithSelector(ISettlement.NotOverdue.selector, _id), _id);
    }

    function testRefusesASecondMark() public {
        _toOverdue(_id);
        tally.markOverdue(_id);
        _refused(abi.encodeWithSelector(ISettlement.AlreadyOverdue.selector, _id), _id);
    }

    /* WHAT IT DOES */

    function testAnyoneMayMarkAndNothingButTheMarkChanges(uint72 face, uint72 paid, uint32 time, address caller)
        public
    {
        face = uint72(bound(face, SMALLEST, LIMIT - FACE));
        paid = uint72(bound(paid, 0, face - 1));
        (uint256 id, uint256 lot) = _issueAccepted(face);
        if (paid != 0) _pay(id, paid);
        vm.warp(bound(time, uint256(_debt(id).due) + GRACE + 1, type(uint32).max));
        Debt memory debt = _debt(id);
        Credit memory credit = _credit(OBLIGOR);
        uint256 word = tally.lotWord(lot);
        vm.expectEmit(address(tally));
        emit ISettlement.OverdueMarked(id);
        vm.prank(caller);
        tally.markOverdue(id);
        debt.state = PAYABLE_ACTIVE | PAYABLE_OVERDUE;
        credit.overdue = 1;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(credit), "limit");
        vm.assertEq(tally.lotWord(lot), word, "lot");
        vm.assertEq(_credit(OTHER_OBLIGOR).overdue, 0, "other obligor");
    }

    function testTheFirstSecondAfterTheGraceIsEnough() public {
        vm.warp(uint256(_debt(_id).due) + GRACE + 1);
        tally.markOverdue(_id);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE | PAYABLE_OVERDUE);
    }

    function testNeitherPauseNorSuspensionHidesADelay() public {
        _suspend(OBLIGOR, ROLE_OBLIGOR);
        vm.startPrank(registrar);
        tally.pauseProfile(PROFILE, true);
        tally.suspendRedemption(_id, true, BASIS);
        vm.stopPrank();
        _toOverdue(_id);
        tally.markOverdue(_id);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE | PAYABLE_OVERDUE | PAYABLE_SUSPENDED);
    }

    function testARoundNeitherStopsTheMarkNorTakesItAway() public {
        _pay(_id, FACE / 2);
        _toOverdue(_id);
        _openRound(_id);
        tally.markOverdue(_id);
        _redeemInRound(_root, FACE / 2);
        _closeRound(_id);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE | PAYABLE_OVERDUE, "state");
        vm.assertEq(_credit(OBLIGOR).overdue, 1, "count");
    }

    /* STOP-ISSUE AND CURE */

    function testTheObligorIssuesNothingUntilEveryDebtIsCured(uint8 count, uint8 order) public {
        count = uint8(bound(count, 1, 5));
        uint256[] memory ids = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) {
            (ids[i],) = _issueAccepted(FACE);
        }
        _toOverdue(ids[0]);
        for (uint256 i = 0; i < count; ++i) {
            tally.markOverdue(ids[i]);
        }
        for (uint16 left = count; left > 0; --left) {
            (Terms memory terms, Portion[] memory portions) = (_terms(SMALLEST), _portions(SMALLEST));
            vm.expectRevert(abi.encodeWithSelector(IPayables.ObligorOverdue.selector, OBLIGOR, CNY, left));
            _issue(terms, portions);
            _pay(ids[(uint256(order) + left) % count], FACE);
        }
        vm.assertEq(_credit(OBLIGOR).overdue, 0, "count");
        _issue(SMALLEST);
    }

    function testAPartPaymentCuresNothing(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE - 1));
        _toOverdue(_id);
        tally.markOverdue(_id);
        _pay(_id, paid);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE | PAYABLE_OVERDUE, "state");
        vm.expectEmit(address(tally));
        emit IPayments.OverdueCured(_id);
        _pay(_id, FACE - paid);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE, "cured");
        vm.assertEq(_credit(OBLIGOR).overdue, 0, "count");
    }

    function testAReversedPaymentMayBeMarkedAgain() public {
        _toOverdue(_id);
        tally.markOverdue(_id);
        _pay(_id, FACE);
        bytes32 kind = keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, _id, uint16(2), uint72(1), RECEIPT));
        bytes memory consent = _signStruct(hash, secretOf[AGENT]);
        _asRegistrar();
        tally.reversePayment(_id, 1, RECEIPT, consent);
        vm.assertEq(_credit(OBLIGOR).overdue, 0, "not marked by itself");
        tally.markOverdue(_id);
        vm.assertEq(_credit(OBLIGOR).overdue, 1, "marked again");
    }

    function testOtherObligorsAndPayeesGoOn() public {
        _toOverdue(_id);
        tally.markOverdue(_id);
        Terms memory terms = _terms(FACE);
        terms.obligor = OTHER_OBLIGOR;
        uint256 id = _issue(terms, _portions(FACE));
        _accept(id);
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE);
    }

    /* ATTACKS */

    function testAMarkStopsSalesButNeverRedemption() public {
        _pay(_id, FACE / 2);
        _toOverdue(_id);
        tally.markOverdue(_id);
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        bytes memory reason =
            abi.encodeWithSelector(IPayables.WrongState.selector, _id, PAYABLE_ACTIVE | PAYABLE_OVERDUE);
        vm.expectRevert(reason);
        _submit(offer, signature);
        _openRound(_id);
        _redeemInRound(_root, FACE / 2);
        _closeRound(_id);
        vm.assertEq(_debt(_id).outstanding, FACE / 2, "outstanding");
    }

    function testAnObligorCannotEscapeByRedeemingTheCoveredPart() public {
        _pay(_id, FACE / 2);
        _toOverdue(_id);
        _openRound(_id);
        _redeemInRound(_root, FACE / 2);
        _closeRound(_id);
        tally.markOverdue(_id);
        vm.assertEq(_credit(OBLIGOR).overdue, 1);
    }
}
