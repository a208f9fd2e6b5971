// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Financing, Offer, Portion, Terms} from "../interfaces/Types.sol";

/// @notice Derived ids and typed-data hashes. A truncated hash is a key, never the only proof of content.
library Ids {
    bytes32 internal constant OFFER_TYPE = keccak256(
        "Offer(uint256 lot,uint16 version,uint8 child,uint72 amount,uint32 recipient,uint8 kind,bytes32 documents,uint32 deadline,uint32 epoch)"
    );
    bytes32 internal constant CANCELLATION_TYPE = keccak256("Cancellation(uint256 payableId,uint16 version)");
    bytes32 internal constant REVERSAL_TYPE =
        keccak256("Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)");
    bytes32 internal constant REOPENING_TYPE =
        keccak256("Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)");

    /// @dev Lower 160 bits of keccak256(abi.encode(obligor, payee, profile, currency, due, face, terms, salt, documents)), where
    /// documents = keccak256(abi.encodePacked((fingerprint, amount as 32 bytes) ...)); totals of invoices are not part of it.
    function payableId(Terms calldata t, uint256 currency, Portion[] calldata portions)
        internal
        pure
        returns (uint256 id)
    {
        // Static structs lie in calldata as abi.encode would write them, so they are copied, not rebuilt.
        assembly ("memory-safe") {
            let at := mload(0x40)
            let count := portions.length
            for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                calldatacopy(add(at, mul(i, 0x40)), add(portions.offset, mul(i, 0x60)), 0x40)
            }
            let documents := keccak256(at, mul(count, 0x40))
            calldatacopy(at, t, 0x60)
            mstore(add(at, 0x60), currency)
            calldatacopy(add(at, 0x80), add(t, 0x60), 0x80)
            mstore(add(at, 0x100), documents)
            id := and(keccak256(at, 0x120), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }

    /// @dev A profile's number is its currency (ISO 4217 number) and a variant of 6 bits, so a payable's word says its currency.
    function currencyOf(uint256 profile) internal pure returns (uint256) {
        return profile >> 6;
    }

    /// @dev The root lot has the empty path.
    function root(uint256 payableId_) internal pure returns (uint256) {
        return payableId_ << 96;
    }

    function payableOf(uint256 lot) internal pure returns (uint256) {
        return lot >> 96;
    }

    /// @dev The payable's prefix and the lower 96 bits of keccak256(abi.encode(lot, index)).
    function child(uint256 lot, uint256 index) internal pure returns (uint256 id) {
        assembly ("memory-safe") {
            mstore(0x00, lot)
            mstore(0x20, index)
            id := and(keccak256(0x00, 0x40), 0xffffffffffffffffffffffff)
        }
        return (lot >> 96 << 96) | id;
    }

    /// @dev keccak256(abi.encode(OFFER_TYPE, every field of the offer)).
    function offerStruct(Offer calldata offer) internal pure returns (bytes32 hash) {
        bytes32 kind = OFFER_TYPE;
        assembly ("memory-safe") {
            let at := mload(0x40)
            mstore(at, kind)
            calldatacopy(add(at, 0x20), offer, 0x120)
            hash := keccak256(at, 0x140)
        }
    }

    function financing(Financing calldata f) internal pure returns (bytes32) {
        return keccak256(abi.encode(f.funder, f.until, f.kind, f.recourse, f.commitment));
    }
}
