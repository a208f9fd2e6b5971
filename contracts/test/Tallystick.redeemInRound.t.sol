// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract RedeemInRoundTest is Clearing {
    uint256 private constant LINES_SLOT = 14;
    uint256 private _id;
    uint256[] private _lots;

    /// @dev A round of 100 on three lots of 300, 300 and 400.
    function setUp() public override {
        super.setUp();
        (_id, _lots) = _cut(1000, 2, 300);
        _pay(_id, 100);
        _toRedemption(_id);
        _openRound(_id);
    }

    function _line(uint256 lot) private view returns (uint256) {
        return uint256(vm.load(address(tally), keccak256(abi.encode(lot, LINES_SLOT))));
    }

    function _refused(bytes memory reason, uint256 lot, uint72 line) private {
        vm.expectRevert(reason);
        _redeemInRound(lot, line);
    }

    function _refusedLine(bytes memory reason, uint256 lot, uint72 line) private {
        _refused(_legFailed(0, reason), lot, line);
    }

    function _pair(uint256 first, uint256 second) private pure returns (uint256[] memory lots) {
        lots = new uint256[](2);
        (lots[0], lots[1]) = (first, second);
    }

    function _amounts(uint72 first, uint72 second) private pure returns (uint72[] memory lines) {
        lines = new uint72[](2);
        (lines[0], lines[1]) = (first, second);
    }

    /* REFUSALS */

    function testRefusesListsOfDifferentLengths(uint8 lots, uint8 lines, uint8 receipts) public {
        vm.assume(lots == 0 || lots != lines || lots != receipts);
        vm.expectRevert(abi.encodeWithSelector(IBatches.LengthMismatch.selector));
        _as(AGENT);
        tally.redeemInRound(new uint256[](lots), new uint72[](lines), new bytes32[](receipts));
    }

    function testRefusesAnUnknownPayable() public {
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, 7), uint256(7) << 96, 1);
    }

    function testRefusesADebtThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED), id << 96, 1);
    }

    function testRefusesWithoutAnOpenRound() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pay(id, FACE / 2);
        _toRedemption(id);
        _refused(abi.encodeWithSelector(ISettlement.NoOpenRound.selector, id), lot, FACE / 2);
    }

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.redeemInRound(_one(_lots[0]), new uint72[](1), _receipts(1));
    }

    function testRefusesAnyoneButThePaymentAgent() public {
        uint32[4] memory others = [OBLIGOR, SUPPLIER, SECOND, OTHER_AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, others[i], AGENT));
            _as(others[i]);
            tally.redeemInRound(_one(_lots[0]), new uint72[](1), _receipts(1));
        }
    }

    function testRefusesAnAgentSuspendedOrWithoutItsRole() public {
        _setStatus(AGENT, ROLE_FUNDER, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, ROLE_AGENT), _lots[0], 30);
        _suspend(AGENT, ROLE_AGENT);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED);
        _refused(reason, _lots[0], 30);
    }

    function testRefusesWhileRedemptionIsSuspended() public {
        _asRegistrar();
        tally.suspendRedemption(_id, true, BASIS);
        _refused(abi.encodeWithSelector(IPayments.RedemptionIsSuspended.selector, _id), _lots[0], 30);
        _asRegistrar();
        tally.suspendRedemption(_id, false, BASIS);
        _redeemInRound(_lots[0], 30);
    }

    function testRefusesALotOfAnotherDebt() public {
        (, uint256 other) = _issueAccepted(FACE);
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(ILots.UnknownLot.selector, other)));
        _redeemInRound(_pair(_lots[0], other), _amounts(30, 30));
    }

    function testRefusesALegWithoutAReceipt() public {
        bytes32[] memory receipts = _receipts(2);
        receipts[1] = 0;
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IPayments.ReceiptMissing.selector)));
        _as(AGENT);
        tally.redeemInRound(_pair(_lots[0], _lots[1]), _amounts(30, 30), receipts);
    }

    function testRefusesAnUnknownLotByName() public {
        uint256 unknown = _lots[0] ^ 1;
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(ILots.UnknownLot.selector, unknown)));
        _redeemInRound(_pair(_lots[0], unknown), _amounts(30, 30));
        vm.assertEq(_debt(_id).available, 100, "nothing changed");
    }

    function testRefusesALotOfWhichNothingIsLeft() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        _passPart(root, 0, FACE, SECOND);
        _pay(id, 1);
        _toRedemption(id);
        _openRound(id);
        _refusedLine(abi.encodeWithSelector(ILots.AmountOutOfRange.selector, root, 0, 0), root, 0);
    }

    function testRefusesAnythingButTheExactShare(uint72 line) public {
        vm.assume(line != 30);
        _refusedLine(abi.encodeWithSelector(ISettlement.NotProRata.selector, _lots[0], line, 30), _lots[0], line);
    }

    function testRefusesAnythingButFloorAndCeiling(uint72 line, uint72 paid) public {
        (uint256 id, uint256[] memory lots) = _cut(1000, 2, 333);
        paid = uint72(bound(paid, 1, 999));
        uint72 down = 333 * paid / 1000;
        vm.assume(line != down && line != down + 1);
        _pay(id, paid);
        _toRedemption(id);
        _openRound(id);
        _refusedLine(abi.encodeWithSelector(ISettlement.NotProRata.selector, lots[0], line, down), lots[0], line);
    }

    /* WHAT IT DOES */

    function testPaysSharesThatAddUpToTheCent(uint72 face, uint72 paid, uint72 each, uint8 count, uint8 cut) public {
        count = uint8(bound(count, 1, 12));
        face = uint72(bound(face, (uint256(count) + 1) * SMALLEST, LIMIT - FACE));
        each = uint72(bound(each, SMALLEST, (face - SMALLEST) / count));
        paid = uint72(bound(paid, 1, face - 1));
        (uint256 id, uint256[] memory lots) = _cut(face, count, each);
        _pay(id, paid);
        _toRedemption(id);
        _openRound(id);
        uint72[] memory lines = _lines(lots, face, paid);
        (Debt memory debt, uint256 limit) = (_debt(id), tally.limitWord(OBLIGOR, CNY));
        _redeemExpecting(lots, lines, 0, bound(cut, 1, count));
        _redeemExpecting(lots, lines, bound(cut, 1, count), lots.length);
        (debt.outstanding, debt.available) = (face - paid, 0);
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(tally.roundWord(id), uint256(face) | (uint256(face) << 72) | (uint256(paid) << 144), "round");
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), limit, "limit");
        _closeRound(id);
        vm.assertEq(tally.roundWord(id), 0, "closed");
    }

    /// @dev Lots `from` to `to` in one call; every event and every word of a lot.
    function _redeemExpecting(uint256[] memory all, uint72[] memory shares, uint256 from, uint256 to) private {
        (uint256[] memory lots, uint72[] memory lines) = (new uint256[](to - from), new uint72[](to - from));
        Holding[] memory expected = new Holding[](lots.length);
        bytes32[] memory receipts = _receipts(lots.length);
        for (uint256 i = 0; i < lots.length; ++i) {
            (lots[i], lines[i]) = (all[from + i], shares[from + i]);
            expected[i] = _lot(lots[i]);
            vm.expectEmit(address(tally));
            emit IPayments.Redeemed(lots[i], expected[i].holder, lines[i], 1, receipts[i]);
            expected[i].amount -= lines[i];
            (expected[i].version, expected[i].round) = (expected[i].version + 1, 1);
        }
        _as(AGENT);
        tally.redeemInRound(lots, lines, receipts);
        for (uint256 i = 0; i < lots.length; ++i) {
            vm.assertEq(abi.encode(_lot(lots[i])), abi.encode(expected[i]), "lot");
            vm.assertEq(_line(lots[i]), lines[i], "line");
        }
    }

    function testRememberNoLineThatNothingCanReopen() public {
        (uint256 id, uint256 lot) = _issueFinal(FACE);
        _pay(id, FACE / 2);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(lot, FACE / 2);
        vm.assertEq(_line(lot), 0, "line");
        vm.assertEq(_lot(lot).amount, FACE / 2, "amount");
    }

    function testALaterRoundPaysTheRestAndRemembersItsOwnLine() public {
        _redeemInRound(_lots, _lines(_lots, 1000, 100));
        _closeRound(_id);
        _pay(_id, 301);
        _openRound(_id);
        uint72[] memory lines = _lines(_lots, 900, 301);
        _redeemInRound(_lots, lines);
        _closeRound(_id);
        vm.assertEq(_line(_lots[0]), lines[0], "line");
        vm.assertEq(_lot(_lots[0]).amount, 270 - lines[0], "amount");
        vm.assertEq(_lot(_lots[0]).round, 2, "round");
        _pay(_id, 599);
        bytes32[] memory receipts = _receipts(3);
        _as(AGENT);
        tally.redeemMany(_lots, receipts);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED, "settled");
    }

    /// @dev Shares of the largest amounts: products of 144 bits, quotients exact.
    function testRoundsAtTheTypesLimits(uint72 each, uint72 paid) public {
        _raiseLimitToTheTop();
        each = uint72(bound(each, SMALLEST, (type(uint72).max - 1000 - SMALLEST) / 2));
        uint72 face = type(uint72).max - 1000;
        paid = uint72(bound(paid, 1, face - 1));
        (uint256 id, uint256[] memory lots) = _cut(face, 2, each);
        _pay(id, paid);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(lots, _lines(lots, face, paid));
        _closeRound(id);
        vm.assertEq(_debt(id).outstanding, face - paid, "outstanding");
        vm.assertEq(_debt(id).available, 0, "available");
    }

    function testALotTooSmallForAUnitGetsNoneOrOne(bool one) public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        uint256 dust = _passPart(root, 0, SMALLEST, SECOND);
        _pay(id, 1);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(dust, one ? 1 : 0);
        _redeemInRound(root, one ? 0 : 1);
        _closeRound(id);
        vm.assertEq(_lot(dust).amount, one ? SMALLEST - 1 : SMALLEST);
    }

    /* NOTHING BLOCKS IT */

    function testPaysWhatIsPledgedFrozenPausedSuspendedAndExpired() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        uint256 child = _passPart(root, 0, FACE / 2, SECOND);
        _pledge(child);
        _freeze(root, FACE / 2);
        _pay(id, FACE / 2);
        _toRedemption(id);
        _suspend(SECOND, ROLE_SUPPLIER);
        _expire(SUPPLIER, ROLE_SUPPLIER);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _openRound(id);
        _redeemInRound(_pair(child, root), _amounts(FACE / 4, FACE / 4));
        _closeRound(id);
        vm.assertEq(_lot(child).lockParty, FUNDER, "pledgee");
        vm.assertEq(tally.frozenOf(root), FACE / 2, "frozen");
        vm.assertEq(_debt(id).outstanding, FACE / 2, "outstanding");
    }

    function testPaysAtTheLastVersionWithoutAWrap() public {
        _setVersion(_lots[0], type(uint16).max);
        _redeemInRound(_lots[0], 30);
        vm.assertEq(_lot(_lots[0]).version, type(uint16).max, "version");
        vm.assertEq(_lot(_lots[0]).amount, 270, "amount");
    }

    /* ATTACKS */

    function testALotTwiceInACallIsRefused() public {
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(ISettlement.AlreadyInRound.selector, _lots[0], 1)));
        _redeemInRound(_pair(_lots[0], _lots[0]), _amounts(30, 30));
    }

    function testALotTwiceInARoundIsRefused() public {
        _redeemInRound(_lots[0], 30);
        _refusedLine(abi.encodeWithSelector(ISettlement.AlreadyInRound.selector, _lots[0], 1), _lots[0], 30);
        _refusedLine(abi.encodeWithSelector(ISettlement.AlreadyInRound.selector, _lots[0], 1), _lots[0], 27);
        _redeemInRound(_lots[1], 30);
        _refusedLine(abi.encodeWithSelector(ISettlement.AlreadyInRound.selector, _lots[0], 1), _lots[0], 30);
    }

    function testALotOfAPastRoundStandsInTheNextOne() public {
        _redeemInRound(_lots, _lines(_lots, 1000, 100));
        _closeRound(_id);
        _pay(_id, 90);
        _openRound(_id);
        _redeemInRound(_lots[0], 27);
        vm.assertEq(_lot(_lots[0]).round, 2);
    }

    function testLinesNeverTakeMoreThanWasPaid() public {
        (uint256 id, uint256[] memory lots) = _cut(900, 2, 300);
        _pay(id, 1);
        _toRedemption(id);
        _openRound(id);
        _redeemInRound(lots[0], 1);
        _refusedLine(abi.encodeWithSelector(IPayments.NotCovered.selector, id, 0, 899), lots[1], 1);
        _redeemInRound(_pair(lots[1], lots[2]), _amounts(0, 0));
        _closeRound(id);
    }

    function testAFreezeBetweenLinesChangesNoShare() public {
        _redeemInRound(_lots[0], 30);
        _freeze(_lots[1], 300);
        _redeemInRound(_lots[1], 30);
        vm.assertEq(_lot(_lots[1]).amount, 270);
    }

    /// @dev A round may leave less in a lot than was frozen: then all that is left is, and the law states anew how much.
    function testWhatARoundLeavesOfAFrozenLotStaysFrozen(uint72 frozen, uint72 amount) public {
        frozen = uint72(bound(frozen, 271, 300));
        amount = uint72(bound(amount, 1, 270));
        _freeze(_lots[0], frozen);
        _redeemInRound(_lots, _lines(_lots, 1000, 100));
        _closeRound(_id);
        vm.expectRevert(abi.encodeWithSelector(IHoldings.FrozenAboveAmount.selector, _lots[0], frozen, 270));
        _asRegistrar();
        tally.forceTransfer(_lots[0], 0, amount, THIRD, BASIS);
        _freeze(_lots[0], 270);
        _asRegistrar();
        uint256 child = tally.forceTransfer(_lots[0], 0, amount, THIRD, BASIS);
        vm.assertEq(tally.frozenOf(child), amount, "moved");
        vm.assertEq(tally.frozenOf(_lots[0]), 270 - amount, "left");
    }
}
