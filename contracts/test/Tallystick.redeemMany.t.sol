// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

contract RedeemManyTest is Clearing {
    uint256 private _id;
    uint256[] private _lots;

    /// @dev Two lots of SECOND and the payee's rest, ready for redemption.
    function setUp() public override {
        super.setUp();
        (_id, _lots) = _cut(FACE, 2, FACE / 4);
        _pay(_id, FACE);
        _toRedemption(_id);
    }

    function _redeemMany(uint256[] memory lots) private {
        bytes32[] memory receipts = _receipts(lots.length);
        _as(AGENT);
        tally.redeemMany(lots, receipts);
    }

    function _refused(uint256 index, bytes memory reason, uint256[] memory lots) private {
        uint256 word = tally.payableWord(_id);
        vm.expectRevert(_legFailed(index, reason));
        _redeemMany(lots);
        vm.assertEq(tally.payableWord(_id), word, "nothing changed");
    }

    function _list(uint256 first, uint256 second, uint256 third) private pure returns (uint256[] memory lots) {
        lots = new uint256[](3);
        (lots[0], lots[1], lots[2]) = (first, second, third);
    }

    /// @dev A second debt, of OTHER_OBLIGOR when `foreign`, paid and ready as well.
    function _another(bool foreign) private returns (uint256 id, uint256 lot) {
        Terms memory terms = _terms(FACE);
        if (foreign) terms.obligor = OTHER_OBLIGOR;
        id = _issue(terms, _portions(FACE));
        _accept(id);
        lot = id << 96;
        _pay(id, FACE);
        _toRedemption(id);
    }

    /* REFUSALS */

    function testRefusesListsOfDifferentLengths(uint8 lots, uint8 receipts) public {
        vm.assume(lots != receipts);
        vm.expectRevert(abi.encodeWithSelector(IBatches.LengthMismatch.selector));
        _as(AGENT);
        tally.redeemMany(new uint256[](lots), new bytes32[](receipts));
    }

    function testAFailingLegNamesItselfAndUndoesAll() public {
        uint256 unknown = _lots[0] ^ 1;
        bytes memory reason = abi.encodeWithSelector(ILots.UnknownLot.selector, unknown);
        _refused(2, reason, _list(_lots[0], _lots[1], unknown));
        _refused(0, reason, _list(unknown, _lots[0], _lots[1]));
    }

    function testRefusesALegWithoutAReceipt() public {
        bytes32[] memory receipts = _receipts(3);
        receipts[1] = 0;
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IPayments.ReceiptMissing.selector)));
        _as(AGENT);
        tally.redeemMany(_lots, receipts);
    }

    function testRefusesALotThatWasSplitUpAfterItsPart() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](2), new uint72[](2));
        (children[1], amounts[0], amounts[1]) = (1, FACE / 2, FACE - FACE / 2);
        _as(SUPPLIER);
        tally.split(root, children, amounts);
        _pay(id, FACE);
        _toRedemption(id);
        bytes memory empty = abi.encodeWithSelector(ILots.AmountOutOfRange.selector, root, 0, 0);
        _refused(1, empty, _list(tally.childOf(root, 0), root, tally.childOf(root, 1)));
    }

    function testRefusesALegOfAnUnknownPayable() public {
        uint256 unknown = uint256(7) << 96;
        _refused(1, abi.encodeWithSelector(IPayables.UnknownPayable.selector, 7), _list(_lots[0], unknown, _lots[1]));
    }

    function testRefusesALotWithoutAPayable() public {
        _refused(0, abi.encodeWithSelector(IPayables.UnknownPayable.selector, 0), _list(0, _lots[0], _lots[1]));
        _refused(1, abi.encodeWithSelector(IPayables.UnknownPayable.selector, 0), _list(_lots[0], 0, _lots[1]));
    }

    function testRefusesALegOfAnotherAgentsObligor() public {
        (, uint256 lot) = _another(true);
        bytes memory reason = abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, AGENT, OTHER_AGENT);
        _refused(1, reason, _list(_lots[0], lot, _lots[1]));
    }

    function testRefusesALegThatIsSuspendedNotCoveredNotOpenOrInARound() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        uint256[] memory lots = _list(_lots[0], lot, _lots[1]);
        _refused(1, abi.encodeWithSelector(IPayments.RedemptionNotOpen.selector, id, _redemptionTime(id)), lots);
        _toRedemption(id);
        _refused(1, abi.encodeWithSelector(IPayments.NotCovered.selector, id, 0, FACE), lots);
        _asRegistrar();
        tally.suspendRedemption(id, true, BASIS);
        _refused(1, abi.encodeWithSelector(IPayments.RedemptionIsSuspended.selector, id), lots);
        _asRegistrar();
        tally.suspendRedemption(id, false, BASIS);
        _pay(id, 1);
        _openRound(id);
        _refused(1, abi.encodeWithSelector(IPayments.RoundIsOpen.selector, id), lots);
    }

    function testRefusesAnyoneButThePaymentAgent() public {
        bytes32[] memory receipts = _receipts(3);
        uint32[4] memory others = [OBLIGOR, SUPPLIER, SECOND, OTHER_AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, others[i], AGENT);
            vm.expectRevert(_legFailed(0, reason));
            _as(others[i]);
            tally.redeemMany(_lots, receipts);
        }
    }

    function testRefusesASuspendedAgent() public {
        _suspend(AGENT, ROLE_AGENT);
        _refused(0, abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED), _lots);
    }

    /// @dev Each of a list of a few lots, some of them twice, unknown, empty or without a receipt: the list is done as its legs one by one
    /// would be, or not at all, and then for the reason of the first leg that would have been refused.
    function testAListIsDoneAsItsLegsWouldBe(uint256 seed) public {
        (, uint256 other) = _another(false);
        uint256[5] memory pool = [_lots[0], _lots[1], _lots[2], other, _lots[0] ^ 1];
        uint256[] memory lots = new uint256[](1 + seed % 5);
        bytes32[] memory receipts = _receipts(lots.length);
        for (uint256 i = 0; i < lots.length; ++i) {
            lots[i] = pool[(seed >> (8 + 8 * i)) % (seed & 1 == 0 ? 4 : 5)];
            if ((seed >> (64 + 8 * i)) % 16 == 0) receipts[i] = 0;
        }
        uint256 snapshot = vm.snapshotState();
        bytes memory reason;
        for (uint256 i = 0; i < lots.length && reason.length == 0; ++i) {
            _as(AGENT);
            try tally.redeem(lots[i], receipts[i]) {}
            catch (bytes memory refusal) {
                reason = _legFailed(i, refusal);
            }
        }
        bytes memory after_ = _state(lots);
        vm.revertToState(snapshot);
        bytes memory before = _state(lots);
        if (reason.length != 0) vm.expectRevert(reason);
        _as(AGENT);
        tally.redeemMany(lots, receipts);
        vm.assertEq(_state(lots), reason.length == 0 ? after_ : before);
    }

    function _state(uint256[] memory lots) private view returns (bytes memory words) {
        for (uint256 i = 0; i < lots.length; ++i) {
            words = abi.encode(words, tally.lotWord(lots[i]), tally.payableWord(lots[i] >> 96));
        }
    }

    /* WHAT IT DOES */

    function testAnEmptyListChangesNothing() public {
        uint256 word = tally.payableWord(_id);
        _redeemMany(new uint256[](0));
        vm.assertEq(tally.payableWord(_id), word);
    }

    function testRedeemsEveryLotOfADebtInAnyOrder(uint8 start, uint8 count) public {
        count = uint8(bound(count, 1, 3));
        uint256[] memory lots = new uint256[](count);
        bytes32[] memory receipts = _receipts(count);
        Debt memory debt = _debt(_id);
        uint256 limit = tally.limitWord(OBLIGOR, CNY);
        for (uint256 i = 0; i < count; ++i) {
            lots[i] = _lots[(uint256(start) + i) % 3];
            Holding memory lot = _lot(lots[i]);
            debt.outstanding -= lot.amount;
            vm.expectEmit(address(tally));
            emit IPayments.Redeemed(lots[i], lot.holder, lot.amount, 0, receipts[i]);
        }
        _as(AGENT);
        tally.redeemMany(lots, receipts);
        debt.available = debt.outstanding;
        if (count == 3) debt.state = PAYABLE_SETTLED;
        vm.assertEq(abi.encode(_debt(_id)), abi.encode(debt), "payable");
        for (uint256 i = 0; i < count; ++i) {
            vm.assertEq(_lot(lots[i]).flags, LOT_ENDED, "lot");
        }
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), limit, "limit");
    }

    function testListsMayMixDebtsInAnyOrder(uint8 order) public {
        (uint256 id, uint256 lot) = _another(false);
        uint256[] memory lots = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 pick = (uint256(order) + i) % 4;
            lots[i] = pick == 3 ? lot : _lots[pick];
        }
        _redeemMany(lots);
        vm.assertEq(abi.encode(_debt(_id)), abi.encode(_settledDebt(_id)), "first debt");
        vm.assertEq(abi.encode(_debt(id)), abi.encode(_settledDebt(id)), "second debt");
    }

    function _settledDebt(uint256 id) private view returns (Debt memory debt) {
        debt = _debt(id);
        (debt.state, debt.outstanding, debt.available) = (PAYABLE_SETTLED, 0, 0);
    }

    function testEachDebtKeepsTheRulesItWasIssuedUnder() public {
        (uint256 id, uint256 lot) = _issueFinal(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        _redeemMany(_list(_lots[0], lot, _lots[1]));
        vm.assertEq(_lot(_lots[0]).flags, LOT_ENDED, "may be reopened");
        vm.assertEq(_lot(_lots[1]).flags, LOT_ENDED, "may be reopened, after the other");
        vm.assertEq(tally.lotWord(lot), 0, "may not");
    }

    function testRedeemsWhatIsPledgedFrozenPausedAndExpired() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        uint256 child = _passPart(root, 0, FACE / 2, SECOND);
        _pledge(child);
        _freeze(root, FACE / 4);
        _pay(id, FACE);
        _toRedemption(id);
        _suspend(SECOND, ROLE_SUPPLIER);
        _expire(SUPPLIER, ROLE_SUPPLIER);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        uint256[] memory lots = new uint256[](2);
        (lots[0], lots[1]) = (child, root);
        _redeemMany(lots);
        vm.assertEq(_debt(id).state, PAYABLE_SETTLED);
    }

    /* ATTACKS */

    function testALotTwiceInAListIsRefused() public {
        _refused(2, abi.encodeWithSelector(ILots.LotEnded.selector, _lots[0]), _list(_lots[0], _lots[1], _lots[0]));
    }

    function testALotTwiceInAListIsRefusedAcrossDebts() public {
        (, uint256 other) = _another(false);
        _refused(2, abi.encodeWithSelector(ILots.LotEnded.selector, _lots[0]), _list(_lots[0], other, _lots[0]));
        (uint256 id, uint256 last) = _issueFinal(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        bytes memory reason = abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_SETTLED);
        _refused(2, reason, _list(last, other, last));
    }

    function testTheLastLotTwiceInARowIsRefused() public {
        (uint256 id, uint256 last) = _issueFinal(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        bytes memory reason = abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_SETTLED);
        _refused(2, reason, _list(_lots[0], last, last));
    }
}
