// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./IBatches.sol";
import {ILots} from "./ILots.sol";
import {Financing, Offer} from "./Types.sol";

/// @notice How lots change hands: signed offers, locks, financing. Before the record time only, but for overdue debts.
/// @dev An offer binds the holder until its deadline, unless the lot changes or the holder raises its epoch first. It is good on this
/// chain and contract, once, for the recipient it names.
/// Trust: what the price is and whether it was paid is between the two; a seller that wants money first locks for financing.
/// Warning: an offer may be accepted in any second up to its deadline; make it short where the price moves.
interface IOffers is ILots, IBatches {
    /* EVENTS */

    /// @notice A lot or a part of it has changed hands by an offer.
    /// @param child Equals `lot` when the whole lot moved; else the child that `to` holds now: payable prefix |
    /// uint96(keccak256(abi.encode(lot, index))).
    /// @param kind 0 sale, 1 sale with recourse to `from`, 2 repurchase, 3 subrogation.
    /// @param documents Commitment to the trade documents of this hop; the contract does not look into it.
    event Transferred(
        uint256 indexed lot,
        uint256 indexed child,
        uint32 from,
        uint32 indexed to,
        uint72 amount,
        uint8 kind,
        bytes32 documents
    );
    /// @notice The holder can't pass the lot on to anyone but `party` through the second `until`.
    event Locked(uint256 indexed lot, uint32 indexed party, uint32 until);
    /// @notice A lock, a financing lock or an on-chain offer ended without a transfer; `by` is its party or the holder.
    event Released(uint256 indexed lot, uint32 indexed by);
    /// @notice The holder has consented to one financing: `kind` 0 assignment, 1 pledge, with or without recourse to it.
    /// @param commitment To amounts and the account of the pay-out; the contract does not look into it.
    event FinancingLocked(
        uint256 indexed lot, uint32 indexed funder, uint32 until, uint8 kind, bool recourse, bytes32 commitment
    );
    /// @notice The funder completed the financing. `kind` 0: it holds the lot now; 1: it is the pledgee, without end.
    /// @param receipt Commitment to the proof of its pay-out.
    event Financed(uint256 indexed lot, uint32 indexed funder, uint32 from, uint72 amount, uint8 kind, bytes32 receipt);

    /* ERRORS */

    /// @notice `participant` submits, but the offer is to `recipient`.
    error NotRecipient(uint32 participant, uint32 recipient);
    /// @notice Its last second, `deadline`, has passed; for a financing lock, its time.
    error OfferExpired(uint32 deadline);
    /// @notice The holder has raised its epoch to `epoch`: what it signed before is void.
    error EpochStale(uint32 participant, uint32 epoch);
    /// @notice The offer is not the one stored on-chain, is to the holder itself, or is not for the whole lot as it says.
    error OfferMismatch(uint256 lot);
    /// @notice The lot has changed hands `hops` times; the profile allows no more.
    error TooManyHops(uint256 lot, uint8 hops);
    /// @notice The lot is not locked.
    error LotNotLocked(uint256 lot);
    /// @notice A pledge ends by releasePledge only.
    error LotIsPledged(uint256 lot);
    /// @notice There is no financing lock, or it is for another financing.
    error FinancingMismatch(uint256 lot);

    /* ACTS */

    /// @notice Takes a lot, or a part of it, that the holder offered: transfer in one transaction.
    /// @dev Signed by the recipient: active, and but for kinds 2 and 3 verified; role supplier, funder or obligor. The holder has consented by
    /// its signature and stands, active. A part spends the child's bit; a whole lot rises by one version. One hop more. Emits Transferred.
    /// Kinds 2 and 3 are for overdue debts only and add no hop: repurchase by the seller that owes recourse, subrogation of anyone but the
    /// obligor that paid in its stead.
    /// @param signature 65 bytes of a key of the holder; or 20 bytes of an ERC-1271 wallet that is a key of the holder, then its signature;
    /// or empty for an offer made on-chain.
    /// @return lot What the recipient holds now: the same lot, or the child.
    function acceptOffer(Offer calldata offer, bytes calldata signature) external returns (uint256 lot);

    /// @notice Takes many offers, `signatures[i]` with `offers[i]`; each leg as `acceptOffer`.
    /// @dev Signed by the recipient of them all. Errors: LengthMismatch, LegFailed. Forty parts of one lot may come in any order, together
    /// or apart.
    function acceptOffers(Offer[] calldata offers, bytes[] calldata signatures) external returns (uint256[] memory lots);

    /// @notice Binds a lot of one's own to a named party through the second `until`: the basis of certificates that stay true.
    /// @dev Signed by the holder. The lock ends before the record time. Emits Locked.
    /// Warning: whether the party is active is asked when it acts, not here. A lock for a number that nobody has only runs out.
    function lock(uint256 lot, uint32 party, uint32 until) external;

    /// @notice Ends a lock, an on-chain offer or a financing lock.
    /// @dev Signed by the lock's party at any time, or by the holder once the lock has run out. Emits Released.
    function release(uint256 lot) external;

    /// @notice The holder's consent to one named assignment or pledge, binding until `financing.until`: neither the holder, its epoch, a
    /// change of its keys nor an overdue mark can defeat it. Only the funder lets go early.
    /// @dev Signed by the holder. The funder is active, verified, role funder. Room for its hop and its write is checked here. No part is
    /// frozen, the profile is not paused. Emits FinancingLocked.
    function lockForFinancing(uint256 lot, Financing calldata financing) external;

    /// @notice Completes a financing with the receipt of the pay-out.
    /// @dev Signed by the funder alone, through the second `financing.until`. `financing` is given again and checked against its hash.
    /// Emits Financed.
    /// Trust: that the money was sent is the funder's word; a seller that was not paid has the lock's commitment and this event.
    function finance(uint256 lot, Financing calldata financing, bytes32 receipt) external;
}
