// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Money in, lots out: payments, redemption in full and in rounds, reversal, set-off, overdue.
interface ISettlement {
    event PaymentRecorded(uint256 indexed payableId, uint16 sequence, uint72 amount, bytes32 receipt);
    event PaymentReversed(uint256 indexed payableId, uint16 sequence, uint72 amount, bytes32 receipt);
    /// @dev `round` is 0 for redemption in full.
    event Redeemed(uint256 indexed lot, uint32 indexed holder, uint72 amount, uint8 round, bytes32 receipt);
    event RoundOpened(uint256 indexed payableId, uint8 round, uint72 base, uint72 payment);
    event RoundClosed(uint256 indexed payableId, uint8 round);
    event Reopened(uint256 indexed lot, uint32 indexed holder, uint72 amount, uint16 sequence, bytes32 receipt);
    event Discharged(uint256 indexed lot, uint32 indexed holder, uint72 amount, bytes32 reason);
    event SetOff(uint256 indexed lot, uint32 indexed obligor, uint72 amount, bytes32 reason);
    event OverdueMarked(uint256 indexed payableId);
    event OverdueCured(uint256 indexed payableId);

    error NotPaymentAgent(uint32 participant, uint32 agent);
    error WrongSequence(uint256 payableId, uint16 expected);
    error PaymentAboveOutstanding(uint256 payableId, uint72 amount, uint72 open);
    error NothingToReverse(uint256 payableId, uint72 amount, uint72 available);
    error RedemptionNotOpen(uint256 payableId, uint32 opensAt);
    error RedemptionIsSuspended(uint256 payableId);
    error NotCovered(uint256 payableId, uint72 available, uint72 outstanding);
    error RoundIsOpen(uint256 payableId);
    error NoOpenRound(uint256 payableId);
    error RoundIncomplete(uint256 payableId, uint72 seen, uint72 base);
    error RoundUnbalanced(uint256 payableId, uint72 redeemed, uint72 payment);
    error AlreadyInRound(uint256 lot, uint8 round);
    error NotProRata(uint256 lot, uint72 amount, uint72 floor);
    error LengthMismatch();
    error ReopenPeriodOver(uint256 lot, uint32 until);
    error NotReopenable(uint256 lot, uint72 amount);
    error NotOverdue(uint256 payableId);
    error AlreadyOverdue(uint256 payableId);
    error ReceiptMissing();

    /// @notice Signed by the obligor's payment agent. The sequence number is the payable's next, so a repeat counts once.
    function recordPayment(uint256 payableId, uint16 sequence, uint72 amount, bytes32 receipt) external;
    /// @notice Registrar, with the agent's EIP-712 `Reversal(uint256 payableId,uint16 sequence,uint72 amount,bytes32 receipt)`.
    function reversePayment(uint256 payableId, uint72 amount, bytes32 receipt, bytes calldata agentSignature) external;
    function redeem(uint256 lot, bytes32 receipt) external;
    function redeemMany(uint256[] calldata lots, bytes32[] calldata receipts) external;
    /// @notice Opens a round over what is available when it does not cover what is outstanding.
    function openRound(uint256 payableId) external;
    /// @notice Each lot once, at the floor or the ceiling of amount * payment / base. After each call the lines so far add up to within
    /// one minor unit of their exact share, else RoundUnbalanced: a round can always be closed.
    function redeemInRound(uint256[] calldata lots, uint72[] calldata amounts, bytes32[] calldata receipts) external;
    function closeRound(uint256 payableId) external;
    /// @notice Registrar, with the agent's EIP-712 `Reopening(uint256 lot,uint16 sequence,uint72 amount,bytes32 receipt)`.
    /// The bank returned the pay-out: the lot lives again for the same holder, outstanding rises, and with it the limit's use, even
    /// above the limit. Available does not rise: money that comes again is recorded as a payment.
    function reopen(uint256 lot, uint72 amount, bytes32 receipt, bytes calldata agentSignature) external;
    /// @notice The holder releases its whole lot without cash.
    function discharge(uint256 lot, bytes32 reason) external;
    /// @notice The obligor extinguishes a lot it holds itself.
    function setOff(uint256 lot, bytes32 reason) external;
    function markOverdue(uint256 payableId) external;
}
