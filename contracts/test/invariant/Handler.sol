// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./World.sol";

/// @notice Every role does what it may, in any order. No call here may revert: what is asked for is what the rules allow.
contract Handler is World {
    /* TIME */

    function pass(uint256 seed) external timed {
        _pass(bound(seed, 6 hours, 1 days));
        _done("pass");
    }

    /* OBLIGOR AND PAYEE */

    function issue(uint256 seed, uint72 face) external timed {
        if (debts.length >= MAX_DEBTS || _isPaused() || _credit(OBLIGOR).overdue != 0) return;
        bytes32 invoice = invoices[seed % invoices.length];
        uint256 room = INVOICE_TOTAL - _occupied(OBLIGOR, invoice);
        if (room < 4 * SMALLEST) return;
        face = uint72(bound(face, 4 * SMALLEST, room));
        Portion[] memory portions = new Portion[](1);
        portions[0] = Portion({fingerprint: invoice, amount: face, total: INVOICE_TOTAL});
        Terms memory terms = _newTerms(face);
        uint256 id = _issue(terms, portions);
        debts.push(id);
        Account storage entry = accounts[id];
        (entry.terms, entry.face) = (terms, face);
        entry.portions.push(portions[0]);
        _remember(id << 96);
        _done("issue");
    }

    function accept(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || _state(id) != PAYABLE_ISSUED || _now() >= _debt(id).due) return;
        _accept(id);
        _done("accept");
    }

    function refuse(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        // Seldom, so that most debts live.
        if (!any || seed % 5 != 0 || _state(id) != PAYABLE_ISSUED) return;
        Account storage entry = accounts[id];
        _as(SUPPLIER);
        tally.refuse(entry.terms, entry.portions);
        (entry.cancelled, entry.frozen) = (entry.face, 0);
        _done("refuse");
    }

    function cancel(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || seed % 5 != 0) return;
        Account storage entry = accounts[id];
        Holding memory root = _lot(id << 96);
        bool early = _state(id) == PAYABLE_ISSUED;
        bool whole = root.holder == SUPPLIER && root.amount == entry.face && root.flags == 0 && root.lockParty == 0;
        // Not while a flag stands: an overdue debt or one whose redemption is suspended is not taken back.
        if (!early && !(_debt(id).state == PAYABLE_ACTIVE && whole && _debt(id).sequence == 0)) return;
        bytes32 kind = keccak256("Cancellation(uint256 payableId,uint16 version)");
        bytes memory consent = _signStruct(keccak256(abi.encode(kind, id, root.version)), secretOf[SUPPLIER]);
        _as(OBLIGOR);
        tally.cancel(entry.terms, entry.portions, consent);
        (entry.cancelled, entry.frozen) = (entry.face, 0);
        _done("cancel");
    }

    function setOff(uint256 seed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_mayExtinguish(lot)) return;
        // The obligor buys its own debt first, in whatever way lots move.
        if (_lot(lot).holder != OBLIGOR) {
            if (!_isMovable(lot >> 96) || _isPaused() || _lot(lot).hops >= HOPS) return;
            _passWhole(lot, OBLIGOR);
        }
        uint72 amount = _lot(lot).amount;
        _as(OBLIGOR);
        tally.setOff(lot, RECEIPT);
        accounts[lot >> 96].released += amount;
        _done("setOff");
    }

    /* HOLDERS */

    function passPart(uint256 seed, uint256 amountSeed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_mayOffer(lot)) return;
        (bool may, uint72 amount) = _portion(lot, amountSeed);
        (bool free, uint8 child) = _freeChild(lot);
        if (!may || !free || _lot(lot).depth >= DEPTH || lotsOf[lot >> 96].length >= MAX_LOTS) return;
        _sell(lot, child, amount, seed);
        _done("passPart");
    }

    function _sell(uint256 lot, uint8 child, uint72 amount, uint256 seed) private {
        Offer memory offer = _offer(lot, child, amount, _someone(seed >> 16, _lot(lot).holder));
        if (seed % 3 == 0) offer.kind = OFFER_SALE_RECOURSE;
        _remember(_accept(offer));
    }

    function passWhole(uint256 seed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_mayOffer(lot) || _lot(lot).flags & LOT_FROZEN != 0) return;
        _passWhole(lot, _someone(seed >> 16, _lot(lot).holder));
        _done("passWhole");
    }

    function offerOnChain(uint256 seed, bool taken) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_mayOffer(lot) || !_mayLock(lot) || _lot(lot).flags & LOT_FROZEN != 0) return;
        Offer memory offer = _offer(lot, WHOLE, _lot(lot).amount, _someone(seed >> 16, _lot(lot).holder));
        offer.deadline = _now() + 12 hours;
        _as(_lot(lot).holder);
        tally.makeOffer(offer);
        if (taken) _submit(offer, "");
        _done("offerOnChain");
    }

    function split(uint256 seed, uint256 amountSeed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_isMovable(lot >> 96) || _isLocked(_lot(lot))) return;
        (bool may, uint72 amount) = _portion(lot, amountSeed);
        (bool free, uint8 child) = _freeChild(lot);
        if (!may || !free || _lot(lot).depth >= DEPTH || lotsOf[lot >> 96].length >= MAX_LOTS) return;
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
        (children[0], amounts[0]) = (child, amount);
        _as(_lot(lot).holder);
        tally.split(lot, children, amounts);
        _remember(tally.childOf(lot, child));
        _done("split");
    }

    function merge(uint256 seed) external timed {
        (bool any, uint256 into) = _liveLot(seed);
        if (!any || !_isMovable(into >> 96) || !_isPlain(into)) return;
        uint256[] storage lots = lotsOf[into >> 96];
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 other = lots[i];
            if (other == into || !_lives(other) || _lot(other).holder != _lot(into).holder || !_isPlain(other)) {
                continue;
            }
            uint256[] memory others = new uint256[](1);
            others[0] = other;
            _as(_lot(into).holder);
            tally.merge(into, others);
            _done("merge");
            return;
        }
    }

    function lock(uint256 seed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_mayLock(lot)) return;
        _lockFor(lot, _someone(seed >> 16, _lot(lot).holder), _now() + 12 hours);
        _done("lock");
    }

    function release(uint256 seed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || _lot(lot).lockParty == 0 || _lot(lot).flags & LOT_PLEDGED != 0) return;
        _as(_isLocked(_lot(lot)) ? _lot(lot).lockParty : _lot(lot).holder);
        tally.release(lot);
        _done("release");
    }

    function discharge(uint256 seed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || seed % 4 != 0 || !_mayExtinguish(lot)) return;
        uint72 amount = _lot(lot).amount;
        _as(_lot(lot).holder);
        tally.discharge(lot, RECEIPT);
        accounts[lot >> 96].released += amount;
        _done("discharge");
    }

    /* FUNDERS */

    function finance(uint256 seed, bool pledge, bool recourse, bool completed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || !_mayLock(lot) || _isPaused() || _lot(lot).hops >= HOPS || _lot(lot).flags & LOT_FROZEN != 0) {
            return;
        }
        Financing memory financing = _financing(pledge ? FINANCE_PLEDGE : FINANCE_ASSIGNMENT, recourse);
        financing.funder = _lot(lot).holder == FUNDER ? OTHER_FUNDER : FUNDER;
        financing.until = _now() + 12 hours;
        _lockForFinancing(lot, financing);
        if (completed || seed % 2 == 0) {
            _as(financing.funder);
            tally.finance(lot, financing, RECEIPT);
        }
        _done("finance");
    }

    function releasePledge(uint256 seed) external timed {
        (bool any, uint256 lot) = _lotWith(seed, LOT_PLEDGED);
        if (!any || !_lives(lot)) return;
        _as(_lot(lot).lockParty);
        tally.releasePledge(lot, RECEIPT);
        _done("releasePledge");
    }

    /* PAYMENT AGENT */

    function recordPayment(uint256 seed, uint72 amount) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || _state(id) != PAYABLE_ACTIVE || _has(id, PAYABLE_ROUND_OPEN)) return;
        uint256 open = _debt(id).outstanding - _debt(id).available;
        if (open == 0) return;
        amount = seed % 3 == 0 ? uint72(open) : uint72(bound(amount, 1, open));
        _pay(id, amount);
        accounts[id].paid += amount;
        _done("recordPayment");
    }

    function redeem(uint256 seed) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any) return;
        uint256 id = lot >> 96;
        Debt memory debt = _debt(id);
        if (debt.state & ~PAYABLE_OVERDUE != PAYABLE_ACTIVE || debt.available < debt.outstanding) return;
        if (_now() < _redemptionTime(id)) return;
        uint72 amount = _lot(lot).amount;
        _redeem(lot);
        accounts[id].redeemed += amount;
        _done("redeem");
    }

    function openRound(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        Debt memory debt = _debt(id);
        if (!any || debt.state & ~PAYABLE_OVERDUE != PAYABLE_ACTIVE || _now() < _redemptionTime(id)) return;
        if (debt.available == 0 || debt.available >= debt.outstanding) return;
        _as(AGENT);
        tally.openRound(id);
        accounts[id].lines = 0;
        _done("openRound");
    }

    /// @dev The next lot of the round gets what its part of the running total comes to, so that the lines add up.
    function redeemInRound(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || !_has(id, PAYABLE_ROUND_OPEN) || _has(id, PAYABLE_SUSPENDED)) return;
        uint256[] storage lots = lotsOf[id];
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 lot = lots[(seed % lots.length + i) % lots.length];
            if (_lives(lot) && _lot(lot).amount != 0 && _lot(lot).round != _debt(id).round) {
                _redeemLine(id, lot);
                _done("redeemInRound");
                return;
            }
        }
    }

    function _redeemLine(uint256 id, uint256 lot) private {
        uint256 word = tally.roundWord(id);
        (uint256 base, uint256 seen, uint256 payment) = (uint72(word), uint72(word >> 72), uint72(word >> 144));
        (uint256[] memory lots, uint72[] memory lines) = (new uint256[](1), new uint72[](1));
        bytes32[] memory receipts = new bytes32[](1);
        lots[0] = lot;
        lines[0] = uint72((seen + _lot(lot).amount) * payment / base - seen * payment / base);
        receipts[0] = RECEIPT;
        _as(AGENT);
        tally.redeemInRound(lots, lines, receipts);
        accounts[id].redeemed += lines[0];
        accounts[id].lines += lines[0];
    }

    function closeRound(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || !_has(id, PAYABLE_ROUND_OPEN)) return;
        uint256 word = tally.roundWord(id);
        if (uint72(word) != uint72(word >> 72)) return;
        _as(AGENT);
        tally.closeRound(id);
        vm.assertEq(accounts[id].lines, uint72(word >> 144), "the lines of a round add up to its payment");
        _done("closeRound");
    }

    /* REGISTRAR AND ANYONE */

    function freeze(uint256 seed, uint72 amount) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || seed % 3 != 0) return;
        amount = uint72(bound(amount, 0, _lot(lot).amount));
        Account storage entry = accounts[lot >> 96];
        entry.frozen = entry.frozen + amount - tally.frozenOf(lot);
        _freeze(lot, amount);
        _done("freeze");
    }

    function forceTransfer(uint256 seed, uint72 amount) external timed {
        (bool any, uint256 lot) = _liveLot(seed);
        if (!any || seed % 3 != 0 || _state(lot >> 96) != PAYABLE_ACTIVE || _has(lot >> 96, PAYABLE_ROUND_OPEN)) {
            return;
        }
        // To the holder itself too: a freeze must survive that.
        _remember(_force(lot, amount, _someone(seed >> 16, seed % 7 == 0 ? 0 : SUPPLIER), seed % 2 == 0));
        _done("forceTransfer");
    }

    function _force(uint256 lot, uint72 amount, uint32 to, bool part) private returns (uint256) {
        (bool free, uint8 child) = _freeChild(lot);
        uint72 whole = _lot(lot).amount;
        part = part && free && lotsOf[lot >> 96].length < MAX_LOTS && tally.frozenOf(lot) <= whole;
        amount = part ? uint72(bound(amount, 1, whole)) : whole;
        _asRegistrar();
        return tally.forceTransfer(lot, part ? child : WHOLE, amount, to, BASIS);
    }

    function reversePayment(uint256 seed, uint72 amount) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || seed % 3 != 0 || _state(id) != PAYABLE_ACTIVE || _has(id, PAYABLE_ROUND_OPEN)) return;
        Debt memory debt = _debt(id);
        if (debt.available == 0) return;
        amount = uint72(bound(amount, 1, debt.available));
        bytes32 kind = keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, id, debt.sequence + 1, amount, RECEIPT));
        bytes memory signature = _signStruct(hash, secretOf[AGENT]);
        _asRegistrar();
        tally.reversePayment(id, amount, RECEIPT, signature);
        accounts[id].reversed += amount;
        _done("reversePayment");
    }

    function reopen(uint256 seed) external timed {
        (bool any, uint256 lot) = _lotWith(seed, LOT_ENDED);
        uint256 id = lot >> 96;
        if (!any || _has(id, PAYABLE_ROUND_OPEN) || _now() >= uint256(_debt(id).due) + REOPEN) return;
        uint72 amount = _lot(lot).amount;
        bytes32 kind = keccak256("Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)");
        bytes32 hash = keccak256(abi.encode(kind, lot, _debt(id).sequence + 1, amount, RECEIPT));
        bytes memory signature = _signStruct(hash, secretOf[AGENT]);
        _asRegistrar();
        tally.reopen(lot, amount, RECEIPT, signature);
        accounts[id].reopened += amount;
        _done("reopen");
    }

    function suspendRedemption(uint256 seed, bool suspended) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || _state(id) != PAYABLE_ACTIVE) return;
        _asRegistrar();
        tally.suspendRedemption(id, suspended && seed % 4 == 0, BASIS);
        _done("suspendRedemption");
    }

    function pauseProfile(uint256 seed) external timed {
        _asRegistrar();
        tally.pauseProfile(PROFILE, seed % 5 == 0);
        _done("pauseProfile");
    }

    function setParticipant(uint256 seed, uint32 verifiedUntil) external timed {
        uint32 who = _someone(seed, 0);
        verifiedUntil = uint32(bound(verifiedUntil, VERIFIED_UNTIL, type(uint32).max));
        _setStatus(who, who == FUNDER ? ROLE_FUNDER : ROLE_SUPPLIER, STATUS_ACTIVE, verifiedUntil);
        _done("setParticipant");
    }

    function revokeOffers(uint256 seed) external timed {
        _as(_someone(seed, 0));
        tally.revokeOffers();
        _done("revokeOffers");
    }

    function markOverdue(uint256 seed) external timed {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any || _state(id) != PAYABLE_ACTIVE || _has(id, PAYABLE_OVERDUE)) return;
        Debt memory debt = _debt(id);
        if (_now() <= uint256(debt.due) + GRACE || debt.available >= debt.outstanding) return;
        vm.prank(stranger);
        tally.markOverdue(id);
        _done("markOverdue");
    }

    /* WHAT THE RULES ALLOW */

    /// @dev Nothing locked, frozen or pledged, no recourse: what merges without further ado.
    function _isPlain(uint256 lot) private view returns (bool) {
        return !_isLocked(_lot(lot)) && _lot(lot).flags & (LOT_FROZEN | LOT_RECOURSE) == 0;
    }

    function _mayOffer(uint256 lot) private view returns (bool) {
        return _isMovable(lot >> 96) && !_isPaused() && !_isLocked(_lot(lot)) && _lot(lot).hops < HOPS;
    }

    function _mayLock(uint256 lot) private view returns (bool) {
        return _isMovable(lot >> 96) && !_isLocked(_lot(lot)) && _now() + 12 hours < _recordTime(lot >> 96);
    }

    function _mayExtinguish(uint256 lot) private view returns (bool) {
        uint256 id = lot >> 96;
        if (_state(id) != PAYABLE_ACTIVE || _has(id, PAYABLE_ROUND_OPEN)) return false;
        if (_isLocked(_lot(lot)) || _lot(lot).flags & LOT_FROZEN != 0) return false;
        return _lot(lot).amount <= _debt(id).outstanding - _debt(id).available;
    }
}
