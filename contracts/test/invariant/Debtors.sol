// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Market.sol";

/// @notice Obligors and first payees: debts come into being, are accepted, refused, cancelled, and fall overdue.
abstract contract Debtors is Market {
    function issue(uint256 seed, uint72[3] memory amounts, uint32 days_) external watched(Kind.Consent) {
        (Terms memory terms, Portion[] memory portions) = _draft(seed, amounts, days_);
        if (portions.length == 0) return;
        _by(terms.obligor);
        _enter(tally.issue(terms, portions), terms, portions);
        count["issue"] += 1;
    }

    /// @dev A debt that may be issued now; without portions when there is none.
    function _draft(uint256 seed, uint72[3] memory amounts, uint32 days_)
        internal
        returns (Terms memory terms, Portion[] memory portions)
    {
        uint32 obligor = seed % 2 == 0 ? OBLIGOR : OTHER_OBLIGOR;
        uint16 profile = (seed >> 8) % 2 == 0 ? PROFILE : FINAL_PROFILE;
        uint32 payee = _someone(seed >> 16, obligor);
        Portion[] memory none = new Portion[](0);
        if (debts.length >= MAX_DEBTS || lots.length >= MAX_LOTS || payee == 0 || !_isVerified(obligor)) {
            return (terms, none);
        }
        portions = _choose(obligor, profile, amounts);
        uint72 face;
        for (uint256 i = 0; i < portions.length; ++i) {
            face += portions[i].amount;
        }
        Credit memory credit = _creditOf(obligor, profile == PROFILE ? CNY : EUR);
        (, bool paused) = tally.profileOf(profile);
        if (paused || credit.overdue != 0 || credit.used + face > credit.limit || face < SMALLEST) {
            return (terms, none);
        }
        terms = _terms(face);
        (terms.obligor, terms.payee, terms.profile) = (obligor, payee, profile);
        terms.due = _now() + uint32(bound(days_, 3, 25)) * 1 days;
    }

    /// @dev Up to three invoices of the obligor in the profile's currency, each for what is asked and still free.
    function _choose(uint32 obligor, uint16 profile, uint72[3] memory amounts) private view returns (Portion[] memory) {
        Portion[] memory some = new Portion[](3);
        uint256 chosen;
        for (uint256 i = 0; i < INVOICES && chosen < 3; ++i) {
            bytes32 fingerprint = bytes32(uint256(profile) * 100 + i + 1);
            uint72 free = TOTAL - _occupied(obligor, fingerprint);
            if (free == 0) continue;
            uint72 amount = uint72(bound(amounts[chosen], 1, free < 400_000 ? free : 400_000));
            some[chosen++] = Portion(fingerprint, amount, TOTAL);
            if (amounts[0] % 3 < chosen) break;
        }
        Portion[] memory portions = new Portion[](chosen);
        for (uint256 i = 0; i < chosen; ++i) {
            portions[i] = some[i];
        }
        return portions;
    }

    function _enter(uint256 id, Terms memory terms, Portion[] memory portions) internal {
        vm.assertEq(id, _idOf(terms, portions), "a payable's id is the hash of its terms");
        debts.push(id);
        Book storage book = books[id];
        book.terms = terms;
        book.currency = terms.profile == PROFILE ? CNY : EUR;
        for (uint256 i = 0; i < portions.length; ++i) {
            book.portions.push(portions[i]);
        }
        _learn(id << 96, 0, 0);
    }

    function _idOf(Terms memory terms, Portion[] memory portions) private pure returns (uint256) {
        bytes memory documents;
        for (uint256 i = 0; i < portions.length; ++i) {
            documents = abi.encodePacked(documents, portions[i].fingerprint, uint256(portions[i].amount));
        }
        return uint160(
            uint256(
                keccak256(
                    abi.encodePacked(
                        abi.encode(terms.obligor, terms.payee, terms.profile, terms.profile == PROFILE ? CNY : EUR),
                        abi.encode(terms.due, terms.face, terms.terms, terms.salt, keccak256(documents))
                    )
                )
            )
        );
    }

    function accept(uint256 seed) external watched(Kind.Consent) {
        uint256 id = _findDebt(seed, _isAcceptable);
        if (id == 0) return;
        _by(books[id].terms.payee);
        tally.accept(id);
        count["accept"] += 1;
    }

    function _isAcceptable(uint256 id) internal view returns (bool) {
        return _isIssued(id) && _now() < _debt(id).due && _isVerified(books[id].terms.payee);
    }

    function refuse(uint256 seed) external watched(Kind.Consent) {
        uint256 id = _findDebt(seed, _isRefusable);
        if (id == 0 || seed % 4 != 0) return;
        _by(books[id].terms.payee);
        tally.refuse(books[id].terms, books[id].portions);
        books[id].withdrawn = books[id].terms.face;
        count["refuse"] += 1;
    }

    function _isRefusable(uint256 id) private view returns (bool) {
        return _isIssued(id) && _isActive(books[id].terms.payee);
    }

    function cancel(uint256 seed) external watched(Kind.Consent) {
        uint256 id = _findDebt(seed, _isCancellable);
        if (id == 0 || seed % 3 != 0) return;
        bytes32 kind = keccak256("Cancellation(uint256 payableId,uint16 version)");
        bytes32 hash = keccak256(abi.encode(kind, id, _lot(id << 96).version));
        bytes memory consent = _signStruct(hash, secretOf[books[id].terms.payee]);
        _by(_debt(id).obligor);
        tally.cancel(books[id].terms, books[id].portions, consent);
        books[id].withdrawn = books[id].terms.face;
        count["cancel"] += 1;
    }

    function _isCancellable(uint256 id) private view returns (bool) {
        if (!_isActive(_debt(id).obligor)) return false;
        if (_isIssued(id)) return true;
        Holding memory root = _lot(id << 96);
        bool whole = root.holder == books[id].terms.payee && root.amount == books[id].terms.face;
        return
            _debt(id).state == PAYABLE_ACTIVE && whole && root.flags == 0 && root.lockParty == 0
                && _debt(id).sequence == 0;
    }

    function markOverdue(uint256 seed) external watched(Kind.Consent) {
        uint256 id = _findDebt(seed, _isLate);
        if (id == 0) return;
        vm.prank(stranger);
        tally.markOverdue(id);
        count["markOverdue"] += 1;
    }

    function _isLate(uint256 id) private view returns (bool) {
        return _isAccepted(id) && _debt(id).state & PAYABLE_OVERDUE == 0 && _open(id) != 0
            && _now() > uint256(_debt(id).due) + GRACE;
    }

    /// @dev The same documents never make a second debt, and no invoice backs more than its total.
    function issueAgain(uint256 seed) external watched(Kind.Consent) {
        if (debts.length == 0) return;
        Book storage book = books[debts[seed % debts.length]];
        vm.prank(keyOf[book.terms.obligor]);
        (bool again,) = address(tally).call(abi.encodeCall(IPayables.issue, (book.terms, book.portions)));
        vm.assertFalse(again, "an id is used once");
        Portion[] memory portions = new Portion[](1);
        portions[0] = book.portions[0];
        portions[0].amount = TOTAL - _occupied(book.terms.obligor, portions[0].fingerprint) + 1;
        Terms memory terms = _terms(portions[0].amount);
        (terms.obligor, terms.profile, terms.payee) = (book.terms.obligor, book.terms.profile, book.terms.payee);
        vm.prank(keyOf[terms.obligor]);
        (bool more,) = address(tally).call(abi.encodeCall(IPayables.issue, (terms, portions)));
        vm.assertFalse(more, "an invoice backs no more than its total");
    }
}
