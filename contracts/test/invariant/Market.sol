// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "../Base.t.sol";

/// @notice Two obligors, two agents, two currencies and seven holders that do as they like, with books of their own beside the
/// contract's words. Every act is watched: what a word was before and after must be a step that the promise allows.
abstract contract Market is Base {
    uint16 internal constant EUR = 978;
    uint16 internal constant FINAL_PROFILE = (EUR << 6) + 1;
    uint256 internal constant MAX_DEBTS = 8;
    uint256 internal constant MAX_LOTS = 36;
    uint256 internal constant INVOICES = 5;
    uint72 internal constant TOTAL = 2_000_000;
    uint32 private constant END_OF_TIME = START + 900 days;

    /// @dev What an act may do to lots: what their holders agreed to, pay money out, or use the force of law.
    enum Kind {
        Consent,
        Cash,
        Law
    }

    struct Book {
        Terms terms;
        Portion[] portions;
        uint16 currency;
        uint256 paid;
        uint256 reversed;
        uint256 cashed;
        uint256 reopened;
        uint256 released;
        uint256 withdrawn;
        uint256 receipts;
        uint256 base;
        uint256 payment;
        uint256 seen;
        uint256 lines;
    }

    uint256[] internal debts;
    uint256[] internal lots;
    mapping(uint256 id => Book) internal books;
    mapping(uint256 lot => uint256) internal parentOf;
    mapping(uint256 lot => uint8) internal indexOf;
    /// @dev What must be frozen of a lot.
    mapping(uint256 lot => uint256) internal ice;
    /// @dev What the latest round paid, as long as it can be given back.
    mapping(uint256 lot => uint256) internal line;
    mapping(bytes32 idRoundLot => bool) internal stood;
    mapping(string act => uint256) public count;
    uint32 internal actor;
    uint32 private _clock;
    mapping(uint256 => uint256) private _was;
    mapping(uint256 id => uint256) private _gone;

    function setUp() public virtual override {
        super.setUp();
        _clock = START;
        Profile memory rules = _rules();
        (rules.hops, rules.depth, rules.children) = (3, 3, 5);
        (rules.smallestLot, rules.reopenPeriod) = (1, 0);
        vm.startPrank(registrar);
        tally.setProfile(FINAL_PROFILE, rules);
        tally.setLimit(OBLIGOR, EUR, LIMIT, AGENT);
        tally.setLimit(OTHER_OBLIGOR, EUR, LIMIT, OTHER_AGENT);
        vm.stopPrank();
    }

    /* EVERY ACT */

    modifier watched(Kind kind) {
        vm.warp(_clock);
        actor = 0;
        for (uint256 i = 0; i < lots.length; ++i) {
            _was[lots[i]] = tally.lotWord(lots[i]);
        }
        for (uint256 i = 0; i < debts.length; ++i) {
            _was[debts[i]] = tally.payableWord(debts[i]);
            _gone[debts[i]] = _ended(debts[i]);
        }
        _;
        for (uint256 i = 0; i < lots.length; ++i) {
            _compareLot(lots[i], kind);
        }
        for (uint256 i = 0; i < debts.length; ++i) {
            _compareDebt(debts[i]);
        }
    }

    function _compareLot(uint256 id, Kind kind) private view {
        uint256 before = _was[id];
        uint256 word = tally.lotWord(id);
        if (before == 0 || before == word) return;
        bool moved = uint32(before) != uint32(word) || uint72(before >> 32) != uint72(word >> 32);
        bool locked = uint32(before >> 152) != 0 && _now() <= uint32(before >> 184);
        if (kind == Kind.Consent && moved && locked) {
            vm.assertEq(uint32(before >> 152), actor, "a lock yields only to its party");
        }
        if (kind == Kind.Cash && word != 0) vm.assertEq(uint32(before), uint32(word), "money moves no lot");
        if (word == 0) return;
        vm.assertGe(uint8(word >> 104), uint8(before >> 104), "hops never fall");
        vm.assertEq(uint8(word >> 112), uint8(before >> 112), "depth stands");
        vm.assertGe(uint16(word >> 120), uint16(before >> 120), "versions never fall");
        vm.assertEq((before >> 216) & ~(word >> 216), 0, "a child is spent for ever");
        if (moved && uint32(before) != uint32(word)) {
            vm.assertGt(uint16(word >> 120), uint16(before >> 120), "a new holder is a new version");
        }
    }

    function _compareDebt(uint256 id) private view {
        uint256 before = _was[id];
        if (before == 0) return;
        uint256 word = tally.payableWord(id);
        vm.assertEq(uint48(word), uint48(before), "obligor and profile stand");
        vm.assertEq(uint32(word >> 48), uint32(before >> 48), "the due time never moves");
        uint256 left = uint72(word >> 88) + _ended(id);
        vm.assertEq(uint72(before >> 88) + _gone[id], left, "nothing burns without a receipt or a release");
        vm.assertGe(uint16(word >> 232), uint16(before >> 232), "sequences never fall");
        vm.assertGe(uint8(word >> 248), uint8(before >> 248), "rounds never fall");
    }

    /// @dev What left a debt by the books: paid out against receipts and not returned, released, or withdrawn with the debt.
    function _ended(uint256 id) private view returns (uint256) {
        Book storage book = books[id];
        return book.cashed - book.reopened + book.released + book.withdrawn;
    }

    function _by(uint32 participant) internal {
        actor = participant;
        _as(participant);
    }

    function _advance(uint256 by) internal {
        uint256 to = vm.getBlockTimestamp() + by;
        _clock = uint32(to < END_OF_TIME ? to : END_OF_TIME);
    }

    /* CHOICES */

    /// @dev The first lot from a random place that fits; 0 when none does.
    function _findLot(uint256 seed, function(uint256) internal view returns (bool) fits)
        internal
        view
        returns (uint256)
    {
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 lot = lots[(seed % lots.length + i) % lots.length];
            if (fits(lot)) return lot;
        }
        return 0;
    }

    function _findDebt(uint256 seed, function(uint256) internal view returns (bool) fits)
        internal
        view
        returns (uint256)
    {
        for (uint256 i = 0; i < debts.length; ++i) {
            uint256 id = debts[(seed % debts.length + i) % debts.length];
            if (fits(id)) return id;
        }
        return 0;
    }

    /// @dev Someone who may hold lots now, other than `but`; 0 when there is no one.
    function _someone(uint256 seed, uint32 but) internal view returns (uint32) {
        uint32[7] memory all = [SUPPLIER, SECOND, THIRD, FUNDER, OTHER_FUNDER, OBLIGOR, OTHER_OBLIGOR];
        for (uint256 i = 0; i < all.length; ++i) {
            uint32 one = all[(seed % all.length + i) % all.length];
            if (one != but && _isVerified(one)) return one;
        }
        return 0;
    }

    function _rolesOf(uint32 participant) internal pure returns (uint8) {
        if (participant == OBLIGOR || participant == OTHER_OBLIGOR) return ROLE_OBLIGOR;
        return participant == FUNDER || participant == OTHER_FUNDER ? ROLE_FUNDER : ROLE_SUPPLIER;
    }

    function _learn(uint256 lot, uint256 parent, uint8 index) internal {
        lots.push(lot);
        (parentOf[lot], indexOf[lot]) = (parent, index);
    }

    /// @dev By the documented rule, not by the contract's own code.
    function _childOf(uint256 lot, uint8 index) internal pure returns (uint256) {
        return (lot >> 96 << 96) | uint96(uint256(keccak256(abi.encode(lot, uint256(index)))));
    }

    function _freeChild(uint256 lot, uint256 limit, uint256 seed) internal view returns (uint8) {
        uint40 spent = _lot(lot).children;
        for (uint256 i = 0; i < limit; ++i) {
            uint8 index = uint8((seed % limit + i) % limit);
            if (spent & (uint40(1) << index) == 0) return index;
        }
        return WHOLE;
    }

    /// @dev An amount that the profile lets leave a lot; 0 when none may.
    function _portionOf(uint256 lot, uint256 seed) internal view returns (uint72) {
        (Profile memory rules,) = tally.profileOf(_debt(lot >> 96).profile);
        uint256 whole = _lot(lot).amount;
        uint256 free = whole > ice[lot] ? whole - ice[lot] : 0;
        uint256 smallest = rules.smallestLot;
        if (free == whole && seed % 4 == 0 && whole >= smallest) return uint72(whole);
        if (whole < 2 * smallest) return 0;
        uint256 most = free < whole - smallest ? free : whole - smallest;
        return most < smallest || most == 0 ? 0 : uint72(bound(seed, smallest, most));
    }

    /* WHAT THE WORDS SAY */

    function _isActive(uint32 participant) internal view returns (bool) {
        return uint8(tally.participantWord(participant) >> 8) == STATUS_ACTIVE;
    }

    function _isVerified(uint32 participant) internal view returns (bool) {
        return _isActive(participant) && _now() < uint32(tally.participantWord(participant) >> 16);
    }

    function _lives(uint256 lot) internal view returns (bool) {
        Holding memory holding = _lot(lot);
        return holding.holder != 0 && holding.flags & LOT_ENDED == 0;
    }

    function _isLocked(uint256 lot) internal view returns (bool) {
        Holding memory holding = _lot(lot);
        return holding.lockParty != 0 && _now() <= holding.lockUntil;
    }

    function _isAccepted(uint256 id) internal view returns (bool) {
        return _debt(id).state & PAYABLE_STATE_MASK == PAYABLE_ACTIVE;
    }

    function _isRoundOpen(uint256 id) internal view returns (bool) {
        return _debt(id).state & PAYABLE_ROUND_OPEN != 0;
    }

    function _isIssued(uint256 id) internal view returns (bool) {
        return _debt(id).state == PAYABLE_ISSUED;
    }

    function _open(uint256 id) internal view returns (uint256) {
        return _debt(id).outstanding - _debt(id).available;
    }

    function _isPaused(uint256 id) internal view returns (bool paused) {
        (, paused) = tally.profileOf(_debt(id).profile);
    }

    function _creditOf(uint32 obligor, uint16 currency) internal view returns (Credit memory) {
        uint256 word = tally.limitWord(obligor, currency);
        return Credit(uint72(word), uint72(word >> 72), uint32(word >> 144), uint16(word >> 176));
    }

    function _agentOf(uint256 id) internal view returns (uint32) {
        return _creditOf(_debt(id).obligor, books[id].currency).agent;
    }

    /// @dev A lot that its holder may pass on, split or lock now.
    function _isMobile(uint256 lot) internal view returns (bool) {
        if (!_lives(lot) || _lot(lot).amount == 0 || _isLocked(lot) || !_isActive(_lot(lot).holder)) return false;
        uint256 id = lot >> 96;
        return _debt(id).state & (PAYABLE_STATE_MASK | PAYABLE_OVERDUE) == PAYABLE_ACTIVE && _now() < _recordTime(id);
    }

    function _isPassable(uint256 lot) internal view returns (bool) {
        if (!_isMobile(lot)) return false;
        (Profile memory rules, bool paused) = tally.profileOf(_debt(lot >> 96).profile);
        return !paused && _lot(lot).hops < rules.hops;
    }

    /// @dev There is room and time for a lock.
    function _isLockable(uint256 lot) internal view returns (bool) {
        return _isMobile(lot) && _now() + 1 < _recordTime(lot >> 96);
    }
}
