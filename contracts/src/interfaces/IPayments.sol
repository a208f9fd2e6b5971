// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./IBatches.sol";

/// @notice Money in and lots out when all is covered: payments and redemption in full. Also the events and errors that they share with
/// ISettlement, which has everything that goes less straight.
/// @dev Trust: a recorded payment has arrived and a receipt is a pay-out because the payment agent, a bank, says so. It can't redeem for
/// more than it recorded, nor a lot twice. Every receipt is a commitment to its evidence, and not 0.
/// Redemption is stopped by a registrar's suspension only: not by a pause, an expired verification, a lock, a pledge or a freeze. Proceeds
/// of a pledged lot go to the pledgee's bound account, of a frozen part to a deposit account.
interface IPayments is IBatches {
    /* EVENTS */

    /// @notice Money for a debt has reached the agent; the obligor's exposure ends for this part.
    /// @param sequence Number of this payment, reversal or reopening of the debt, from 1.
    event PaymentRecorded(uint256 indexed payableId, uint16 sequence, uint72 amount, bytes32 receipt);
    /// @notice `amount` of a lot was paid out to `holder`; in full when `round` is 0, else as its line of that round.
    event Redeemed(uint256 indexed lot, uint32 indexed holder, uint72 amount, uint8 round, bytes32 receipt);
    /// @notice The money covers a debt that was marked overdue; it no longer stops its obligor.
    event OverdueCured(uint256 indexed payableId);

    /* ERRORS */

    /// @notice `participant` signs, but the obligor's payment agent in this currency is `agent`.
    error NotPaymentAgent(uint32 participant, uint32 agent);
    /// @notice The debt's next payment has the number `expected`; an earlier number was counted already.
    error WrongSequence(uint256 payableId, uint16 expected);
    /// @notice Nothing, or more than the `open` part of the debt that no money covers yet. The excess goes back off-chain.
    error PaymentAboveOutstanding(uint256 payableId, uint72 amount, uint72 open);
    /// @notice Redemption opens at `opensAt`: the record time and the profile's delay.
    error RedemptionNotOpen(uint256 payableId, uint32 opensAt);
    /// @notice The registrar has suspended redemption of this debt.
    error RedemptionIsSuspended(uint256 payableId);
    /// @notice Redemption in full needs all that is outstanding; a round needs some money, but not all.
    error NotCovered(uint256 payableId, uint72 available, uint72 outstanding);
    /// @notice A round is open; it is closed first.
    error RoundIsOpen(uint256 payableId);
    /// @notice A receipt is not 0.
    error ReceiptMissing();

    /* ACTS */

    /// @notice Records a payment of the obligor. Part payments add up; the last one may cure an overdue debt.
    /// @dev Signed by the obligor's payment agent. Never above what is open. Emits PaymentRecorded, and OverdueCured when it does.
    /// @param sequence The debt's next number, so that the same receipt sent twice counts once.
    function recordPayment(uint256 payableId, uint16 sequence, uint72 amount, bytes32 receipt) external;

    /// @notice Pays a lot out whole, when money covers all that is outstanding of its debt.
    /// @dev Signed by the obligor's payment agent, from the record time and the profile's delay on. Under a profile with a reopening period
    /// the word stays, marked as ended; else it is deleted. Emits Redeemed.
    function redeem(uint256 lot, bytes32 receipt) external;

    /// @notice Redeems a clearing list, `receipts[i]` for `lots[i]`; each leg as `redeem`.
    /// @dev Signed by the payment agent of all the debts. Errors: LengthMismatch, LegFailed. Lots of one debt in a row cost least.
    function redeemMany(uint256[] calldata lots, bytes32[] calldata receipts) external;
}
