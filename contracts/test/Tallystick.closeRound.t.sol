// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract CloseRoundTest is Clearing {
    uint256 private _id;
    uint256[] private _lots;

    /// @dev A round of 2 on three lots of 300: one of them gets nothing.
    function setUp() public override {
        super.setUp();
        (_id, _lots) = _cut(900, 2, 300);
        _pay(_id, 2);
        _toRedemption(_id);
        _openRound(_id);
    }

    function _refused(bytes memory reason, uint256 id) private {
        vm.expectRevert(reason);
        _closeRound(id);
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

    function testRefusesWithoutAnOpenRound() public {
        (uint256 id,) = _issueAccepted(FACE);
        _refused(abi.encodeWithSelector(ISettlement.NoOpenRound.selector, id), id);
    }

    function testRefusesAClosedRound() public {
        _redeemInRound(_lots, _lines(_lots, 900, 2));
        _closeRound(_id);
        _refused(abi.encodeWithSelector(ISettlement.NoOpenRound.selector, _id), _id);
    }

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.closeRound(_id);
    }

    function testRefusesAnyoneButThePaymentAgent() public {
        uint32[4] memory others = [OBLIGOR, SUPPLIER, SECOND, OTHER_AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, others[i], AGENT));
            _as(others[i]);
            tally.closeRound(_id);
        }
    }

    function testRefusesAnAgentSuspendedOrWithoutItsRole() public {
        _setStatus(AGENT, ROLE_FUNDER, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, ROLE_AGENT), _id);
        _suspend(AGENT, ROLE_AGENT);
        _refused(abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED), _id);
    }

    function testRefusesUntilEveryLotStoodInIt(uint8 count) public {
        count = uint8(bound(count, 0, 2));
        uint72[] memory lines = _lines(_lots, 900, 2);
        for (uint256 i = 0; i < count; ++i) {
            _redeemInRound(_lots[i], lines[i]);
        }
        _refused(abi.encodeWithSelector(ISettlement.RoundIncomplete.selector, _id, uint72(count) * 300, 900), _id);
    }

    /// @dev Lines that would never add up to the payment are refused when they come, so that no round stays open for ever.
    function testLinesThatDoNotAddUpNeverStandInTheWay() public {
        vm.expectRevert(abi.encodeWithSelector(ISettlement.RoundUnbalanced.selector, _id, 0, 2));
        _redeemInRound(_lots, new uint72[](3));
        _redeemInRound(_lots, _lines(_lots, 900, 2));
        _closeRound(_id);
    }

    /* WHAT IT DOES */

    function testEndsTheRoundAndNothingElse(uint72 face, uint72 paid, uint72 each, bool suspended, bool late) public {
        face = uint72(bound(face, 3 * SMALLEST, LIMIT - FACE));
        each = uint72(bound(each, SMALLEST, (face - SMALLEST) / 2));
        paid = uint72(bound(paid, 1, face - 1));
        (uint256 id, uint256[] memory lots) = _cut(face, 2, each);
        _pay(id, paid);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(lots, _lines(lots, face, paid));
        if (late) {
            _toOverdue(id);
            tally.markOverdue(id);
        }
        _asRegistrar();
        tally.suspendRedemption(id, suspended, BASIS);
        (Debt memory debt, uint256 limit, uint256 lot) =
            (_debt(id), tally.limitWord(OBLIGOR, CNY), tally.lotWord(lots[0]));
        vm.expectEmit(address(tally));
        emit ISettlement.RoundClosed(id, 1);
        _closeRound(id);
        debt.state &= ~PAYABLE_ROUND_OPEN;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(debt.outstanding, face - paid, "outstanding");
        vm.assertEq(debt.available, 0, "available");
        vm.assertEq(tally.roundWord(id), 0, "round");
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), limit, "limit");
        vm.assertEq(tally.lotWord(lots[0]), lot, "lot");
    }

    function testMoneyFlowsAgainAfterwards() public {
        _redeemInRound(_lots, _lines(_lots, 900, 2));
        _closeRound(_id);
        _pay(_id, 898);
        bytes32[] memory receipts = _receipts(3);
        _as(AGENT);
        tally.redeemMany(_lots, receipts);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }

    /// @dev Which lots round up is the agent's choice, in any order, as long as the whole adds up.
    function testAnyLotsMayRoundUpAsLongAsTheSumIsThePayment(uint8 without) public {
        without = uint8(bound(without, 0, 2));
        for (uint256 i = 0; i < 3; ++i) {
            _redeemInRound(_lots[i], i == without ? 0 : 1);
        }
        _closeRound(_id);
        vm.assertEq(_lot(_lots[without]).amount, 300, "rounded down");
    }

    /* ATTACKS */

    function testAnotherRoundsLotsDoNotCompleteThisOne() public {
        (uint256 other, uint256[] memory lots) = _cut(900, 2, 300);
        _pay(other, 2);
        _toRedemption(other);
        _openRound(other);
        _redeemInRound(lots, _lines(lots, 900, 2));
        _refused(abi.encodeWithSelector(ISettlement.RoundIncomplete.selector, _id, 0, 900), _id);
    }
}
