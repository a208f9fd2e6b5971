// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Financing, Offer, Portion, Profile, Terms} from "./Types.sol";

/// @notice Reads: the storage words as they stand, and the same decoded.
interface IReads {
    function payableWord(uint256 payableId) external view returns (uint256);
    function lotWord(uint256 lot) external view returns (uint256);
    function participantWord(uint32 participant) external view returns (uint256);
    function dossierOf(uint32 participant) external view returns (bytes32);
    function keyWord(address key) external view returns (uint256);
    function limitWord(uint32 obligor, uint16 currency) external view returns (uint256);
    function invoiceWord(uint32 obligor, bytes32 fingerprint) external view returns (uint256);
    function roundWord(uint256 payableId) external view returns (uint256);
    function frozenOf(uint256 lot) external view returns (uint72);
    /// @notice The seller that owes recourse for a lot, or 0.
    function recourseOf(uint256 lot) external view returns (uint32);
    /// @notice Hash of the stored offer or financing, or 0.
    function consentOf(uint256 lot) external view returns (bytes32);
    function profileOf(uint16 profile) external view returns (Profile memory rules, bool paused);

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

    function payableIdOf(Terms calldata terms, Portion[] calldata portions) external pure returns (uint256);
    function childOf(uint256 lot, uint8 index) external pure returns (uint256);
    function rootOf(uint256 payableId) external pure returns (uint256);
    function offerHash(Offer calldata offer) external view returns (bytes32);
    function financingHash(Financing calldata financing) external pure returns (bytes32);
}
