// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Reads by published standards, so that other software understands a lot. A token is a lot, its slot is its payable.
interface IStandards {
    error UseAcceptOffer();

    /// @notice ERC-165.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
    /// @notice ERC-721 metadata.
    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function tokenURI(uint256 lot) external view returns (string memory);
    /// @notice ERC-721: the account of the participant that holds the lot.
    function ownerOf(uint256 lot) external view returns (address);
    /// @notice ERC-3525: value of a token in minor units, its slot, and decimals of a value (minor units: 0).
    function balanceOf(uint256 lot) external view returns (uint256);
    function slotOf(uint256 lot) external view returns (uint256);
    function valueDecimals() external view returns (uint8);
    function slotURI(uint256 payableId) external view returns (string memory);
    /// @notice Acceptance is mandatory here: plain transfers revert with UseAcceptOffer.
    function transferFrom(address from, address to, uint256 lot) external;
    function safeTransferFrom(address from, address to, uint256 lot) external;
    function approve(address to, uint256 lot) external;
}
