// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What all lists of acts have in common. A list is done whole or not at all, its legs in order, each as if it came alone after
/// the ones before it. An empty list does nothing.
/// @dev An error of the list (its lengths, in a round its payable and its signer) comes plain. An error of a leg comes as LegFailed, so
/// that the caller knows which one to take out.
interface IBatches {
    /// @notice Leg `index` of the list, from 0, was refused.
    /// @param reason The error that the leg would have given alone, encoded as it would have been.
    error LegFailed(uint256 index, bytes reason);
    /// @notice Two lists that belong together are not equally long, or a list that must name something is empty.
    error LengthMismatch();
}
