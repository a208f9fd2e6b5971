// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Financing, Offer} from "./Types.sol";

/// @notice Holdings: passed on by signed offer, split, merged, locked, financed, pledged.
interface ILots {
    /// @dev `child` equals `lot` when the whole lot moved. A child's id is payable prefix | uint96(keccak256(abi.encode(lot, index))).
    event Transferred(
        uint256 indexed lot,
        uint256 indexed child,
        uint32 from,
        uint32 indexed to,
        uint72 amount,
        uint8 kind,
        bytes32 documents
    );
    event OfferMade(uint256 indexed lot, bytes32 indexed offerHash, Offer offer);
    event Split(uint256 indexed lot, uint256 indexed child, uint8 index, uint72 amount);
    event Merged(uint256 indexed into, uint256 indexed absorbed, uint72 amount);
    event Locked(uint256 indexed lot, uint32 indexed party, uint32 until);
    /// @notice A lock, a financing lock or an on-chain offer ended without a transfer.
    event Released(uint256 indexed lot, uint32 indexed by);
    event FinancingLocked(
        uint256 indexed lot, uint32 indexed funder, uint32 until, uint8 kind, bool recourse, bytes32 commitment
    );
    /// @notice The funder completed the financing. kind 0: it holds the lot now; kind 1: it is the pledgee.
    event Financed(uint256 indexed lot, uint32 indexed funder, uint32 from, uint72 amount, uint8 kind, bytes32 receipt);
    event PledgeReleased(uint256 indexed lot, uint32 indexed pledgee, bytes32 registration);

    error UnknownLot(uint256 lot);
    error NotHolder(uint256 lot, uint32 participant, uint32 holder);
    error NotRecipient(uint32 participant, uint32 recipient);
    error LotEnded(uint256 lot);
    error LotIsLocked(uint256 lot, uint32 party, uint32 until);
    error LotNotLocked(uint256 lot);
    error NotLockParty(uint256 lot, uint32 participant, uint32 party);
    error LotIsPledged(uint256 lot);
    error LotNotPledged(uint256 lot);
    error FrozenPart(uint256 lot, uint72 frozen);
    error OfferExpired(uint32 deadline);
    error OfferStale(uint256 lot, uint16 version);
    error EpochStale(uint32 participant, uint32 epoch);
    error OfferMismatch(uint256 lot);
    error ChildSpent(uint256 lot, uint8 child);
    error ChildOutOfRange(uint8 child, uint8 children);
    error AmountOutOfRange(uint256 lot, uint72 amount, uint72 available);
    error TooManyHops(uint256 lot, uint8 hops);
    error TooDeep(uint256 lot, uint8 depth);
    error PastRecordTime(uint256 payableId, uint32 recordTime);
    error LockBeyondRecordTime(uint32 until, uint32 recordTime);
    error LockInPast(uint32 until);
    error KindNotAllowed(uint256 lot, uint8 kind);
    error VersionSpent(uint256 lot);
    error NotMergeable(uint256 into, uint256 other);
    error FinancingMismatch(uint256 lot);

    /// @notice Recipient submits the holder's signed offer: transfer in one transaction.
    /// @param signature 65 bytes of a key of the holder; or 20 bytes of an ERC-1271 wallet that is a key of the holder, then its
    /// signature; or empty for an offer made on-chain.
    function acceptOffer(Offer calldata offer, bytes calldata signature) external returns (uint256 lot);
    /// @notice The alternative to a signature: stores the offer and locks the lot for the recipient until the deadline.
    function makeOffer(Offer calldata offer) external;
    /// @notice Portions for oneself; no hop.
    function split(uint256 lot, uint8[] calldata children, uint72[] calldata amounts) external;
    function merge(uint256 into, uint256[] calldata others) external;
    function lock(uint256 lot, uint32 party, uint32 until) external;
    /// @notice The lock's party at any time, or the holder once the lock has ended. Also ends an offer or a financing lock.
    function release(uint256 lot) external;
    /// @notice The holder's binding consent to one named assignment or pledge.
    function lockForFinancing(uint256 lot, Financing calldata financing) external;
    /// @notice Signed by the funder alone, with its pay-out receipt.
    function finance(uint256 lot, Financing calldata financing, bytes32 receipt) external;
    function releasePledge(uint256 lot, bytes32 registration) external;
}
