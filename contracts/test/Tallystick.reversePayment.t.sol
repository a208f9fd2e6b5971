// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract ReversePaymentTest is Clearing {
    bytes32 private constant REVERSAL =
        keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
        _pay(_id, FACE / 2);
    }

    function _struct(uint256 id, uint16 sequence, uint72 amount) private pure returns (bytes32) {
        return keccak256(abi.encode(REVERSAL, id, sequence, amount, RECEIPT));
    }

    /// @dev The agent's consent to the next reversal of the payable.
    function _consent(uint256 id, uint72 amount) private view returns (bytes memory) {
        return _signStruct(_struct(id, _debt(id).sequence + 1, amount), secretOf[AGENT]);
    }

    function _reverse(uint256 id, uint72 amount, bytes memory consent) private {
        _asRegistrar();
        tally.reversePayment(id, amount, RECEIPT, consent);
    }

    function _refused(bytes memory reason, uint256 id, uint72 amount, bytes memory consent) private {
        vm.expectRevert(reason);
        _reverse(id, amount, consent);
    }

    function _badSignature(bytes memory consent) private {
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), _id, FACE / 2, consent);
    }

    /* REFUSALS */

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        bytes memory consent = _consent(_id, FACE / 2);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.reversePayment(_id, FACE / 2, RECEIPT, consent);
    }

    function testRefusesThePaymentAgentAlone() public {
        bytes memory consent = _consent(_id, FACE / 2);
        _expectUnauthorized(keyOf[AGENT]);
        _as(AGENT);
        tally.reversePayment(_id, FACE / 2, RECEIPT, consent);
    }

    function testRefusesAnUnknownPayable(uint256 id) public {
        vm.assume(id != _id);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), id, 1, "");
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id, 1, "");
    }

    function testRefusesWhileARoundIsOpen() public {
        _toRedemption(_id);
        _openRound(_id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id), _id, 1, _consent(_id, 1));
    }

    function testRefusesNothingAndMoreThanIsAvailable(uint72 amount) public {
        amount = uint72(bound(amount, FACE / 2 + 1, type(uint72).max));
        bytes memory reason = abi.encodeWithSelector(ISettlement.NothingToReverse.selector, _id, amount, FACE / 2);
        _refused(reason, _id, amount, _consent(_id, amount));
        reason = abi.encodeWithSelector(ISettlement.NothingToReverse.selector, _id, 0, FACE / 2);
        _refused(reason, _id, 0, _consent(_id, 0));
    }

    function testRefusesWithoutAReceipt() public {
        vm.expectRevert(abi.encodeWithSelector(IPayments.ReceiptMissing.selector));
        _asRegistrar();
        tally.reversePayment(_id, 1, 0, "");
    }

    /* THE AGENT'S CONSENT */

    function testRefusesWithoutTheAgentsConsent() public {
        _badSignature("");
        _badSignature(new bytes(19));
        _badSignature(new bytes(65));
    }

    function testRefusesTheConsentOfAnotherParticipant() public {
        bytes32 hash = _struct(_id, 2, FACE / 2);
        _badSignature(_signStruct(hash, secretOf[OTHER_AGENT]));
        _badSignature(_signStruct(hash, secretOf[OBLIGOR]));
    }

    function testRefusesAConsentToSomethingElse(uint16 sequence, uint72 amount) public {
        vm.assume(sequence != 2 && amount != FACE / 2);
        (uint256 other,) = _issueAccepted(FACE);
        bytes32[4] memory hashes = [
            _struct(_id, sequence, FACE / 2),
            _struct(_id, 2, amount),
            _struct(other, 2, FACE / 2),
            keccak256(abi.encode(REVERSAL, _id, uint16(2), FACE / 2, keccak256("another receipt")))
        ];
        for (uint256 i = 0; i < hashes.length; ++i) {
            vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
            _reverse(_id, FACE / 2, _signStruct(hashes[i], secretOf[AGENT]));
        }
    }

    function testRefusesAConsentForAnotherChain() public {
        bytes memory consent = _consent(_id, FACE / 2);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reverse(_id, FACE / 2, consent);
    }

    function testRefusesAConsentForAnotherContract() public {
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(address(manager)), _struct(_id, 2, FACE / 2)));
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reverse(_id, FACE / 2, _signDigest(digest, secretOf[AGENT]));
    }

    function testRefusesTheOtherFormOfASignature() public {
        _badSignature(_malleable(_digest(_struct(_id, 2, FACE / 2)), secretOf[AGENT]));
    }

    function testRefusesARevokedKeyOfTheAgent() public {
        bytes memory consent = _consent(_id, FACE / 2);
        _as(AGENT);
        tally.revokeKey(keyOf[AGENT]);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[AGENT], START, START);
        _refused(reason, _id, FACE / 2, consent);
    }

    function testRefusesTheConsentOfAnAgentThatWasReplaced() public {
        bytes memory consent = _consent(_id, FACE / 2);
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, LIMIT, OTHER_AGENT);
        _badSignature(consent);
    }

    function testTakesTheConsentOfAWalletOfTwoWhenBothAgree(bool agree) public {
        (address first, uint256 firstSecret) = makeAddrAndKey("first owner");
        (address second, uint256 secondSecret) = makeAddrAndKey("second owner");
        Wallet wallet = new Wallet(first, second);
        _asRegistrar();
        tally.setKey(address(wallet), AGENT, START, KEY_UNTIL);
        bytes32 hash = _struct(_id, 2, FACE / 2);
        bytes memory one = _signStruct(hash, firstSecret);
        bytes memory other = _signStruct(hash, agree ? secondSecret : firstSecret);
        bytes memory consent = abi.encodePacked(address(wallet), one, other);
        if (!agree) return _badSignature(consent);
        _reverse(_id, FACE / 2, consent);
        vm.assertEq(_debt(_id).available, 0);
    }

    /* WHAT IT DOES */

    function testTakesBackWhatWasNotRedeemed(uint72 face, uint72 paid, uint72 amount) public {
        face = uint72(bound(face, SMALLEST, LIMIT - FACE));
        paid = uint72(bound(paid, 1, face));
        amount = uint72(bound(amount, 1, paid));
        (uint256 id, uint256 lot) = _issueAccepted(face);
        _pay(id, paid);
        uint256 word = tally.lotWord(lot);
        bytes memory consent = _consent(id, amount);
        vm.expectEmit(address(tally));
        emit ISettlement.PaymentReversed(id, 2, amount, RECEIPT);
        _reverse(id, amount, consent);
        Debt memory debt = Debt(OBLIGOR, PROFILE, START + 90 days, PAYABLE_ACTIVE, face, paid - amount, 2, 0);
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        Credit memory credit = Credit(LIMIT, FACE / 2 + face - paid + amount, AGENT, 0);
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(credit), "limit");
        vm.assertEq(tally.lotWord(lot), word, "lot");
    }

    function testExposureReturnsEvenAboveTheLimit() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, 1, AGENT);
        _reverse(_id, FACE / 2, _consent(_id, FACE / 2));
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(1, FACE, AGENT, 0)), "limit");
    }

    function testTakesBackAfterTheDueTimeAndWhileRedemptionIsSuspended(uint32 time) public {
        _asRegistrar();
        tally.suspendRedemption(_id, true, BASIS);
        vm.warp(bound(time, START, KEY_UNTIL - 1));
        _reverse(_id, FACE / 2, _consent(_id, FACE / 2));
        vm.assertEq(_debt(_id).available, 0, "available");
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE | PAYABLE_SUSPENDED, "state");
    }

    /* ATTACKS */

    function testAReversalReplayedTakesNothingMore() public {
        bytes memory consent = _consent(_id, 1);
        _reverse(_id, 1, consent);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reverse(_id, 1, consent);
        vm.assertEq(_debt(_id).available, FACE / 2 - 1);
    }

    function testAReversalPreparedBeforeAnotherPaymentIsStale() public {
        bytes memory consent = _consent(_id, FACE / 2);
        _pay(_id, 1);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _reverse(_id, FACE / 2, consent);
    }

    function testAPaymentReturnedAfterRedemptionIsNotReversed() public {
        _pay(_id, FACE / 2);
        _toRedemption(_id);
        _redeem(_root);
        bytes memory consent = _consent(_id, FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, _id, PAYABLE_SETTLED), _id, FACE, consent);
    }

    function testWhatARoundPaidOutIsNotReversed(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE / 2 - 1));
        _toRedemption(_id);
        _openRound(_id);
        _redeemInRound(_root, FACE / 2);
        _closeRound(_id);
        _pay(_id, paid);
        bytes memory consent = _consent(_id, paid + 1);
        bytes memory reason = abi.encodeWithSelector(ISettlement.NothingToReverse.selector, _id, paid + 1, paid);
        _refused(reason, _id, paid + 1, consent);
        _reverse(_id, paid, _consent(_id, paid));
        vm.assertEq(abi.encode(_credit(OBLIGOR)), abi.encode(Credit(LIMIT, FACE / 2, AGENT, 0)), "limit");
    }

    function testExposureAboveTheTypeIsRefusedNotWrapped() public {
        _raiseLimitToTheTop();
        _issueAccepted(type(uint72).max - FACE / 2);
        vm.assertEq(_credit(OBLIGOR).used, type(uint72).max, "used");
        _refused(_panic(1), _id, 1, _consent(_id, 1));
    }

    function testTheLastSequenceIsNeverWrapped() public {
        _setCounters(_id, type(uint16).max, 0);
        bytes32 hash = keccak256(abi.encode(REVERSAL, _id, uint256(type(uint16).max) + 1, uint72(1), RECEIPT));
        _refused(_panic(1), _id, 1, _signStruct(hash, secretOf[AGENT]));
    }
}
