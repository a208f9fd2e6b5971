// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {LOT_ENDED, LOT_FINANCING, LOT_OFFERED, LOT_PLEDGED, PAYABLE_ISSUED} from "../interfaces/Types.sol";

/// @notice The storage words, each one slot, fields from the lowest bit up. `x.field()` reads, `x.withField(v)` gives a changed copy.
/// @dev Fields travel as uint256, which needs no cleaning at every use; a value that does not fit its field never gets into a word.

/// @dev Stands for a confirmed debt: obligor 32, profile 16, due 32, state 8, outstanding 72, available 72, sequence 16, round 8.
type Payable is uint256;

using PayableWord for Payable global;

library PayableWord {
    /// @dev A debt that waits for its payee.
    function issued(uint32 obligor_, uint16 profile_, uint32 due_, uint72 face) internal pure returns (Payable) {
        uint256 terms = uint256(obligor_) | (uint256(profile_) << 32) | (uint256(due_) << 48);
        return Payable.wrap(terms | (uint256(PAYABLE_ISSUED) << 80) | (uint256(face) << 88));
    }

    function obligor(Payable word) internal pure returns (uint256) {
        return Payable.unwrap(word) & type(uint32).max;
    }

    function profile(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 32) & type(uint16).max;
    }

    function due(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 48) & type(uint32).max;
    }

    function state(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 80) & type(uint8).max;
    }

    function withState(Payable word, uint256 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 80, type(uint8).max, value));
    }

    function outstanding(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 88) & type(uint72).max;
    }

    function withOutstanding(Payable word, uint256 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 88, type(uint72).max, value));
    }

    function available(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 160) & type(uint72).max;
    }

    function withAvailable(Payable word, uint256 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 160, type(uint72).max, value));
    }

    function sequence(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 232) & type(uint16).max;
    }

    function withSequence(Payable word, uint256 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 232, type(uint16).max, value));
    }

    function round(Payable word) internal pure returns (uint256) {
        return (Payable.unwrap(word) >> 248) & type(uint8).max;
    }

    function withRound(Payable word, uint256 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 248, type(uint8).max, value));
    }

    /// @dev Whether any of these flags of the state is set.
    function has(Payable word, uint256 flags) internal pure returns (bool) {
        return Payable.unwrap(word) & (flags << 80) != 0;
    }

    /// @dev Paid in but not yet covered by money: what the obligor is still exposed to.
    function open(Payable word) internal pure returns (uint256) {
        return word.outstanding() - word.available();
    }

    /// @dev One more payment of at most what is open.
    function credited(Payable word, uint256 amount) internal pure returns (Payable) {
        assert(amount <= word.open() && word.sequence() != type(uint16).max);
        unchecked {
            return Payable.wrap(Payable.unwrap(word) + (amount << 160) + (1 << 232));
        }
    }

    /// @dev Outstanding and available, each of which must hold `amount`, without it.
    function redeemed(Payable word, uint256 amount) internal pure returns (Payable) {
        assert(amount <= word.outstanding() && amount <= word.available());
        unchecked {
            return Payable.wrap(Payable.unwrap(word) - (amount << 88) - (amount << 160));
        }
    }
}

/// @dev A holding: holder 32, amount 72, hops 8, depth 8, version 16, flags 8, round 8, lockParty 32, lockUntil 32, children 40.
type Lot is uint256;

using LotWord for Lot global;

library LotWord {
    /// @dev A lot without a past.
    function created(uint32 holder_, uint72 amount_) internal pure returns (Lot) {
        return Lot.wrap(holder_ | (uint256(amount_) << 32));
    }

    function holder(Lot word) internal pure returns (uint256) {
        return Lot.unwrap(word) & type(uint32).max;
    }

    function withHolder(Lot word, uint256 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 0, type(uint32).max, value));
    }

    function amount(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 32) & type(uint72).max;
    }

    function withAmount(Lot word, uint256 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 32, type(uint72).max, value));
    }

    function hops(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 104) & type(uint8).max;
    }

    function withHops(Lot word, uint256 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 104, type(uint8).max, value));
    }

    function depth(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 112) & type(uint8).max;
    }

    function withPath(Lot word, uint256 hops_, uint256 depth_) internal pure returns (Lot) {
        return word.withHops(hops_).withDepth(depth_);
    }

    function withDepth(Lot word, uint256 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 112, type(uint8).max, value));
    }

    function version(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 120) & type(uint16).max;
    }

    function flags(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 136) & type(uint8).max;
    }

    /// @dev Held by someone and not ended.
    function lives(Lot word) internal pure returns (bool) {
        return Lot.unwrap(word) & type(uint32).max != 0 && !word.has(LOT_ENDED);
    }

    /// @dev Whether any of these flags is set.
    function has(Lot word, uint256 flags_) internal pure returns (bool) {
        return Lot.unwrap(word) & (flags_ << 136) != 0;
    }

    function with(Lot word, uint8 flags_) internal pure returns (Lot) {
        return Lot.wrap(Lot.unwrap(word) | (uint256(flags_) << 136));
    }

    function without(Lot word, uint8 flags_) internal pure returns (Lot) {
        return Lot.wrap(Lot.unwrap(word) & ~(uint256(flags_) << 136));
    }

    function round(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 144) & type(uint8).max;
    }

    function withRound(Lot word, uint256 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 144, type(uint8).max, value));
    }

    function lockParty(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 152) & type(uint32).max;
    }

    function lockUntil(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 184) & type(uint32).max;
    }

    function children(Lot word) internal pure returns (uint256) {
        return (Lot.unwrap(word) >> 216) & type(uint40).max;
    }

    /// @dev The next version; the caller has made sure that there is one.
    function bumped(Lot word) internal pure returns (Lot) {
        unchecked {
            return Lot.wrap(Lot.unwrap(word) + (1 << 120));
        }
    }

    /// @dev Without party, time and the flags of a lock.
    function withoutLock(Lot word) internal pure returns (Lot) {
        uint256 fields =
            (uint256(type(uint64).max) << 152) | (uint256(LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED) << 136);
        return Lot.wrap(Lot.unwrap(word) & ~fields);
    }

    /// @dev Only for a lot without a lock.
    function withLock(Lot word, uint32 party, uint32 until) internal pure returns (Lot) {
        return Lot.wrap(Lot.unwrap(word) | (uint256(party) << 152) | (uint256(until) << 184));
    }

    function withChildren(Lot word, uint256 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 216, type(uint40).max, value));
    }
}

/// @dev Credit limit per obligor and currency: limit 72, used 72, agent 32, overdue 16.
type Limit is uint256;

using LimitWord for Limit global;

library LimitWord {
    function limit(Limit word) internal pure returns (uint256) {
        return Limit.unwrap(word) & type(uint72).max;
    }

    function withLimit(Limit word, uint256 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 0, type(uint72).max, value));
    }

    function used(Limit word) internal pure returns (uint256) {
        return (Limit.unwrap(word) >> 72) & type(uint72).max;
    }

    function withUsed(Limit word, uint256 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 72, type(uint72).max, value));
    }

    function agent(Limit word) internal pure returns (uint256) {
        return (Limit.unwrap(word) >> 144) & type(uint32).max;
    }

    function withAgent(Limit word, uint256 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 144, type(uint32).max, value));
    }

    /// @dev Exposure that has ended; never more than is used.
    function relieved(Limit word, uint256 amount) internal pure returns (Limit) {
        assert(amount <= word.used());
        unchecked {
            return Limit.wrap(Limit.unwrap(word) - (amount << 72));
        }
    }

    function overdue(Limit word) internal pure returns (uint256) {
        return (Limit.unwrap(word) >> 176) & type(uint16).max;
    }

    function withOverdue(Limit word, uint256 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 176, type(uint16).max, value));
    }
}

/// @dev How much of an invoice backs payables: occupied 72, total 72, currency 16.
type Invoice is uint256;

using InvoiceWord for Invoice global;

library InvoiceWord {
    function unused(uint72 total_, uint256 currency_) internal pure returns (Invoice) {
        return Invoice.wrap((currency_ << 144) | (uint256(total_) << 72));
    }

    /// @dev By an amount that the total has room for.
    function occupiedMore(Invoice word, uint256 amount) internal pure returns (Invoice) {
        unchecked {
            return Invoice.wrap(Invoice.unwrap(word) + amount);
        }
    }

    function occupied(Invoice word) internal pure returns (uint256) {
        return Invoice.unwrap(word) & type(uint72).max;
    }

    function withOccupied(Invoice word, uint256 value) internal pure returns (Invoice) {
        return Invoice.wrap(Words.write(Invoice.unwrap(word), 0, type(uint72).max, value));
    }

    function total(Invoice word) internal pure returns (uint256) {
        return (Invoice.unwrap(word) >> 72) & type(uint72).max;
    }

    function currency(Invoice word) internal pure returns (uint256) {
        return (Invoice.unwrap(word) >> 144) & type(uint16).max;
    }
}

/// @dev An open clearing round: base 72, seen 72, payment 72.
type Round is uint256;

using RoundWord for Round global;

library RoundWord {
    function opened(uint256 base_, uint256 payment_) internal pure returns (Round) {
        assert(base_ <= type(uint72).max && payment_ <= type(uint72).max);
        return Round.wrap(base_ | (payment_ << 144));
    }

    function base(Round word) internal pure returns (uint256) {
        return Round.unwrap(word) & type(uint72).max;
    }

    function seen(Round word) internal pure returns (uint256) {
        return (Round.unwrap(word) >> 72) & type(uint72).max;
    }

    function withSeen(Round word, uint256 value) internal pure returns (Round) {
        return Round.wrap(Words.write(Round.unwrap(word), 72, type(uint72).max, value));
    }

    function payment(Round word) internal pure returns (uint256) {
        return (Round.unwrap(word) >> 144) & type(uint72).max;
    }
}

library Words {
    function write(uint256 word, uint256 offset, uint256 mask, uint256 value) internal pure returns (uint256) {
        assert(value <= mask);
        return (word & ~(mask << offset)) | (value << offset);
    }
}
