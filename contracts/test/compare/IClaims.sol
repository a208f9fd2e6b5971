// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What is measured of other claim tokens: a token id is a claim, a balance is a holding of it.
interface IClaims {
    /// @dev Three words: what a claim is, as far as a token contract would say it.
    struct Claim {
        address obligor;
        uint64 due;
        bytes32 terms;
        bytes32 invoice;
    }

    function create(Claim calldata claim, address payee, uint256 amount) external returns (uint256 id);
    function burn(address holder, uint256 id, uint256 amount) external;
}

/// @notice ERC-6909, as its standard says it.
interface IMultiToken is IClaims {
    function transfer(address receiver, uint256 id, uint256 amount) external returns (bool);
    function transferFrom(address sender, address receiver, uint256 id, uint256 amount) external returns (bool);
    function approve(address spender, uint256 id, uint256 amount) external returns (bool);
}

/// @notice What the version out of stock parts has besides: participants, limits, frozen parts, documents of a transfer.
interface IStock is IMultiToken {
    function setHolder(address holder, uint64 verifiedUntil) external;
    function setLimit(address obligor, uint128 limit) external;
    function freeze(address holder, uint256 id, uint256 amount) external;
    function transferWithDocuments(address receiver, uint256 id, uint256 amount, bytes32 documents) external;
}
