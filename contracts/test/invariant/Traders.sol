// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Debtors.sol";

/// @notice Holders: offers signed now or long ago, splits, merges, locks, ends without cash, moves of what is overdue.
abstract contract Traders is Debtors {
    struct Signed {
        Offer offer;
        bytes signature;
        bool used;
    }

    Signed[] internal drawer;
    mapping(uint256 lot => Offer) internal madeOffer;

    /* OFFERS */

    function passPart(uint256 seed, uint72 amount) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isDivisible);
        if (lot == 0 || !_isPassable(lot)) return;
        (Profile memory rules,) = tally.profileOf(_debt(lot >> 96).profile);
        uint8 child = _freeChild(lot, rules.children, seed >> 8);
        amount = _portionOf(lot, amount);
        actor = _someone(seed >> 16, _lot(lot).holder);
        if (child == WHOLE || amount == 0 || actor == 0) return;
        Offer memory offer = _offer(lot, child, amount, actor);
        offer.kind = (seed >> 32) % 3 == 0 ? OFFER_SALE : OFFER_SALE_RECOURSE;
        uint256 part = _accept(offer);
        vm.assertEq(part, _childOf(lot, child), "a child's id is the hash of its path");
        _learn(part, lot, child);
        count["passPart"] += 1;
    }

    function _isDivisible(uint256 lot) internal view returns (bool) {
        if (!_isMobile(lot) || lots.length >= MAX_LOTS) return false;
        (Profile memory rules,) = tally.profileOf(_debt(lot >> 96).profile);
        return _lot(lot).depth < rules.depth;
    }

    function passWhole(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isPassable);
        if (lot == 0 || ice[lot] != 0) return;
        actor = _someone(seed >> 16, _lot(lot).holder);
        if (actor == 0) return;
        Offer memory offer = _offer(lot, WHOLE, _lot(lot).amount, actor);
        offer.kind = (seed >> 32) % 3 == 0 ? OFFER_SALE : OFFER_SALE_RECOURSE;
        vm.assertEq(_accept(offer), lot, "a whole lot keeps its id");
        count["passWhole"] += 1;
    }

    /// @dev The obligor takes its own debt back early, to set it off.
    function buyBack(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isPassable);
        if (lot == 0 || ice[lot] != 0 || seed % 3 != 0) return;
        actor = _debt(lot >> 96).obligor;
        if (!_isVerified(actor) || _lot(lot).holder == actor) return;
        _accept(_offer(lot, WHOLE, _lot(lot).amount, actor));
        count["buyBack"] += 1;
    }

    /// @dev An offer into the drawer: whole or part, of any lot that lives, whatever becomes of it before it is submitted.
    function sign(uint256 seed, uint72 amount) external watched(Kind.Consent) {
        uint256 lot = seed % 4 == 0 ? _findLot(seed, _lives) : _findLot(seed, _isMobile);
        if (lot == 0 || drawer.length >= 40) return;
        uint8 child = seed % 3 == 0 ? WHOLE : uint8((seed >> 8) % 5);
        amount = child == WHOLE ? _lot(lot).amount : _portionOf(lot, amount);
        uint32 to = _someone(seed >> 16, _lot(lot).holder);
        if (to == 0) return;
        Signed storage entry = drawer.push();
        entry.offer = _offer(lot, child, amount, to);
        entry.offer.kind = uint8((seed >> 32) % 8 == 0 ? OFFER_SUBROGATION : (seed >> 35) % 2);
        entry.offer.deadline = _now() + uint32(bound(seed >> 40, 1 hours, 60 days));
        entry.signature = _sign(entry.offer, secretOf[_lot(lot).holder]);
        count["sign"] += 1;
    }

    /// @dev Whatever the drawer holds, in any order and again: an offer is used at most once.
    function submit(uint256 seed) external watched(Kind.Consent) {
        if (drawer.length == 0) return;
        // Half of the time one of the latest, which may still be good.
        uint256 from = seed % 2 == 0 && drawer.length > 3 ? drawer.length - 3 : 0;
        Signed storage entry = drawer[from + (seed >> 1) % (drawer.length - from)];
        Offer memory offer = entry.offer;
        uint256 version = _lot(offer.lot).version;
        bytes memory signature = entry.signature;
        _by(offer.recipient);
        try tally.acceptOffer(offer, signature) returns (uint256 lot) {
            vm.assertFalse(entry.used, "an offer is used at most once");
            vm.assertEq(version, offer.version, "an offer is for one version");
            vm.assertLe(_now(), offer.deadline, "an offer has an end");
            vm.assertEq(_lot(lot).holder, offer.recipient, "the recipient holds it");
            vm.assertEq(_lot(lot).amount, offer.amount, "the amount is the offer's");
            entry.used = true;
            if (offer.child != WHOLE) _learn(lot, offer.lot, offer.child);
            count["submit"] += 1;
        } catch {
            count["submit refused"] += 1;
        }
    }

    function makeOffer(uint256 seed, uint72 amount) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isLockable);
        if (lot == 0) return;
        (Profile memory rules,) = tally.profileOf(_debt(lot >> 96).profile);
        uint8 child = seed % 2 == 0 ? WHOLE : _freeChild(lot, rules.children, seed >> 8);
        amount = child == WHOLE ? _lot(lot).amount : _portionOf(lot, amount);
        uint32 to = _someone(seed >> 16, _lot(lot).holder);
        if (to == 0) return;
        Offer memory offer = _offer(lot, child, amount, to);
        offer.deadline = _until(lot, seed >> 24);
        _by(_lot(lot).holder);
        tally.makeOffer(offer);
        madeOffer[lot] = offer;
        count["makeOffer"] += 1;
    }

    /// @dev Some second after now and before the record time.
    function _until(uint256 lot, uint256 seed) internal view returns (uint32) {
        return uint32(bound(seed, _now() + 1, _recordTime(lot >> 96) - 1));
    }

    function takeOffer(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isOffered);
        if (lot == 0 || lots.length >= MAX_LOTS) return;
        Offer memory offer = madeOffer[lot];
        uint256 version = _lot(lot).version;
        _by(offer.recipient);
        try tally.acceptOffer(offer, "") returns (uint256 got) {
            vm.assertEq(version, uint256(offer.version) + 1, "nothing happened in between");
            vm.assertEq(_lot(got).holder, offer.recipient, "the recipient holds it");
            vm.assertEq(_lot(lot).flags & LOT_OFFERED, 0, "the offer has ended");
            if (offer.child != WHOLE) _learn(got, lot, offer.child);
            count["takeOffer"] += 1;
        } catch {
            count["takeOffer refused"] += 1;
        }
    }

    function _isOffered(uint256 lot) private view returns (bool) {
        return _lives(lot) && _lot(lot).flags & LOT_OFFERED != 0;
    }

    function revokeOffers(uint256 seed) external watched(Kind.Consent) {
        uint32 who = _someone(seed, 0);
        if (who == 0 || seed % 4 != 0) return;
        _by(who);
        tally.revokeOffers();
        count["revokeOffers"] += 1;
    }

    /* SHAPE */

    function split(uint256 seed, uint72 amount) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isDivisible);
        if (lot == 0) return;
        (Profile memory rules,) = tally.profileOf(_debt(lot >> 96).profile);
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
        (children[0], amounts[0]) = (_freeChild(lot, rules.children, seed >> 8), _portionOf(lot, amount));
        if (children[0] == WHOLE || amounts[0] == 0) return;
        _by(_lot(lot).holder);
        tally.split(lot, children, amounts);
        _learn(_childOf(lot, children[0]), lot, children[0]);
        count["split"] += 1;
    }

    function merge(uint256 seed) external watched(Kind.Consent) {
        uint256 into = _findLot(seed, _isMobile);
        if (into == 0) return;
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256[] memory others = new uint256[](1);
            others[0] = lots[(seed % lots.length + i) % lots.length];
            if (!_isMergeable(into, others[0])) continue;
            _by(_lot(into).holder);
            tally.merge(into, others);
            count["merge"] += 1;
            return;
        }
    }

    function _isMergeable(uint256 into, uint256 other) private view returns (bool) {
        if (other == into || other >> 96 != into >> 96 || !_lives(other) || _isLocked(other)) return false;
        (Holding memory one, Holding memory two) = (_lot(into), _lot(other));
        uint8 kept = LOT_FROZEN | LOT_RECOURSE;
        return one.holder == two.holder && (one.flags | two.flags) & LOT_FROZEN == 0
            && one.flags & kept == two.flags & kept && tally.recourseOf(into) == tally.recourseOf(other);
    }

    /* LOCKS */

    function lock(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isLockable);
        uint32 party = lot == 0 ? 0 : _someone(seed >> 16, _lot(lot).holder);
        if (party == 0) return;
        uint32 until = _until(lot, seed >> 24);
        _by(_lot(lot).holder);
        tally.lock(lot, party, until);
        count["lock"] += 1;
    }

    function release(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isReleasable);
        if (lot == 0) return;
        _by(_isLocked(lot) ? _lot(lot).lockParty : _lot(lot).holder);
        tally.release(lot);
        count["release"] += 1;
    }

    function _isReleasable(uint256 lot) private view returns (bool) {
        Holding memory holding = _lot(lot);
        bool plain = _lives(lot) && holding.lockParty != 0 && holding.flags & LOT_PLEDGED == 0;
        return plain && _isActive(_isLocked(lot) ? holding.lockParty : holding.holder);
    }

    /// @dev What is locked goes nowhere by its holder's will alone.
    function escapeALock(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isHeldFast);
        if (lot == 0) return;
        Holding memory holding = _lot(lot);
        uint32 to = _someone(seed >> 16, holding.holder);
        if (to == 0 || to == holding.lockParty) return;
        bytes[4] memory tries;
        Offer memory offer = _offer(lot, WHOLE, holding.amount, to);
        tries[0] = abi.encodeCall(IOffers.acceptOffer, (offer, _sign(offer, secretOf[holding.holder])));
        tries[1] = abi.encodeCall(ISettlement.discharge, (lot, RECEIPT));
        tries[2] = abi.encodeCall(IOffers.lock, (lot, to, _now() + 1));
        tries[3] = abi.encodeCall(IOffers.release, (lot));
        for (uint256 i = 0; i < tries.length; ++i) {
            vm.prank(keyOf[i == 0 ? to : holding.holder]);
            (bool escaped,) = address(tally).call(tries[i]);
            vm.assertFalse(escaped, "a lock holds its holder");
        }
        count["escapeALock"] += 1;
    }

    function _isHeldFast(uint256 lot) private view returns (bool) {
        return _lives(lot) && _isLocked(lot);
    }

    /// @dev Whoever is neither holder nor lock party has no say over a lot.
    function intrude(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _lives);
        if (lot == 0) return;
        Holding memory holding = _lot(lot);
        uint32 who = _someone(seed >> 16, holding.holder);
        if (who == 0 || who == holding.lockParty) return;
        Offer memory offer = _offer(lot, WHOLE, holding.amount, who);
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
        (children[0], amounts[0]) = (_freeChild(lot, 5, seed), _portionOf(lot, seed));
        bytes[7] memory tries;
        tries[0] = abi.encodeCall(IOffers.acceptOffer, (offer, _sign(offer, secretOf[who])));
        tries[1] = abi.encodeCall(IOffers.lock, (lot, FUNDER, _now() + 1));
        tries[2] = abi.encodeCall(IOffers.release, (lot));
        tries[3] = abi.encodeCall(IHoldings.split, (lot, children, amounts));
        tries[4] = abi.encodeCall(IHoldings.makeOffer, (offer));
        tries[5] = abi.encodeCall(ISettlement.discharge, (lot, RECEIPT));
        tries[6] = abi.encodeCall(IHoldings.releasePledge, (lot, RECEIPT));
        for (uint256 i = 0; i < tries.length; ++i) {
            vm.prank(keyOf[who]);
            (bool done,) = address(tally).call(tries[i]);
            vm.assertFalse(done, "a lot has one controller");
        }
        count["intrude"] += 1;
    }

    /* ENDS WITHOUT CASH, AND WHAT IS OVERDUE */

    function discharge(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isSetOff);
        if (lot == 0) lot = _findLot(seed, _isExtinguishable);
        if (lot == 0 || seed % 3 != 0) return;
        Holding memory holding = _lot(lot);
        bool own = holding.holder == _debt(lot >> 96).obligor;
        books[lot >> 96].released += holding.amount;
        _by(holding.holder);
        if (own) tally.setOff(lot, RECEIPT);
        else tally.discharge(lot, RECEIPT);
        count[own ? "setOff" : "discharge"] += 1;
    }

    /// @dev What the obligor holds of its own debt.
    function _isSetOff(uint256 lot) private view returns (bool) {
        return _isExtinguishable(lot) && _lot(lot).holder == _debt(lot >> 96).obligor;
    }

    function _isExtinguishable(uint256 lot) private view returns (bool) {
        Holding memory holding = _lot(lot);
        uint256 id = lot >> 96;
        return _lives(lot) && holding.amount != 0 && !_isLocked(lot) && ice[lot] == 0 && _isActive(holding.holder)
            && _isAccepted(id) && !_isRoundOpen(id) && holding.amount <= _open(id);
    }

    function moveOverdue(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isReturnableToSeller);
        if (lot == 0) lot = _findLot(seed, _isStranded);
        if (lot == 0) return;
        uint32 seller = tally.recourseOf(lot);
        bool repurchase = seller != 0 && seller != _lot(lot).holder && _isActive(seller) && seed % 4 != 0;
        actor = repurchase ? seller : _someone(seed >> 16, _lot(lot).holder);
        if (actor == 0 || (!repurchase && actor == _debt(lot >> 96).obligor)) return;
        Offer memory offer = _offer(lot, WHOLE, _lot(lot).amount, actor);
        offer.kind = repurchase ? OFFER_REPURCHASE : OFFER_SUBROGATION;
        uint8 hops = _lot(lot).hops;
        _accept(offer);
        vm.assertEq(_lot(lot).hops, hops, "no hop");
        vm.assertEq(tally.recourseOf(lot), 0, "no recourse");
        count[repurchase ? "repurchase" : "subrogate"] += 1;
    }

    function _isReturnableToSeller(uint256 lot) private view returns (bool) {
        uint32 seller = tally.recourseOf(lot);
        return _isStranded(lot) && seller != 0 && seller != _lot(lot).holder && _isActive(seller);
    }

    function _isStranded(uint256 lot) private view returns (bool) {
        uint256 id = lot >> 96;
        return _lives(lot) && _lot(lot).amount != 0 && !_isLocked(lot) && ice[lot] == 0 && _isActive(_lot(lot).holder)
            && _isAccepted(id) && _debt(id).state & PAYABLE_OVERDUE != 0 && !_isRoundOpen(id);
    }
}
