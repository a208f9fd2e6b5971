// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract RedeemTest is Clearing {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(bytes memory reason, uint256 lot) private {
        vm.expectRevert(reason);
        _as(AGENT);
        tally.redeem(lot, RECEIPT);
    }

    function _ready() private {
        _pay(_id, FACE);
        _toRedemption(_id);
    }

    /* REFUSALS */

    function testRefusesALotOfAnUnknownPayable(uint256 lot) public {
        vm.assume(lot >> 96 != _id);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, lot >> 96), lot);
    }

    function testRefusesAnUnknownLot(uint96 path) public {
        vm.assume(path != 0);
        _ready();
        uint256 lot = _root | path;
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, lot), lot);
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id << 96);
    }

    function testRefusesWhileRedemptionIsSuspended() public {
        _ready();
        _asRegistrar();
        tally.suspendRedemption(_id, true, BASIS);
        _refused(abi.encodeWithSelector(IPayments.RedemptionIsSuspended.selector, _id), _root);
    }

    function testRefusesWhileARoundIsOpen() public {
        _pay(_id, FACE / 2);
        _toRedemption(_id);
        _openRound(_id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id), _root);
    }

    function testRefusesAnUnknownKey() public {
        _ready();
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.redeem(_root, RECEIPT);
    }

    function testRefusesAnyoneButThePaymentAgent() public {
        _ready();
        uint32[4] memory others = [OBLIGOR, SUPPLIER, FUNDER, OTHER_AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, others[i], AGENT));
            _as(others[i]);
            tally.redeem(_root, RECEIPT);
        }
    }

    function testRefusesAnAgentSuspendedOrWithoutItsRole() public {
        _ready();
        _setStatus(AGENT, ROLE_FUNDER, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, ROLE_AGENT), _root);
        _suspend(AGENT, ROLE_AGENT);
        _refused(abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED), _root);
    }

    function testRefusesBeforeTheTimeOfTheRecordAndItsDelay(uint32 time) public {
        _pay(_id, FACE);
        uint32 opens = _redemptionTime(_id);
        vm.warp(bound(time, START, opens - 1));
        _refused(abi.encodeWithSelector(IPayments.RedemptionNotOpen.selector, _id, opens), _root);
    }

    function testRefusesUntilMoneyCoversTheWholeDebt(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE - 1));
        _toRedemption(_id);
        _refused(abi.encodeWithSelector(IPayments.NotCovered.selector, _id, 0, FACE), _root);
        _pay(_id, paid);
        _refused(abi.encodeWithSelector(IPayments.NotCovered.selector, _id, paid, FACE), _root);
    }

    function testRefusesWithoutAReceipt() public {
        _ready();
        vm.expectRevert(abi.encodeWithSelector(IPayments.ReceiptMissing.selector));
        _as(AGENT);
        tally.redeem(_root, 0);
    }

    function testRefusesALotOfWhichNothingIsLeft() public {
        _passPart(_root, 0, FACE, SECOND);
        _ready();
        _refused(abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, 0, 0), _root);
    }

    /* WHAT IT DOES */

    function testPaysOneLotWholeAndMarksItEnded(uint72 face, uint72 part, uint32 time, bytes32 receipt) public {
        vm.assume(receipt != 0);
        face = uint72(bound(face, 2 * SMALLEST, LIMIT - FACE));
        part = uint72(bound(part, SMALLEST, face - SMALLEST));
        (uint256 id, uint256 root) = _issueAccepted(face);
        uint256 child = _passPart(root, 7, part, SECOND);
        _pay(id, face);
        vm.warp(bound(time, _redemptionTime(id), KEY_UNTIL - 1));
        (Debt memory debt, Holding memory lot) = (_debt(id), _lot(child));
        uint256[2] memory words = [tally.limitWord(OBLIGOR, CNY), tally.lotWord(root)];
        vm.expectEmit(address(tally));
        emit IPayments.Redeemed(child, SECOND, part, 0, receipt);
        _as(AGENT);
        tally.redeem(child, receipt);
        (debt.outstanding, debt.available) = (face - part, face - part);
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        (lot.version, lot.flags) = (lot.version + 1, LOT_ENDED);
        vm.assertEq(abi.encode(_lot(child)), abi.encode(lot), "lot");
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), words[0], "limit");
        vm.assertEq(tally.lotWord(root), words[1], "other lot");
        _redeem(root);
        (debt.outstanding, debt.available, debt.state) = (0, 0, PAYABLE_SETTLED);
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "settled");
    }

    function testDeletesTheWordsOfALotThatNothingCanReopen(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        (uint256 id, uint256 lot) = _issueFinal(FACE);
        Offer memory offer = _offer(lot, WHOLE, FACE, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        _accept(offer);
        Financing memory financing = _financing(FINANCE_PLEDGE, false);
        _lockForFinancing(lot, financing);
        _freeze(lot, frozen);
        _pay(id, FACE);
        _toRedemption(id);
        vm.expectEmit(address(tally));
        emit IPayments.Redeemed(lot, SECOND, FACE, 0, RECEIPT);
        _as(AGENT);
        tally.redeem(lot, RECEIPT);
        vm.assertEq(tally.lotWord(lot), 0, "lot");
        vm.assertEq(tally.frozenOf(lot), 0, "frozen");
        vm.assertEq(tally.recourseOf(lot), 0, "recourse");
        vm.assertEq(tally.consentOf(lot), 0, "consent");
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED, "state");
    }

    function testTheFirstSecondIsEnough() public {
        _pay(_id, FACE);
        vm.warp(START + 90 days - LEAD + DELAY);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }

    function testTheLargestAmountIsRedeemedWithoutAWrap() public {
        _raiseLimitToTheTop();
        _pay(_id, FACE);
        (uint256 id, uint256 root) = _issueAccepted(type(uint72).max);
        uint256 child = _passPart(root, 0, type(uint72).max - SMALLEST, SECOND);
        _pay(id, type(uint72).max);
        _toRedemption(id);
        _redeem(child);
        vm.assertEq(_debt(id).outstanding, SMALLEST, "outstanding");
        vm.assertEq(_debt(id).available, SMALLEST, "available");
        _redeem(root);
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED, "state");
        vm.assertEq(_lot(child).amount, type(uint72).max - SMALLEST, "amount stays for a reopening");
    }

    /* NOTHING BLOCKS IT */

    function testRedeemsWhileTheProfileIsPaused() public {
        _ready();
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }

    function testRedeemsForAHolderSuspendedOrExpired(bool suspended) public {
        _ready();
        if (suspended) _suspend(SUPPLIER, ROLE_SUPPLIER);
        else _expire(SUPPLIER, ROLE_SUPPLIER);
        vm.expectEmit(address(tally));
        emit IPayments.Redeemed(_root, SUPPLIER, FACE, 0, RECEIPT);
        _as(AGENT);
        tally.redeem(_root, RECEIPT);
    }

    function testRedeemsWhenObligorAndAgentHaveExpired() public {
        _ready();
        _expire(OBLIGOR, ROLE_OBLIGOR);
        _expire(AGENT, ROLE_AGENT);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }

    function testRedeemsAPledgedLotAndTheWordStillNamesThePledgee() public {
        _pledge(_root);
        _ready();
        _redeem(_root);
        vm.assertEq(_lot(_root).lockParty, FUNDER, "pledgee");
        vm.assertEq(_lot(_root).flags, LOT_PLEDGED | LOT_ENDED, "flags");
    }

    function testRedeemsAFrozenLotAndTheWordStillSaysHowMuch(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        _freeze(_root, frozen);
        _ready();
        _redeem(_root);
        vm.assertEq(tally.frozenOf(_root), frozen, "frozen");
        vm.assertEq(_lot(_root).flags, LOT_FROZEN | LOT_ENDED, "flags");
    }

    function testRedeemsAtTheLastVersionWithoutAWrap() public {
        _setVersion(_root, type(uint16).max);
        _ready();
        _redeem(_root);
        vm.assertEq(_lot(_root).version, type(uint16).max, "version");
        vm.assertEq(_lot(_root).flags, LOT_ENDED, "flags");
    }

    function testRedeemsADebtThatWasOverdue() public {
        _toOverdue(_id);
        tally.markOverdue(_id);
        _pay(_id, FACE);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED, "state");
        vm.assertEq(_credit(OBLIGOR).overdue, 0, "count");
    }

    function testRedeemsUnderALimitLoweredBelowItsUse() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, 0, AGENT);
        _ready();
        _redeem(_root);
        vm.assertEq(_credit(OBLIGOR).used, 0);
    }

    /* ATTACKS */

    function testALotIsRedeemedOnce() public {
        uint256 child = _passPart(_root, 0, FACE / 2, SECOND);
        _ready();
        _redeem(child);
        _refused(abi.encodeWithSelector(ILots.LotEnded.selector, child), child);
        _redeem(_root);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, _id, PAYABLE_SETTLED), _root);
    }

    function testALotThatWasDeletedIsRedeemedOnce() public {
        (uint256 id, uint256 root) = _issueFinal(FACE);
        uint256 child = _passPart(root, 0, FACE / 2, SECOND);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(child);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, child), child);
    }

    function testAnAgentThatWasReplacedRedeemsNothing() public {
        _ready();
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, LIMIT, OTHER_AGENT);
        _refused(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, AGENT, OTHER_AGENT), _root);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }

    function testMoneyTakenBackRedeemsNothing() public {
        _ready();
        bytes32 kind = keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, _id, uint16(2), uint72(1), RECEIPT));
        bytes memory consent = _signStruct(hash, secretOf[AGENT]);
        _asRegistrar();
        tally.reversePayment(_id, 1, RECEIPT, consent);
        _refused(abi.encodeWithSelector(IPayments.NotCovered.selector, _id, FACE - 1, FACE), _root);
    }

    function testOneDebtsMoneyRedeemsNoLotOfAnother() public {
        (uint256 other, uint256 lot) = _issueAccepted(FACE);
        _ready();
        _refused(abi.encodeWithSelector(IPayments.NotCovered.selector, other, 0, FACE), lot);
    }

    function testALotThatEndedIsNeitherSoldNorLockedNorSplit() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        uint256 child = _passPart(root, 0, FACE / 2, SECOND);
        Offer memory offer = _offer(child, WHOLE, FACE / 2, THIRD);
        offer.deadline = type(uint32).max;
        bytes memory signature = _sign(offer, secretOf[SECOND]);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(child);
        bytes memory reason = abi.encodeWithSelector(ILots.LotEnded.selector, child);
        vm.expectRevert(reason);
        _submit(offer, signature);
        vm.expectRevert(reason);
        _as(SECOND);
        tally.lock(child, FUNDER, START + 1000 days);
        vm.expectRevert(reason);
        _as(SECOND);
        tally.split(child, new uint8[](1), new uint72[](1));
    }
}
