// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILots} from "./interfaces/ILots.sol";
import {IPayables} from "./interfaces/IPayables.sol";
import {IRegistrar} from "./interfaces/IRegistrar.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {State} from "./State.sol";

/// @notice The core: issue and accept, pass on, lock, finance, record payments, redeem. Everything else is answered by its extensions
/// at the same address and on the same storage. Nothing here can be replaced.
contract Tallystick is State, Delegating, IPayables {
    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /* PAYABLES */

    /// @inheritdoc IPayables
    function issue(Terms calldata terms, Portion[] calldata portions) external returns (uint256 id) {
        (uint32 actor, Participant participant) = _actor();
        if (actor != terms.obligor) revert NotObligor(actor, terms.obligor);
        _requireVerified(actor, participant, ROLE_OBLIGOR);
        if (terms.payee == actor) revert IRegistrar.BadArgument("payee is the obligor");
        _requireVerified(terms.payee, _active(terms.payee), ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        Rules rules = _rulesInForce(terms.profile);
        _checkTenor(terms, rules);
        uint16 currency = rules.currency();
        id = Ids.payableId(terms, currency, portions);
        if (Payable.unwrap(_payables[id]) != 0) revert PayableExists(id);
        _occupy(terms, portions, currency);
        _useLimit(terms.obligor, currency, terms.face);
        _payables[id] = _newPayable(terms);
        _lots[Ids.root(id)] = Lot.wrap(0).withHolder(terms.payee).withAmount(terms.face);
        emit Issued(
            id,
            actor,
            terms.payee,
            terms.profile,
            currency,
            terms.due,
            terms.face,
            terms.terms,
            terms.salt,
            portions
        );
    }

    /// @inheritdoc IPayables
    function accept(uint256 id) external {
        Payable debt = _payable(id);
        if (debt.state() != PAYABLE_ISSUED) revert WrongState(id, debt.state());
        if (block.timestamp >= debt.due()) revert DueNotInFuture(debt.due());
        (uint32 actor, Participant participant) = _actor();
        uint32 payee = _lots[Ids.root(id)].holder();
        if (actor != payee) revert NotPayee(actor, payee);
        _requireVerified(actor, participant, ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        _payables[id] = debt.withState(PAYABLE_ACTIVE);
        emit Accepted(id);
    }

    /// @inheritdoc IPayables
    function refuse(Terms calldata terms, Portion[] calldata portions) external {
        (uint256 id, Payable debt) = _named(terms, portions);
        if (debt.state() != PAYABLE_ISSUED) revert WrongState(id, debt.state());
        (uint32 actor,) = _actor();
        if (actor != terms.payee) revert NotPayee(actor, terms.payee);
        _undo(id, debt.withState(PAYABLE_REFUSED), terms, portions);
        emit Refused(id);
    }

    /// @inheritdoc IPayables
    function cancel(Terms calldata terms, Portion[] calldata portions, bytes calldata payeeConsent) external {
        (uint256 id, Payable debt) = _named(terms, portions);
        (uint32 actor,) = _actor();
        if (actor != terms.obligor) revert NotObligor(actor, terms.obligor);
        if (debt.state() == PAYABLE_ACTIVE) {
            _checkCancellable(id, debt, terms, payeeConsent);
        } else if (debt.state() != PAYABLE_ISSUED) {
            revert WrongState(id, debt.state());
        }
        _undo(id, debt.withState(PAYABLE_CANCELLED), terms, portions);
        emit Cancelled(id);
    }

    function _rulesInForce(uint16 profile) private view returns (Rules rules) {
        rules = _rules[profile];
        if (!rules.exists()) revert IRegistrar.UnknownProfile(profile);
        if (block.timestamp < rules.fromTime() || block.timestamp >= rules.untilTime()) {
            revert IRegistrar.ProfileNotInForce(profile, rules.fromTime(), rules.untilTime());
        }
        if (rules.paused()) revert IRegistrar.ProfileIsPaused(profile);
    }

    function _checkTenor(Terms calldata terms, Rules rules) private view {
        if (terms.due <= block.timestamp) revert DueNotInFuture(terms.due);
        if (terms.due - block.timestamp > rules.tenor()) {
            revert TenorTooLong(terms.due, uint32(block.timestamp) + rules.tenor());
        }
        if (terms.face == 0 || terms.face < rules.smallestLot()) {
            revert AmountTooSmall(terms.face, rules.smallestLot());
        }
    }

    /// @dev The sum can't wrap: each addend has 72 bits and calldata can't hold 2**184 of them.
    function _occupy(Terms calldata terms, Portion[] calldata portions, uint16 currency) private {
        uint256 count = portions.length;
        if (count == 0) revert NoPortions();
        uint256 sum;
        bytes32 previous;
        for (uint256 i = 0; i < count; ++i) {
            Portion calldata portion = portions[i];
            if (i != 0 && portion.fingerprint <= previous) revert PortionsNotSorted(i);
            if (portion.amount == 0) revert PortionZero(i);
            previous = portion.fingerprint;
            sum += portion.amount;
            _occupyOne(terms.obligor, portion, currency);
        }
        if (sum != terms.face) revert FaceMismatch(terms.face, sum);
    }

    function _occupyOne(uint32 obligor, Portion calldata portion, uint16 currency) private {
        Invoice invoice = _invoices[obligor][portion.fingerprint];
        if (Invoice.unwrap(invoice) == 0) {
            invoice = Invoice.wrap((uint256(currency) << 144) | (uint256(portion.total) << 72));
        } else if (invoice.total() != portion.total || invoice.currency() != currency) {
            revert InvoiceMismatch(portion.fingerprint, invoice.total(), invoice.currency());
        }
        uint256 occupied = uint256(invoice.occupied()) + portion.amount;
        if (occupied > portion.total) {
            revert InvoiceExceeded(portion.fingerprint, invoice.occupied(), portion.amount, portion.total);
        }
        // The total has 72 bits, so what is at most the total fits too.
        _invoices[obligor][portion.fingerprint] = invoice.withOccupied(uint72(occupied));
    }

    function _useLimit(uint32 obligor, uint16 currency, uint72 face) private {
        uint256 key = _limitKey(obligor, currency);
        Limit limit = _limits[key];
        if (limit.agent() == 0) revert NoPaymentAgent(obligor, currency);
        if (limit.overdue() != 0) revert ObligorOverdue(obligor, currency, limit.overdue());
        uint256 used = uint256(limit.used()) + face;
        if (used > limit.limit()) revert LimitExceeded(obligor, currency, limit.limit(), limit.used(), face);
        _limits[key] = limit.withUsed(uint72(used));
    }

    function _newPayable(Terms calldata terms) private pure returns (Payable) {
        uint256 fixedPart = uint256(terms.obligor) | (uint256(terms.profile) << 32) | (uint256(terms.due) << 48);
        return Payable.wrap(fixedPart).withState(PAYABLE_ISSUED).withOutstanding(terms.face);
    }

    function _named(Terms calldata terms, Portion[] calldata portions) private view returns (uint256 id, Payable debt) {
        id = Ids.payableId(terms, _rules[terms.profile].currency(), portions);
        debt = _payable(id);
    }

    function _checkCancellable(uint256 id, Payable debt, Terms calldata terms, bytes calldata consent) private view {
        Lot lot = _lots[Ids.root(id)];
        bool whole = lot.holder() == terms.payee && lot.amount() == terms.face && lot.flags() == 0;
        if (!whole || lot.lockParty() != 0 || debt.sequence() != 0) revert CancellationBarred(id);
        _requireSignature(
            terms.payee, keccak256(abi.encode(Ids.CANCELLATION_TYPE, id, lot.version())), consent
        );
    }

    /// @dev Refusal and cancellation free the invoices and the limit; the payable's word stays, so its id is spent.
    function _undo(uint256 id, Payable debt, Terms calldata terms, Portion[] calldata portions) private {
        for (uint256 i = 0; i < portions.length; ++i) {
            Invoice invoice = _invoices[terms.obligor][portions[i].fingerprint];
            _invoices[terms.obligor][portions[i].fingerprint] =
                invoice.withOccupied(invoice.occupied() - portions[i].amount);
        }
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].withUsed(_limits[key].used() - terms.face);
        _payables[id] = debt.withOutstanding(0);
        _lots[Ids.root(id)] = Lot.wrap(0);
    }

    /* OFFERS */

    /// @notice See ILots.acceptOffer.
    function acceptOffer(Offer calldata offer, bytes calldata signature) external returns (uint256) {
        Lot lot = _lot(offer.lot);
        (uint32 actor, Participant recipient) = _actor();
        if (actor != offer.recipient) revert ILots.NotRecipient(actor, offer.recipient);
        if (actor == lot.holder()) revert ILots.OfferMismatch(offer.lot);
        if (block.timestamp > offer.deadline) revert ILots.OfferExpired(offer.deadline);
        _checkConsent(offer, lot, signature);
        if (offer.kind > OFFER_SALE_RECOURSE) return _moveOverdue(offer, lot, recipient);
        _requireVerified(actor, recipient, ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        (Payable debt, Rules rules) = _movable(offer.lot);
        if (rules.paused()) revert IRegistrar.ProfileIsPaused(debt.profile());
        if (lot.hops() >= rules.hops()) revert ILots.TooManyHops(offer.lot, lot.hops());
        return offer.child == WHOLE ? _moveWhole(offer, lot) : _movePart(offer, lot, rules);
    }

    /// @dev The holder consents by signature, or by an offer stored on-chain. A lock yields only to its party.
    function _checkConsent(Offer calldata offer, Lot lot, bytes calldata signature) private view {
        uint32 holder = lot.holder();
        Participant seller = _active(holder);
        if (seller.epoch() != offer.epoch) revert ILots.EpochStale(holder, seller.epoch());
        bytes32 hash = Ids.offerStruct(offer);
        if (lot.flags() & LOT_OFFERED != 0 && signature.length == 0) {
            if (_consents[offer.lot] != hash) revert ILots.OfferMismatch(offer.lot);
            return;
        }
        if (lot.version() != offer.version) revert ILots.OfferStale(offer.lot, lot.version());
        bool bound = lot.flags() & (LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED) != 0;
        if (_isLocked(lot) && (bound || lot.lockParty() != offer.recipient)) {
            revert ILots.LotIsLocked(offer.lot, lot.lockParty(), lot.lockUntil());
        }
        _requireSignature(holder, hash, signature);
    }

    function _movePart(Offer calldata offer, Lot lot, Rules rules) private returns (uint256 child) {
        uint32 seller = lot.holder();
        Lot parent;
        (parent, child) = _part(offer.lot, lot, offer.child, offer.amount, rules);
        if (lot.flags() & LOT_OFFERED != 0) parent = _bump(offer.lot, _clearLock(offer.lot, parent));
        _lots[offer.lot] = parent;
        Lot part = Lot.wrap(0).withHolder(offer.recipient).withAmount(offer.amount);
        _lots[child] = _withRecourse(
            child, part.withHops(lot.hops() + 1).withDepth(lot.depth() + 1), seller, offer.kind == OFFER_SALE_RECOURSE
        );
        emit ILots.Transferred(offer.lot, child, seller, offer.recipient, offer.amount, offer.kind, offer.documents);
    }

    function _moveWhole(Offer calldata offer, Lot lot) private returns (uint256) {
        uint32 seller = lot.holder();
        if (lot.amount() == 0 || lot.amount() != offer.amount) revert ILots.OfferMismatch(offer.lot);
        if (lot.flags() & LOT_FROZEN != 0) revert ILots.FrozenPart(offer.lot, _frozen[offer.lot]);
        lot = _handOver(offer.lot, lot, offer.recipient, offer.kind == OFFER_SALE_RECOURSE);
        _lots[offer.lot] = lot.withHops(lot.hops() + 1);
        emit ILots.Transferred(
            offer.lot, offer.lot, seller, offer.recipient, offer.amount, offer.kind, offer.documents
        );
        return offer.lot;
    }

    /// @dev An overdue lot moves only back to the seller that owes recourse, or to whoever paid in the obligor's stead.
    function _moveOverdue(Offer calldata offer, Lot lot, Participant recipient) private returns (uint256) {
        uint256 id = Ids.payableOf(offer.lot);
        Payable debt = _activePayable(id);
        if (debt.state() & PAYABLE_OVERDUE == 0) revert ISettlement.NotOverdue(id);
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(id);
        bool repurchase = offer.kind == OFFER_REPURCHASE && _recourse[offer.lot] == offer.recipient;
        bool subrogation = offer.kind == OFFER_SUBROGATION && debt.obligor() != offer.recipient;
        if (offer.child != WHOLE || !(repurchase || subrogation)) revert ILots.KindNotAllowed(offer.lot, offer.kind);
        _requireRole(offer.recipient, recipient, ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        uint32 seller = lot.holder();
        if (lot.amount() == 0 || lot.amount() != offer.amount) revert ILots.OfferMismatch(offer.lot);
        if (lot.flags() & LOT_FROZEN != 0) revert ILots.FrozenPart(offer.lot, _frozen[offer.lot]);
        _lots[offer.lot] = _handOver(offer.lot, lot, offer.recipient, false);
        emit ILots.Transferred(
            offer.lot, offer.lot, seller, offer.recipient, offer.amount, offer.kind, offer.documents
        );
        return offer.lot;
    }

    function _handOver(uint256 id, Lot lot, uint32 to, bool recourse) private returns (Lot) {
        uint32 seller = lot.holder();
        if (lot.lockParty() != 0) lot = _clearLock(id, lot);
        return _withRecourse(id, _bump(id, lot).withHolder(to), seller, recourse);
    }

    function _withRecourse(uint256 id, Lot lot, uint32 seller, bool recourse) private returns (Lot) {
        if (recourse) {
            _recourse[id] = seller;
            return lot.withFlags(lot.flags() | LOT_RECOURSE);
        }
        if (lot.flags() & LOT_RECOURSE == 0) return lot;
        delete _recourse[id];
        return lot.withFlags(lot.flags() & ~LOT_RECOURSE);
    }

    /* LOCKS AND FINANCING */

    /// @notice See ILots.lock.
    function lock(uint256 id, uint32 party, uint32 until) external {
        _lots[id] = _locked(id, _ownLot(id), party, until);
        emit ILots.Locked(id, party, until);
    }

    /// @notice See ILots.release.
    function release(uint256 id) external {
        Lot lot = _lot(id);
        if (lot.lockParty() == 0) revert ILots.LotNotLocked(id);
        if (lot.flags() & LOT_PLEDGED != 0) revert ILots.LotIsPledged(id);
        (uint32 actor,) = _actor();
        bool may = actor == lot.lockParty() || (actor == lot.holder() && !_isLocked(lot));
        if (!may) revert ILots.NotLockParty(id, actor, lot.lockParty());
        _lots[id] = _bump(id, _clearLock(id, lot));
        emit ILots.Released(id, actor);
    }

    /// @notice See ILots.lockForFinancing. Room for the hop is checked here, so that nothing can defeat the financing later.
    function lockForFinancing(uint256 id, Financing calldata financing) external {
        Lot lot = _ownLot(id);
        if (lot.flags() & LOT_FROZEN != 0) revert ILots.FrozenPart(id, _frozen[id]);
        _requireVerified(financing.funder, _active(financing.funder), ROLE_FUNDER);
        if (financing.kind > FINANCE_PLEDGE) revert ILots.KindNotAllowed(id, financing.kind);
        uint16 profile = _payables[Ids.payableOf(id)].profile();
        if (_rules[profile].paused()) revert IRegistrar.ProfileIsPaused(profile);
        bool hop = financing.kind == FINANCE_ASSIGNMENT;
        if (hop && lot.hops() >= _rules[profile].hops()) revert ILots.TooManyHops(id, lot.hops());
        lot = _locked(id, lot, financing.funder, financing.until);
        // One more write must remain for the completion.
        _bump(id, lot);
        _lots[id] = lot.withFlags(lot.flags() | LOT_FINANCING);
        _consents[id] = Ids.financing(financing);
        emit ILots.FinancingLocked(
            id, financing.funder, financing.until, financing.kind, financing.recourse, financing.commitment
        );
    }

    /// @notice See ILots.finance.
    function finance(uint256 id, Financing calldata financing, bytes32 receipt) external {
        Lot lot = _lot(id);
        (uint32 actor,) = _actor();
        if (lot.flags() & LOT_FINANCING == 0 || _consents[id] != Ids.financing(financing)) {
            revert ILots.FinancingMismatch(id);
        }
        if (actor != financing.funder) revert ILots.NotLockParty(id, actor, financing.funder);
        if (!_isLocked(lot)) revert ILots.OfferExpired(financing.until);
        if (receipt == 0) revert ISettlement.ReceiptMissing();
        uint32 holder = lot.holder();
        if (financing.kind == FINANCE_ASSIGNMENT) {
            lot = _handOver(id, lot, actor, financing.recourse);
            lot = lot.withHops(lot.hops() + 1);
        } else {
            lot = _bump(id, _clearLock(id, lot)).withLockParty(actor).withLockUntil(type(uint32).max);
            lot = lot.withFlags(lot.flags() | LOT_PLEDGED);
        }
        _lots[id] = lot;
        emit ILots.Financed(id, actor, holder, lot.amount(), financing.kind, receipt);
    }

    /* MONEY */

    /// @notice See ISettlement.recordPayment.
    function recordPayment(uint256 id, uint16 sequence, uint72 amount, bytes32 receipt) external {
        Payable debt = _activePayable(id);
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(id);
        uint256 key = _limitKeyOf(debt);
        Limit limit = _limits[key];
        _requireAgent(limit);
        if (sequence == 0 || sequence - 1 != debt.sequence()) {
            revert ISettlement.WrongSequence(id, debt.sequence() + 1);
        }
        if (receipt == 0) revert ISettlement.ReceiptMissing();
        uint72 open = debt.outstanding() - debt.available();
        if (amount == 0 || amount > open) revert ISettlement.PaymentAboveOutstanding(id, amount, open);
        _limits[key] = limit.withUsed(limit.used() - amount);
        _payables[id] = _cured(id, debt.withAvailable(debt.available() + amount).withSequence(sequence));
        emit ISettlement.PaymentRecorded(id, sequence, amount, receipt);
    }

    function _requireAgent(Limit limit) private view {
        (uint32 actor, Participant participant) = _actor();
        if (actor != limit.agent()) revert ISettlement.NotPaymentAgent(actor, limit.agent());
        _requireRole(actor, participant, ROLE_AGENT);
    }

    /// @notice See ISettlement.redeem.
    function redeem(uint256 lot, bytes32 receipt) external {
        uint256 id = Ids.payableOf(lot);
        _payables[id] = _settled(_redeem(lot, receipt, _redeemable(id)));
    }

    /// @notice See ISettlement.redeemMany. Lots of one payable in a row share one write of its word.
    function redeemMany(uint256[] calldata lots, bytes32[] calldata receipts) external {
        if (lots.length != receipts.length) revert ISettlement.LengthMismatch();
        uint256 id;
        Payable debt;
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 next = Ids.payableOf(lots[i]);
            if (next != id) {
                if (id != 0) _payables[id] = _settled(debt);
                id = next;
                debt = _redeemable(id);
            }
            debt = _redeem(lots[i], receipts[i], debt);
        }
        if (id != 0) _payables[id] = _settled(debt);
    }

    /// @dev Only time, cover, the agent and a registrar's suspension decide; pause, expiry, pledge and freeze do not.
    function _redeemable(uint256 id) private view returns (Payable debt) {
        debt = _activePayable(id);
        _requireAgent(_limits[_limitKeyOf(debt)]);
        if (debt.state() & PAYABLE_SUSPENDED != 0) revert ISettlement.RedemptionIsSuspended(id);
        if (debt.state() & PAYABLE_ROUND_OPEN != 0) revert ISettlement.RoundIsOpen(id);
        Rules rules = _rules[debt.profile()];
        uint32 opens = _recordTime(debt, rules) + rules.redeemDelay();
        if (block.timestamp < opens) revert ISettlement.RedemptionNotOpen(id, opens);
        if (debt.available() < debt.outstanding()) {
            revert ISettlement.NotCovered(id, debt.available(), debt.outstanding());
        }
    }

    function _redeem(uint256 id, bytes32 receipt, Payable debt) private returns (Payable) {
        Lot lot = _lot(id);
        if (receipt == 0) revert ISettlement.ReceiptMissing();
        uint72 amount = lot.amount();
        if (amount == 0) revert ILots.AmountOutOfRange(id, 0, 0);
        _lots[id] = _bumpUpToMax(lot).withFlags(lot.flags() | LOT_ENDED);
        emit ISettlement.Redeemed(id, lot.holder(), amount, 0, receipt);
        return debt.withOutstanding(debt.outstanding() - amount).withAvailable(debt.available() - amount);
    }
}
