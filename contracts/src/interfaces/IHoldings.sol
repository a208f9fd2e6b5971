// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILots} from "./ILots.sol";
import {Offer} from "./Types.sol";

/// @notice What a holder does with its own lots, what a pledgee gives up, and what the registrar does by force of law.
/// @dev Trust: the registrar acts with a legal basis, whose hash stands in the event. It can move a lot and freeze it; it can't make one,
/// raise an amount, or redeem.
interface IHoldings is ILots {
    /* EVENTS */

    /// @notice An offer stands on-chain and the lot is locked for its recipient until the deadline.
    /// @param offerHash EIP-712 struct hash of the offer, without the domain.
    event OfferMade(uint256 indexed lot, bytes32 indexed offerHash, Offer offer);
    /// @notice The holder has split `amount` off for itself, as child `index`.
    event Split(uint256 indexed lot, uint256 indexed child, uint8 index, uint72 amount);
    /// @notice `absorbed`, with its `amount`, has become part of `into` and is gone.
    event Merged(uint256 indexed into, uint256 indexed absorbed, uint72 amount);
    /// @notice The pledgee has let go.
    /// @param registration Commitment to the end of the public filing.
    event PledgeReleased(uint256 indexed lot, uint32 indexed pledgee, bytes32 registration);
    /// @notice The frozen part of a lot as it is from now on.
    /// @param amount Absolute, not a change; 0 lifts the freeze.
    event LotFrozen(uint256 indexed lot, uint72 amount, bytes32 basis);
    /// @notice A lot or a part of it was moved by force of law.
    /// @param child Equals `lot` when the whole lot moved.
    event TransferForced(
        uint256 indexed lot, uint256 indexed child, uint32 from, uint32 indexed to, uint72 amount, bytes32 basis
    );

    /* ERRORS */

    /// @notice Of another debt, holder or recourse, frozen, or the same lot twice.
    error NotMergeable(uint256 into, uint256 other);
    /// @notice The lot is not pledged.
    error LotNotPledged(uint256 lot);
    /// @notice `frozen` is more than the `amount` the lot has. After a round has paid out, the freeze is stated anew first.
    error FrozenAboveAmount(uint256 lot, uint72 frozen, uint72 amount);

    /* ACTS OF THE HOLDER */

    /// @notice The alternative to a signature: stores the offer and locks the lot for the recipient through the deadline.
    /// @dev Signed by the holder. A sale (kind 0 or 1) to an active participant, with the lot's present version. Emits OfferMade.
    function makeOffer(Offer calldata offer) external;

    /// @notice Portions for oneself: `amounts[i]` as child `children[i]`. No hop and no new version, so offers for other children stay good.
    /// @dev Signed by the holder, before the record time. Bounded by the profile's depth, children and smallest lot. Emits Split for each.
    function split(uint256 lot, uint8[] calldata children, uint72[] calldata amounts) external;

    /// @notice Puts lots of one's own into one of them, which takes the larger hop count and rises by one version.
    /// @dev Signed by the holder, before the record time. All of one debt and with the same recourse, unlocked, not frozen. Emits Merged
    /// for each.
    function merge(uint256 into, uint256[] calldata others) external;

    /// @notice The pledgee gives its pledge up.
    /// @dev Signed by the pledgee, at any time. Emits PledgeReleased.
    function releasePledge(uint256 lot, bytes32 registration) external;

    /* ACTS OF LAW */

    /// @notice States how much of a lot is frozen (ERC-7943: absolute). What is frozen does not move but by law; redemption goes on, its
    /// proceeds belong to a deposit account.
    /// @dev Restricted to the registrar. Raises the version: offers signed before are stale. Emits LotFrozen.
    /// @param basis Commitment to the order; not 0.
    function freeze(uint256 lot, uint72 amount, bytes32 basis) external;

    /// @notice Moves a lot (`child` 255) or a part of it (child number) by force of law, out of any lock or pledge, at any time but in an open
    /// round. Adds no hop. What is frozen stays frozen: a part takes the free amount first, and carries the freeze of what exceeds it.
    /// @dev Restricted to the registrar. `to` is an active participant. Neither the profile's bounds nor the record time bind the law.
    /// Emits TransferForced.
    /// @return The lot that `to` holds now.
    function forceTransfer(uint256 lot, uint8 child, uint72 amount, uint32 to, bytes32 basis) external returns (uint256);
}
