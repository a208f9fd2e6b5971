// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Law.sol";

/// @notice Lists of issues, acceptances and offers, by whoever may; legs that share an invoice, a limit or a lot. Lists of redemptions
/// stand with the agents.
abstract contract Lists is Law {
    /// @dev One draft as two debts: both lean on the same invoices and the same limit.
    function issueMany(uint256 seed, uint72[3] memory amounts, uint32 days_) external watched(Kind.Consent) {
        if (debts.length + 2 > MAX_DEBTS) return;
        (Terms memory whole, Portion[] memory portions) = _draft(seed, amounts, days_);
        if (portions.length == 0) return;
        (Terms[] memory terms, Portion[][] memory backed) = (new Terms[](2), new Portion[][](2));
        for (uint256 leg = 0; leg < 2; ++leg) {
            backed[leg] = new Portion[](portions.length);
            uint72 face;
            for (uint256 i = 0; i < portions.length; ++i) {
                uint72 half = portions[i].amount / 2;
                uint72 amount = leg == 0 ? half : portions[i].amount - half;
                backed[leg][i] = Portion(portions[i].fingerprint, amount, TOTAL);
                face += amount;
                if (amount == 0) return;
            }
            if (face < SMALLEST) return;
            terms[leg] = _terms(face);
            (terms[leg].obligor, terms[leg].payee) = (whole.obligor, whole.payee);
            (terms[leg].profile, terms[leg].due) = (whole.profile, whole.due);
        }
        _by(whole.obligor);
        uint256[] memory ids = tally.issueMany(terms, backed);
        for (uint256 leg = 0; leg < 2; ++leg) {
            _enter(ids[leg], terms[leg], backed[leg]);
        }
        count["issueMany"] += 1;
    }

    function acceptMany(uint256 seed) external watched(Kind.Consent) {
        uint256 first = _findDebt(seed, _isAcceptable);
        if (first == 0) return;
        uint32 payee = books[first].terms.payee;
        uint256[] memory some = new uint256[](debts.length);
        uint256 found;
        for (uint256 i = 0; i < debts.length; ++i) {
            uint256 id = debts[(seed % debts.length + i) % debts.length];
            if (_isAcceptable(id) && books[id].terms.payee == payee) some[found++] = id;
        }
        uint256[] memory ids = new uint256[](found);
        for (uint256 i = 0; i < found; ++i) {
            ids[i] = some[i];
        }
        _by(payee);
        tally.acceptMany(ids);
        count["acceptMany"] += 1;
    }

    /// @dev Lots of whoever holds them, whole or cut into two parts, all to one recipient.
    function acceptOffers(uint256 seed, uint72 amount) external watched(Kind.Consent) {
        if (lots.length + 4 > MAX_LOTS) return;
        uint32 to = _someone(seed >> 16, 0);
        if (to == 0) return;
        Offer[] memory some = new Offer[](4);
        uint256 found;
        for (uint256 i = 0; i < lots.length && found < 3; ++i) {
            uint256 lot = lots[(seed % lots.length + i) % lots.length];
            if (!_isPassable(lot) || _lot(lot).holder == to) continue;
            if ((seed >> (24 + i)) % 2 == 0 && ice[lot] == 0) some[found++] = _offer(lot, WHOLE, _lot(lot).amount, to);
            else found = _cut(some, found, lot, amount, to);
        }
        if (found == 0) return;
        (Offer[] memory offers, bytes[] memory signatures) = (new Offer[](found), new bytes[](found));
        for (uint256 i = 0; i < found; ++i) {
            offers[i] = some[i];
            signatures[i] = _sign(offers[i], secretOf[_lot(offers[i].lot).holder]);
        }
        _by(to);
        uint256[] memory got = tally.acceptOffers(offers, signatures);
        for (uint256 i = 0; i < found; ++i) {
            vm.assertEq(_lot(got[i]).holder, to, "the recipient holds it");
            vm.assertEq(_lot(got[i]).amount, offers[i].amount, "the amount is the offer's");
            if (offers[i].child == WHOLE) continue;
            vm.assertEq(got[i], _childOf(offers[i].lot, offers[i].child), "a child's id is the hash of its path");
            _learn(got[i], offers[i].lot, offers[i].child);
        }
        _refusesAgain(offers, signatures);
        count["acceptOffers"] += 1;
    }

    /// @dev Each leg of a list that was taken, alone.
    function _refusesAgain(Offer[] memory offers, bytes[] memory signatures) private {
        for (uint256 i = 0; i < offers.length; ++i) {
            vm.prank(keyOf[actor]);
            (bool again,) = address(tally).call(abi.encodeCall(IOffers.acceptOffer, (offers[i], signatures[i])));
            vm.assertFalse(again, "an offer is used at most once");
        }
    }

    /// @dev Two parts of one lot that may leave it one after the other; none where the profile allows no two.
    function _cut(Offer[] memory some, uint256 found, uint256 lot, uint72 amount, uint32 to)
        private
        view
        returns (uint256)
    {
        (Profile memory rules,) = tally.profileOf(_debt(lot >> 96).profile);
        // A lock that has run out ends with the first part, and with it the version that the second was signed for.
        if (_lot(lot).depth >= rules.depth || _lot(lot).lockParty != 0) return found;
        uint8 one = _freeChild(lot, rules.children, 0);
        uint8 two = one == WHOLE ? WHOLE : _freeChild(lot, rules.children, uint256(one) + 1);
        amount = _portionOf(lot, amount);
        if (two == WHOLE || one == two || amount < 2 * rules.smallestLot || amount < 2) return found;
        some[found++] = _offer(lot, one, amount / 2, to);
        some[found++] = _offer(lot, two, amount - amount / 2, to);
        return found;
    }
}
