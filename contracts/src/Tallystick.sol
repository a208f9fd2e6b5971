// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayments} from "./interfaces/IPayments.sol";
import {IOffers} from "./interfaces/IOffers.sol";
import {IBatches} from "./interfaces/IBatches.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IRegistrar} from "./interfaces/IRegistrar.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {Payables} from "./Payables.sol";
import {State} from "./State.sol";

/// @notice The core: issue and accept, pass on, lock, finance, record payments, redeem. Everything else is answered by its extensions
/// at the same address and on the same storage. Nothing here can be replaced.
contract Tallystick is Payables, Delegating, IOffers, IPayments {
    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /* OFFERS */

    /// @inheritdoc IOffers
    function acceptOffer(Offer calldata offer, bytes calldata signature) external returns (uint256) {
        Lot lot = _lot(offer.lot);
        (uint256 actor, Participant standing) = _actor();
        if (actor != offer.recipient) revert IOffers.NotRecipient(uint32(actor), offer.recipient);
        if (actor == lot.holder()) revert IOffers.OfferMismatch(offer.lot);
        if (block.timestamp > offer.deadline) revert IOffers.OfferExpired(offer.deadline);
        _checkConsent(offer, lot, signature);
        if (offer.kind > OFFER_SALE_RECOURSE) return _moveOverdue(offer, lot, standing);
        _requireVerified(actor, standing, ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        (Payable debt, Rules rules,) = _movable(offer.lot);
        if (rules.paused()) revert IRegistrar.ProfileIsPaused(uint16(debt.profile()));
        if (lot.hops() >= rules.hops()) revert IOffers.TooManyHops(offer.lot, uint8(lot.hops()));
        return offer.child == WHOLE ? _moveWhole(offer, lot) : _movePart(offer, lot, rules);
    }

    /// @inheritdoc IOffers
    function acceptOffers(Offer[] calldata offers, bytes[] calldata signatures)
        external
        returns (uint256[] memory lots)
    {
        if (offers.length != signatures.length) revert LengthMismatch();
        lots = new uint256[](offers.length);
        for (uint256 i = 0; i < offers.length; ++i) {
            lots[i] = abi.decode(_leg(i, abi.encodeCall(IOffers.acceptOffer, (offers[i], signatures[i]))), (uint256));
        }
    }

    /// @dev The holder consents by signature, or by an offer stored on-chain. A lock yields only to its party.
    function _checkConsent(Offer calldata offer, Lot lot, bytes calldata signature) private view {
        uint256 holder = lot.holder();
        bytes32 hash = Ids.offerStruct(offer);
        if (signature.length == 0 && lot.has(LOT_OFFERED)) {
            if (_consents[offer.lot] != hash) revert IOffers.OfferMismatch(offer.lot);
            // Making it raised the version by one; nothing else may have, a freeze and its lifting for instance.
            if (lot.version() != uint256(offer.version) + 1) revert ILots.OfferStale(offer.lot, uint16(lot.version()));
            _requireEpoch(holder, _active(holder), offer.epoch);
            return;
        }
        if (lot.version() != offer.version) revert ILots.OfferStale(offer.lot, uint16(lot.version()));
        if (_isLocked(lot)) {
            bool bound = lot.has(LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED);
            if (bound || lot.lockParty() != offer.recipient) {
                revert ILots.LotIsLocked(offer.lot, uint32(lot.lockParty()), uint32(lot.lockUntil()));
            }
        }
        (uint256 signer, Participant standing) = _activeSigner(_signerOf(hash, signature));
        if (signer != holder) revert BadSignature();
        _requireEpoch(holder, standing, offer.epoch);
    }

    function _requireEpoch(uint256 holder, Participant standing, uint32 epoch) private pure {
        if (standing.epoch() != epoch) revert IOffers.EpochStale(uint32(holder), uint32(standing.epoch()));
    }

    function _movePart(Offer calldata offer, Lot lot, Rules rules) private returns (uint256 child) {
        uint256 seller = lot.holder();
        Lot parent;
        (parent, child) = _part(offer.lot, lot, offer.child, offer.amount, rules);
        if (lot.has(LOT_OFFERED)) parent = _bump(offer.lot, _clearLock(offer.lot, parent));
        _lots[offer.lot] = parent;
        Lot part = LotWord.created(offer.recipient, offer.amount).withPath(lot.hops() + 1, lot.depth() + 1);
        _lots[child] = _withRecourse(child, part, seller, offer.kind == OFFER_SALE_RECOURSE);
        _emitTransferred(offer, child, seller);
    }

    function _emitTransferred(Offer calldata offer, uint256 child, uint256 seller) private {
        emit IOffers.Transferred(
            offer.lot, child, uint32(seller), offer.recipient, offer.amount, offer.kind, offer.documents
        );
    }

    function _moveWhole(Offer calldata offer, Lot lot) private returns (uint256) {
        _requireWhole(offer, lot);
        uint256 seller = lot.holder();
        lot = _handOver(offer.lot, lot, offer.recipient, offer.kind == OFFER_SALE_RECOURSE);
        _lots[offer.lot] = lot.withHops(lot.hops() + 1);
        _emitTransferred(offer, offer.lot, seller);
        return offer.lot;
    }

    function _requireWhole(Offer calldata offer, Lot lot) private view {
        if (lot.amount() == 0 || lot.amount() != offer.amount) revert IOffers.OfferMismatch(offer.lot);
        if (lot.has(LOT_FROZEN)) revert ILots.FrozenPart(offer.lot, uint72(_frozen[offer.lot]));
    }

    /// @dev An overdue lot moves only back to the seller that owes recourse, or to whoever paid in the obligor's stead.
    function _moveOverdue(Offer calldata offer, Lot lot, Participant recipient) private returns (uint256) {
        uint256 id = Ids.payableOf(offer.lot);
        Payable debt = _activePayable(id, PAYABLE_ROUND_OPEN);
        if (!debt.has(PAYABLE_OVERDUE)) revert ISettlement.NotOverdue(id);
        bool repurchase = offer.kind == OFFER_REPURCHASE && _recourse[offer.lot] == offer.recipient;
        bool subrogation = offer.kind == OFFER_SUBROGATION && debt.obligor() != offer.recipient;
        if (offer.child != WHOLE || !(repurchase || subrogation)) revert ILots.KindNotAllowed(offer.lot, offer.kind);
        _requireRole(offer.recipient, recipient, ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        _requireWhole(offer, lot);
        uint256 seller = lot.holder();
        _lots[offer.lot] = _handOver(offer.lot, lot, offer.recipient, false);
        _emitTransferred(offer, offer.lot, seller);
        return offer.lot;
    }

    function _handOver(uint256 id, Lot lot, uint256 to, bool recourse) private returns (Lot) {
        uint256 seller = lot.holder();
        if (lot.lockParty() != 0) lot = _clearLock(id, lot);
        return _withRecourse(id, _bump(id, lot).withHolder(to), seller, recourse);
    }

    function _withRecourse(uint256 id, Lot lot, uint256 seller, bool recourse) private returns (Lot) {
        if (recourse) {
            _recourse[id] = seller;
            return lot.with(LOT_RECOURSE);
        }
        if (!lot.has(LOT_RECOURSE)) return lot;
        delete _recourse[id];
        return lot.without(LOT_RECOURSE);
    }

    /* LOCKS AND FINANCING */

    /// @inheritdoc IOffers
    function lock(uint256 id, uint32 party, uint32 until) external {
        _lots[id] = _locked(id, _ownLot(id), party, until);
        emit IOffers.Locked(id, party, until);
    }

    /// @inheritdoc IOffers
    function release(uint256 id) external {
        Lot lot = _lot(id);
        if (lot.lockParty() == 0) revert IOffers.LotNotLocked(id);
        if (lot.has(LOT_PLEDGED)) revert IOffers.LotIsPledged(id);
        (uint256 actor,) = _actor();
        bool may = actor == lot.lockParty() || (actor == lot.holder() && !_isLocked(lot));
        if (!may) revert ILots.NotLockParty(id, uint32(actor), uint32(lot.lockParty()));
        _lots[id] = _bump(id, _clearLock(id, lot));
        emit IOffers.Released(id, uint32(actor));
    }

    /// @inheritdoc IOffers
    /// @dev Room for the hop is checked here, so that nothing can defeat the financing later.
    function lockForFinancing(uint256 id, Financing calldata financing) external {
        Lot lot = _ownLot(id);
        if (lot.has(LOT_FROZEN)) revert ILots.FrozenPart(id, uint72(_frozen[id]));
        _requireVerified(financing.funder, _active(financing.funder), ROLE_FUNDER);
        if (financing.kind > FINANCE_PLEDGE) revert ILots.KindNotAllowed(id, financing.kind);
        uint256 profile = _payables[Ids.payableOf(id)].profile();
        if (_rules[profile].paused()) revert IRegistrar.ProfileIsPaused(uint16(profile));
        bool hop = financing.kind == FINANCE_ASSIGNMENT;
        if (hop && lot.hops() >= _rules[profile].hops()) revert IOffers.TooManyHops(id, uint8(lot.hops()));
        lot = _locked(id, lot, financing.funder, financing.until);
        // One more write must remain for the completion.
        _bump(id, lot);
        _lots[id] = lot.with(LOT_FINANCING);
        _consents[id] = Ids.financing(financing);
        emit IOffers.FinancingLocked(
            id, financing.funder, financing.until, financing.kind, financing.recourse, financing.commitment
        );
    }

    /// @inheritdoc IOffers
    function finance(uint256 id, Financing calldata financing, bytes32 receipt) external {
        Lot lot = _lot(id);
        (uint256 actor,) = _actor();
        if (!lot.has(LOT_FINANCING) || _consents[id] != Ids.financing(financing)) revert IOffers.FinancingMismatch(id);
        if (actor != financing.funder) revert ILots.NotLockParty(id, uint32(actor), financing.funder);
        if (!_isLocked(lot)) revert IOffers.OfferExpired(financing.until);
        if (receipt == 0) revert IPayments.ReceiptMissing();
        uint256 holder = lot.holder();
        if (financing.kind == FINANCE_ASSIGNMENT) {
            lot = _handOver(id, lot, actor, financing.recourse);
            lot = lot.withHops(lot.hops() + 1);
        } else {
            lot = _bump(id, _clearLock(id, lot)).withLock(uint32(actor), type(uint32).max).with(LOT_PLEDGED);
        }
        _lots[id] = lot;
        emit IOffers.Financed(id, uint32(actor), uint32(holder), uint72(lot.amount()), financing.kind, receipt);
    }

    /* MONEY */

    /// @inheritdoc IPayments
    function recordPayment(uint256 id, uint16 sequence, uint72 amount, bytes32 receipt) external {
        Payable debt = _activePayable(id, PAYABLE_ROUND_OPEN);
        uint256 key = _limitKeyOf(debt);
        Limit limit = _limits[key];
        _requireAgent(limit);
        if (sequence != debt.sequence() + 1) revert IPayments.WrongSequence(id, uint16(debt.sequence() + 1));
        if (receipt == 0) revert IPayments.ReceiptMissing();
        uint256 open = debt.open();
        if (amount == 0 || amount > open) revert IPayments.PaymentAboveOutstanding(id, amount, uint72(open));
        _limits[key] = limit.relieved(amount);
        _payables[id] = _cured(id, debt.credited(amount));
        emit IPayments.PaymentRecorded(id, sequence, amount, receipt);
    }

    function _requireAgent(Limit limit) private view {
        (uint256 actor, Participant standing) = _actor();
        if (actor != limit.agent()) revert IPayments.NotPaymentAgent(uint32(actor), uint32(limit.agent()));
        _requireRole(actor, standing, ROLE_AGENT);
    }

    /// @inheritdoc IPayments
    function redeem(uint256 lot, bytes32 receipt) external {
        uint256 id = Ids.payableOf(lot);
        (Payable debt, bool reopenable) = _redeemable(id);
        Lot held = _lot(lot);
        if (receipt == 0) revert ReceiptMissing();
        if (held.amount() == 0) revert ILots.AmountOutOfRange(lot, 0, 0);
        _payables[id] = _settled(_redeem(lot, held, receipt, debt, reopenable));
    }

    /// @inheritdoc IPayments
    /// @dev The first lot of a payable in a row is redeemed as if alone, with all checks; those after it share one write of its word. A
    /// lot that can't be redeemed is refused alone too.
    function redeemMany(uint256[] calldata lots, bytes32[] calldata receipts) external {
        if (lots.length != receipts.length) revert LengthMismatch();
        uint256 id;
        Payable debt;
        bool reopenable;
        for (uint256 i = 0; i < lots.length; ++i) {
            (uint256 lot, bytes32 receipt) = (lots[i], receipts[i]);
            Lot held = _lots[lot];
            if (Ids.payableOf(lot) == id && receipt != 0 && held.lives() && held.amount() != 0) {
                debt = _redeem(lot, held, receipt, debt, reopenable);
                continue;
            }
            if (id != 0) _payables[id] = _settled(debt);
            _leg(i, abi.encodeCall(IPayments.redeem, (lot, receipt)));
            id = Ids.payableOf(lot);
            debt = _payables[id];
            reopenable = _rules[debt.profile()].reopenPeriod() != 0;
        }
        if (id != 0) _payables[id] = _settled(debt);
    }

    /// @dev Only time, cover, the agent and a registrar's suspension decide; pause, expiry, pledge and freeze do not.
    function _redeemable(uint256 id) private view returns (Payable debt, bool reopenable) {
        debt = _activePayable(id, PAYABLE_SUSPENDED | PAYABLE_ROUND_OPEN);
        Rules rules = _rules[debt.profile()];
        _requireAgent(_limits[_limitKeyOf(debt)]);
        uint256 opens = _recordTime(debt, rules) + rules.redeemDelay();
        if (block.timestamp < opens) revert IPayments.RedemptionNotOpen(id, uint32(opens));
        if (debt.open() != 0) revert IPayments.NotCovered(id, uint72(debt.available()), uint72(debt.outstanding()));
        reopenable = rules.reopenPeriod() != 0;
    }

    /// @dev Of a lot that lives, is not empty and has a receipt. The word stays, marked, where a returned pay-out may reopen the lot; where none
    /// may, it is deleted.
    function _redeem(uint256 id, Lot lot, bytes32 receipt, Payable debt, bool reopenable) private returns (Payable) {
        uint256 amount = lot.amount();
        if (reopenable) _lots[id] = _bumpUpToMax(lot).with(LOT_ENDED);
        else _forget(id, lot);
        emit Redeemed(id, uint32(lot.holder()), uint72(amount), 0, receipt);
        return debt.redeemed(amount);
    }
}
