// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/draft-ERC6909.sol";
import {IClaims} from "./IClaims.sol";

/// @notice What one gets by putting stock parts together: OpenZeppelin's ERC-6909 and AccessControl, a verification per holder, frozen parts,
/// a limit per obligor, occupation of invoices, the documents of a transfer in an event. It has no acceptance by a receiver, no signed
/// offers, no lock that its holder can't undo, and a balance has no path: parts of one claim are the same to it.
contract Stock6909 is ERC6909, AccessControl, IClaims {
    struct Credit {
        uint128 limit;
        uint128 used;
    }

    bytes32 private constant OBLIGOR = keccak256("OBLIGOR");
    bytes32 private constant AGENT = keccak256("AGENT");
    bytes32 private constant REGISTRAR = keccak256("REGISTRAR");

    uint256 private _count;
    mapping(uint256 id => Claim) public claims;
    mapping(address holder => uint64) public verifiedUntil;
    mapping(address obligor => Credit) public credits;
    /// @dev By obligor and fingerprint.
    mapping(bytes32 invoice => uint256) public occupied;
    mapping(address holder => mapping(uint256 id => uint256)) public frozen;

    event Documents(uint256 indexed id, address indexed from, address indexed to, bytes32 documents);
    event Frozen(address indexed holder, uint256 indexed id, uint256 amount);
    event Created(uint256 indexed id, address indexed obligor, address indexed payee, uint256 amount, Claim claim);

    error VerificationExpired(address holder);
    error LimitExceeded(address obligor);
    error InvoiceUsed(bytes32 invoice);
    error FrozenPart(address holder, uint256 id, uint256 amount);
    error Due(uint256 id, uint64 due);

    constructor(address obligor, address agent, address registrar) {
        _grantRole(OBLIGOR, obligor);
        _grantRole(AGENT, agent);
        _grantRole(REGISTRAR, registrar);
    }

    function supportsInterface(bytes4 id) public view override(ERC6909, AccessControl) returns (bool) {
        return ERC6909.supportsInterface(id) || AccessControl.supportsInterface(id);
    }

    function setHolder(address holder, uint64 until) external onlyRole(REGISTRAR) {
        verifiedUntil[holder] = until;
    }

    function setLimit(address obligor, uint128 limit) external onlyRole(REGISTRAR) {
        credits[obligor].limit = limit;
    }

    function create(Claim calldata claim, address payee, uint256 amount)
        external
        onlyRole(OBLIGOR)
        returns (uint256 id)
    {
        id = ++_count;
        bytes32 invoice = keccak256(abi.encode(msg.sender, claim.invoice));
        if (occupied[invoice] != 0) revert InvoiceUsed(claim.invoice);
        occupied[invoice] = amount;
        Credit memory credit = credits[msg.sender];
        if (credit.used + amount > credit.limit) revert LimitExceeded(msg.sender);
        credits[msg.sender].used = credit.used + uint128(amount);
        claims[id] = claim;
        _mint(payee, id, amount);
        emit Created(id, msg.sender, payee, amount, claim);
    }

    function burn(address holder, uint256 id, uint256 amount) external onlyRole(AGENT) {
        credits[claims[id].obligor].used -= uint128(amount);
        _burn(holder, id, amount);
    }

    function freeze(address holder, uint256 id, uint256 amount) external onlyRole(REGISTRAR) {
        frozen[holder][id] = amount;
        emit Frozen(holder, id, amount);
    }

    /// @dev Provenance as far as stock parts give it: which documents belong to a hop can be read from events.
    function transferWithDocuments(address receiver, uint256 id, uint256 amount, bytes32 documents) external {
        _transfer(msg.sender, receiver, id, amount);
        emit Documents(id, msg.sender, receiver, documents);
    }

    /// @dev Every rule where ERC-6909 has its one place for them.
    function _update(address from, address to, uint256 id, uint256 amount) internal override {
        if (to != address(0) && verifiedUntil[to] <= block.timestamp) revert VerificationExpired(to);
        if (from != address(0)) {
            if (balanceOf(from, id) < frozen[from][id] + amount) revert FrozenPart(from, id, amount);
            if (to != address(0)) {
                if (verifiedUntil[from] <= block.timestamp) revert VerificationExpired(from);
                if (claims[id].due <= block.timestamp) revert Due(id, claims[id].due);
            }
        }
        super._update(from, to, id, amount);
    }
}
