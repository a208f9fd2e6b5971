// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract OpenRoundTest is Clearing {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(bytes memory reason, uint256 id) private {
        vm.expectRevert(reason);
        _openRound(id);
    }

    function _ready(uint72 paid) private {
        _pay(_id, paid);
        _toRedemption(_id);
    }

    /* REFUSALS */

    function testRefusesAnUnknownPayable(uint256 id) public {
        vm.assume(id != _id);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), id);
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id);
    }

    function testRefusesASecondRoundAtATime() public {
        _ready(FACE / 2);
        _openRound(_id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id), _id);
    }

    function testRefusesWhileRedemptionIsSuspended() public {
        _ready(FACE / 2);
        _asRegistrar();
        tally.suspendRedemption(_id, true, BASIS);
        _refused(abi.encodeWithSelector(IPayments.RedemptionIsSuspended.selector, _id), _id);
    }

    function testRefusesAnUnknownKey() public {
        _ready(FACE / 2);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.openRound(_id);
    }

    function testRefusesAnyoneButThePaymentAgent() public {
        _ready(FACE / 2);
        uint32[4] memory others = [OBLIGOR, SUPPLIER, FUNDER, OTHER_AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, others[i], AGENT));
            _as(others[i]);
            tally.openRound(_id);
        }
    }

    function testRefusesAnAgentSuspendedOrWithoutItsRole() public {
        _ready(FACE / 2);
        _setStatus(AGENT, ROLE_FUNDER, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, ROLE_AGENT), _id);
        _suspend(AGENT, ROLE_AGENT);
        _refused(abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED), _id);
    }

    function testRefusesBeforeRedemptionIsOpen(uint32 time) public {
        _pay(_id, FACE / 2);
        uint32 opens = _redemptionTime(_id);
        vm.warp(bound(time, START, opens - 1));
        _refused(abi.encodeWithSelector(IPayments.RedemptionNotOpen.selector, _id, opens), _id);
    }

    function testRefusesWithoutMoney() public {
        _toRedemption(_id);
        _refused(abi.encodeWithSelector(IPayments.NotCovered.selector, _id, 0, FACE), _id);
    }

    function testRefusesWhenMoneyCoversTheDebt() public {
        _ready(FACE);
        _refused(abi.encodeWithSelector(IPayments.NotCovered.selector, _id, FACE, FACE), _id);
    }

    /* WHAT IT DOES */

    function testFixesBaseAndPayment(uint72 face, uint72 paid, uint32 time) public {
        face = uint72(bound(face, SMALLEST, LIMIT - FACE));
        paid = uint72(bound(paid, 1, face - 1));
        (uint256 id, uint256 lot) = _issueAccepted(face);
        _pay(id, paid);
        vm.warp(bound(time, _redemptionTime(id), KEY_UNTIL - 1));
        (Debt memory debt, uint256 limit, uint256 word) = (_debt(id), tally.limitWord(OBLIGOR, CNY), tally.lotWord(lot));
        vm.expectEmit(address(tally));
        emit ISettlement.RoundOpened(id, 1, face, paid);
        _openRound(id);
        debt.state = PAYABLE_ACTIVE | PAYABLE_ROUND_OPEN;
        debt.round = 1;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(tally.roundWord(id), uint256(face) | (uint256(paid) << 144), "round");
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), limit, "limit");
        vm.assertEq(tally.lotWord(lot), word, "lot");
    }

    function testEveryRoundHasANumberOfItsOwn() public {
        _ready(FACE / 2);
        for (uint8 number = 1; number <= 3; ++number) {
            uint72 paid = _debt(_id).available;
            vm.expectEmit(address(tally));
            emit ISettlement.RoundOpened(_id, number, _debt(_id).outstanding, paid);
            _openRound(_id);
            _redeemInRound(_root, paid);
            _closeRound(_id);
            _pay(_id, FACE / 10);
        }
        vm.assertEq(_debt(_id).round, 3);
    }

    function testNeitherPauseNorOverdueNorTheDebtorsSuspensionStopsIt() public {
        _pay(_id, FACE / 2);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _suspend(OBLIGOR, ROLE_OBLIGOR);
        _expire(AGENT, ROLE_AGENT);
        _toOverdue(_id);
        tally.markOverdue(_id);
        _openRound(_id);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE | PAYABLE_OVERDUE | PAYABLE_ROUND_OPEN);
    }

    function testTheLargestAmountsFitTheRound() public {
        _raiseLimitToTheTop();
        _pay(_id, FACE);
        (uint256 id,) = _issueAccepted(type(uint72).max);
        _pay(id, type(uint72).max - 1);
        _toRedemption(id);
        _openRound(id);
        uint256 word = uint256(type(uint72).max) | (uint256(type(uint72).max - 1) << 144);
        vm.assertEq(tally.roundWord(id), word);
    }

    /* ATTACKS */

    function testNothingElseTouchesTheDebtWhileTheRoundIsOpen() public {
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        uint256 child = _accept(offer);
        _ready(FACE / 2);
        _openRound(_id);
        bytes memory reason = abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id);
        vm.expectRevert(reason);
        _as(AGENT);
        tally.recordPayment(_id, 2, FACE / 2, RECEIPT);
        vm.expectRevert(reason);
        _as(AGENT);
        tally.redeem(_root, RECEIPT);
        vm.expectRevert(_legFailed(0, reason));
        _as(AGENT);
        tally.redeemMany(_one(_root), _receipts(1));
        vm.expectRevert(reason);
        _as(SUPPLIER);
        tally.discharge(_root, BASIS);
        vm.expectRevert(reason);
        _asRegistrar();
        tally.reversePayment(_id, 1, RECEIPT, "");
        vm.expectRevert(reason);
        _asRegistrar();
        tally.reopen(_root, 1, RECEIPT, "");
        vm.expectRevert(reason);
        _asRegistrar();
        tally.forceTransfer(_root, WHOLE, FACE / 2, THIRD, BASIS);
        _toOverdue(_id);
        tally.markOverdue(_id);
        offer = _offer(child, WHOLE, FACE / 2, SUPPLIER);
        offer.kind = OFFER_REPURCHASE;
        bytes memory signature = _sign(offer, secretOf[SECOND]);
        vm.expectRevert(reason);
        _submit(offer, signature);
    }

    function testTheLastRoundNumberIsNeverWrapped() public {
        _ready(FACE / 2);
        _setCounters(_id, 1, type(uint8).max);
        _refused(_panic(1), _id);
    }

    /// @dev Rounds may be used up, full redemption never is.
    function testFullRedemptionStaysOpenAfterTheLastRound() public {
        _ready(FACE / 2);
        _setCounters(_id, 1, type(uint8).max);
        _pay(_id, FACE / 2);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }
}
