// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";
import {IClaims} from "./IClaims.sol";

/// @notice The same out of OpenZeppelin's ERC-1155.
contract Bare1155 is ERC1155, IClaims {
    address private immutable _issuer;
    uint256 private _count;
    mapping(uint256 id => Claim) public claims;

    error NotIssuer(address caller);

    constructor(address issuer) ERC1155("") {
        _issuer = issuer;
    }

    modifier onlyIssuer() {
        if (msg.sender != _issuer) revert NotIssuer(msg.sender);
        _;
    }

    function create(Claim calldata claim, address payee, uint256 amount) external onlyIssuer returns (uint256 id) {
        id = ++_count;
        claims[id] = claim;
        _mint(payee, id, amount, "");
    }

    function burn(address holder, uint256 id, uint256 amount) external onlyIssuer {
        _burn(holder, id, amount);
    }
}
