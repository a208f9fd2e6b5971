// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Financing, Offer, Portion, Profile, Terms} from "./Types.sol";

/// @notice Reads: the storage words as they stand, the same decoded, ids and hashes.
/// @dev What there is none of reads as zero. The fields of the words stand in contracts/README.md; they are part of the promise, certificates
/// prove them. Nobody signs and nothing is asked: whoever reads the node reads all.
interface IReads {
    /* WORDS */

    /// @notice The word of a debt.
    function payableWord(uint256 payableId) external view returns (uint256);
    /// @notice The word of a lot.
    function lotWord(uint256 lot) external view returns (uint256);
    /// @notice The word of a participant.
    function participantWord(uint32 participant) external view returns (uint256);
    /// @notice Commitment to a participant's KYB dossier.
    function dossierOf(uint32 participant) external view returns (bytes32);
    /// @notice Whom a key signs for and when, without the copy of its participant's standing that storage holds above.
    function keyWord(address key) external view returns (uint256);
    /// @notice The word of an obligor's limit in a currency (ISO 4217 number).
    function limitWord(uint32 obligor, uint16 currency) external view returns (uint256);
    /// @notice The word of an invoice: how much of it backs debts of this obligor.
    function invoiceWord(uint32 obligor, bytes32 fingerprint) external view returns (uint256);
    /// @notice The word of a debt's open round.
    function roundWord(uint256 payableId) external view returns (uint256);
    /// @notice How much of a lot is frozen, in minor units.
    function frozenOf(uint256 lot) external view returns (uint72);
    /// @notice The seller that owes recourse for a lot.
    function recourseOf(uint256 lot) external view returns (uint32);
    /// @notice Hash of the stored offer or financing while its lock stands.
    function consentOf(uint256 lot) external view returns (bytes32);

    /* DECODED */

    /// @notice The rules of a profile, and whether it is paused.
    function profileOf(uint16 profile) external view returns (Profile memory rules, bool paused);

    /// @notice The fields of a debt's word. Amounts are minor units; `due` is UTC seconds.
    function payableOf(uint256 payableId)
        external
        view
        returns (
            uint32 obligor,
            uint16 profile,
            uint32 due,
            uint8 state,
            uint72 outstanding,
            uint72 available,
            uint16 sequence,
            uint8 round
        );

    /// @notice The fields of a lot's word. `lockUntil` is its last locked second; bit i of `children` says that child i is used.
    function lotOf(uint256 lot)
        external
        view
        returns (
            uint32 holder,
            uint72 amount,
            uint8 hops,
            uint8 depth,
            uint16 version,
            uint8 flags,
            uint8 round,
            uint32 lockParty,
            uint32 lockUntil,
            uint40 children
        );

    /* IDS AND HASHES */

    /// @notice The id that these terms and portions have, whether issued or not. Totals of invoices are no part of it.
    function payableIdOf(Terms calldata terms, Portion[] calldata portions) external pure returns (uint256);
    /// @notice Child `index` of a lot: the debt's prefix and 96 bits of the hash of (lot, index).
    function childOf(uint256 lot, uint8 index) external pure returns (uint256);
    /// @notice The lot that a debt is issued as: payableId << 96.
    function rootOf(uint256 payableId) external pure returns (uint256);
    /// @notice The EIP-712 digest that a holder signs.
    function offerHash(Offer calldata offer) external view returns (bytes32);
    /// @notice What is stored while a financing lock stands.
    function financingHash(Financing calldata financing) external pure returns (bytes32);
}
