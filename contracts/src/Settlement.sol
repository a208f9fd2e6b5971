// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILots} from "./interfaces/ILots.sol";
import {IPayables} from "./interfaces/IPayables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {State} from "./State.sol";

/// @notice Extension: clearing rounds, reversal and reopening, discharge and set-off, overdue.
contract Settlement is State, Delegating {
    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /* ROUNDS */

    /// @notice See ISettlement.openRound.
    function openRound(uint256 id) external {
        Payable debt = _activePayable(id);
        _requireAgentOf(debt);
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(id);
        if (debt.state() & PAYABLE_SUSPENDED != 0) revert ISettlement.RedemptionIsSuspended(id);
        Rules rules = _rules[debt.profile()];
        uint32 opens = _recordTime(debt, rules) + rules.redeemDelay();
        if (block.timestamp < opens) revert ISettlement.RedemptionNotOpen(id, opens);
        if (debt.available() == 0 || debt.available() >= debt.outstanding()) {
            revert ISettlement.NotCovered(id, debt.available(), debt.outstanding());
        }
        uint8 round = debt.round() + 1;
        _rounds[id] = Round.wrap(uint256(debt.outstanding()) | (uint256(debt.available()) << 144));
        _payables[id] = debt.withRound(round).withState(debt.state() | PAYABLE_ROUND_OPEN);
        emit ISettlement.RoundOpened(id, round, debt.outstanding(), debt.available());
    }

    /// @notice See ISettlement.redeemInRound. All lots of one call belong to one payable.
    function redeemInRound(uint256[] calldata lots, uint72[] calldata amounts, bytes32[] calldata receipts) external {
        uint256 count = lots.length;
        if (count == 0 || count != amounts.length || count != receipts.length) revert ISettlement.LengthMismatch();
        uint256 id = Ids.payableOf(lots[0]);
        Payable debt = _openRound(id);
        _requireAgentOf(debt);
        if (debt.state() & PAYABLE_SUSPENDED != 0) revert ISettlement.RedemptionIsSuspended(id);
        Round round = _rounds[id];
        for (uint256 i = 0; i < count; ++i) {
            if (Ids.payableOf(lots[i]) != id) revert ISettlement.LengthMismatch();
            if (receipts[i] == 0) revert ISettlement.ReceiptMissing();
            round = round.withSeen(round.seen() + _redeemLine(lots[i], amounts[i], debt.round(), round));
            debt = debt.withOutstanding(debt.outstanding() - amounts[i]).withAvailable(debt.available() - amounts[i]);
            emit ISettlement.Redeemed(lots[i], _lots[lots[i]].holder(), amounts[i], debt.round(), receipts[i]);
        }
        _rounds[id] = round;
        _payables[id] = debt;
    }

    /// @dev The share rounds down or up by less than one minor unit; which lots round up is decided off-chain (largest remainder).
    function _redeemLine(uint256 id, uint72 line, uint8 number, Round round) private returns (uint72 before) {
        Lot lot = _lot(id);
        if (lot.round() == number) revert ISettlement.AlreadyInRound(id, number);
        before = lot.amount();
        if (before == 0) revert ILots.AmountOutOfRange(id, 0, 0);
        uint256 share = uint256(before) * round.payment();
        uint256 down = share / round.base();
        if (line < down || line > down + (share % round.base() == 0 ? 0 : 1)) {
            revert ISettlement.NotProRata(id, line, uint72(down));
        }
        _lots[id] = _bumpUpToMax(lot).withAmount(before - line).withRound(number);
        _lines[id] = line;
    }

    /// @notice See ISettlement.closeRound.
    function closeRound(uint256 id) external {
        Payable debt = _openRound(id);
        _requireAgentOf(debt);
        Round round = _rounds[id];
        if (round.seen() != round.base()) revert ISettlement.RoundIncomplete(id, round.seen(), round.base());
        uint72 redeemed = round.base() - debt.outstanding();
        if (redeemed != round.payment()) revert ISettlement.RoundUnbalanced(id, redeemed, round.payment());
        _rounds[id] = Round.wrap(0);
        _payables[id] = debt.withState(debt.state() & ~PAYABLE_ROUND_OPEN);
        emit ISettlement.RoundClosed(id, debt.round());
    }

    function _openRound(uint256 id) private view returns (Payable debt) {
        debt = _activePayable(id);
        if (debt.state() & PAYABLE_ROUND_OPEN == 0) revert ISettlement.NoOpenRound(id);
    }

    function _requireAgentOf(Payable debt) private view {
        (uint32 actor, Participant participant) = _actor();
        uint32 agent = _limits[_limitKeyOf(debt)].agent();
        if (actor != agent) revert ISettlement.NotPaymentAgent(actor, agent);
        _requireRole(actor, participant, ROLE_AGENT);
    }

    /* REVERSAL */

    /// @notice See ISettlement.reversePayment.
    function reversePayment(uint256 id, uint72 amount, bytes32 receipt, bytes calldata agentSignature)
        external
        restricted
    {
        Payable debt = _activePayable(id);
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(id);
        if (amount == 0 || amount > debt.available()) {
            revert ISettlement.NothingToReverse(id, amount, debt.available());
        }
        if (receipt == 0) revert ISettlement.ReceiptMissing();
        uint16 sequence = debt.sequence() + 1;
        uint256 key = _limitKeyOf(debt);
        Limit limit = _limits[key];
        bytes32 hash = keccak256(abi.encode(Ids.REVERSAL_TYPE, id, sequence, amount, receipt));
        _requireSignature(limit.agent(), hash, agentSignature);
        // May rise above the limit: the debt is real.
        _limits[key] = limit.withUsed(limit.used() + amount);
        _payables[id] = debt.withAvailable(debt.available() - amount).withSequence(sequence);
        emit ISettlement.PaymentReversed(id, sequence, amount, receipt);
    }

    /// @notice See ISettlement.reopen. The period counts from the payable's due time.
    function reopen(uint256 id, uint72 amount, bytes32 receipt, bytes calldata agentSignature) external restricted {
        uint256 payableId = Ids.payableOf(id);
        Payable debt = _reopenable(payableId, id);
        if (receipt == 0) revert ISettlement.ReceiptMissing();
        uint16 sequence = debt.sequence() + 1;
        uint256 key = _limitKeyOf(debt);
        Limit limit = _limits[key];
        bytes32 hash = keccak256(abi.encode(Ids.REOPENING_TYPE, id, sequence, amount, receipt));
        _requireSignature(limit.agent(), hash, agentSignature);
        Lot lot = _revived(id, amount);
        _lots[id] = lot;
        _limits[key] = limit.withUsed(limit.used() + amount);
        debt = debt.withState((debt.state() & ~PAYABLE_STATE_MASK) | PAYABLE_ACTIVE);
        _payables[payableId] = debt.withOutstanding(debt.outstanding() + amount).withSequence(sequence);
        emit ISettlement.Reopened(id, lot.holder(), amount, sequence, receipt);
    }

    function _reopenable(uint256 payableId, uint256 id) private view returns (Payable debt) {
        debt = _payable(payableId);
        uint8 state = debt.state() & PAYABLE_STATE_MASK;
        if (state != PAYABLE_ACTIVE && state != PAYABLE_SETTLED) revert IPayables.WrongState(payableId, debt.state());
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(payableId);
        uint32 until = debt.due() + _rules[debt.profile()].reopenPeriod();
        if (block.timestamp >= until) revert ISettlement.ReopenPeriodOver(id, until);
    }

    /// @dev Redeemed whole: the word lives again as it was. Redeemed in a round: the line of its latest round comes back, once.
    function _revived(uint256 id, uint72 amount) private returns (Lot lot) {
        lot = _lots[id];
        if (lot.holder() == 0) revert ILots.UnknownLot(id);
        if (lot.flags() & LOT_ENDED != 0) {
            if (amount != lot.amount()) revert ISettlement.NotReopenable(id, lot.amount());
            return _bumpUpToMax(lot).withFlags(lot.flags() & ~LOT_ENDED);
        }
        if (amount == 0 || amount != _lines[id]) revert ISettlement.NotReopenable(id, _lines[id]);
        delete _lines[id];
        return _bumpUpToMax(lot).withAmount(lot.amount() + amount);
    }

    /* WITHOUT CASH */

    /// @notice See ISettlement.discharge.
    function discharge(uint256 id, bytes32 reason) external {
        Lot lot = _ownLot(id);
        uint72 amount = _extinguish(id, lot);
        emit ISettlement.Discharged(id, lot.holder(), amount, reason);
    }

    /// @notice See ISettlement.setOff.
    function setOff(uint256 id, bytes32 reason) external {
        Lot lot = _ownLot(id);
        Payable debt = _payables[Ids.payableOf(id)];
        if (lot.holder() != debt.obligor()) revert IPayables.NotObligor(lot.holder(), debt.obligor());
        uint72 amount = _extinguish(id, lot);
        emit ISettlement.SetOff(id, lot.holder(), amount, reason);
    }

    /// @dev The word is deleted: what ended without cash can't be reopened. Outstanding never falls below the money already in.
    function _extinguish(uint256 id, Lot lot) private returns (uint72 amount) {
        uint256 payableId = Ids.payableOf(id);
        Payable debt = _activePayable(payableId);
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(payableId);
        lot = _unlocked(id, lot);
        if (lot.flags() & LOT_FROZEN != 0) revert ILots.FrozenPart(id, _frozen[id]);
        amount = lot.amount();
        if (amount == 0) revert ILots.AmountOutOfRange(id, 0, 0);
        uint72 open = debt.outstanding() - debt.available();
        if (amount > open) revert ISettlement.PaymentAboveOutstanding(payableId, amount, open);
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].withUsed(_limits[key].used() - amount);
        _payables[payableId] = _settled(_cured(payableId, debt.withOutstanding(debt.outstanding() - amount)));
        if (lot.flags() & LOT_RECOURSE != 0) delete _recourse[id];
        _lots[id] = Lot.wrap(0);
    }

    /* OVERDUE */

    /// @notice See ISettlement.markOverdue. Anyone may: it only states what the words and the clock say.
    function markOverdue(uint256 id) external {
        Payable debt = _activePayable(id);
        if (debt.state() & PAYABLE_OVERDUE != 0) revert ISettlement.AlreadyOverdue(id);
        bool late = block.timestamp > uint256(debt.due()) + _rules[debt.profile()].grace();
        if (!late || debt.available() >= debt.outstanding()) revert ISettlement.NotOverdue(id);
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].withOverdue(_limits[key].overdue() + 1);
        _payables[id] = debt.withState(debt.state() | PAYABLE_OVERDUE);
        emit ISettlement.OverdueMarked(id);
    }
}
