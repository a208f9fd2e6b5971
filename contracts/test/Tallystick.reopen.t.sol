// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract ReopenTest is Clearing {
    bytes32 private constant REOPENING =
        keccak256("Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)");
    uint72 private constant HALF = FACE / 2;
    uint256 private _id;
    uint256 private _root;
    uint256 private _child;

    /// @dev Two lots of half each, both paid out on the first day of redemption.
    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
        _child = _passPart(_root, 0, HALF, SECOND);
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        _redeem(_child);
    }

    function _struct(uint256 lot, uint16 sequence, uint72 amount) private pure returns (bytes32) {
        return keccak256(abi.encode(REOPENING, lot, sequence, amount, RECEIPT));
    }

    /// @dev The agent's consent to the next reopening.
    function _consent(uint256 lot, uint72 amount) private view returns (bytes memory) {
        return _signStruct(_struct(lot, _debt(lot >> 96).sequence + 1, amount), secretOf[AGENT]);
    }

    function _reopen(uint256 lot, uint72 amount, bytes memory consent) private {
        _asRegistrar();
        tally.reopen(lot, amount, RECEIPT, consent);
    }

    function _reopen(uint256 lot, uint72 amount) private {
        _reopen(lot, amount, _consent(lot, amount));
    }

    function _refused(bytes memory reason, uint256 lot, uint72 amount, bytes memory consent) private {
        vm.expectRevert(reason);
        _reopen(lot, amount, consent);
    }

    function _refused(bytes memory reason, uint256 lot, uint72 amount) private {
        _refused(reason, lot, amount, _consent(lot, amount));
    }

    function _badSignature(bytes memory consent) private {
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), _root, HALF, consent);
    }

    /// @dev A debt of which a round paid `paid` on its only lot.
    function _paidInRound(uint72 paid) private returns (uint256 id, uint256 lot) {
        (id, lot) = _issueAccepted(FACE);
        _pay(id, paid);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(lot, paid);
        _closeRound(id);
    }

    /* REFUSALS */

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        bytes memory consent = _consent(_root, HALF);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.reopen(_root, HALF, RECEIPT, consent);
    }

    function testRefusesThePaymentAgentAlone() public {
        bytes memory consent = _consent(_root, HALF);
        _expectUnauthorized(keyOf[AGENT]);
        _as(AGENT);
        tally.reopen(_root, HALF, RECEIPT, consent);
    }

    function testRefusesALotOfAnUnknownPayable(uint256 lot) public {
        vm.assume(lot >> 96 != _id);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, lot >> 96), lot, 1, "");
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id << 96, 1, "");
    }

    function testRefusesADebtThatWasCancelled() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _as(OBLIGOR);
        tally.cancel(terms, portions, "");
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_CANCELLED), id << 96, FACE, "");
    }

    function testRefusesWhileARoundIsOpen() public {
        (uint256 id, uint256 lot) = _paidInRound(HALF);
        _pay(id, 1);
        _openRound(id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, id), lot, HALF);
    }

    function testRefusesAfterThePeriod(uint32 time) public {
        uint32 until = _debt(_id).due + REOPEN;
        vm.warp(bound(time, until, type(uint32).max));
        _refused(abi.encodeWithSelector(ISettlement.ReopenPeriodOver.selector, _root, until), _root, HALF);
    }

    function testRefusesWithoutAReceipt() public {
        vm.expectRevert(abi.encodeWithSelector(IPayments.ReceiptMissing.selector));
        _asRegistrar();
        tally.reopen(_root, HALF, 0, "");
    }

    function testRefusesALotThatNeverWas(uint96 path) public {
        uint256 lot = _root | path;
        vm.assume(lot != _root && lot != _child);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, lot), lot, HALF);
    }

    function testRefusesAnyButTheAmountOfTheLot(uint72 amount) public {
        vm.assume(amount != HALF);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, _root, HALF), _root, amount);
    }

    function testRefusesAnyButTheLineOfTheLatestRound(uint72 amount) public {
        (uint256 id, uint256 lot) = _paidInRound(HALF);
        _pay(id, 7);
        _openRound(id);
        _redeemInRound(lot, 7);
        _closeRound(id);
        vm.assume(amount != 7);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 7), lot, amount);
    }

    function testRefusesALotThatWasNeverRedeemed() public {
        (, uint256 lot) = _issueAccepted(FACE);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 0), lot, FACE);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 0), lot, 0);
    }

    function testRefusesUnderAProfileThatReopensNothing() public {
        (uint256 id, uint256 lot) = _issueFinal(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(lot);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, lot), lot, FACE);
    }

    function testRefusesARoundUnderAProfileThatReopensNothing() public {
        (uint256 id, uint256 lot) = _issueFinal(FACE);
        _pay(id, HALF);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(lot, HALF);
        _closeRound(id);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 0), lot, HALF);
    }

    /* THE AGENT'S CONSENT */

    function testRefusesWithoutTheAgentsConsent() public {
        _badSignature("");
        _badSignature(new bytes(19));
        _badSignature(new bytes(65));
    }

    function testRefusesTheConsentOfAnotherParticipant() public {
        bytes32 hash = _struct(_root, 2, HALF);
        _badSignature(_signStruct(hash, secretOf[OTHER_AGENT]));
        _badSignature(_signStruct(hash, secretOf[SUPPLIER]));
    }

    function testRefusesAConsentToSomethingElse(uint16 sequence, uint72 amount) public {
        vm.assume(sequence != 2 && amount != HALF);
        bytes32[5] memory hashes = [
            _struct(_root, sequence, HALF),
            _struct(_root, 2, amount),
            _struct(_child, 2, HALF),
            keccak256(abi.encode(REOPENING, _root, uint16(2), HALF, keccak256("another receipt"))),
            keccak256(
                abi.encode(
                    keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)"),
                    _root,
                    uint16(2),
                    HALF,
                    RECEIPT
                )
            )
        ];
        for (uint256 i = 0; i < hashes.length; ++i) {
            vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
            _reopen(_root, HALF, _signStruct(hashes[i], secretOf[AGENT]));
        }
    }

    function testRefusesAConsentForAnotherChain() public {
        bytes memory consent = _consent(_root, HALF);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reopen(_root, HALF, consent);
    }

    function testRefusesAConsentForAnotherContract() public {
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(address(manager)), _struct(_root, 2, HALF)));
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reopen(_root, HALF, _signDigest(digest, secretOf[AGENT]));
    }

    function testRefusesTheOtherFormOfASignature() public {
        _badSignature(_malleable(_digest(_struct(_root, 2, HALF)), secretOf[AGENT]));
    }

    function testRefusesARevokedKeyOfTheAgent() public {
        bytes memory consent = _consent(_root, HALF);
        _as(AGENT);
        tally.revokeKey(keyOf[AGENT]);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[AGENT], START, _now());
        _refused(reason, _root, HALF, consent);
    }

    function testRefusesTheConsentOfAnAgentThatWasReplaced() public {
        bytes memory consent = _consent(_root, HALF);
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, LIMIT, OTHER_AGENT);
        _badSignature(consent);
    }

    /* WHAT IT DOES */

    function testALotLivesAgainForItsHolder(uint32 time) public {
        vm.warp(bound(time, _now(), _debt(_id).due + REOPEN - 1));
        (Debt memory debt, Holding memory lot, Credit memory credit) = (_debt(_id), _lot(_child), _credit(OBLIGOR));
        uint256 other = tally.lotWord(_root);
        bytes memory consent = _consent(_child, HALF);
        vm.expectEmit(address(tally));
        emit ISettlement.Reopened(_child, SECOND, HALF, 2, RECEIPT);
        _reopen(_child, HALF, consent);
        (debt.state, debt.outstanding, debt.sequence) = (PAYABLE_ACTIVE, HALF, 2);
        vm.assertEq(abi.encode(_debt(_id)), abi.encode(debt), "payable");
        (lot.version, lot.flags) = (lot.version + 1, 0);
        vm.assertEq(abi.encode(_lot(_child)), abi.encode(lot), "lot");
        credit.used = HALF;
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(credit), "limit");
        vm.assertEq(tally.lotWord(_root), other, "other lot");
    }

    function testReopensInAnyOrderAndPaysAgain(bool order, uint72 paid) public {
        (uint256 first, uint256 second) = order ? (_root, _child) : (_child, _root);
        _reopen(first, HALF);
        _reopen(second, HALF);
        vm.assertEq(_debt(_id).outstanding, FACE, "outstanding");
        vm.assertEq(_debt(_id).available, 0, "money that comes again is recorded again");
        paid = uint72(bound(paid, 1, FACE - 1));
        _pay(_id, paid);
        _pay(_id, FACE - paid);
        _redeem(first);
        _redeem(second);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED, "state");
        vm.assertEq(_debt(_id).sequence, 5, "sequence");
        vm.assertEq(_credit(OBLIGOR).used, 0, "used");
    }

    function testGivesTheLineOfARoundBack(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE - 1));
        (uint256 id, uint256 lot) = _paidInRound(paid);
        (Debt memory debt, Holding memory holding) = (_debt(id), _lot(lot));
        bytes memory consent = _consent(lot, paid);
        vm.expectEmit(address(tally));
        emit ISettlement.Reopened(lot, SUPPLIER, paid, 2, RECEIPT);
        _reopen(lot, paid, consent);
        (debt.outstanding, debt.sequence) = (FACE, 2);
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        (holding.version, holding.amount) = (holding.version + 1, FACE);
        vm.assertEq(abi.encode(_lot(lot)), abi.encode(holding), "lot");
        vm.assertEq(_credit(OBLIGOR).used, FACE, "used");
    }

    function testGivesBackBothTheRestAndTheLineWhenBothReturn() public {
        (uint256 id, uint256 lot) = _paidInRound(HALF / 2);
        _pay(id, FACE - HALF / 2);
        _redeem(lot);
        _reopen(lot, FACE - HALF / 2);
        _reopen(lot, HALF / 2);
        vm.assertEq(_lot(lot).amount, FACE, "amount");
        vm.assertEq(_debt(id).outstanding, FACE, "outstanding");
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 0), lot, HALF / 2);
    }

    function testTheUseRisesEvenAboveTheLimit() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, 1, AGENT);
        _reopen(_root, HALF);
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(1, HALF, AGENT, 0)), "limit");
    }

    function testPledgeAndFreezeLiveAgainWithTheLot() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pledge(lot);
        _freeze(lot, HALF);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(lot);
        _reopen(lot, FACE);
        vm.assertEq(_lot(lot).flags, LOT_PLEDGED | LOT_FROZEN, "flags");
        vm.assertEq(_lot(lot).lockParty, FUNDER, "pledgee");
        vm.assertEq(tally.frozenOf(lot), HALF, "frozen");
    }

    function testNeitherPauseNorSuspensionNorExpiryStopsIt() public {
        _suspend(SECOND, ROLE_SUPPLIER);
        _expire(OBLIGOR, ROLE_OBLIGOR);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _reopen(_child, HALF);
        vm.assertEq(_debt(_id).outstanding, HALF);
    }

    function testReopensAtTheLastVersionWithoutAWrap() public {
        _setVersion(_child, type(uint16).max);
        _reopen(_child, HALF);
        vm.assertEq(_lot(_child).version, type(uint16).max, "version");
        vm.assertEq(_lot(_child).flags, 0, "flags");
    }

    function testAReopenedDebtMayFallOverdueLikeAnyOther() public {
        _reopen(_child, HALF);
        _toOverdue(_id);
        tally.markOverdue(_id);
        vm.assertEq(_credit(OBLIGOR).overdue, 1, "count");
        _pay(_id, HALF);
        _redeem(_child);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED, "state");
        vm.assertEq(_credit(OBLIGOR).overdue, 0, "cured");
    }

    /* ATTACKS */

    function testALotIsReopenedOnceForOneReturn() public {
        bytes memory consent = _consent(_root, HALF);
        _reopen(_root, HALF, consent);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reopen(_root, HALF, consent);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, _root, 0), _root, HALF);
        vm.assertEq(_debt(_id).outstanding, HALF, "outstanding");
    }

    function testALineIsGivenBackOnce() public {
        (uint256 id, uint256 lot) = _paidInRound(HALF);
        _reopen(lot, HALF);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 0), lot, HALF);
        vm.assertEq(_debt(id).outstanding, FACE, "outstanding");
    }

    function testAnEarlierRoundsLineDoesNotComeBackBesideTheLatest() public {
        (uint256 id, uint256 lot) = _paidInRound(HALF);
        _pay(id, 7);
        _openRound(id);
        _redeemInRound(lot, 7);
        _closeRound(id);
        _reopen(lot, 7);
        _refused(abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, 0), lot, HALF);
    }

    function testALineIsNotGivenBackFromALotThatEnded() public {
        (uint256 id, uint256 lot) = _paidInRound(HALF / 2);
        _pay(id, FACE - HALF / 2);
        _redeem(lot);
        bytes memory reason = abi.encodeWithSelector(ISettlement.NotReopenable.selector, lot, FACE - HALF / 2);
        _refused(reason, lot, HALF / 2);
    }

    function testAReopenedLotIsNotSoldAgain() public {
        _reopen(_child, HALF);
        Offer memory offer = _offer(_child, WHOLE, HALF, THIRD);
        bytes memory signature = _sign(offer, secretOf[SECOND]);
        vm.expectRevert(abi.encodeWithSelector(ILots.PastRecordTime.selector, _id, _recordTime(_id)));
        _submit(offer, signature);
    }

    function testAnOfferSignedBeforeTheRedemptionDoesNotReturnWithTheLot() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        uint16 version = _lot(lot).version;
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(lot);
        _reopen(lot, FACE);
        vm.assertEq(_lot(lot).version, version + 2);
    }

    function testExposureAboveTheTypeIsRefusedNotWrapped() public {
        _raiseLimitToTheTop();
        _issueAccepted(type(uint72).max - HALF + 1);
        _refused(_panic(1), _root, HALF);
    }

    function testTheLastSequenceIsNeverWrapped() public {
        _setCounters(_id, type(uint16).max, 0);
        bytes32 hash = keccak256(abi.encode(REOPENING, _root, uint256(type(uint16).max) + 1, HALF, RECEIPT));
        _refused(_panic(1), _root, HALF, _signStruct(hash, secretOf[AGENT]));
    }
}
