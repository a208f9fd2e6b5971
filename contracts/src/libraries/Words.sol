// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The storage words, each one slot, fields from the lowest bit up. `x.field()` reads, `x.withField(v)` gives a changed copy.

/// @dev Stands for a confirmed debt: obligor 32, profile 16, due 32, state 8, outstanding 72, available 72, sequence 16, round 8.
type Payable is uint256;

using PayableWord for Payable global;

library PayableWord {
    function obligor(Payable word) internal pure returns (uint32) {
        return uint32(Words.read(Payable.unwrap(word), 0));
    }

    function profile(Payable word) internal pure returns (uint16) {
        return uint16(Words.read(Payable.unwrap(word), 32));
    }

    function due(Payable word) internal pure returns (uint32) {
        return uint32(Words.read(Payable.unwrap(word), 48));
    }

    function state(Payable word) internal pure returns (uint8) {
        return uint8(Words.read(Payable.unwrap(word), 80));
    }

    function withState(Payable word, uint8 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 80, type(uint8).max, value));
    }

    function outstanding(Payable word) internal pure returns (uint72) {
        return uint72(Words.read(Payable.unwrap(word), 88));
    }

    function withOutstanding(Payable word, uint72 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 88, type(uint72).max, value));
    }

    function available(Payable word) internal pure returns (uint72) {
        return uint72(Words.read(Payable.unwrap(word), 160));
    }

    function withAvailable(Payable word, uint72 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 160, type(uint72).max, value));
    }

    function sequence(Payable word) internal pure returns (uint16) {
        return uint16(Words.read(Payable.unwrap(word), 232));
    }

    function withSequence(Payable word, uint16 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 232, type(uint16).max, value));
    }

    function round(Payable word) internal pure returns (uint8) {
        return uint8(Words.read(Payable.unwrap(word), 248));
    }

    function withRound(Payable word, uint8 value) internal pure returns (Payable) {
        return Payable.wrap(Words.write(Payable.unwrap(word), 248, type(uint8).max, value));
    }
}

/// @dev A holding: holder 32, amount 72, hops 8, depth 8, version 16, flags 8, round 8, lockParty 32, lockUntil 32, children 40.
type Lot is uint256;

using LotWord for Lot global;

library LotWord {
    function holder(Lot word) internal pure returns (uint32) {
        return uint32(Words.read(Lot.unwrap(word), 0));
    }

    function withHolder(Lot word, uint32 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 0, type(uint32).max, value));
    }

    function amount(Lot word) internal pure returns (uint72) {
        return uint72(Words.read(Lot.unwrap(word), 32));
    }

    function withAmount(Lot word, uint72 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 32, type(uint72).max, value));
    }

    function hops(Lot word) internal pure returns (uint8) {
        return uint8(Words.read(Lot.unwrap(word), 104));
    }

    function withHops(Lot word, uint8 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 104, type(uint8).max, value));
    }

    function depth(Lot word) internal pure returns (uint8) {
        return uint8(Words.read(Lot.unwrap(word), 112));
    }

    function withDepth(Lot word, uint8 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 112, type(uint8).max, value));
    }

    function version(Lot word) internal pure returns (uint16) {
        return uint16(Words.read(Lot.unwrap(word), 120));
    }

    function withVersion(Lot word, uint16 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 120, type(uint16).max, value));
    }

    function flags(Lot word) internal pure returns (uint8) {
        return uint8(Words.read(Lot.unwrap(word), 136));
    }

    function withFlags(Lot word, uint8 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 136, type(uint8).max, value));
    }

    function round(Lot word) internal pure returns (uint8) {
        return uint8(Words.read(Lot.unwrap(word), 144));
    }

    function withRound(Lot word, uint8 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 144, type(uint8).max, value));
    }

    function lockParty(Lot word) internal pure returns (uint32) {
        return uint32(Words.read(Lot.unwrap(word), 152));
    }

    function withLockParty(Lot word, uint32 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 152, type(uint32).max, value));
    }

    function lockUntil(Lot word) internal pure returns (uint32) {
        return uint32(Words.read(Lot.unwrap(word), 184));
    }

    function withLockUntil(Lot word, uint32 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 184, type(uint32).max, value));
    }

    function children(Lot word) internal pure returns (uint40) {
        return uint40(Words.read(Lot.unwrap(word), 216));
    }

    function withChildren(Lot word, uint40 value) internal pure returns (Lot) {
        return Lot.wrap(Words.write(Lot.unwrap(word), 216, type(uint40).max, value));
    }
}

/// @dev A legal entity: roles 8, status 8, verifiedUntil 32, epoch 32, account 160.
type Participant is uint256;

using ParticipantWord for Participant global;

library ParticipantWord {
    function roles(Participant word) internal pure returns (uint8) {
        return uint8(Words.read(Participant.unwrap(word), 0));
    }

    function status(Participant word) internal pure returns (uint8) {
        return uint8(Words.read(Participant.unwrap(word), 8));
    }

    function verifiedUntil(Participant word) internal pure returns (uint32) {
        return uint32(Words.read(Participant.unwrap(word), 16));
    }

    function epoch(Participant word) internal pure returns (uint32) {
        return uint32(Words.read(Participant.unwrap(word), 48));
    }

    function withEpoch(Participant word, uint32 value) internal pure returns (Participant) {
        return Participant.wrap(Words.write(Participant.unwrap(word), 48, type(uint32).max, value));
    }

    function account(Participant word) internal pure returns (address) {
        return address(uint160(Words.read(Participant.unwrap(word), 80)));
    }
}

/// @dev Which participant a key signs for, and when: participant 32, from 32, until 32.
type Key is uint256;

using KeyWord for Key global;

library KeyWord {
    function participant(Key word) internal pure returns (uint32) {
        return uint32(Words.read(Key.unwrap(word), 0));
    }

    function fromTime(Key word) internal pure returns (uint32) {
        return uint32(Words.read(Key.unwrap(word), 32));
    }

    function until(Key word) internal pure returns (uint32) {
        return uint32(Words.read(Key.unwrap(word), 64));
    }

    function withUntil(Key word, uint32 value) internal pure returns (Key) {
        return Key.wrap(Words.write(Key.unwrap(word), 64, type(uint32).max, value));
    }
}

/// @dev Credit limit per obligor and currency: limit 72, used 72, agent 32, overdue 16.
type Limit is uint256;

using LimitWord for Limit global;

library LimitWord {
    function limit(Limit word) internal pure returns (uint72) {
        return uint72(Words.read(Limit.unwrap(word), 0));
    }

    function withLimit(Limit word, uint72 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 0, type(uint72).max, value));
    }

    function used(Limit word) internal pure returns (uint72) {
        return uint72(Words.read(Limit.unwrap(word), 72));
    }

    function withUsed(Limit word, uint72 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 72, type(uint72).max, value));
    }

    function agent(Limit word) internal pure returns (uint32) {
        return uint32(Words.read(Limit.unwrap(word), 144));
    }

    function withAgent(Limit word, uint32 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 144, type(uint32).max, value));
    }

    function overdue(Limit word) internal pure returns (uint16) {
        return uint16(Words.read(Limit.unwrap(word), 176));
    }

    function withOverdue(Limit word, uint16 value) internal pure returns (Limit) {
        return Limit.wrap(Words.write(Limit.unwrap(word), 176, type(uint16).max, value));
    }
}

/// @dev How much of an invoice backs payables: occupied 72, total 72, currency 16.
type Invoice is uint256;

using InvoiceWord for Invoice global;

library InvoiceWord {
    function occupied(Invoice word) internal pure returns (uint72) {
        return uint72(Words.read(Invoice.unwrap(word), 0));
    }

    function withOccupied(Invoice word, uint72 value) internal pure returns (Invoice) {
        return Invoice.wrap(Words.write(Invoice.unwrap(word), 0, type(uint72).max, value));
    }

    function total(Invoice word) internal pure returns (uint72) {
        return uint72(Words.read(Invoice.unwrap(word), 72));
    }

    function currency(Invoice word) internal pure returns (uint16) {
        return uint16(Words.read(Invoice.unwrap(word), 144));
    }
}

/// @dev An open clearing round: base 72, seen 72, payment 72.
type Round is uint256;

using RoundWord for Round global;

library RoundWord {
    function base(Round word) internal pure returns (uint72) {
        return uint72(Words.read(Round.unwrap(word), 0));
    }

    function seen(Round word) internal pure returns (uint72) {
        return uint72(Words.read(Round.unwrap(word), 72));
    }

    function withSeen(Round word, uint72 value) internal pure returns (Round) {
        return Round.wrap(Words.write(Round.unwrap(word), 72, type(uint72).max, value));
    }

    function payment(Round word) internal pure returns (uint72) {
        return uint72(Words.read(Round.unwrap(word), 144));
    }
}

library Words {
    function read(uint256 word, uint256 offset) internal pure returns (uint256) {
        return word >> offset;
    }

    function write(uint256 word, uint256 offset, uint256 mask, uint256 value) internal pure returns (uint256) {
        return (word & ~(mask << offset)) | (value << offset);
    }
}
