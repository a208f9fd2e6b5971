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
        // Copies calldata over memory from 0: nothing of this frame is used again.
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), extension, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(done) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}
