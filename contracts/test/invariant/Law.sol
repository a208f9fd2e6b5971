// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Agents.sol";

/// @notice The registrar and the clock: freezes, forced transfers, suspension, pauses, limits and agents, standing of participants.
abstract contract Law is Agents {
    function advance(uint256 seed, uint32 by) external watched(Kind.Consent) {
        if (seed % 4 == 0) _advance(bound(by, 1, 12 hours));
        else if (seed % 4 == 1) _advance(bound(by, 12 hours, 4 days));
        else if (debts.length != 0) _toEdge(debts[(seed >> 8) % debts.length], seed >> 16);
        count["advance"] += 1;
    }

    /// @dev To a second before, at or after one at which something changes for a debt.
    function _toEdge(uint256 id, uint256 seed) private {
        uint256 due = _debt(id).due;
        uint256[4] memory edges = [due - LEAD, due - LEAD + DELAY, due + GRACE, due + REOPEN];
        uint256 edge = edges[(seed >> 4) % 8 == 0 ? 3 : seed % 3] + (seed >> 8) % 3 - 1;
        if (edge > _now()) _advance(edge - _now());
    }

    function freeze(uint256 seed, uint72 amount) external watched(Kind.Law) {
        uint256 lot = _findLot(seed, _lives);
        if (lot == 0 || seed % 2 == 0) return;
        amount = uint72(seed % 3 == 0 ? 0 : bound(amount, 0, _lot(lot).amount));
        _asRegistrar();
        tally.freeze(lot, amount, BASIS);
        ice[lot] = amount;
        count["freeze"] += 1;
    }

    /// @dev To anyone active, the holder itself too. What is free moves first; what is frozen stays frozen wherever it is.
    function forceTransfer(uint256 seed, uint72 amount) external watched(Kind.Law) {
        uint256 lot = _findLot(seed, _isForceable);
        if (lot == 0 || seed % 2 == 0) return;
        Holding memory before = _lot(lot);
        uint32 to = seed % 5 == 0 && _isActive(before.holder) ? before.holder : _someone(seed >> 16, 0);
        if (to == 0) return;
        uint8 child = (seed >> 8) % 2 == 0 ? WHOLE : _freeChild(lot, 40, seed >> 24);
        if (child == WHOLE || lots.length >= MAX_LOTS || before.amount < ice[lot]) {
            _force(lot, WHOLE, before.amount, to);
        } else {
            _forcePart(lot, child, uint72(bound(amount, 1, before.amount)), to);
        }
        vm.assertEq(_lot(lot).hops, before.hops, "no hop");
    }

    function _force(uint256 lot, uint8 child, uint72 amount, uint32 to) private returns (uint256 got) {
        bool itself = _lot(lot).holder == to;
        _asRegistrar();
        got = tally.forceTransfer(lot, child, amount, to, BASIS);
        vm.assertEq(_lot(got).holder, to, "the holder by law");
        vm.assertEq(_lot(lot).lockParty, 0, "no lock");
        count[child == WHOLE ? "force whole" : "force part"] += 1;
        if (itself) count["force to itself"] += 1;
    }

    function _forcePart(uint256 lot, uint8 child, uint72 amount, uint32 to) private {
        uint256 free = _lot(lot).amount - ice[lot];
        uint256 carried = amount > free ? amount - free : 0;
        uint256 got = _force(lot, child, amount, to);
        vm.assertEq(got, _childOf(lot, child), "a child's id is the hash of its path");
        _learn(got, lot, child);
        (ice[got], ice[lot]) = (carried, ice[lot] - carried);
    }

    function _isForceable(uint256 lot) private view returns (bool) {
        return _lives(lot) && _lot(lot).amount != 0 && _isAccepted(lot >> 96) && !_isRoundOpen(lot >> 96);
    }

    function suspendRedemption(uint256 seed) external watched(Kind.Law) {
        uint256 id = _findDebt(seed, _isAccepted);
        if (id == 0) return;
        _asRegistrar();
        tally.suspendRedemption(id, seed % 9 == 0, BASIS);
        count["suspendRedemption"] += 1;
    }

    function pauseProfile(uint256 seed) external watched(Kind.Law) {
        _asRegistrar();
        tally.pauseProfile(seed % 2 == 0 ? PROFILE : FINAL_PROFILE, seed % 9 == 0);
        count["pauseProfile"] += 1;
    }

    /// @dev Raised, lowered below its use, or given to another agent at any time.
    function setLimit(uint256 seed, uint72 limit) external watched(Kind.Law) {
        uint32 obligor = seed % 2 == 0 ? OBLIGOR : OTHER_OBLIGOR;
        if (!_isActive(obligor)) return;
        limit = (seed >> 8) % 6 == 0 ? uint72(bound(limit, 0, 1_000_000)) : LIMIT;
        uint32 agent = (seed >> 16) % 2 == 0 ? AGENT : OTHER_AGENT;
        _asRegistrar();
        tally.setLimit(obligor, (seed >> 24) % 2 == 0 ? CNY : EUR, limit, agent);
        count["setLimit"] += 1;
    }

    /// @dev Suspended, expired or in good standing again.
    function setStanding(uint256 seed) external watched(Kind.Law) {
        uint32[7] memory all = [SUPPLIER, SECOND, THIRD, FUNDER, OTHER_FUNDER, OBLIGOR, OTHER_OBLIGOR];
        uint32 who = all[seed % 7];
        uint256 what = (seed >> 8) % 16;
        if (what == 0) _suspend(who, _rolesOf(who));
        else if (what == 1) _expire(who, _rolesOf(who));
        else _setStatus(who, _rolesOf(who), STATUS_ACTIVE, VERIFIED_UNTIL);
        count["setStanding"] += 1;
    }
}
