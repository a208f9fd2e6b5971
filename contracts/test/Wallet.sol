// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A contract wallet (ERC-1271) of two owners that both must sign, and that can act for itself.
contract Wallet is IERC1271 {
    address private immutable FIRST;
    address private immutable SECOND;

    constructor(address first, address second) {
        FIRST = first;
        SECOND = second;
    }

    /// @param signatures 65 bytes of each owner, in order.
    function isValidSignature(bytes32 hash, bytes calldata signatures) external view returns (bytes4) {
        if (signatures.length != 130) return 0xffffffff;
        bool both = ECDSA.recover(hash, signatures[:65]) == FIRST && ECDSA.recover(hash, signatures[65:]) == SECOND;
        return both ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}
