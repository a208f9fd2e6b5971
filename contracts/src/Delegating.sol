// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Hands every call it does not know to one immutable extension, on its own storage.
abstract contract Delegating {
    /// @dev Fixed at deployment; there is no way to change it.
    address private immutable EXTENSION;

    error NoExtension(address extension);

    constructor(address extension) {
        if (extension.code.length == 0) revert NoExtension(extension);
        EXTENSION = extension;
    }

    fallback() external {
        address extension = EXTENSION;
        assembly ("memory-safe") {
            let at := mload(0x40)
            calldatacopy(at, 0, calldatasize())
            let done := delegatecall(gas(), extension, at, calldatasize(), 0, 0)
            returndatacopy(at, 0, returndatasize())
            if iszero(done) { revert(at, returndatasize()) }
            return(at, returndatasize())
        }
    }
}
