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

    /// @dev Lower 160 bits of the hash of everything that makes the debt; totals of invoices are not part of it.
    function payableId(Terms calldata t, uint16 currency, Portion[] calldata portions) internal pure returns (uint256) {
        uint256 count = portions.length;
        bytes32[] memory pairs = new bytes32[](2 * count);
        for (uint256 i = 0; i < count; ++i) {
            pairs[2 * i] = portions[i].fingerprint;
            pairs[2 * i + 1] = bytes32(uint256(portions[i].amount));
        }
        bytes32 documents = keccak256(abi.encodePacked(pairs));
        return uint160(
            uint256(
                keccak256(
                    abi.encode(t.obligor, t.payee, t.profile, currency, t.due, t.face, t.terms, t.salt, documents)
                )
            )
        );
    }

    /// @dev The root lot has the empty path.
    function root(uint256 payableId_) internal pure returns (uint256) {
        return payableId_ << 96;
    }

    function payableOf(uint256 lot) internal pure returns (uint256) {
        return lot >> 96;
    }

    function child(uint256 lot, uint8 index) internal pure returns (uint256) {
        return (lot & ~uint256(type(uint96).max)) | uint96(uint256(keccak256(abi.encode(lot, index))));
    }

    function offerStruct(Offer calldata o) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OFFER_TYPE,
                o.lot,
                o.version,
                o.child,
                o.amount,
                o.recipient,
                o.kind,
                o.documents,
                o.deadline,
                o.epoch
            )
        );
    }

    function financing(Financing calldata f) internal pure returns (bytes32) {
        return keccak256(abi.encode(f.funder, f.until, f.kind, f.recourse, f.commitment));
    }
}
