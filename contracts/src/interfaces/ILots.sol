// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Why an act on a lot is refused: the errors that IOffers, IHoldings and the acts on money share.
/// @dev A lot is a holding of a part of a debt. Its id never changes hands, its holder does: `lot` is payable << 96 | path.
interface ILots {
    /// @notice There never was such a lot, or its word was deleted: redeemed for good, merged, released or set off. In a round: none of
    /// its debt.
    error UnknownLot(uint256 lot);
    /// @notice The lot was redeemed whole; only a returned pay-out makes it live again.
    error LotEnded(uint256 lot);
    /// @notice `participant` signs, but `holder` holds the lot.
    error NotHolder(uint256 lot, uint32 participant, uint32 holder);
    /// @notice Bound to `party` through the second `until`. An offer on-chain, a financing and a pledge are locks too.
    error LotIsLocked(uint256 lot, uint32 party, uint32 until);
    /// @notice `participant` signs, but the lock is for `party`.
    error NotLockParty(uint256 lot, uint32 participant, uint32 party);
    /// @notice `frozen` of the lot is held by a legal act; what needs the whole of it waits.
    error FrozenPart(uint256 lot, uint72 frozen);
    /// @notice The lot has changed since it was signed about; `version` is now.
    error OfferStale(uint256 lot, uint16 version);
    /// @notice A sale is kind 0 or 1; 2 and 3 are for overdue debts, whole lots and who may take them; a financing is kind 0 or 1.
    error KindNotAllowed(uint256 lot, uint8 kind);
    /// @notice Child number `child` of the lot is used, for ever.
    error ChildSpent(uint256 lot, uint8 child);
    /// @notice A lot has `children` children, numbered from 0.
    error ChildOutOfRange(uint8 child, uint8 children);
    /// @notice Nothing, more than the free `available` part, or what would leave a piece below the profile's smallest lot.
    error AmountOutOfRange(uint256 lot, uint72 amount, uint72 available);
    /// @notice `depth` splits deep already.
    error TooDeep(uint256 lot, uint8 depth);
    /// @notice Since `recordTime` the lots of this debt no longer change hands or shape.
    error PastRecordTime(uint256 payableId, uint32 recordTime);
    /// @notice A lock ends before the record time.
    error LockBeyondRecordTime(uint32 until, uint32 recordTime);
    /// @notice A lock ends later than now.
    error LockInPast(uint32 until);
    /// @notice The version is at its maximum: the lot can only be redeemed.
    error VersionSpent(uint256 lot);
}
