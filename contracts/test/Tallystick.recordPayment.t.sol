// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract RecordPaymentTest is Clearing {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(bytes memory reason, uint256 id, uint16 sequence, uint72 amount) private {
        vm.expectRevert(reason);
        _as(AGENT);
        tally.recordPayment(id, sequence, amount, RECEIPT);
    }

    /* REFUSALS */

    function testRefusesAnUnknownPayable(uint256 id) public {
        vm.assume(id != _id);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), id, 1, FACE);
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id, 1, FACE);
    }

    function testRefusesASettledDebt() public {
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, _id, PAYABLE_SETTLED), _id, 2, 1);
    }

    function testRefusesWhileARoundIsOpen() public {
        _pay(_id, FACE / 2);
        _toRedemption(_id);
        _openRound(_id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id), _id, 2, FACE / 2);
    }

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.recordPayment(_id, 1, FACE, RECEIPT);
    }

    function testRefusesAnyoneButThePaymentAgent() public {
        uint32[5] memory others = [OBLIGOR, SUPPLIER, FUNDER, OTHER_AGENT, OTHER_OBLIGOR];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, others[i], AGENT));
            _as(others[i]);
            tally.recordPayment(_id, 1, FACE, RECEIPT);
        }
    }

    function testRefusesASuspendedAgent() public {
        _suspend(AGENT, ROLE_AGENT);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED);
        _refused(reason, _id, 1, FACE);
    }

    function testRefusesAnAgentThatLostItsRole() public {
        _setStatus(AGENT, ROLE_FUNDER, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, ROLE_AGENT), _id, 1, FACE);
    }

    function testRefusesAnyButTheNextSequence(uint16 sequence, uint8 before) public {
        before = uint8(bound(before, 0, 4));
        vm.assume(sequence != before + 1);
        for (uint256 i = 0; i < before; ++i) {
            _pay(_id, 1);
        }
        _refused(abi.encodeWithSelector(IPayments.WrongSequence.selector, _id, before + 1), _id, sequence, 1);
    }

    function testRefusesWithoutAReceipt() public {
        vm.expectRevert(abi.encodeWithSelector(IPayments.ReceiptMissing.selector));
        _as(AGENT);
        tally.recordPayment(_id, 1, FACE, 0);
    }

    function testRefusesNothingAndMoreThanIsOpen(uint72 paid, uint72 amount) public {
        paid = uint72(bound(paid, 1, FACE));
        amount = uint72(bound(amount, FACE - paid + 1, type(uint72).max));
        _pay(_id, paid);
        uint72 open = FACE - paid;
        _refused(abi.encodeWithSelector(IPayments.PaymentAboveOutstanding.selector, _id, 0, open), _id, 2, 0);
        _refused(abi.encodeWithSelector(IPayments.PaymentAboveOutstanding.selector, _id, amount, open), _id, 2, amount);
    }

    /* WHAT IT DOES */

    function testPartPaymentsAddUpAndEndTheExposure(uint72 face, uint72[4] memory amounts, bytes32 receipt) public {
        vm.assume(receipt != 0);
        face = uint72(bound(face, SMALLEST, LIMIT - FACE));
        (uint256 id, uint256 lot) = _issueAccepted(face);
        uint256 word = tally.lotWord(lot);
        uint72 open = face;
        for (uint16 i = 1; i <= amounts.length && open > 0; ++i) {
            uint72 amount = uint72(bound(amounts[i - 1], 1, open));
            open -= amount;
            vm.expectEmit(address(tally));
            emit IPayments.PaymentRecorded(id, i, amount, receipt);
            _as(AGENT);
            tally.recordPayment(id, i, amount, receipt);
            Debt memory debt = Debt(OBLIGOR, PROFILE, START + 90 days, PAYABLE_ACTIVE, face, face - open, i, 0);
            vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
            Credit memory credit = Credit(LIMIT, FACE + open, AGENT, 0);
            vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(credit), "limit");
        }
        vm.assertEq(tally.lotWord(lot), word, "lot");
    }

    function testIsOpenAtAnyTime(uint32 time) public {
        vm.warp(bound(time, START, KEY_UNTIL - 1));
        _pay(_id, FACE);
        vm.assertEq(_debt(_id).available, FACE);
    }

    function testNeitherPauseNorExpiryNorSuspensionOfTheDebtorStopsMoney() public {
        _suspend(OBLIGOR, ROLE_OBLIGOR);
        _expire(AGENT, ROLE_AGENT);
        vm.startPrank(registrar);
        tally.pauseProfile(PROFILE, true);
        tally.suspendRedemption(_id, true, BASIS);
        vm.stopPrank();
        _pay(_id, FACE);
        vm.assertEq(_debt(_id).available, FACE);
    }

    function testTheLargestAmountFitsTheWordsExactly() public {
        _raiseLimitToTheTop();
        _pay(_id, FACE);
        (uint256 id,) = _issueAccepted(type(uint72).max);
        vm.assertEq(_credit(OBLIGOR).used, type(uint72).max, "used");
        _pay(id, type(uint72).max);
        vm.assertEq(_debt(id).available, type(uint72).max, "available");
        vm.assertEq(_debt(id).sequence, 1, "sequence");
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE, "state");
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(type(uint72).max, 0, AGENT, 0)), "limit");
    }

    /* ATTACKS */

    function testAPaymentRecordedTwiceCountsOnce() public {
        _pay(_id, FACE / 2);
        _refused(abi.encodeWithSelector(IPayments.WrongSequence.selector, _id, 2), _id, 1, FACE / 2);
        vm.assertEq(_debt(_id).available, FACE / 2);
    }

    function testAPaymentRecordedAgainAfterItsReversalNeedsANumberOfItsOwn() public {
        _pay(_id, FACE);
        bytes32 kind = keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, _id, uint16(2), FACE, RECEIPT));
        bytes memory consent = _signStruct(hash, secretOf[AGENT]);
        _asRegistrar();
        tally.reversePayment(_id, FACE, RECEIPT, consent);
        for (uint16 old = 1; old <= 2; ++old) {
            _refused(abi.encodeWithSelector(IPayments.WrongSequence.selector, _id, 3), _id, old, FACE);
        }
        _pay(_id, FACE);
        vm.assertEq(_debt(_id).sequence, 3);
    }

    function testTheLastSequenceIsNeverWrapped() public {
        _setCounters(_id, type(uint16).max - 1, 0);
        _pay(_id, 1);
        uint16[3] memory tries = [0, 1, type(uint16).max];
        for (uint256 i = 0; i < tries.length; ++i) {
            _refused(abi.encodeWithSelector(IPayments.WrongSequence.selector, _id, 0), _id, tries[i], 1);
        }
        vm.assertEq(_debt(_id).available, 1);
    }

    function testAReplacedAgentRecordsNothingMore() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, LIMIT, OTHER_AGENT);
        bytes memory reason = abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, AGENT, OTHER_AGENT);
        _refused(reason, _id, 1, FACE);
    }

    function testALimitLoweredBelowItsUseStillTakesMoney(uint72 limit) public {
        limit = uint72(bound(limit, 0, FACE - 1));
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, limit, AGENT);
        _pay(_id, FACE / 2);
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(limit, FACE / 2, AGENT, 0)), "limit");
    }

    /// @dev Money for one debt is never money for another.
    function testAPaymentTouchesNoOtherDebt(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE));
        (uint256 other,) = _issueAccepted(FACE);
        uint256 word = tally.payableWord(other);
        _pay(_id, paid);
        vm.assertEq(tally.payableWord(other), word);
        vm.assertEq(_credit(OBLIGOR).used, 2 * FACE - paid, "used");
    }
}
