// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IHoldings} from "./interfaces/IHoldings.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IRegistrar} from "./interfaces/IRegistrar.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/Words.sol";
import {Delegating} from "./Delegating.sol";
import {State} from "./State.sol";

/// @notice Extension: what a holder does with its own lots off the hot path, and the forced acts of the registrar on lots.
contract Holdings is State, Delegating, IHoldings {
    constructor(address authority, address extension) State(authority) Delegating(extension) {}

    /// @inheritdoc IHoldings
    function makeOffer(Offer calldata offer) external {
        Lot lot = _ownLot(offer.lot);
        if (offer.version != lot.version()) revert ILots.OfferStale(offer.lot, uint16(lot.version()));
        if (offer.kind > OFFER_SALE_RECOURSE) revert ILots.KindNotAllowed(offer.lot, offer.kind);
        _active(offer.recipient);
        lot = _locked(offer.lot, lot, offer.recipient, offer.deadline);
        _lots[offer.lot] = lot.with(LOT_OFFERED);
        bytes32 hash = Ids.offerStruct(offer);
        _consents[offer.lot] = hash;
        emit IHoldings.OfferMade(offer.lot, hash, offer);
    }

    /// @inheritdoc IHoldings
    function split(uint256 id, uint8[] calldata children, uint72[] calldata amounts) external {
        if (children.length == 0 || children.length != amounts.length) revert IRegistrar.BadArgument("children");
        Lot lot = _ownLot(id);
        (, Rules rules,) = _movable(id);
        lot = _unlocked(id, lot);
        bool recourse = lot.has(LOT_RECOURSE);
        for (uint256 i = 0; i < children.length; ++i) {
            uint256 child;
            (lot, child) = _part(id, lot, children[i], amounts[i], rules);
            Lot part = LotWord.created(uint32(lot.holder()), amounts[i]).withPath(lot.hops(), lot.depth() + 1);
            _lots[child] = recourse ? part.with(LOT_RECOURSE) : part;
            if (recourse) _recourse[child] = _recourse[id];
            emit IHoldings.Split(id, child, children[i], amounts[i]);
        }
        _lots[id] = lot;
    }

    /// @inheritdoc IHoldings
    function merge(uint256 into, uint256[] calldata others) external {
        if (others.length == 0) revert IRegistrar.BadArgument("others");
        Lot lot = _ownLot(into);
        _movable(into);
        lot = _unlocked(into, lot);
        for (uint256 i = 0; i < others.length; ++i) {
            lot = _absorb(into, lot, others[i]);
        }
        _lots[into] = _bump(into, lot);
    }

    /// @dev Same holder, payable and recourse; neither frozen. The larger hop count stays.
    function _absorb(uint256 into, Lot lot, uint256 other) private returns (Lot) {
        Lot absorbed = _lot(other);
        absorbed = _unlocked(other, absorbed);
        bool same = other != into && Ids.payableOf(other) == Ids.payableOf(into) && absorbed.holder() == lot.holder();
        bool plain = !lot.has(LOT_FROZEN) && !absorbed.has(LOT_FROZEN);
        bool recourse = lot.flags() == absorbed.flags() && _recourse[into] == _recourse[other];
        if (!same || !plain || !recourse) revert IHoldings.NotMergeable(into, other);
        _forget(other, absorbed);
        emit IHoldings.Merged(into, other, uint72(absorbed.amount()));
        uint256 hops = absorbed.hops() > lot.hops() ? absorbed.hops() : lot.hops();
        return lot.withAmount(lot.amount() + absorbed.amount()).withHops(hops);
    }

    /// @inheritdoc IHoldings
    function releasePledge(uint256 id, bytes32 registration) external {
        Lot lot = _lot(id);
        if (!lot.has(LOT_PLEDGED)) revert IHoldings.LotNotPledged(id);
        (uint256 actor,) = _actor();
        if (actor != lot.lockParty()) revert ILots.NotLockParty(id, uint32(actor), uint32(lot.lockParty()));
        _lots[id] = _bumpUpToMax(_clearLock(id, lot));
        emit IHoldings.PledgeReleased(id, uint32(actor), registration);
    }

    /// @inheritdoc IHoldings
    function freeze(uint256 id, uint72 amount, bytes32 basis) external restricted {
        if (basis == 0) revert IRegistrar.BadArgument("basis");
        Lot lot = _lot(id);
        if (amount > lot.amount()) revert IHoldings.FrozenAboveAmount(id, amount, uint72(lot.amount()));
        _lots[id] = _withFrozen(id, _bumpUpToMax(lot), amount);
        emit IHoldings.LotFrozen(id, amount, basis);
    }

    function _withFrozen(uint256 id, Lot lot, uint256 amount) private returns (Lot) {
        if (amount == 0) {
            delete _frozen[id];
            return lot.without(LOT_FROZEN);
        }
        _frozen[id] = amount;
        return lot.with(LOT_FROZEN);
    }

    /// @inheritdoc IHoldings
    /// @dev Takes a lot out of any lock or pledge; what is frozen stays frozen.
    function forceTransfer(uint256 id, uint8 index, uint72 amount, uint32 to, bytes32 basis)
        external
        restricted
        returns (uint256 child)
    {
        if (basis == 0) revert IRegistrar.BadArgument("basis");
        Lot lot = _lot(id);
        _activePayable(Ids.payableOf(id), PAYABLE_ROUND_OPEN);
        _active(to);
        uint256 from = lot.holder();
        if (index == WHOLE) {
            if (amount == 0 || amount != lot.amount()) {
                revert ILots.AmountOutOfRange(id, amount, uint72(lot.amount()));
            }
            child = id;
            _lots[id] = _bumpUpToMax(_clearLock(id, lot)).withHolder(to);
        } else {
            child = _forcePart(id, lot, index, amount, to);
        }
        emit IHoldings.TransferForced(id, child, uint32(from), to, amount, basis);
    }

    /// @dev The free part moves first; only what exceeds it carries its freeze to the child.
    function _forcePart(uint256 id, Lot lot, uint8 index, uint72 amount, uint32 to) private returns (uint256 child) {
        uint256 whole = lot.amount();
        uint256 frozen = lot.has(LOT_FROZEN) ? _frozen[id] : 0;
        if (amount == 0 || amount > whole) revert ILots.AmountOutOfRange(id, amount, uint72(whole));
        // A round may have paid out of the frozen part: the registrar states anew what is frozen first.
        if (frozen > whole) revert IHoldings.FrozenAboveAmount(id, uint72(frozen), uint72(whole));
        if (index >= MAX_CHILDREN) revert ILots.ChildOutOfRange(index, MAX_CHILDREN);
        uint256 bit = 1 << index;
        child = Ids.child(id, index);
        if (lot.children() & bit != 0 || Lot.unwrap(_lots[child]) != 0) revert ILots.ChildSpent(id, index);
        if (lot.depth() == type(uint8).max) revert ILots.TooDeep(id, type(uint8).max);
        uint256 free = whole - frozen;
        uint256 carried = amount > free ? amount - free : 0;
        Lot part = LotWord.created(to, amount).withPath(lot.hops(), lot.depth() + 1);
        if (lot.has(LOT_RECOURSE)) {
            part = part.with(LOT_RECOURSE);
            _recourse[child] = _recourse[id];
        }
        _lots[child] = _withFrozen(child, part, carried);
        lot = _bumpUpToMax(_clearLock(id, lot)).withAmount(whole - amount).withChildren(lot.children() | bit);
        _lots[id] = _withFrozen(id, lot, frozen - carried);
    }
}
