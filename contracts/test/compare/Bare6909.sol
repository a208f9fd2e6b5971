// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/draft-ERC6909.sol";
import {IClaims} from "./IClaims.sol";

/// @notice The least that could be called a claim token: OpenZeppelin's ERC-6909 and the claim's data. It checks nothing but its issuer:
/// no acceptance, no roles, no limits, no uniqueness, no freeze, no path.
contract Bare6909 is ERC6909, IClaims {
    address private immutable _issuer;
    uint256 private _count;
    mapping(uint256 id => Claim) public claims;

    error NotIssuer(address caller);

    constructor(address issuer) {
        _issuer = issuer;
    }

    modifier onlyIssuer() {
        if (msg.sender != _issuer) revert NotIssuer(msg.sender);
        _;
    }

    function create(Claim calldata claim, address payee, uint256 amount) external onlyIssuer returns (uint256 id) {
        id = ++_count;
        claims[id] = claim;
        _mint(payee, id, amount);
    }

    function burn(address holder, uint256 id, uint256 amount) external onlyIssuer {
        _burn(holder, id, amount);
    }
}
