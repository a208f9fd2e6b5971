// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Shared value types. Amounts are minor units of the profile's currency (ISO 4217), times are UTC seconds.

/// @dev Roles of a participant, one bit each.
uint8 constant ROLE_OBLIGOR = 1;
uint8 constant ROLE_SUPPLIER = 2;
uint8 constant ROLE_FUNDER = 4;
uint8 constant ROLE_AGENT = 8;
uint8 constant ROLE_REGISTRAR = 16;
uint8 constant ROLE_AUDITOR = 32;

/// @dev Status of a participant.
uint8 constant STATUS_NONE = 0;
uint8 constant STATUS_ACTIVE = 1;
uint8 constant STATUS_SUSPENDED = 2;

/// @dev State of a payable: the low nibble is one of these, the high bits are flags.
uint8 constant PAYABLE_NONE = 0;
uint8 constant PAYABLE_ISSUED = 1;
uint8 constant PAYABLE_ACTIVE = 2;
uint8 constant PAYABLE_REFUSED = 3;
uint8 constant PAYABLE_CANCELLED = 4;
uint8 constant PAYABLE_SETTLED = 5;
uint8 constant PAYABLE_STATE_MASK = 0x0f;
uint8 constant PAYABLE_OVERDUE = 0x10;
uint8 constant PAYABLE_SUSPENDED = 0x20;
/// @dev A clearing round is open.
uint8 constant PAYABLE_ROUND_OPEN = 0x40;

/// @dev Flags of a lot.
uint8 constant LOT_RECOURSE = 1;
uint8 constant LOT_PLEDGED = 2;
uint8 constant LOT_FINANCING = 4;
uint8 constant LOT_FROZEN = 8;
/// @dev Redeemed, discharged or set off whole: the word keeps its amount so that a returned pay-out reopens it exactly.
uint8 constant LOT_ENDED = 16;
/// @dev Locked by an on-chain offer; the offer's hash is stored until it ends.
uint8 constant LOT_OFFERED = 32;

/// @dev Kinds of an offer. The last two exist only for overdue payables: no hop, no record time.
uint8 constant OFFER_SALE = 0;
uint8 constant OFFER_SALE_RECOURSE = 1;
uint8 constant OFFER_REPURCHASE = 2;
uint8 constant OFFER_SUBROGATION = 3;
/// @dev Child index that means the whole lot.
uint8 constant WHOLE = 255;

uint8 constant FINANCE_ASSIGNMENT = 0;
uint8 constant FINANCE_PLEDGE = 1;

/// @notice The preimage of a payable's id, together with its invoice portions.
struct Terms {
    uint32 obligor;
    uint32 payee;
    uint16 profile;
    uint32 due;
    uint72 face;
    bytes32 terms;
    bytes32 salt;
}

/// @notice The part of one invoice that backs a payable. Sorted strictly by fingerprint; amounts sum to face.
/// @dev `total` is fixed at the invoice's first use and is not part of the payable's id.
struct Portion {
    bytes32 fingerprint;
    uint72 amount;
    uint72 total;
}

/// @notice What the holder signs (EIP-712) to pass a lot, or a part of it, to one recipient.
struct Offer {
    uint256 lot;
    uint16 version;
    uint8 child;
    uint72 amount;
    uint32 recipient;
    uint8 kind;
    bytes32 documents;
    uint32 deadline;
    uint32 epoch;
}

/// @notice The one assignment or pledge a financing lock consents to; its hash is stored while the lock stands.
struct Financing {
    uint32 funder;
    uint32 until;
    uint8 kind;
    bool recourse;
    bytes32 commitment;
}

/// @notice Dated rules of an instrument; never changed once set. A new law is a new profile with its own dates.
/// @dev A profile's number is (ISO 4217 number of its currency << 6) | variant, so up to 64 profiles share a currency. Leads, delays, grace
/// and periods are seconds; tenor is seconds from issue to due; smallestLot is minor units, below 2**39.
struct Profile {
    uint32 from;
    uint32 until;
    uint32 tenor;
    uint8 hops;
    uint8 depth;
    uint8 children;
    uint24 recordLead;
    uint24 redeemDelay;
    uint24 grace;
    uint24 reopenPeriod;
    uint40 smallestLot;
}
