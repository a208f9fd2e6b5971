// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Reads by published standards, so that software which knows nothing of this contract understands a lot: a token is a lot, its slot
/// is its payable, its value is an amount in minor units.
/// @dev Acceptance is mandatory and freezes need a legal basis here. So the acts of these standards revert with an error that names the act
/// to use, and the ids of ERC-721 (0x80ac58cd), ERC-3525 (0xd5358140) and ERC-7943 (0x41c4fbad) are not claimed.
interface IStandards {
    /// @notice A lot passes on only to a recipient that submits the holder's offer: `acceptOffer`.
    error UseAcceptOffer();
    /// @notice A freeze carries the hash of its legal basis: `freeze`.
    error UseFreeze();
    /// @notice A forced transfer carries the hash of its legal basis: `forceTransfer`.
    error UseForceTransfer();

    /// @notice ERC-165. True for itself (0x01ffc9a7), ERC-721 metadata (0x5b5e139f), ERC-3525 metadata (0xe1600902) and ERC-5267
    /// (0x84b0196e): those whose functions are all here.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);

    /// @notice ERC-721 metadata.
    function name() external view returns (string memory);
    /// @notice ERC-721 metadata.
    function symbol() external view returns (string memory);
    /// @notice ERC-721 and ERC-3525 metadata of a lot as a data URI of JSON: numbers that stand in its word, nothing personal.
    function tokenURI(uint256 lot) external view returns (string memory);

    /// @notice ERC-721: who holds the lot. The account of the participant, or where it has none its first key that is valid now; zero when
    /// it has none either. A participant is more than an address: any of its valid keys signs for the lot.
    function ownerOf(uint256 lot) external view returns (address);
    /// @notice ERC-3525: value of a lot in minor units of its currency.
    function balanceOf(uint256 lot) external view returns (uint256);
    /// @notice ERC-3525: the payable that a lot is part of; also of a lot that has ended and kept its word.
    function slotOf(uint256 lot) external view returns (uint256);
    /// @notice ERC-3525: 0, because values are minor units.
    function valueDecimals() external view returns (uint8);
    /// @notice ERC-3525 metadata of the contract, as `tokenURI`.
    function contractURI() external view returns (string memory);
    /// @notice ERC-3525 metadata of a payable, as `tokenURI`.
    function slotURI(uint256 payableId) external view returns (string memory);

    /// @notice ERC-7943: whether the address is a valid key of an active participant. Accounts are keys here, because keys sign.
    function canSend(address account) external view returns (bool);
    /// @notice ERC-7943: whether the address is a valid key of an active, verified participant that may hold lots.
    function canReceive(address account) external view returns (bool);
    /// @notice ERC-7943: the frozen part of a lot in minor units when the address is its holder's account or one of its keys, else 0. After a
    /// round it may be more than the lot's amount.
    function getFrozenTokens(address account, uint256 lot) external view returns (uint256);
    /// @notice ERC-7943: whether an offer of this amount as a sale, signed by the holder and accepted by `to` in this block, would move the
    /// lot or a part of it. Never reverts. It doesn't say that the holder will sign.
    function canTransfer(address from, address to, uint256 lot, uint256 amount) external view returns (bool);

    /// @notice ERC-721, ERC-3525. Reverts with UseAcceptOffer, whoever asks: acceptance is mandatory.
    function transferFrom(address from, address to, uint256 lot) external;
    /// @notice ERC-721. Reverts with UseAcceptOffer.
    function safeTransferFrom(address from, address to, uint256 lot) external;
    /// @notice ERC-721. Reverts with UseAcceptOffer: an allowance would move a lot without its recipient's consent.
    function approve(address to, uint256 lot) external;
    /// @notice ERC-7943. Reverts with UseFreeze: a freeze without a basis, or of more than the lot holds, is not known here.
    function setFrozenTokens(address account, uint256 lot, uint256 amount) external returns (bool);
    /// @notice ERC-7943. Reverts with UseForceTransfer.
    function forcedTransfer(address from, address to, uint256 lot, uint256 amount) external returns (bool);
}
