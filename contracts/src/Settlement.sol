// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayments} from "./interfaces/IPayments.sol";
import {IBatches} from "./interfaces/IBatches.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IPayables} from "./interfaces/IPayables.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {State} from "./State.sol";

/// @notice Extension: clearing rounds, reversal and reopening, discharge and set-off, overdue.
contract Settlement is State, Delegating, ISettlement {
    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /* ROUNDS */

    /// @inheritdoc ISettlement
    function openRound(uint256 id) external {
        Payable debt = _activePayable(id, PAYABLE_ROUND_OPEN | PAYABLE_SUSPENDED);
        _requireAgentOf(debt);
        Rules rules = _rules[debt.profile()];
        uint256 opens = _recordTime(debt, rules) + rules.redeemDelay();
        if (block.timestamp < opens) revert IPayments.RedemptionNotOpen(id, uint32(opens));
        if (debt.available() == 0 || debt.available() >= debt.outstanding()) {
            revert IPayments.NotCovered(id, uint72(debt.available()), uint72(debt.outstanding()));
        }
        uint256 round = debt.round() + 1;
        _rounds[id] = RoundWord.opened(debt.outstanding(), debt.available());
        _payables[id] = debt.withRound(round).withState(debt.state() | PAYABLE_ROUND_OPEN);
        emit ISettlement.RoundOpened(id, uint8(round), uint72(debt.outstanding()), uint72(debt.available()));
    }

    /// @inheritdoc ISettlement
    /// @dev All lots of one call belong to one payable.
    function redeemInRound(uint256[] calldata lots, uint72[] calldata amounts, bytes32[] calldata receipts) external {
        uint256 count = lots.length;
        if (count == 0 || count != amounts.length || count != receipts.length) revert IBatches.LengthMismatch();
        uint256 id = Ids.payableOf(lots[0]);
        Payable debt = _openRound(id);
        _requireAgentOf(debt);
        if (debt.has(PAYABLE_SUSPENDED)) revert IPayments.RedemptionIsSuspended(id);
        Round round = _rounds[id];
        bool reopenable = _rules[debt.profile()].reopenPeriod() != 0;
        for (uint256 i = 0; i < count; ++i) {
            uint256 lot = lots[i];
            uint72 line = amounts[i];
            Lot held = Ids.payableOf(lot) == id ? _lots[lot] : Lot.wrap(0);
            bytes memory reason = _refusal(lot, held, line, debt.round(), round);
            if (reason.length == 0 && line > debt.available()) {
                reason = abi.encodeWithSelector(IPayments.NotCovered.selector, id, debt.available(), debt.outstanding());
            }
            if (receipts[i] == 0) reason = abi.encodeWithSelector(IPayments.ReceiptMissing.selector);
            if (reason.length != 0) revert LegFailed(i, reason);
            _lots[lot] = _bumpUpToMax(held).withAmount(held.amount() - line).withRound(debt.round());
            if (reopenable) _lines[lot] = line;
            round = round.withSeen(round.seen() + held.amount());
            debt = debt.redeemed(line);
            emit IPayments.Redeemed(lot, uint32(held.holder()), line, uint8(debt.round()), receipts[i]);
        }
        _requireBalance(id, debt, round);
        _rounds[id] = round;
        _payables[id] = debt;
    }

    /// @dev After every call the lines are within one minor unit of their exact sum. From there a floor or a ceiling always leads on
    /// to within one unit, and at the last lot to the payment itself: no round can be brought to where it never closes.
    function _requireBalance(uint256 id, Payable debt, Round round) private pure {
        uint256 redeemed = round.base() - debt.outstanding();
        uint256 paid = redeemed * round.base();
        uint256 exact = round.seen() * round.payment();
        if (paid >= exact + round.base() || exact >= paid + round.base()) {
            revert ISettlement.RoundUnbalanced(id, uint72(redeemed), uint72(round.payment()));
        }
    }

    /// @dev Why a line is refused, or nothing. Its share rounds down or up by less than one minor unit; which lots round up is decided
    /// off-chain (largest remainder).
    function _refusal(uint256 id, Lot lot, uint72 line, uint256 number, Round round)
        private
        pure
        returns (bytes memory)
    {
        if (lot.holder() == 0) return abi.encodeWithSelector(ILots.UnknownLot.selector, id);
        if (!lot.lives()) return abi.encodeWithSelector(ILots.LotEnded.selector, id);
        if (lot.round() == number) return abi.encodeWithSelector(AlreadyInRound.selector, id, number);
        if (lot.amount() == 0) return abi.encodeWithSelector(ILots.AmountOutOfRange.selector, id, 0, 0);
        uint256 share = lot.amount() * round.payment();
        uint256 down = share / round.base();
        if (line < down || line > down + (share % round.base() == 0 ? 0 : 1)) {
            return abi.encodeWithSelector(NotProRata.selector, id, line, down);
        }
        return "";
    }

    /// @inheritdoc ISettlement
    function closeRound(uint256 id) external {
        Payable debt = _openRound(id);
        _requireAgentOf(debt);
        Round round = _rounds[id];
        if (round.seen() != round.base()) {
            revert ISettlement.RoundIncomplete(id, uint72(round.seen()), uint72(round.base()));
        }
        _rounds[id] = Round.wrap(0);
        _payables[id] = debt.withState(debt.state() & ~uint256(PAYABLE_ROUND_OPEN));
        emit ISettlement.RoundClosed(id, uint8(debt.round()));
    }

    function _openRound(uint256 id) private view returns (Payable debt) {
        debt = _activePayable(id, 0);
        if (!debt.has(PAYABLE_ROUND_OPEN)) revert ISettlement.NoOpenRound(id);
    }

    function _requireAgentOf(Payable debt) private view {
        (uint256 actor, Participant standing) = _actor();
        uint256 agent = _limits[_limitKeyOf(debt)].agent();
        if (actor != agent) revert IPayments.NotPaymentAgent(uint32(actor), uint32(agent));
        _requireRole(actor, standing, ROLE_AGENT);
    }

    /* REVERSAL */

    /// @inheritdoc ISettlement
    function reversePayment(uint256 id, uint72 amount, bytes32 receipt, bytes calldata agentSignature)
        external
        restricted
    {
        Payable debt = _activePayable(id, PAYABLE_ROUND_OPEN);
        if (amount == 0 || amount > debt.available()) {
            revert ISettlement.NothingToReverse(id, amount, uint72(debt.available()));
        }
        if (receipt == 0) revert IPayments.ReceiptMissing();
        uint256 sequence = debt.sequence() + 1;
        uint256 key = _limitKeyOf(debt);
        Limit limit = _limits[key];
        bytes32 hash = keccak256(abi.encode(Ids.REVERSAL_TYPE, id, sequence, amount, receipt));
        _requireSignature(limit.agent(), hash, agentSignature);
        // May rise above the limit: the debt is real.
        _limits[key] = limit.withUsed(limit.used() + amount);
        _payables[id] = debt.withAvailable(debt.available() - amount).withSequence(sequence);
        emit ISettlement.PaymentReversed(id, uint16(sequence), amount, receipt);
    }

    /// @inheritdoc ISettlement
    /// @dev The period counts from the payable's due time.
    function reopen(uint256 id, uint72 amount, bytes32 receipt, bytes calldata agentSignature) external restricted {
        uint256 payableId = Ids.payableOf(id);
        Payable debt = _reopenable(payableId, id);
        if (receipt == 0) revert IPayments.ReceiptMissing();
        uint256 sequence = debt.sequence() + 1;
        uint256 key = _limitKeyOf(debt);
        Limit limit = _limits[key];
        bytes32 hash = keccak256(abi.encode(Ids.REOPENING_TYPE, id, sequence, amount, receipt));
        _requireSignature(limit.agent(), hash, agentSignature);
        Lot lot = _revived(id, amount);
        _lots[id] = lot;
        _limits[key] = limit.withUsed(limit.used() + amount);
        debt = debt.withState((debt.state() & ~uint256(PAYABLE_STATE_MASK)) | PAYABLE_ACTIVE);
        _payables[payableId] = debt.withOutstanding(debt.outstanding() + amount).withSequence(sequence);
        emit ISettlement.Reopened(id, uint32(lot.holder()), amount, uint16(sequence), receipt);
    }

    function _reopenable(uint256 payableId, uint256 id) private view returns (Payable debt) {
        debt = _payable(payableId);
        uint256 state = debt.state() & PAYABLE_STATE_MASK;
        if (state != PAYABLE_ACTIVE && state != PAYABLE_SETTLED) {
            revert IPayables.WrongState(payableId, uint8(debt.state()));
        }
        if (debt.has(PAYABLE_ROUND_OPEN)) revert IPayments.RoundIsOpen(payableId);
        uint256 until = debt.due() + _rules[debt.profile()].reopenPeriod();
        if (block.timestamp >= until) revert ISettlement.ReopenPeriodOver(id, uint32(until));
    }

    /// @dev Redeemed whole: the word lives again as it was. Redeemed in a round: the line of its latest round comes back, once.
    function _revived(uint256 id, uint72 amount) private returns (Lot lot) {
        lot = _lots[id];
        if (lot.holder() == 0) revert ILots.UnknownLot(id);
        if (lot.has(LOT_ENDED)) {
            if (amount != lot.amount()) revert ISettlement.NotReopenable(id, uint72(lot.amount()));
            return _bumpUpToMax(lot).without(LOT_ENDED);
        }
        if (amount == 0 || amount != _lines[id]) revert ISettlement.NotReopenable(id, uint72(_lines[id]));
        delete _lines[id];
        return _bumpUpToMax(lot).withAmount(lot.amount() + amount);
    }

    /* WITHOUT CASH */

    /// @inheritdoc ISettlement
    function discharge(uint256 id, bytes32 reason) external {
        Lot lot = _ownLot(id);
        uint72 amount = _extinguish(id, lot);
        emit ISettlement.Discharged(id, uint32(lot.holder()), amount, reason);
    }

    /// @inheritdoc ISettlement
    function setOff(uint256 id, bytes32 reason) external {
        Lot lot = _ownLot(id);
        Payable debt = _payables[Ids.payableOf(id)];
        if (lot.holder() != debt.obligor()) {
            revert IPayables.NotObligor(uint32(lot.holder()), uint32(debt.obligor()));
        }
        uint72 amount = _extinguish(id, lot);
        emit ISettlement.SetOff(id, uint32(lot.holder()), amount, reason);
    }

    /// @dev The word is deleted: what ended without cash can't be reopened. Outstanding never falls below the money already in.
    function _extinguish(uint256 id, Lot lot) private returns (uint72 amount) {
        uint256 payableId = Ids.payableOf(id);
        Payable debt = _activePayable(payableId, PAYABLE_ROUND_OPEN);
        lot = _unlocked(id, lot);
        if (lot.has(LOT_FROZEN)) revert ILots.FrozenPart(id, uint72(_frozen[id]));
        amount = uint72(lot.amount());
        if (amount == 0) revert ILots.AmountOutOfRange(id, 0, 0);
        if (amount > debt.open()) revert IPayments.PaymentAboveOutstanding(payableId, amount, uint72(debt.open()));
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].relieved(amount);
        _payables[payableId] = _settled(_cured(payableId, debt.withOutstanding(debt.outstanding() - amount)));
        _forget(id, lot);
    }

    /* OVERDUE */

    /// @inheritdoc ISettlement
    /// @dev Anyone may: it only states what the words and the clock say.
    function markOverdue(uint256 id) external {
        Payable debt = _activePayable(id, 0);
        if (debt.has(PAYABLE_OVERDUE)) revert ISettlement.AlreadyOverdue(id);
        bool late = block.timestamp > debt.due() + _rules[debt.profile()].grace();
        if (!late || debt.open() == 0) revert ISettlement.NotOverdue(id);
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].withOverdue(_limits[key].overdue() + 1);
        _payables[id] = debt.withState(debt.state() | PAYABLE_OVERDUE);
        emit ISettlement.OverdueMarked(id);
    }
}
