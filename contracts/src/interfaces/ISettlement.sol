// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./IBatches.sol";

/// @notice Money that does not cover a debt, or goes back; lots that end without money; debts that are late. See IPayments for the rest.
/// @dev Trust: what a bank returned is said by agent and registrar together. Neither can do it alone.
interface ISettlement is IBatches {
    /* EVENTS */

    /// @notice Money went back before it was paid out: exposure rises again, even above the limit.
    event PaymentReversed(uint256 indexed payableId, uint16 sequence, uint72 amount, bytes32 receipt);
    /// @notice Round number `round` of a debt shares `payment` over the `base` that was outstanding.
    event RoundOpened(uint256 indexed payableId, uint8 round, uint72 base, uint72 payment);
    /// @notice Each lot has had its line, and the lines add up to the payment.
    event RoundClosed(uint256 indexed payableId, uint8 round);
    /// @notice The bank returned a pay-out: the lot lives again with `amount` more, for the same holder.
    event Reopened(uint256 indexed lot, uint32 indexed holder, uint72 amount, uint16 sequence, bytes32 receipt);
    /// @notice The holder gave its lot up without cash.
    event Discharged(uint256 indexed lot, uint32 indexed holder, uint72 amount, bytes32 reason);
    /// @notice The obligor extinguished a lot it held itself.
    event SetOff(uint256 indexed lot, uint32 indexed obligor, uint72 amount, bytes32 reason);
    /// @notice A debt is late beyond grace. It stops its obligor from issuing, and its lots from moving but by repurchase or subrogation.
    event OverdueMarked(uint256 indexed payableId);

    /* ERRORS */

    /// @notice Nothing, or more than the `available` money that was not paid out yet.
    error NothingToReverse(uint256 payableId, uint72 amount, uint72 available);
    /// @notice No round is open.
    error NoOpenRound(uint256 payableId);
    /// @notice Lots worth `seen` of `base` have had their line; the others come first.
    error RoundIncomplete(uint256 payableId, uint72 seen, uint72 base);
    /// @notice The lines so far, `redeemed`, are a minor unit or more off their exact share of `payment`: too many were rounded one way.
    error RoundUnbalanced(uint256 payableId, uint72 redeemed, uint72 payment);
    /// @notice The lot has had its line in this round.
    error AlreadyInRound(uint256 lot, uint8 round);
    /// @notice A line is `floor`, or one more when the share is no whole number.
    error NotProRata(uint256 lot, uint72 amount, uint72 floor);
    /// @notice Reopening ended at `until`: the due time and the profile's period.
    error ReopenPeriodOver(uint256 lot, uint32 until);
    /// @notice What can be reopened of this lot is exactly `amount`: the whole of an ended one, else the line of its latest round, once.
    error NotReopenable(uint256 lot, uint72 amount);
    /// @notice Within grace, or covered by money; for an offer of kind 2 or 3, not marked as overdue.
    error NotOverdue(uint256 payableId);
    /// @notice Marked already.
    error AlreadyOverdue(uint256 payableId);

    /* ROUNDS */

    /// @notice Opens a round over what is available when it does not cover what is outstanding. While it is open nothing else moves money
    /// or lots of the debt.
    /// @dev Signed by the obligor's payment agent, from the record time and the profile's delay on. Emits RoundOpened.
    function openRound(uint256 payableId) external;

    /// @notice Pays lines of the open round: each lot once, at the floor or the ceiling of amount * payment / base. After each call the lines
    /// so far add up to within one minor unit of their exact share, so a round can always be closed.
    /// @dev Signed by the obligor's payment agent. All lots are of one debt, the first lot's. Errors: LengthMismatch, those of that debt and
    /// of the signer, RoundUnbalanced; LegFailed for a line. Emits Redeemed for each.
    function redeemInRound(uint256[] calldata lots, uint72[] calldata amounts, bytes32[] calldata receipts) external;

    /// @notice Closes the round once each lot has had its line.
    /// @dev Signed by the obligor's payment agent. Emits RoundClosed.
    function closeRound(uint256 payableId) external;

    /* MONEY THAT GOES BACK */

    /// @notice Takes back money that was recorded and not yet paid out.
    /// @dev Restricted to the registrar, with the agent's signature. Takes the next sequence number. Emits PaymentReversed.
    /// @param agentSignature Over EIP-712 `Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)`.
    function reversePayment(uint256 payableId, uint72 amount, bytes32 receipt, bytes calldata agentSignature) external;

    /// @notice The bank returned the pay-out: the lot lives again for the same holder, outstanding rises, and with it the limit's use, even
    /// above the limit. Available does not rise: money that comes again is recorded as a payment.
    /// @dev Restricted to the registrar, with the agent's signature, until the due time and the profile's period. Takes the next sequence
    /// number. Emits Reopened.
    /// @param agentSignature Over EIP-712 `Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)`.
    function reopen(uint256 lot, uint72 amount, bytes32 receipt, bytes calldata agentSignature) external;

    /* WITHOUT CASH */

    /// @notice The holder releases its whole lot without cash. What was released can't be reopened.
    /// @dev Signed by the holder; no lock stands and no part is frozen; never below the money already in. Emits Discharged.
    /// @param reason Commitment to why.
    function discharge(uint256 lot, bytes32 reason) external;

    /// @notice The obligor extinguishes a lot it holds itself: the way of early payment at a discount.
    /// @dev Signed by the obligor; else as `discharge`. Emits SetOff.
    function setOff(uint256 lot, bytes32 reason) external;

    /* LATE */

    /// @notice States that a debt is overdue: due time and grace have passed and money does not cover it.
    /// @dev Anyone may; it only says what words and clock say. Emits OverdueMarked. Money that covers the debt cures it by itself.
    function markOverdue(uint256 payableId) external;
}
