// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "../Base.t.sol";

/// @notice What the invariants need to know of a small world: its debts, all lots there ever were, and money counted apart from the
/// contract. Handlers of the roles stand on it.
abstract contract World is Base {
    uint256 internal constant MAX_DEBTS = 4;
    uint256 internal constant MAX_LOTS = 40;
    uint72 internal constant INVOICE_TOTAL = 1_500_000;

    struct Account {
        Terms terms;
        Portion[] portions;
        uint256 face;
        uint256 redeemed;
        uint256 reopened;
        uint256 released;
        uint256 cancelled;
        uint256 paid;
        uint256 reversed;
        uint256 frozen;
        /// @dev Sum of the lines of the open round.
        uint256 lines;
    }

    uint256[] internal debts;
    mapping(uint256 id => Account) internal accounts;
    mapping(uint256 id => uint256[]) internal lotsOf;
    mapping(uint256 lot => uint8) internal hopsSeen;
    mapping(uint256 lot => bool) internal known;
    mapping(string act => uint256) public calls;
    bytes32[3] internal invoices;
    uint32 private _time;
    uint256 private _salt;

    function setUp() public virtual override {
        super.setUp();
        _time = START;
        for (uint256 i = 0; i < invoices.length; ++i) {
            invoices[i] = bytes32(i + 1);
        }
    }

    /// @dev Time is kept here, so that nothing depends on what a test runner does with warps between calls.
    modifier timed() {
        vm.warp(_time);
        _;
    }

    /// @dev Hops of a lot never fall.
    function _watchHops() private {
        for (uint256 i = 0; i < debts.length; ++i) {
            uint256[] storage lots = lotsOf[debts[i]];
            for (uint256 j = 0; j < lots.length; ++j) {
                uint8 hops = _lot(lots[j]).hops;
                if (tally.lotWord(lots[j]) != 0) vm.assertGe(hops, hopsSeen[lots[j]], "hops never fall");
                hopsSeen[lots[j]] = hops;
            }
        }
    }

    function _pass(uint256 time) internal {
        _time += uint32(time);
        vm.warp(_time);
    }

    function _done(string memory name) internal {
        calls[name] += 1;
        _watchHops();
    }

    /* CHOICES */

    function _debtAt(uint256 seed) internal view returns (bool, uint256) {
        return debts.length == 0 ? (false, 0) : (true, debts[seed % debts.length]);
    }

    /// @dev A lot that lives and holds something; the first from a random place.
    function _liveLot(uint256 seed) internal view returns (bool, uint256) {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any) return (false, 0);
        uint256[] storage lots = lotsOf[id];
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 lot = lots[((seed >> 8) % lots.length + i) % lots.length];
            if (_lives(lot) && _lot(lot).amount != 0) return (true, lot);
        }
        return (false, 0);
    }

    /// @dev A lot with a flag; the first from a random place.
    function _lotWith(uint256 seed, uint8 flag) internal view returns (bool, uint256) {
        (bool any, uint256 id) = _debtAt(seed);
        if (!any) return (false, 0);
        uint256[] storage lots = lotsOf[id];
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 lot = lots[((seed >> 8) % lots.length + i) % lots.length];
            if (_lot(lot).flags & flag != 0) return (true, lot);
        }
        return (false, 0);
    }

    function _lives(uint256 lot) internal view returns (bool) {
        Holding memory holding = _lot(lot);
        return holding.holder != 0 && holding.flags & LOT_ENDED == 0;
    }

    function _isLocked(Holding memory lot) internal view returns (bool) {
        return lot.lockParty != 0 && _now() <= lot.lockUntil;
    }

    function _state(uint256 id) internal view returns (uint8) {
        return _debt(id).state & PAYABLE_STATE_MASK;
    }

    function _has(uint256 id, uint8 flag) internal view returns (bool) {
        return _debt(id).state & flag != 0;
    }

    /// @dev Whether lots of a payable may change hands or shape now.
    function _isMovable(uint256 id) internal view returns (bool) {
        return _debt(id).state & (PAYABLE_STATE_MASK | PAYABLE_OVERDUE) == PAYABLE_ACTIVE && _now() < _recordTime(id);
    }

    function _isPaused() internal view returns (bool paused) {
        (, paused) = tally.profileOf(PROFILE);
    }

    function _someone(uint256 seed, uint32 but) internal pure returns (uint32) {
        uint32[4] memory all = [SUPPLIER, SECOND, THIRD, FUNDER];
        uint32 one = all[seed % 4];
        return one == but ? all[(seed + 1) % 4] : one;
    }

    function _freeChild(uint256 lot) internal view returns (bool, uint8) {
        uint40 spent = _lot(lot).children;
        for (uint8 i = 0; i < CHILDREN; ++i) {
            if (spent & (uint40(1) << i) == 0) return (true, i);
        }
        return (false, 0);
    }

    /// @dev An amount that may leave a lot as a part: neither it nor the rest is dust, and nothing frozen moves.
    function _portion(uint256 lot, uint256 seed) internal view returns (bool, uint72) {
        uint256 whole = _lot(lot).amount;
        uint256 frozen = tally.frozenOf(lot);
        if (frozen >= whole || whole < 2 * SMALLEST) return (false, 0);
        uint256 most = whole - frozen < whole - SMALLEST ? whole - frozen : whole - SMALLEST;
        return most < SMALLEST ? (false, 0) : (true, uint72(bound(seed, SMALLEST, most)));
    }

    function _remember(uint256 lot) internal {
        if (known[lot]) return;
        known[lot] = true;
        lotsOf[lot >> 96].push(lot);
    }

    function _newTerms(uint72 face) internal returns (Terms memory terms) {
        terms = _terms(face);
        terms.due = _now() + 8 days;
        terms.salt = keccak256(abi.encode("world", ++_salt));
    }

    /* FOR THE INVARIANTS */

    function debtsCount() external view returns (uint256) {
        return debts.length;
    }

    function debtAt(uint256 i) external view returns (uint256) {
        return debts[i];
    }

    function account(uint256 id) external view returns (Account memory) {
        return accounts[id];
    }

    function lotsAt(uint256 id) external view returns (uint256[] memory) {
        return lotsOf[id];
    }

    function book() external view returns (ITallystick) {
        return tally;
    }

    function keyOfParticipant(uint32 participant) external view returns (address) {
        return keyOf[participant];
    }
}
