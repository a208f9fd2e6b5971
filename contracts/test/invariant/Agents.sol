// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Financiers.sol";

/// @notice Payment agents, honest ones and others: money in, lots out, in full and in rounds; reversal and reopening with the registrar.
abstract contract Agents is Financiers {
    /* MONEY IN */

    function pay(uint256 seed, uint72 amount) external watched(Kind.Cash) {
        uint256 id = _findDebt(seed, _isPayable);
        if (id == 0) return;
        amount = uint72(seed % 2 == 0 ? _open(id) : bound(amount, 1, _open(id)));
        uint16 next = _debt(id).sequence + 1;
        _by(_agentOf(id));
        tally.recordPayment(id, next, amount, RECEIPT);
        vm.prank(keyOf[actor]);
        (bool again,) = address(tally).call(abi.encodeCall(IPayments.recordPayment, (id, next, amount, RECEIPT)));
        vm.assertFalse(again, "a receipt counts once");
        books[id].paid += amount;
        books[id].receipts += 1;
        count["pay"] += 1;
    }

    function _isPayable(uint256 id) private view returns (bool) {
        return _isAccepted(id) && !_isRoundOpen(id) && _open(id) != 0;
    }

    function reverse(uint256 seed, uint72 amount) external watched(Kind.Cash) {
        uint256 id = _findDebt(seed, _isReversible);
        if (id == 0 || seed % 3 != 0) return;
        amount = uint72(bound(amount, 1, _debt(id).available));
        bytes32 kind = keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, id, _debt(id).sequence + 1, amount, RECEIPT));
        bytes memory consent = _signStruct(hash, secretOf[_agentOf(id)]);
        _asRegistrar();
        tally.reversePayment(id, amount, RECEIPT, consent);
        books[id].reversed += amount;
        books[id].receipts += 1;
        count["reverse"] += 1;
    }

    function _isReversible(uint256 id) private view returns (bool) {
        return _isAccepted(id) && !_isRoundOpen(id) && _debt(id).available != 0;
    }

    /* LOTS OUT */

    function redeem(uint256 seed) external watched(Kind.Cash) {
        uint256 lot = _findLot(seed, _isRedeemable);
        if (lot == 0) return;
        _book(lot);
        _by(_agentOf(lot >> 96));
        tally.redeem(lot, RECEIPT);
        count["redeem"] += 1;
    }

    function redeemMany(uint256 seed) external watched(Kind.Cash) {
        uint256 first = _findLot(seed, _isRedeemable);
        if (first == 0) return;
        uint32 agent = _agentOf(first >> 96);
        uint256[] memory some = new uint256[](lots.length);
        uint256 found;
        for (uint256 i = 0; i < lots.length; ++i) {
            if (_isRedeemable(lots[i]) && _agentOf(lots[i] >> 96) == agent) some[found++] = lots[i];
        }
        (uint256[] memory list, bytes32[] memory receipts) = (new uint256[](found), new bytes32[](found));
        for (uint256 i = 0; i < found; ++i) {
            (list[i], receipts[i]) = (some[i], keccak256(abi.encode(seed, i)));
            _book(list[i]);
        }
        _by(agent);
        tally.redeemMany(list, receipts);
        count["redeemMany"] += 1;
    }

    function _book(uint256 lot) private {
        books[lot >> 96].cashed += _lot(lot).amount;
        // Under this profile nothing returns, so nothing is kept.
        if (_debt(lot >> 96).profile == FINAL_PROFILE) ice[lot] = 0;
    }

    function _isRedeemable(uint256 lot) private view returns (bool) {
        uint256 id = lot >> 96;
        return _lives(lot) && _lot(lot).amount != 0 && _isClearable(id) && _open(id) == 0;
    }

    function _isClearable(uint256 id) private view returns (bool) {
        bool free = _debt(id).state & (PAYABLE_SUSPENDED | PAYABLE_ROUND_OPEN) == 0;
        return _isAccepted(id) && free && _now() >= _redemptionTime(id);
    }

    /* ROUNDS */

    function openRound(uint256 seed) external watched(Kind.Cash) {
        uint256 id = _findDebt(seed, _isShort);
        if (id == 0) return;
        Book storage book = books[id];
        (book.base, book.payment, book.seen, book.lines) = (_debt(id).outstanding, _debt(id).available, 0, 0);
        _by(_agentOf(id));
        tally.openRound(id);
        count["openRound"] += 1;
    }

    function _isShort(uint256 id) private view returns (bool) {
        return _isClearable(id) && _debt(id).available != 0 && _open(id) != 0;
    }

    /// @dev Some of the round's lots, each with its part of the running total, so that the lines add up.
    function redeemInRound(uint256 seed) external watched(Kind.Cash) {
        uint256 id = _findDebt(seed, _isInRound);
        if (id == 0) return;
        uint256 most = 1 + (seed >> 8) % 4;
        uint256[] memory some = new uint256[](most);
        uint256 found;
        for (uint256 i = 0; i < lots.length && found < most; ++i) {
            uint256 lot = lots[(seed % lots.length + i) % lots.length];
            if (lot >> 96 == id && _isDue(lot)) some[found++] = lot;
        }
        if (found == 0) return;
        (uint256[] memory list, uint72[] memory lines) = (new uint256[](found), new uint72[](found));
        bytes32[] memory receipts = new bytes32[](found);
        for (uint256 i = 0; i < found; ++i) {
            (list[i], lines[i], receipts[i]) = (some[i], _share(id, some[i]), RECEIPT);
        }
        _by(_agentOf(id));
        tally.redeemInRound(list, lines, receipts);
        vm.prank(keyOf[actor]);
        (bool again,) = address(tally).call(abi.encodeCall(ISettlement.redeemInRound, (list, lines, receipts)));
        vm.assertFalse(again, "a lot stands in a round once");
        count["redeemInRound"] += 1;
    }

    function _share(uint256 id, uint256 lot) private returns (uint72 share) {
        Book storage book = books[id];
        bytes32 place = keccak256(abi.encode(id, _debt(id).round, lot));
        vm.assertFalse(stood[place], "a lot stands in a round once");
        stood[place] = true;
        book.seen += _lot(lot).amount;
        share = uint72(book.seen * book.payment / book.base - book.lines);
        book.lines += share;
        book.cashed += share;
        if (_debt(id).profile == PROFILE) line[lot] = share;
    }

    function _isInRound(uint256 id) private view returns (bool) {
        return _isRoundOpen(id) && _debt(id).state & PAYABLE_SUSPENDED == 0;
    }

    function _isDue(uint256 lot) private view returns (bool) {
        return _lives(lot) && _lot(lot).amount != 0 && _lot(lot).round != _debt(lot >> 96).round;
    }

    function closeRound(uint256 seed) external watched(Kind.Cash) {
        uint256 id = _findDebt(seed, _isRoundOpen);
        if (id == 0) return;
        Book storage book = books[id];
        _by(_agentOf(id));
        if (book.seen != book.base) {
            (bool early,) = address(tally).call(abi.encodeCall(ISettlement.closeRound, (id)));
            vm.assertFalse(early, "every lot stands in a round");
            return;
        }
        tally.closeRound(id);
        vm.assertEq(book.lines, book.payment, "the lines of a round add up to its payment");
        count["closeRound"] += 1;
    }

    /* WHAT THE BANK RETURNED */

    function reopen(uint256 seed) external watched(Kind.Cash) {
        uint256 lot = _findLot(seed, _isReturnable);
        if (lot == 0) return;
        uint256 id = lot >> 96;
        bool ended = _lot(lot).flags & LOT_ENDED != 0;
        uint72 amount = ended ? _lot(lot).amount : uint72(line[lot]);
        bytes32 kind = keccak256("Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, lot, _debt(id).sequence + 1, amount, RECEIPT));
        bytes memory consent = _signStruct(hash, secretOf[_agentOf(id)]);
        _asRegistrar();
        tally.reopen(lot, amount, RECEIPT, consent);
        if (!ended) line[lot] = 0;
        books[id].reopened += amount;
        books[id].receipts += 1;
        count[ended ? "reopen" : "reopen a line"] += 1;
    }

    function _isReturnable(uint256 lot) private view returns (bool) {
        uint256 id = lot >> 96;
        Debt memory debt = _debt(id);
        uint8 state = debt.state & PAYABLE_STATE_MASK;
        if (debt.profile != PROFILE || (state != PAYABLE_ACTIVE && state != PAYABLE_SETTLED)) return false;
        if (_isRoundOpen(id) || _now() >= uint256(debt.due) + REOPEN || _lot(lot).holder == 0) return false;
        return _lot(lot).flags & LOT_ENDED != 0 || line[lot] != 0;
    }

    /* THIEVES */

    /// @dev No money out without the agent, a receipt, cover, time, or from a lot that has ended.
    function steal(uint256 seed) external watched(Kind.Cash) {
        if (lots.length == 0) return;
        uint256 lot = lots[seed % lots.length];
        uint256 id = lot >> 96;
        uint32 agent = _agentOf(id);
        _mustFail(agent == AGENT ? OTHER_AGENT : AGENT, abi.encodeCall(IPayments.redeem, (lot, RECEIPT)));
        _mustFail(_lot(lot).holder, abi.encodeCall(IPayments.redeem, (lot, RECEIPT)));
        _mustFail(agent, abi.encodeCall(IPayments.redeem, (lot, 0)));
        if (!_isRedeemable(lot)) _mustFail(agent, abi.encodeCall(IPayments.redeem, (lot, RECEIPT)));
        uint16 sequence = _debt(id).sequence;
        _mustFail(agent, abi.encodeCall(IPayments.recordPayment, (id, sequence, 1, RECEIPT)));
        uint256 more = _open(id) + 1;
        _mustFail(agent, abi.encodeCall(IPayments.recordPayment, (id, sequence + 1, uint72(more), RECEIPT)));
        count["steal"] += 1;
    }

    function _mustFail(uint32 who, bytes memory data) internal {
        vm.prank(who == 0 ? stranger : keyOf[who]);
        (bool done,) = address(tally).call(data);
        vm.assertFalse(done, "not allowed");
    }
}
